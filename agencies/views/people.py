"""Accounts and posts: the administrator keeps them, the office may look."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from agencies import accounts
from agencies.audit import trail_of
from agencies.filters import PersonFilter
from agencies.forms import NewPersonForm, PersonForm, PostForm, posted
from agencies.invitations import password_link
from agencies.models import Post, User
from agencies.people_sheet import COLUMNS, rows_of
from agencies.permissions import Denied, check_manage_accounts, check_read_people, why_not
from agencies.spreadsheets import list_response

PER_PAGE = 100
NEW_LINK = "one_time_link"
ACCOUNT = ("username", "full_name", "phone", "email")
POST = ("role", "agency", "valid_from", "valid_until")


def people(request):
    check_read_people(request.user)
    filters = PersonFilter(request.GET, queryset=_with_posts())
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": filters,
        "page": page,
        "total": User.objects.count(),
        "shown": page.paginator.count,
        "today": timezone.localdate(),
        "may_edit": not why_not(check_manage_accounts, request.user),
    }
    return render(request, "agencies/people.html", context)


def people_export(request):
    """What the list shows under the same filters, as Excel; the import reads the same columns."""
    check_read_people(request.user)
    filters = PersonFilter(request.GET, queryset=_with_posts())
    return list_response("人员名单", "人员名单", COLUMNS, rows_of(filters.qs, timezone.localdate()))


@never_cache
def person_new(request):
    check_manage_accounts(request.user)
    form = NewPersonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        typed, by, now = form.cleaned_data, request.user, timezone.now()
        try:
            with transaction.atomic():
                person = accounts.create_person(**{key: typed[key] for key in ACCOUNT}, by=by, now=now)
                accounts.assign_post(person, **{key: typed[key] for key in POST}, by=by, now=now)
        except Denied as denied:
            form.add_error("agency", denied.reason)
        else:
            request.session[NEW_LINK] = [person.username, _whole_link(request, person)]
            messages.success(request, f"已建立{person}的账号。请把下面的一次性链接交给本人设置密码。")
            return redirect(person)
    return render(request, "agencies/person_new.html", {"form": form}, status=400 if form.is_bound else 200)


@never_cache
def person(request, username):
    check_read_people(request.user)
    found = get_object_or_404(User, username=username)
    if request.method != "POST":
        return _show(request, found)
    check_manage_accounts(request.user)
    verb = VERBS.get(request.POST.get("verb"))
    if verb is None:
        return HttpResponseBadRequest("不认识的操作，请返回上一页重试。")
    refused_forms = verb(request, found, by=request.user, now=timezone.now())
    if refused_forms:
        return _show(request, get_object_or_404(User, username=username), status=400, **refused_forms)
    return redirect(found)


def _edit(request, found, *, by, now):
    form = PersonForm(request.POST, instance=User.objects.get(pk=found.pk))
    if not form.is_valid():
        return {"form": form}
    accounts.edit_person(found, **form.cleaned_data, by=by, now=now)
    messages.success(request, "已保存。")
    return None


def _assign(request, found, *, by, now):
    form = PostForm(request.POST)
    if form.is_valid():
        try:
            accounts.assign_post(found, **form.cleaned_data, by=by, now=now)
        except Denied as denied:
            form.add_error(None, denied.reason)
    if form.errors:
        return {"post_form": form}
    messages.success(request, "岗位已设置；本人已登录的设备须重新登录。")
    return None


def _end(request, found, *, by, now):
    asked = request.POST.get("post", "")
    post = get_object_or_404(found.posts, pk=asked if asked.isascii() and asked.isdecimal() else 0)
    accounts.end_post(post, by=by, now=now)
    messages.success(request, "岗位已结束，即刻生效。")


def _disable(request, found, *, by, now):
    accounts.disable(found, by=by, now=now)
    messages.success(request, "账号已停用，本人已登录的设备和接口令牌即刻失效。")


def _enable(request, found, *, by, now):
    accounts.enable(found, by=by, now=now)
    messages.success(request, "账号已启用。")


def _reset(request, found, *, by, now):
    accounts.clear_password(found, by=by, now=now)
    request.session[NEW_LINK] = [found.username, _whole_link(request, found)]
    messages.success(request, "原密码已作废。请把下面的一次性链接交给本人设置新密码。")


def _sign_out(request, found, *, by, now):
    accounts.sign_out_everywhere(found, by=by, now=now)
    messages.success(request, "已退出其全部设备和接口令牌。")


VERBS = {
    "edit": _edit,
    "assign": _assign,
    "end": _end,
    "disable": _disable,
    "enable": _enable,
    "reset": _reset,
    "sign_out": _sign_out,
}


def _show(request, found, *, status=200, form=None, post_form=None):
    owner, link = request.session.pop(NEW_LINK, (None, "")) if status == 200 else (None, "")
    context = {
        "person": found,
        "posts": found.posts.select_related("agency").order_by("-valid_from", "pk"),
        "form": form or PersonForm(instance=found),
        "post_form": post_form or PostForm(),
        "link": link if owner == found.username else "",
        "trail": trail_of(found)[:30],
        "today": timezone.localdate(),
        "reason": why_not(check_manage_accounts, request.user),
    }
    return render(request, "agencies/person.html", context, status=status)


def _whole_link(request, found):
    return request.build_absolute_uri(password_link(found))


def _with_posts():
    posts = Post.objects.select_related("agency").order_by("agency__order", "role")
    return User.objects.prefetch_related(Prefetch("posts", posts)).order_by("username")

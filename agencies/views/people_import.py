"""Accounts from Excel: template, preview with every mistake by row, then all or nothing."""

from django.core import signing
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from agencies import people_sheet
from agencies.forms import ImportForm, posted
from agencies.invitations import password_link
from agencies.people_sheet import COLUMNS
from agencies.permissions import Denied, check_manage_accounts
from agencies.sheet_reading import read_sheet
from agencies.spreadsheets import list_response

SALT = "agencies.people-import"
EXAMPLE = ["fgw-zhangsan", "张三", "0557-0000000", "", "填报人", "市发展改革委", None, None, ""]


def people_template(request):
    check_manage_accounts(request.user)
    return list_response("人员导入模板", "人员导入模板", COLUMNS, [EXAMPLE])


@never_cache
def people_import(request):
    check_manage_accounts(request.user)
    if request.method == "POST" and "rows" in request.POST:
        return _take_over(request)
    form = ImportForm(posted(request), request.FILES or None)
    context = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            rows = people_sheet.read(read_sheet(form.cleaned_data["file"]))
        except Denied as denied:
            form.add_error("file", denied.reason)
        else:
            context |= _preview(rows)
    return render(request, "agencies/people_import.html", context, status=400 if form.errors else 200)


def _take_over(request):
    try:
        carried = signing.loads(request.POST["rows"], salt=SALT, max_age=3600)
    except signing.BadSignature:
        return redirect("agencies:people_import")
    rows = people_sheet.from_plain(carried)
    try:
        created = people_sheet.take_over(rows, by=request.user, now=timezone.now())
    except Denied as denied:
        people_sheet.check(rows)
        context = {"form": ImportForm(), "refused": denied.reason, **_preview(rows)}
        return render(request, "agencies/people_import.html", context, status=400)
    links = [(person, request.build_absolute_uri(password_link(person))) for person in created]
    return render(request, "agencies/people_imported.html", {"links": links, "rows": rows})


def _preview(rows):
    return {
        "rows": rows,
        "wrong": [row for row in rows if row.problems],
        "carried": signing.dumps(people_sheet.to_plain(rows), salt=SALT, compress=True),
    }

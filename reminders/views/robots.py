"""群机器人: the list, the form, on and off, a test message."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.audit import trail_of
from agencies.forms import posted
from reminders import robots
from reminders.channels.shape import Result
from reminders.channels.webhook import problem
from reminders.models import Robot
from reminders.permissions import check_operate
from reminders.robot_forms import RobotForm
from tasks.views.place import add_errors


@require_safe
def robot_list(request):
    """Every robot with its host; address and secret are shown to nobody."""
    check_operate(request.user)
    found = Robot.objects.select_related("agency")
    rows = [{"robot": robot, "host": robots.host_of(robot)} for robot in found]
    return render(request, "reminders/robots.html", {"rows": rows, "problem": problem()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def robot_new(request):
    """A new robot."""
    return _form(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def robot_edit(request, pk):
    """Change a robot; what is left empty of address and secret stays."""
    check_operate(request.user)
    return _form(request, get_object_or_404(Robot.objects.select_related("agency"), pk=pk))


def _form(request, robot):
    check_operate(request.user)
    form = RobotForm(posted(request), instance=robot)
    if form.is_bound and form.is_valid():
        try:
            robots.keep(form.instance, by=request.user, now=timezone.now())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"已保存群机器人“{form.instance}”。请发送一条测试消息。")
            return redirect("reminders:robots")
    saved = Robot.objects.get(pk=robot.pk) if robot else None
    context = {"form": form, "robot": saved, "trail": trail_of(saved) if saved else ()}
    return render(request, "reminders/robot.html", context, status=400 if form.is_bound else 200)


@require_POST
def robot_switch(request, pk):
    """启用 or 停用, by `on`."""
    check_operate(request.user)
    robot = get_object_or_404(Robot, pk=pk)
    is_on = request.POST.get("on") == "1"
    robots.switch(robot, is_on, by=request.user, now=timezone.now())
    messages.success(request, f"已{'启用' if is_on else '停用'}“{robot}”。")
    return redirect("reminders:robots")


@require_POST
def robot_test(request, pk):
    """At once, within the time a channel may take."""
    check_operate(request.user)
    robot = get_object_or_404(Robot, pk=pk)
    outcome = robots.try_out(robot, by=request.user, now=timezone.now())
    if outcome.result == Result.SENT:
        messages.success(request, f"“{robot}”已收下测试消息，请到群里看一眼。")
    else:
        messages.error(request, f"“{robot}”没有收下测试消息：{outcome.reason}")
    return redirect("reminders:robots")

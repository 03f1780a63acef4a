"""责任待定, 增列单位, 终止责任: who bears a task, as the office decides it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.models import Agency
from tasks.assigning import (
    add_agency,
    answer_by_assigning,
    answered_questions,
    dismiss,
    end_assignment,
    name_contacts,
    open_questions,
)
from tasks.forms import AnswerForm, AssignmentForm, ContactsForm, EndForm
from tasks.models import AssignmentQuestion
from tasks.permissions import check_assign
from tasks.views.place import add_errors, plan_at, task_at

Kind = AssignmentQuestion.Kind
HINTS = {
    Kind.GROUP: "原文只写了集合，没有写明是哪些单位，请逐项指定；指定前不产生责任。",
    Kind.UNMATCHED: "原文的写法对不上已知单位，请选定对应的单位。",
    Kind.NAMED_IN_TEXT: "原文或项目中提到的地方、单位没有列入责任单位，可列为点名配合。",
}


@require_safe
def questions(request, plan, period):
    """Every open question by kind, each with its form; below, what has been answered."""
    plan = plan_at(request, plan, period)
    check_assign(request.user)
    waiting = list(open_questions(plan))
    kinds = [
        (kind, kind.label, HINTS[kind], [one for one in waiting if one.kind == kind])
        for kind in (Kind.UNMATCHED, Kind.GROUP, Kind.NAMED_IN_TEXT)
    ]
    agencies = list(Agency.objects.bodies())
    context = {
        "plan": plan,
        "period": period,
        "kinds": [entry for entry in kinds if entry[3]],
        "waiting": len(waiting),
        "answered": answered_questions(plan),
        "agencies": agencies,
        "counties": [agency for agency in agencies if agency.kind in (Agency.Kind.COUNTY, Agency.Kind.PARK)],
    }
    return render(request, "tasks/questions.html", context)


@require_POST
def question(request, plan, period, pk):
    """Answer one question: 列入 the bodies chosen, or 不列入."""
    found = plan_at(request, plan, period)
    check_assign(request.user)
    asked = get_object_or_404(found.questions.select_related("task", "plan"), pk=pk)
    form, now = AnswerForm(request.POST), timezone.now()
    try:
        if request.POST.get("answer") == "dismiss":
            dismiss(asked, by=request.user, now=now)
            messages.success(request, f"“{asked.as_written}”不列入，已记录。")
        elif form.is_valid():
            rows = answer_by_assigning(asked, list(form.cleaned_data["agencies"]), by=request.user, now=now)
            names = "、".join(row.agency.name for row in rows)
            messages.success(request, f"已将{names}列入“{asked.task}”。")
        else:
            messages.error(request, "".join(form.errors["agencies"]))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("tasks:questions", plan, period)


@require_http_methods(["GET", "HEAD", "POST"])
def assignment_new(request, plan, period, number):
    """增列: one more unit for a task whose clause ends with 等, or by the office's decision."""
    task, now = task_at(request, plan, period, number), timezone.now()
    check_assign(request.user)
    form = AssignmentForm(request.POST or None, initial={"valid_from": timezone.localdate(now)})
    if request.method == "POST" and form.is_valid():
        try:
            assignment = add_agency(task, **form.cleaned_data, by=request.user, now=now)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"已增列{assignment.agency}，自{assignment.valid_from}起。")
            return redirect(task.address(period))
    context = {"plan": task.plan, "period": period, "task": task, "form": form}
    context["assignments"] = task.assignments.on(timezone.localdate(now)).select_related("agency")
    return render(request, "tasks/assignment_new.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def assignment_end(request, plan, period, number, pk):
    """终止责任 with a day and a reason; what was reported under it stays."""
    task, now = task_at(request, plan, period, number), timezone.now()
    check_assign(request.user)
    assignment = get_object_or_404(task.assignments.select_related("agency", "task"), pk=pk)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate(now)})
    if request.method == "POST" and form.is_valid():
        try:
            end_assignment(assignment, **form.cleaned_data, by=request.user, now=now)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{assignment.agency}的责任到{form.cleaned_data['on']}为止。")
            return redirect(task.address(period))
    context = {"plan": task.plan, "period": period, "task": task, "assignment": assignment, "form": form}
    return render(request, "tasks/assignment_end.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def assignment_contacts(request, plan, period, number, pk):
    """责任领导、分管负责同志、联络员、科室 of one body for one task."""
    task, now = task_at(request, plan, period, number), timezone.now()
    check_assign(request.user)
    assignment = get_object_or_404(task.assignments.select_related("agency", "task"), pk=pk)
    form = ContactsForm(request.POST or None, assignment=assignment, day=timezone.localdate(now))
    if request.method == "POST" and form.is_valid():
        name_contacts(assignment, list(form.cleaned_data["contacts"]), by=request.user, now=now)
        messages.success(request, f"{assignment.agency}在本任务的联系人已保存。")
        return redirect(task.address(period))
    context = {"plan": task.plan, "period": period, "task": task, "assignment": assignment, "form": form}
    return render(request, "tasks/assignment_contacts.html", context, status=400 if form.errors else 200)

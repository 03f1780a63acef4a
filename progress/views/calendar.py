"""工作日历: a year at a glance, its exceptions, and the years that are covered."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.permissions import why_not
from progress.calendar import FIRST_YEAR, SATURDAY, days_of
from progress.calendar_changes import check_edit_calendar, cover_year, remove_day, set_days
from progress.models import CalendarDay, CalendarYear
from progress.period_forms import LAST_YEAR, DaysForm, YearForm


@require_safe
def calendar(request):
    return _calendar_page(request, _year_asked(request))


def _calendar_page(request, year, days_form=None, year_form=None):
    exceptions = list(CalendarDay.objects.filter(day__year=year))
    covered = list(CalendarYear.objects.all())
    context = {
        "year": year,
        "months": months_of(year, {row.day: row for row in exceptions}),
        "exceptions": exceptions,
        "covered": next((row for row in covered if row.year == year), None),
        "years": sorted({row.year for row in covered} | {year, *_next_uncovered(covered)}),
        "days_form": days_form or DaysForm(),
        "year_form": year_form or YearForm(initial={"year": year}),
        "may_edit": not why_not(check_edit_calendar, request.user),
    }
    refused = any(form is not None and form.errors for form in (days_form, year_form))
    return render(request, "progress/calendar.html", context, status=400 if refused else 200)


def _next_uncovered(covered):
    last = max((row.year for row in covered), default=FIRST_YEAR - 1)
    return [last + 1] if last < LAST_YEAR else []


def months_of(year, exceptions):
    """The months of `year` as weeks of seven (date, kind) cells, Monday first; None outside the month.

    kind: "off" and "worked" for exceptions, "weekend" or "" for the rest.
    """
    months = {month: [] for month in range(1, 13)}
    for day in days_of(year):
        cells = months[day.month]
        if not cells:
            cells.extend([None] * day.weekday())
        cells.append((day, _kind(day, exceptions.get(day)), exceptions.get(day)))
    return [
        (month, [(cells + [None] * 6)[start : start + 7] for start in range(0, len(cells), 7)])
        for month, cells in months.items()
    ]


def _kind(day, exception):
    if exception is not None:
        return "worked" if exception.is_working else "off"
    return "weekend" if day.weekday() >= SATURDAY else ""


def _year_asked(request):
    """?year=, within reason; the present year otherwise. 404 for people without a role."""
    if not request.user.business_roles:
        raise Http404
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else timezone.localdate().year


@require_POST
def calendar_days(request):
    """Enter a holiday or worked days."""
    check_edit_calendar(request.user)
    form = DaysForm(request.POST)
    if not form.is_valid():
        return _calendar_page(request, timezone.localdate().year, days_form=form)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"] or form.cleaned_data["first"]
    try:
        set_days(
            first,
            last,
            form.cleaned_data["is_working"],
            form.cleaned_data["note"],
            by=request.user,
            now=timezone.now(),
        )
    except ValidationError as error:
        form.add_error("last", error)
        return _calendar_page(request, first.year, days_form=form)
    messages.success(request, "工作日历已更新；尚未开放的报告期，截止时间随之推算，已开放的不变。")
    return _back_to(first.year)


@require_POST
def calendar_day_remove(request, pk):
    """Take one exception back."""
    check_edit_calendar(request.user)
    day = get_object_or_404(CalendarDay, pk=pk)
    remove_day(day, by=request.user, now=timezone.now())
    messages.success(request, f"{day.day}已恢复为平常的{'休息日' if day.is_working else '工作日'}。")
    return _back_to(day.day.year)


@require_POST
def calendar_cover(request):
    """Declare that a year's arrangement is entered in full."""
    check_edit_calendar(request.user)
    form = YearForm(request.POST)
    if form.is_valid():
        try:
            cover_year(**form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_error("year", error)
        else:
            messages.success(request, f"{form.cleaned_data['year']}年已公布，有关截止时间已推算。")
            return _back_to(form.cleaned_data["year"])
    return _calendar_page(request, form.cleaned_data.get("year", timezone.localdate().year), year_form=form)


def _back_to(year):
    return redirect(f"{reverse('progress:calendar')}?year={year}")

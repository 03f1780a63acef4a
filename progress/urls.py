"""Addresses of the quarter: they name the plan and the period one is in."""

from django.urls import path

import tasks.addresses  # noqa: F401 (the `plan` and `period` parts of an address)
from progress.views import (
    agency,
    attachments,
    backfill,
    bulk,
    calendar,
    contributions,
    corrections,
    demonstration,
    exports,
    extensions,
    handed_to_me,
    handouts,
    letters,
    overview,
    papers,
    periods,
    problems,
    register,
    resubmit,
    return_form,
    returns,
    reviews,
    task,
    unit_duties,
    values,
    verdict,
    verdicts,
    versions,
    waivers,
    workbench,
)

app_name = "progress"

# One line per page.
urlpatterns = [
    path("work/attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path("work/demonstration/", demonstration.demonstration_page, name="demonstration"),
    path("work/calendar/", calendar.calendar, name="calendar"),
    path("work/calendar/days/", calendar.calendar_days, name="calendar_days"),
    path("work/calendar/days/<int:pk>/remove/", calendar.calendar_day_remove, name="calendar_day_remove"),
    path("work/calendar/years/", calendar.calendar_cover, name="calendar_cover"),
    path("work/<plan:plan>/in-use-from/", periods.in_use_from, name="in_use_from"),
    path("work/<plan:plan>/periods/", periods.periods, name="periods"),
    path("work/<plan:plan>/periods/export.xlsx", exports.export_periods, name="periods_export"),
    path("work/<plan:plan>/periods/open/", periods.periods_open, name="periods_open"),
    path("work/<plan:plan>/periods/<period:period>/due/", periods.period_due, name="period_due"),
    path("work/<plan:plan>/periods/<period:period>/lock/", periods.period_lock, name="period_lock"),
    path("work/<plan:plan>/rules/", periods.rules, name="rules"),
    path("work/<plan:plan>/rules/duties/<int:pk>/", periods.duty_rule, name="duty_rule"),
    path("work/<plan:plan>/rules/lamps/", periods.lamp_rule_new, name="lamp_rule_new"),
    path("work/<plan:plan>/rules/terms/", periods.term_rule, name="term_rule"),
    path("work/<plan:plan>/<period:period>/reviews/", reviews.reviews, name="reviews"),
    path("work/<plan:plan>/<period:period>/reviews/chosen/", bulk.decide_chosen, name="bulk_decide"),
    path("work/<plan:plan>/<period:period>/filled/", bulk.submit_filled, name="bulk_submit"),
    path("work/<plan:plan>/<period:period>/reviews/<int:pk>/", reviews.review, name="review"),
    path(
        "work/<plan:plan>/<period:period>/tasks/<int:number>/return/<slug:agency>/",
        return_form.return_form,
        name="return_form",
    ),
    path(
        "work/<plan:plan>/<period:period>/tasks/<int:number>/return/<slug:agency>/versions/",
        versions.versions,
        name="versions",
    ),
    path(
        "work/<plan:plan>/<period:period>/tasks/<int:number>/return/<slug:agency>/requests/",
        contributions.requests,
        name="requests",
    ),
    path(
        "work/<plan:plan>/<period:period>/contributions/",
        contributions.contribution_list,
        name="contributions",
    ),
    path(
        "work/<plan:plan>/<period:period>/contributions/export.xlsx",
        contributions.contributions_export,
        name="contributions_export",
    ),
    path("work/handouts/", handed_to_me.handouts_received, name="handouts"),
    path("work/handouts/<int:pk>/", handed_to_me.handout, name="handout"),
    path("work/<plan:plan>/<period:period>/handouts/", handouts.handing_out, name="handing_out"),
    path(
        "work/<plan:plan>/<period:period>/tasks/<int:number>/return/<slug:agency>/handouts/",
        handouts.handouts_of,
        name="handouts_of",
    ),
    path(
        "work/<plan:plan>/<period:period>/units/<slug:agency>/handouts/",
        handouts.handouts_of,
        name="unit_handouts_of",
    ),
    path(
        "work/<plan:plan>/<period:period>/units/<slug:agency>/handouts/<int:pk>/",
        handouts.handout_merge,
        name="unit_handout_merge",
    ),
    path(
        "work/<plan:plan>/<period:period>/units/<slug:agency>/handouts/<int:pk>/recall/",
        handouts.handout_recall,
        name="unit_handout_recall",
    ),
    path(
        "work/<plan:plan>/<period:period>/tasks/<int:number>/return/<slug:agency>/handouts/<int:pk>/",
        handouts.handout_merge,
        name="handout_merge",
    ),
    path(
        "work/<plan:plan>/<period:period>/tasks/<int:number>/return/<slug:agency>/handouts/<int:pk>/recall/",
        handouts.handout_recall,
        name="handout_recall",
    ),
    path("work/papers/<int:pk>/", papers.paper, name="paper"),
    path(
        "work/<plan:plan>/<period:period>/tasks/<int:number>/return/<slug:agency>/offline/",
        papers.approve_offline,
        name="approve_offline",
    ),
    path(
        "work/<plan:plan>/<period:period>/tasks/<int:number>/return/<slug:agency>/behalf/",
        letters.enter_on_behalf,
        name="enter_on_behalf",
    ),
    path("work/<plan:plan>/<period:period>/sheet/<slug:agency>/", papers.sheet, name="unit_sheet"),
    path(
        "work/<plan:plan>/<period:period>/sheet/<slug:agency>/export.xlsx",
        papers.sheet_export,
        name="unit_sheet_export",
    ),
    path("work/<plan:plan>/<period:period>/units/<slug:agency>/", return_form.unit_form, name="unit_form"),
    path(
        "work/<plan:plan>/<period:period>/units/<slug:agency>/versions/",
        versions.unit_versions,
        name="unit_versions",
    ),
    path(
        "work/<plan:plan>/<period:period>/units/<slug:agency>/offline/",
        papers.unit_approve_offline,
        name="unit_approve_offline",
    ),
    path(
        "work/<plan:plan>/<period:period>/units/<slug:agency>/behalf/",
        letters.unit_enter_on_behalf,
        name="unit_enter_on_behalf",
    ),
    path("work/<plan:plan>/unit-duties/", unit_duties.unit_duties, name="unit_duties"),
    path("work/<plan:plan>/unit-duties/<int:pk>/end/", unit_duties.unit_duty_end, name="unit_duty_end"),
    path("work/", workbench.home, name="home"),
    path("work/agencies/<slug:code>/", agency.agency, name="agency"),
    path("work/<plan:plan>/<period:period>/", workbench.workbench, name="workbench"),
    path("work/<plan:plan>/<period:period>/backfill/", backfill.backfill_page, name="backfill"),
    path(
        "work/<plan:plan>/<period:period>/backfill/sheet.xlsx", backfill.backfill_sheet, name="backfill_sheet"
    ),
    path("work/<plan:plan>/<period:period>/exports/", exports.exports, name="exports"),
    path(
        "work/<plan:plan>/<period:period>/exports/quarter.xlsx", exports.export_quarter, name="export_quarter"
    ),
    path("work/<plan:plan>/<period:period>/extensions/", extensions.extensions_page, name="extensions"),
    path(
        "work/<plan:plan>/<period:period>/extensions/decide/",
        extensions.extensions_decide,
        name="extensions_decide",
    ),
    path(
        "work/<plan:plan>/<period:period>/extensions/new/<int:pk>/",
        extensions.extension_new,
        name="extension_new",
    ),
    path("work/<plan:plan>/<period:period>/extensions/<int:pk>/", extensions.extension, name="extension"),
    path("work/<plan:plan>/<period:period>/overview/", overview.overview, name="overview"),
    path("work/<plan:plan>/<period:period>/problems/", problems.problems, name="problems"),
    path(
        "work/<plan:plan>/<period:period>/problems/export.xlsx",
        problems.problems_export,
        name="problems_export",
    ),
    path("work/<plan:plan>/<period:period>/returns/", returns.returns, name="returns"),
    path(
        "work/<plan:plan>/<period:period>/returns/export.xlsx", returns.returns_export, name="returns_export"
    ),
    path("work/<plan:plan>/<period:period>/returns/<int:pk>/resubmit/", resubmit.resubmit, name="resubmit"),
    path("work/<plan:plan>/<period:period>/returns/waive/", waivers.waive, name="waive"),
    path("work/<plan:plan>/<period:period>/tasks/", register.register, name="register"),
    path(
        "work/<plan:plan>/<period:period>/tasks/export.xlsx", register.register_export, name="register_export"
    ),
    path("work/<plan:plan>/<period:period>/tasks/<int:number>/", task.task, name="task"),
    path("work/<plan:plan>/<period:period>/tasks/<int:number>/state/", task.task_state, name="task_state"),
    path("work/<plan:plan>/<period:period>/verdicts/", verdicts.verdict_list, name="verdicts"),
    path(
        "work/<plan:plan>/<period:period>/verdicts/propose/",
        verdicts.propose_verdicts,
        name="propose_verdicts",
    ),
    path("work/<plan:plan>/<period:period>/verdicts/send/", verdicts.send_verdicts, name="send_verdicts"),
    path(
        "work/<plan:plan>/<period:period>/verdicts/confirm/",
        verdicts.confirm_verdicts,
        name="confirm_verdicts",
    ),
    path("work/<plan:plan>/<period:period>/verdicts/reply/", verdicts.reply_verdicts, name="reply_verdicts"),
    path("work/<plan:plan>/<period:period>/verdicts/<int:number>/", verdict.verdict, name="verdict"),
    path(
        "work/<plan:plan>/<period:period>/verdicts/<int:number>/propose/",
        verdict.verdict_propose,
        name="verdict_propose",
    ),
    path(
        "work/<plan:plan>/<period:period>/verdicts/<int:number>/confirm/",
        verdict.verdict_confirm,
        name="verdict_confirm",
    ),
    path(
        "work/<plan:plan>/<period:period>/verdicts/<int:number>/reply/",
        verdict.verdict_reply,
        name="verdict_reply",
    ),
    path(
        "work/<plan:plan>/<period:period>/tasks/<int:number>/return/<slug:agency>/correction/",
        corrections.correction_new,
        name="correction_new",
    ),
    path(
        "work/<plan:plan>/<period:period>/units/<slug:agency>/correction/",
        corrections.correction_new_unit,
        name="correction_new_unit",
    ),
    path("work/<plan:plan>/<period:period>/corrections/", corrections.corrections_page, name="corrections"),
    path(
        "work/<plan:plan>/<period:period>/corrections/export.xlsx",
        corrections.corrections_export,
        name="corrections_export",
    ),
    path("work/<plan:plan>/<period:period>/corrections/<int:pk>/", corrections.correction, name="correction"),
    path("work/<plan:plan>/<period:period>/values/", values.values, name="values"),
    path("work/<plan:plan>/<period:period>/values/export.xlsx", values.values_export, name="values_export"),
]

"""Addresses of what the office demanded."""

from django.urls import path

import tasks.addresses  # noqa: F401 (the `plan` part of an address)
from supervision.views import (
    boxes,
    circulars,
    consultation,
    consultations,
    files,
    instructions,
    meeting_actions,
    meetings,
    order,
    order_drafts,
    order_papers,
    orders,
    problem,
    problems,
    quick,
    quick_answers,
)

app_name = "supervision"
urlpatterns = [
    # --- files of everything here ---
    path("work/supervision/files/<int:pk>/", files.file, name="file"),
    # --- orders ---
    path("work/<plan:plan>/orders/", orders.orders_page, name="orders"),
    path("work/<plan:plan>/orders/new/", order_drafts.order_new, name="order_new"),
    path("work/<plan:plan>/orders/rules/", orders.order_rules_page, name="order_rules"),
    path("work/<plan:plan>/orders/export.xlsx", order_papers.orders_export, name="orders_export"),
    path("work/<plan:plan>/orders/<int:pk>/", order.order, name="order"),
    path("work/<plan:plan>/orders/<int:pk>/slip/", order_papers.order_slip, name="order_slip"),
    path("work/<plan:plan>/orders/<int:pk>/word.docx", order_papers.order_word, name="order_word"),
    path("work/<plan:plan>/orders/<int:pk>/edit/", order_drafts.order_edit, name="order_edit"),
    path("work/<plan:plan>/orders/<int:pk>/do/<slug:verb>/", order.order_verb, name="order_verb"),
    # --- boxes on the task page and the workbench ---
    path("work/<plan:plan>/supervision/", boxes.desk_box, name="desk_box"),
    path("work/<plan:plan>/<period:period>/tasks/<int:number>/supervision/", boxes.task_box, name="task_box"),
    # --- meetings, inspections and what was agreed there ---
    path("work/<plan:plan>/meetings/", meetings.meetings_page, name="meetings"),
    path("work/<plan:plan>/meetings/export.xlsx", meetings.meetings_export, name="meetings_export"),
    path("work/<plan:plan>/meetings/new/", meetings.meeting_new, name="meeting_new"),
    path("work/<plan:plan>/meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("work/<plan:plan>/meetings/<int:pk>/edit/", meetings.meeting_edit, name="meeting_edit"),
    path("work/<plan:plan>/meetings/<int:pk>/files/", meeting_actions.meeting_files, name="meeting_files"),
    path(
        "work/<plan:plan>/meetings/<int:pk>/actions/new/",
        meeting_actions.meeting_action_new,
        name="meeting_action_new",
    ),
    path(
        "work/<plan:plan>/meetings/<int:pk>/actions/<int:action>/",
        meeting_actions.meeting_action,
        name="meeting_action",
    ),
    path("work/<plan:plan>/meetings/<int:pk>/orders/", meeting_actions.meeting_orders, name="meeting_orders"),
    # --- instructions of leaders (批示件) ---
    path("work/<plan:plan>/instructions/", instructions.instructions_page, name="instructions"),
    path(
        "work/<plan:plan>/instructions/export.xlsx",
        instructions.instructions_export,
        name="instructions_export",
    ),
    path("work/<plan:plan>/instructions/new/", instructions.instruction_new, name="instruction_new"),
    path("work/<plan:plan>/instructions/<int:pk>/", instructions.instruction, name="instruction"),
    path(
        "work/<plan:plan>/instructions/<int:pk>/edit/", instructions.instruction_edit, name="instruction_edit"
    ),
    path(
        "work/<plan:plan>/instructions/<int:pk>/files/",
        instructions.instruction_files,
        name="instruction_files",
    ),
    path(
        "work/<plan:plan>/instructions/<int:pk>/report/",
        instructions.instruction_report,
        name="instruction_report",
    ),
    path(
        "work/<plan:plan>/instructions/<int:pk>/report.docx",
        instructions.instruction_word,
        name="instruction_word",
    ),
    # --- 临时调度 ---
    path("work/<plan:plan>/quick/", quick.quick_list, name="quick_list"),
    path("work/<plan:plan>/quick/export.xlsx", quick.quick_list_export, name="quick_list_export"),
    path("work/<plan:plan>/quick/new/", quick.quick_new, name="quick_new"),
    path("work/<plan:plan>/quick/returns/<int:report>/", quick_answers.quick_offers, name="quick_offers"),
    path("work/<plan:plan>/quick/<int:pk>/", quick_answers.quick_page, name="quick"),
    path("work/<plan:plan>/quick/<int:pk>/edit/", quick.quick_edit, name="quick_edit"),
    path("work/<plan:plan>/quick/<int:pk>/send/", quick.quick_send, name="quick_send"),
    path("work/<plan:plan>/quick/<int:pk>/drop/", quick.quick_drop, name="quick_drop"),
    path("work/<plan:plan>/quick/<int:pk>/change/", quick.quick_change, name="quick_change"),
    path("work/<plan:plan>/quick/<int:pk>/withdraw/", quick.quick_withdraw, name="quick_withdraw"),
    path("work/<plan:plan>/quick/<int:pk>/close/", quick.quick_close, name="quick_close"),
    path("work/<plan:plan>/quick/<int:pk>/answer/", quick_answers.quick_answer, name="quick_answer"),
    path("work/<plan:plan>/quick/<int:pk>/export.xlsx", quick_answers.quick_export, name="quick_export"),
    path("work/<plan:plan>/quick/<int:pk>/paper/", quick_answers.quick_paper_page, name="quick_paper"),
    path("work/<plan:plan>/quick/<int:pk>/word.docx", quick_answers.quick_word, name="quick_word"),
    # --- problems ---
    path("work/<plan:plan>/problems/", problems.problems_page, name="problems"),
    path("work/<plan:plan>/problems/export.xlsx", problems.problems_export, name="problems_export"),
    path("work/<plan:plan>/problems/triage/", problems.problems_triage, name="problems_triage"),
    path("work/<plan:plan>/problems/new/", problem.problem_new, name="problem_new"),
    path("work/<plan:plan>/problems/<int:pk>/", problem.problem, name="problem"),
    path("work/<plan:plan>/problems/<int:pk>/paper.docx", problem.problem_paper, name="problem_paper"),
    path("work/<plan:plan>/problems/<int:pk>/<slug:verb>/", problem.problem_act, name="problem_act"),
    # --- circulars (通报) ---
    path("work/<plan:plan>/<period:period>/circulars/", circulars.circulars_page, name="circulars"),
    path(
        "work/<plan:plan>/<period:period>/circulars/export.xlsx",
        circulars.circulars_export,
        name="circulars_export",
    ),
    path("work/<plan:plan>/<period:period>/circulars/new/", circulars.circular_new, name="circular_new"),
    path("work/<plan:plan>/<period:period>/circulars/<int:pk>/", circulars.circular, name="circular"),
    path(
        "work/<plan:plan>/<period:period>/circulars/<int:pk>/do/<slug:verb>/",
        circulars.circular_verb,
        name="circular_verb",
    ),
    path(
        "work/<plan:plan>/<period:period>/circulars/<int:pk>/word.docx",
        circulars.circular_word,
        name="circular_word",
    ),
    path(
        "work/<plan:plan>/<period:period>/circulars/<int:pk>/list.xlsx",
        circulars.circular_excel,
        name="circular_excel",
    ),
    # --- 征求意见 ---
    path("work/<plan:plan>/consultations/", consultations.consultations_page, name="consultations"),
    path(
        "work/<plan:plan>/consultations/export.xlsx",
        consultations.consultations_export,
        name="consultations_export",
    ),
    path("work/<plan:plan>/consultations/new/", consultations.consultation_new, name="consultation_new"),
    path("work/<plan:plan>/consultations/<int:pk>/", consultation.consultation, name="consultation"),
    path(
        "work/<plan:plan>/consultations/<int:pk>/edit/",
        consultations.consultation_edit,
        name="consultation_edit",
    ),
    path(
        "work/<plan:plan>/consultations/<int:pk>/word.docx",
        consultations.consultation_word,
        name="consultation_word",
    ),
    path(
        "work/<plan:plan>/consultations/<int:pk>/table.xlsx",
        consultations.consultation_excel,
        name="consultation_excel",
    ),
    path(
        "work/<plan:plan>/consultations/<int:pk>/replies/<int:reply>/",
        consultation.consultation_reply,
        name="consultation_reply",
    ),
    path(
        "work/<plan:plan>/consultations/<int:pk>/opinions/<int:opinion>/",
        consultation.consultation_decide,
        name="consultation_decide",
    ),
    path(
        "work/<plan:plan>/consultations/<int:pk>/do/<slug:verb>/",
        consultation.consultation_verb,
        name="consultation_verb",
    ),
]

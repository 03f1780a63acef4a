"""Addresses of who is nudged."""

from django.urls import path

import tasks.addresses  # noqa: F401 (the `plan` part of an address)
from reminders.views import channels, effect, inbox, ledger, operations, previews, robots, rules, urge

app_name = "reminders"
urlpatterns = [
    # --- one's own inbox, and how one wants to be reached ---
    path("work/inbox/", inbox.inbox, name="inbox"),
    path("work/inbox/read/", inbox.inbox_read, name="inbox_read"),
    path("work/inbox/<int:pk>/", inbox.message, name="message"),
    path("work/inbox/<int:pk>/open/", inbox.message_open, name="message_open"),
    path("work/me/channels/", channels.channels, name="channels"),
    # --- how the running of it fares ---
    path("work/operations/", operations.operations_page, name="operations"),
    path("work/operations/unsent/", operations.unsent, name="unsent"),
    path("work/operations/unsent/export.xlsx", operations.unsent_export, name="unsent_export"),
    path("work/operations/unsent/settle/", operations.unsent_settle, name="unsent_settle"),
    path("work/operations/unreached/", operations.unreached_page, name="unreached"),
    path("work/operations/robots/", robots.robot_list, name="robots"),
    path("work/operations/robots/new/", robots.robot_new, name="robot_new"),
    path("work/operations/robots/<int:pk>/", robots.robot_edit, name="robot"),
    path("work/operations/robots/<int:pk>/switch/", robots.robot_switch, name="robot_switch"),
    path("work/operations/robots/<int:pk>/test/", robots.robot_test, name="robot_test"),
    # --- the ladder of a plan, and what it would send ---
    path("work/<plan:plan>/reminders/rules/", rules.rules, name="rules"),
    path("work/<plan:plan>/reminders/rules/export.xlsx", rules.rules_export, name="rules_export"),
    path("work/<plan:plan>/reminders/rules/hours/", rules.hours, name="hours"),
    path("work/<plan:plan>/reminders/rules/new/", rules.rule_new, name="rule_new"),
    path("work/<plan:plan>/reminders/rules/<int:pk>/", rules.rule, name="rule"),
    path("work/<plan:plan>/reminders/rules/<int:pk>/switch/", rules.rule_switch, name="rule_switch"),
    path("work/<plan:plan>/reminders/rules/<int:pk>/delete/", rules.rule_delete, name="rule_delete"),
    path("work/<plan:plan>/reminders/preview/", previews.preview_page, name="preview"),
    path("work/<plan:plan>/reminders/preview/export.xlsx", previews.preview_export, name="preview_export"),
    # --- urging by hand, the ledger, and whether it helps ---
    path("work/<plan:plan>/reminders/urge/", urge.urge, name="urge"),
    path("work/<plan:plan>/reminders/urge/export.xlsx", urge.urge_export, name="urge_export"),
    path("work/<plan:plan>/reminders/urge/preview/", urge.urge_preview, name="urge_preview"),
    path("work/<plan:plan>/reminders/urge/send/", urge.urge_send, name="urge_send"),
    path("work/<plan:plan>/reminders/urge/call/", urge.urge_call, name="urge_call"),
    path("work/<plan:plan>/reminders/urge/copy/", urge.urge_copy, name="urge_copy"),
    path("work/<plan:plan>/reminders/ledger/", ledger.ledger, name="ledger"),
    path("work/<plan:plan>/reminders/ledger/export.xlsx", ledger.ledger_export, name="ledger_export"),
    path("work/<plan:plan>/reminders/effect/", effect.effect, name="effect"),
    path("work/<plan:plan>/reminders/effect/export.xlsx", effect.effect_export, name="effect_export"),
]

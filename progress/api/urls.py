"""Addresses under /api/v1/ of this app; the site map puts those of all apps together."""

from django.urls import path

from progress.api import corrections, exports, papers, periods, reports, requests, standings

urlpatterns = [
    path("tasks/", standings.TaskListWithLamps.as_view(), name="tasks"),
    path("verdicts/", standings.VerdictList.as_view(), name="verdicts"),
    path("problems/", standings.ProblemList.as_view(), name="problems"),
    path("figures/overview/", standings.OverviewFigures.as_view(), name="overview"),
    path("exports/quarter.xlsx", exports.QuarterWorkbook.as_view(), name="export_quarter"),
    path("periods/", periods.PeriodList.as_view(), name="periods"),
    path("reports/", reports.ReportList.as_view(), name="reports"),
    path("reports/<int:pk>/", reports.ReportDetail.as_view(), name="report"),
    path("reports/<int:pk>/versions/", reports.ReportVersions.as_view(), name="versions"),
    path("reports/<int:pk>/attachments/", reports.ReportAttachments.as_view(), name="attachments"),
    path("reports/<int:pk>/requests/", requests.ReportRequests.as_view(), name="requests"),
    path("reports/<int:pk>/approve-offline/", papers.ApproveOffline.as_view(), name="approve_offline"),
    path("reports/<int:pk>/enter-on-behalf/", papers.EnterOnBehalf.as_view(), name="enter_on_behalf"),
    *(
        path(f"reports/<int:pk>/{address}/", reports.move_view(verb), name=verb)
        for address, verb in reports.VERBS.items()
    ),
    path("reports/<int:pk>/corrections/", corrections.ReportCorrections.as_view(), name="report_corrections"),
    path("corrections/", corrections.CorrectionList.as_view(), name="corrections"),
    path("corrections/<int:pk>/", corrections.CorrectionDetail.as_view(), name="correction"),
    path("corrections/<int:pk>/grant/", corrections.CorrectionGrant.as_view(), name="correction_grant"),
    path("corrections/<int:pk>/refuse/", corrections.CorrectionRefuse.as_view(), name="correction_refuse"),
    path(
        "corrections/<int:pk>/withdraw/", corrections.CorrectionWithdraw.as_view(), name="correction_withdraw"
    ),
]

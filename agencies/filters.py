"""The filters of this app's lists: the same on the page, in its export and in the API."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone

from agencies.dating import in_force
from agencies.models import Agency, AuditEvent, Role, User

YES_NO = [("true", "是"), ("false", "否")]
SUBJECTS = {
    "agencies.user": "人员",
    "agencies.agency": "单位",
    "agencies.agencygroup": "单位集合",
    "agencies.agencyname": "单位名称",
    "agencies.agencysuccession": "承接关系",
    "agencies.groupmember": "集合成员",
    "tasks.plan": "计划",
    "tasks.task": "任务",
    "tasks.assignment": "责任分工",
    "tasks.assignmentquestion": "责任待定",
    "tasks.annualgoal": "年度目标",
    "tasks.tasklink": "任务衔接",
    "progress.reportingperiod": "报告期",
    "progress.progressreport": "填报",
    "progress.attachment": "附件",
    "progress.taskverdict": "亮灯",
    "progress.verdictproposal": "亮灯拟定",
    "progress.meetingedition": "会议版",
    "supervision.supervisionorder": "督办件",
    "supervision.problem": "问题",
    "progress.calendarday": "工作日历",
    "supervision.adhocrequest": "临时调度",
    "reminders.message": "消息",
    "reminders.robot": "群机器人",
}


def day_picker():
    return forms.DateInput(attrs={"type": "date"})


class SearchFilter(django_filters.CharFilter):
    """Finds the words in any of the named columns."""

    def __init__(self, *columns, **kwargs):
        super().__init__(
            widget=forms.TextInput(attrs={"maxlength": 60, "type": "search"}), max_length=60, **kwargs
        )
        self.columns = columns

    def filter(self, queryset, value):
        if not value:
            return queryset
        wanted = Q()
        for column in self.columns:
            wanted |= Q(**{f"{column}__icontains": value.strip()})
        # By key: a search through many names must not show a body twice.
        return queryset.filter(pk__in=queryset.model.objects.filter(wanted).values("pk"))


class AgencyFilter(django_filters.FilterSet):
    q = SearchFilter("name", "code", "names__name", label="名称或代码")
    kind = django_filters.ChoiceFilter(choices=Agency.Kind.choices, label="类别", empty_label="全部")
    unconfirmed = django_filters.ChoiceFilter(
        choices=[("true", "有推断待确认")], label="推断", empty_label="全部", method="filter_unconfirmed"
    )

    class Meta:
        model = Agency
        fields = ["q", "kind", "unconfirmed"]

    def filter_unconfirmed(self, queryset, name, value):
        return queryset.filter(
            pk__in=Agency.objects.filter(
                Q(names__inferred=True, names__confirmed_at__isnull=True)
                | Q(successions__inferred=True, successions__confirmed_at__isnull=True)
            ).values("pk")
        )


class PersonFilter(django_filters.FilterSet):
    q = SearchFilter("username", "full_name", label="姓名或用户名")
    agency = django_filters.ModelChoiceFilter(
        queryset=Agency.objects.bodies(),
        to_field_name="code",
        label="单位",
        empty_label="全部",
        method="filter_post",
    )
    role = django_filters.ChoiceFilter(
        choices=Role.choices, label="角色", empty_label="全部", method="filter_post"
    )
    active = django_filters.ChoiceFilter(
        choices=[("true", "启用"), ("false", "停用")],
        label="状态",
        empty_label="全部",
        method="filter_active",
    )

    class Meta:
        model = User
        fields = ["q", "agency", "role", "active"]

    def filter_post(self, queryset, name, value):
        """Body and role are asked of one post, and of one in force today."""
        asked = {key: self.form.cleaned_data.get(key) for key in ("agency", "role")}
        condition = in_force(timezone.localdate(), "posts__")
        for key, wanted in asked.items():
            if wanted:
                condition &= Q(**{f"posts__{key}": wanted})
        return queryset.filter(pk__in=User.objects.filter(condition).values("pk"))

    def filter_active(self, queryset, name, value):
        return queryset.filter(is_active=value == "true")


class TrailFilter(django_filters.FilterSet):
    q = SearchFilter("actor_name", "actor_username", "subject_label", label="人员或对象")
    verb = django_filters.CharFilter(
        lookup_expr="icontains", label="动作", widget=forms.TextInput(attrs={"maxlength": 40})
    )
    subject = django_filters.ChoiceFilter(
        field_name="subject_type", choices=sorted(SUBJECTS.items()), label="对象类别", empty_label="全部"
    )
    since = django_filters.DateFilter(
        field_name="at", lookup_expr="date__gte", label="起", widget=day_picker()
    )
    until = django_filters.DateFilter(
        field_name="at", lookup_expr="date__lte", label="止", widget=day_picker()
    )

    class Meta:
        model = AuditEvent
        fields = ["q", "verb", "subject", "since", "until"]

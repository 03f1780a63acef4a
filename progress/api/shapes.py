"""What the API answers and takes: the forms of reports and periods."""

from rest_framework import serializers

from agencies.api.problems import ProblemSerializer
from progress import content
from progress.models import (
    NodeReport,
    ProgressReport,
    ProjectUpdate,
    ReportingPeriod,
    ReportVersion,
    TargetValue,
    TaskReturn,
)
from tasks.models import AnnualGoal, Assignment

NOT_A_FIELD = "没有这一项，或此项不能由接口修改。"
NO_TEXTS = dict.fromkeys((*content.FIELDS, *content.unit.TEXTS))
NOTHING = NO_TEXTS | {
    "paragraphs": [],
    "nodes": [],
    "target_values": [],
    "project_updates": [],
    "attachments": [],
    "sources": [],
}


def figure(**kwargs):
    return serializers.FloatField(allow_null=True, **kwargs)


class PeriodSerializer(serializers.ModelSerializer):
    plan = serializers.CharField(source="plan.code")

    class Meta:
        model = ReportingPeriod
        fields = [
            *("plan", "code", "label", "starts_on", "ends_on", "opens_at", "opened_at", "due_at"),
            *("locked_at", "is_backfill"),
        ]

    label = serializers.CharField()


# --- reading a report --------------------------------------------------------------------------


class ReportTaskSerializer(serializers.Serializer):
    plan = serializers.CharField()
    number = serializers.IntegerField()
    title = serializers.CharField()


class NodeReportSerializer(serializers.Serializer):
    node = serializers.IntegerField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    done = serializers.BooleanField()
    done_on = serializers.DateField(allow_null=True)
    note = serializers.CharField()


class TargetValueSerializer(serializers.Serializer):
    target = serializers.IntegerField()
    indicator = serializers.CharField()
    unit = serializers.CharField()
    certainty = serializers.ChoiceField(choices=TargetValue.Certainty.choices)
    value = figure()
    value_text = serializers.CharField()
    note = serializers.CharField()


class ProjectUpdateSerializer(serializers.Serializer):
    project = serializers.IntegerField()
    name = serializers.CharField()
    stage = serializers.ChoiceField(choices=ProjectUpdate.Stage.choices)
    note = serializers.CharField()


class UnitParagraphSerializer(serializers.Serializer):
    """A paragraph of a unit's summary: what was done for one 行动, and for which tasks of the plan."""

    chapter = serializers.IntegerField()
    chapter_title = serializers.CharField()
    text = serializers.CharField()
    tasks = serializers.ListField(child=serializers.IntegerField(), help_text="涉及任务的序号")


class SourceSerializer(serializers.Serializer):
    """Words of another report taken over into a field, as they were taken."""

    agency = serializers.CharField()
    field = serializers.CharField()
    text = serializers.CharField()
    report = serializers.IntegerField()
    version = serializers.IntegerField()


class AttachmentSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="字节")
    sha256 = serializers.CharField()


class ReportSerializer(serializers.Serializer):
    """A report. Where one may know its state but not its text, `content` and every text are null."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ProgressReport.Kind.choices)
    task = ReportTaskSerializer(allow_null=True)
    agency = serializers.CharField()
    agency_code = serializers.CharField()
    role = serializers.ChoiceField(
        choices=Assignment.Role.choices, allow_null=True, help_text="单位小结不分角色，为空"
    )
    period = serializers.CharField()
    status = serializers.ChoiceField(choices=ProgressReport.State.choices)
    revision = serializers.IntegerField()
    version_number = serializers.IntegerField(allow_null=True, help_text="最近一次报出的版本")
    owed = serializers.BooleanField(help_text="应报且未免报")
    due_at = serializers.DateTimeField(allow_null=True)
    left_at = serializers.DateTimeField(allow_null=True)
    late = serializers.BooleanField()
    resubmit_by = serializers.DateTimeField(allow_null=True)
    return_reason = serializers.CharField(allow_null=True)
    measure = serializers.ChoiceField(choices=[*AnnualGoal.Measure.choices, ("none", "目标未定")])
    content = serializers.ChoiceField(
        choices=["live", "frozen"], allow_null=True, help_text="所示文字：live 现文，frozen 最近报出的版本"
    )
    nature = serializers.ChoiceField(choices=TaskReturn.Nature.choices, allow_null=True)
    no_change_ground = serializers.ChoiceField(
        choices=TaskReturn.Ground.choices, allow_null=True, allow_blank=True
    )
    no_change_reason = serializers.CharField(allow_null=True)
    progress = serializers.CharField(allow_null=True)
    percent = figure()
    experience = serializers.CharField(allow_null=True)
    problem = serializers.CharField(allow_null=True)
    request = serializers.CharField(allow_null=True)
    next_steps = serializers.CharField(allow_null=True)
    consolidated = serializers.CharField(allow_null=True)
    overview = serializers.CharField(allow_null=True)
    benchmarking = serializers.CharField(allow_null=True)
    filled_by = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    head = serializers.CharField(allow_null=True)
    paragraphs = UnitParagraphSerializer(many=True)
    nodes = NodeReportSerializer(many=True)
    target_values = TargetValueSerializer(many=True)
    project_updates = ProjectUpdateSerializer(many=True)
    attachments = AttachmentSerializer(many=True)
    sources = SourceSerializer(many=True)


class StaleReportSerializer(ProblemSerializer):
    """412: what was sent, and how the report stands now."""

    yours = serializers.JSONField(allow_null=True)
    current = ReportSerializer()


class VersionSerializer(serializers.ModelSerializer):
    """A version as it left the body, frozen; `sha256` is of the canonical JSON of `content`."""

    frozen_by = serializers.CharField(source="frozen_by.full_name")
    content = serializers.DictField(
        help_text="报出时的全文；年度落实情况报告另有 paper：签发人、成文日期和两张附表的行。"
        "本字段加入以前报出的版本没有 paper"
    )

    class Meta:
        model = ReportVersion
        fields = ["number", "frozen_at", "frozen_by", "sha256", "content"]


# --- writing a report --------------------------------------------------------------------------


class Rows(serializers.ListSerializer):
    """A whole new list; each thing is named once."""

    def validate(self, rows):
        named = [tuple(row.get(key) for key in self.child.named_by) for row in rows]
        if len(set(named)) < len(named):
            raise serializers.ValidationError("同一项重复填写，请合并后再保存。")
        return rows


class NodeChangeSerializer(serializers.ModelSerializer):
    node = serializers.IntegerField()
    named_by = ("node",)

    class Meta:
        model = NodeReport
        list_serializer_class = Rows
        fields = ["node", "done", "done_on", "note"]


class TargetChangeSerializer(serializers.ModelSerializer):
    target = serializers.IntegerField()
    certainty = serializers.ChoiceField(
        choices=TargetValue.Certainty.choices,
        required=False,
        help_text="不写时为快报；第四季度为预计",
    )
    named_by = ("target", "certainty")

    class Meta:
        model = TargetValue
        list_serializer_class = Rows
        fields = ["target", "certainty", "value", "value_text", "note"]


class ProjectChangeSerializer(serializers.ModelSerializer):
    project = serializers.IntegerField()
    named_by = ("project",)

    class Meta:
        model = ProjectUpdate
        list_serializer_class = Rows
        fields = ["project", "stage", "note"]


class ParagraphChangeSerializer(serializers.Serializer):
    chapter = serializers.IntegerField(min_value=1, max_value=99)
    text = serializers.CharField(allow_blank=True, trim_whitespace=False)
    tasks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=9999), required=False, max_length=999
    )


def prose():
    return serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)


class ReportChangesSerializer(serializers.Serializer):
    """What may be changed in a draft or returned report. What is not named stays; a list replaces a list."""

    nature = serializers.ChoiceField(choices=TaskReturn.Nature.choices, required=False)
    no_change_ground = serializers.ChoiceField(
        choices=TaskReturn.Ground.choices, required=False, allow_blank=True
    )
    no_change_reason = prose()
    progress = prose()
    percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False, allow_null=True
    )
    experience = prose()
    problem = prose()
    request = prose()
    next_steps = prose()
    consolidated = prose()
    overview = prose()
    benchmarking = prose()
    filled_by = prose()
    phone = prose()
    head = prose()
    nodes = NodeChangeSerializer(many=True, required=False)
    target_values = TargetChangeSerializer(many=True, required=False)
    project_updates = ProjectChangeSerializer(many=True, required=False)
    paragraphs = ParagraphChangeSerializer(many=True, required=False)

    def to_internal_value(self, data):
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(dict.fromkeys(unknown, NOT_A_FIELD))
        return super().to_internal_value(data)

    @property
    def changes(self):
        """The validated data in the words of `drafts.save`."""
        given = dict(self.validated_data)
        for name, row_name in (("target_values", "targets"), ("project_updates", "projects")):
            if name in given:
                given[row_name] = given.pop(name)
        return given


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=content.TEXT_LIMIT)


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField(max_length=255, allow_empty_file=True)

"""What a reader may ask of the public pages."""

from django import forms

from agencies.models import Agency
from tasks.models import Task


class SearchForm(forms.Form):
    """Words to look for in all plans."""

    q = forms.CharField(
        label="查找任务",
        required=False,
        max_length=60,
        error_messages={"max_length": "关键词最多 60 个字，请缩短后再查。"},
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "例如：数字经济、杭州、市科技局"}),
    )


class ReadingForm(forms.Form):
    """Narrows the tasks of one plan by action, by responsible body, by words."""

    chapter = forms.TypedChoiceField(label="行动", required=False, coerce=int, empty_value=None)
    agency = forms.ModelChoiceField(
        label="责任单位",
        required=False,
        queryset=Agency.objects.none(),
        to_field_name="code",
        empty_label="全部",
        error_messages={"invalid_choice": "本计划没有这个责任单位，请从列表中选择。"},
    )
    q = SearchForm.base_fields["q"]

    def __init__(self, *args, plan, chapters, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["q"].label = "关键词"
        self.fields["chapter"].choices = [("", "全部")] + [
            (chapter.number, chapter.heading) for chapter in chapters
        ]
        self.fields["chapter"].error_messages["invalid_choice"] = "本计划没有这个行动，请从列表中选择。"
        self.fields["agency"].queryset = Agency.objects.filter(
            assignments__task__in=Task.objects.public().filter(plan=plan)
        ).distinct()

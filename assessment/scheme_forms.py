"""The page a scheme is edited on: a form with a row per criterion, per veto, per column of the city's forms.

Rows of criteria are numbered as typed (`weight_3`); `order_3` says where the row stands, `remove_3` takes it
out.
"""

from decimal import Decimal

from django import forms

from assessment import scheme_contents as contents
from assessment.exports.columns import COLUMNS, LONGEST_LABEL, check_columns, printed
from assessment.formulas import FORMULAS, plain
from assessment.models import Criterion, ExportForm, VetoItem
from assessment.scheme_contents import (
    MOST_CRITERIA,
    MOST_VETOES,
    PLAIN,
    CriterionContent,
    ExportContent,
    SchemeContent,
    VetoContent,
)
from progress.figures import CLASS_CODES
from progress.forms import Amount, Prose
from progress.views.typed import number_of
from supervision.kinds import may_be_addressed
from supervision.ticking_forms import Ticked, bodies_to_tick

OF_CRITERION = ("order", "name", "formula", "weight", "classes", "content", "standard", "remove")
VETOES = range(1, MOST_VETOES + 1)
CHOOSE = {"invalid_choice": "没有这个选项，请从名单中选择。", "required": "请选择。"}
NUMBERS = {
    "addition_cap": "加分上限",
    "deduction_cap": "扣分上限",
    "excellent_from": "优秀（含）以上",
    "good_from": "良好（含）以上",
    "fair_from": "一般（含）以上",
    "excellent_share": "优秀比例（%）",
}
DAYS = {"self_days": "自评期限", "objection_days": "反馈复核期限"}


class Points(Amount):
    """Points or percent with two decimals; nothing typed is what `default` says."""

    def __init__(self, default=None, **kwargs):
        self.default = default
        super().__init__(places=2, **kwargs)
        self.widget.attrs["maxlength"] = 12

    def clean(self, value):
        number = super().clean(value)
        if number is None and self.default is None:
            raise forms.ValidationError(f"请填写{self.label}。")
        return self.default if number is None else number


class Days(forms.IntegerField):
    """A number of working days."""

    def __init__(self, label):
        said = f"{label}请填写整数，例如 5。"
        super().__init__(
            label=label,
            widget=forms.TextInput({"inputmode": "numeric", "maxlength": 4}),
            error_messages={"required": said, "invalid": said},
        )


class NewSchemeForm(forms.Form):
    """起草: which year, after which model."""

    year = forms.IntegerField(
        label="年度", error_messages={"required": "请选择年度。", "invalid": "请从列出的年度中选择。"}
    )
    source = forms.CharField(required=False)


class ReasonForm(forms.Form):
    """撤回."""

    reason = Prose(label="原因", limit=500, rows=2)


class SchemeForm(forms.Form):
    """`content` of a valid form is what `schemes.edit` takes. rows: how many criteria there is room for."""

    title = Prose(label="名称", limit=contents.LONGEST_TITLE)
    document_number = Prose(label="文号", limit=contents.LONGEST_NUMBER)
    own_grades = forms.BooleanField(label="评定等次并排名", required=False)
    veto_on = forms.BooleanField(label="启用一票否决", required=False)
    host = forms.ChoiceField(label="办公室所在单位", required=False, error_messages=CHOOSE)
    cross_reviewer = forms.ChoiceField(label="交叉评审单位", required=False, error_messages=CHOOSE)
    listed = Ticked(label="列入计分的法检和中省直单位")
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    rows = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, initial=None, bodies=None, more=0):
        super().__init__(data, initial=initial)
        rows = number_of(str((data or initial or {}).get("rows") or "")) + more
        self.places = range(1, max(1, min(rows, MOST_CRITERIA)) + 1)
        self.initial["rows"] = len(self.places)
        self._offer(bodies or bodies_to_tick())
        for name, label in NUMBERS.items():
            self.fields[name] = Points(label=label)
        for name, label in DAYS.items():
            self.fields[name] = Days(label)
        for place in self.places:
            self.fields |= _criterion_fields(place, self._typed(f"formula_{place}"))
        for place in VETOES:
            self.fields |= _veto_fields(place)
        for kind in ExportForm.Kind:
            self.fields |= _export_fields(kind)

    def _typed(self, name):
        return (self.data if self.is_bound else self.initial).get(name)

    def _offer(self, bodies):
        """Bodies to choose from: any that bears duties; to be listed only 法检 and 中省直."""
        named = [(heading, [row for row in rows if may_be_addressed(row[2])]) for heading, rows in bodies]
        self.bodies = {code: body for _, rows in named for code, _, body in rows}
        choices = [
            ("", "（未指定）"),
            *((heading, [row[:2] for row in rows]) for heading, rows in named if rows),
        ]
        self.fields["host"].choices = self.fields["cross_reviewer"].choices = choices
        listed = [
            (heading, [row for row in rows if contents.may_be_listed(row[2])]) for heading, rows in named
        ]
        self.fields["listed"].groups = [group for group in listed if group[1]]

    # --- what the page shows -------------------------------------------------------------------

    @property
    def criterion_rows(self):
        return [CriterionRow(self, place) for place in self.places]

    @property
    def may_have_more(self):
        return len(self.places) < MOST_CRITERIA

    @property
    def veto_rows(self):
        return [(place, self[f"veto_{place}"], self[f"effect_{place}"]) for place in VETOES]

    @property
    def export_tables(self):
        """[(label, title, points, rows)], one for each city assessment; rows: [(what the column is, its
        controls: use, at, label, width)]."""
        return [
            (
                kind.label,
                self[f"{kind}_title"],
                self[f"{kind}_points"],
                [
                    (
                        column.label,
                        *(self[f"{kind}_{part}_{key}"] for part in ("use", "at", "label", "width")),
                    )
                    for key, column in COLUMNS.items()
                ],
            )
            for kind in ExportForm.Kind
        ]

    # --- what was typed ------------------------------------------------------------------------

    @property
    def standing_places(self):
        """Numbers of the rows that stay, in the order asked for."""
        typed = self.cleaned_data
        stay = [place for place in self.places if not typed.get(f"remove_{place}") and self._is_used(place)]
        return sorted(stay, key=lambda place: (typed.get(f"order_{place}") or place, place))

    def _is_used(self, place):
        """A row nothing was written in is room that was not needed."""
        typed = self.cleaned_data
        return any(typed.get(f"{name}_{place}") for name in ("name", "weight", "content", "standard"))

    @property
    def content(self):
        typed = self.cleaned_data
        said = {name: typed[name] for name in PLAIN if name not in ("host", "cross_reviewer")}
        said |= {name: self.bodies.get(typed[name]) for name in ("host", "cross_reviewer")}
        return SchemeContent(
            **said,
            listed=tuple(typed["listed"]),
            criteria=tuple(self._criterion(place) for place in self.standing_places),
            veto_items=tuple(
                VetoContent(typed[f"veto_{place}"], typed[f"effect_{place}"] or VetoItem.Effect.NOT_EXCELLENT)
                for place in VETOES
                if typed[f"veto_{place}"]
            ),
            export_forms=tuple(
                ExportContent(
                    kind.value,
                    typed[f"{kind}_title"],
                    typed[f"{kind}_points"],
                    tuple(typed[f"{kind}_columns"]),
                )
                for kind in ExportForm.Kind
            ),
        )

    def _criterion(self, place):
        typed = {name: self.cleaned_data[f"{name}_{place}"] for name in OF_CRITERION}
        numbers = {
            each.name: plain(self.cleaned_data[f"p_{place}_{each.name}"])
            for each in FORMULAS[typed["formula"]].parameters
        }
        return CriterionContent(
            typed["name"],
            typed["formula"],
            typed["weight"],
            typed["content"],
            typed["standard"],
            numbers,
            # All of them ticked is the same as none: for every class.
            () if len(typed["classes"]) == len(CLASS_CODES) else tuple(typed["classes"]),
        )

    def clean(self):
        typed = super().clean()
        for kind in ExportForm.Kind:
            typed[f"{kind}_columns"] = self._columns(kind, typed)
        return typed

    def _columns(self, kind, typed):
        used = [key for key in COLUMNS if typed.get(f"{kind}_use_{key}")]
        used.sort(key=lambda key: typed.get(f"{kind}_at_{key}") or len(COLUMNS))
        said = [
            {"key": key} | {part: typed.get(f"{kind}_{part}_{key}") for part in ("label", "width")}
            for key in used
        ]
        try:
            return check_columns(said)
        except forms.ValidationError as wrong:
            self.add_error(f"{kind}_title", wrong)
            return []

    def refuse(self, incomplete):
        """Put the sentences of the rules beside the controls they are about."""
        placed = dict(enumerate(self.standing_places, start=1))
        for name, sentence in incomplete.fields.items():
            part, _, rest = name.partition("_")
            place, _, parameter = rest.partition("_")
            if part in (*OF_CRITERION, "p") and place.isdecimal():
                name = "_".join(filter(None, [part, str(placed[int(place)]), parameter]))
            self.add_error(name if name in self.fields else None, sentence)


class CriterionRow:
    """The controls of one criterion, for the page."""

    def __init__(self, form, place):
        self.place = place
        for name in OF_CRITERION:
            setattr(self, name, form[f"{name}_{place}"])
        code = self.formula.value()
        self.explained = FORMULAS[code].source if code in FORMULAS else ""
        self.parameters = [form[name] for name in form.fields if name.startswith(f"p_{place}_")]


class ParametersForm(forms.Form):
    """The numbers of one formula at their defaults: what a row gets when its formula is chosen anew."""

    PLACE = "ROW"

    def __init__(self, code):
        super().__init__()
        self.code = code
        self.fields |= _parameter_fields(self.PLACE, code)


def _criterion_fields(place, code):
    named = f"第 {place} 项"
    code = code if code in FORMULAS else Criterion.Formula.BY_HAND
    return {
        f"order_{place}": forms.IntegerField(
            label="次序",
            required=False,
            min_value=1,
            max_value=99,
            widget=forms.TextInput({"inputmode": "numeric", "maxlength": 2}),
            error_messages=dict.fromkeys(
                ("invalid", "min_value", "max_value"), f"{named}的次序请填 1 至 99 的整数。"
            ),
        ),
        f"name_{place}": Prose(label="考核项目", limit=contents.LONGEST_NAME),
        f"formula_{place}": forms.ChoiceField(
            label="计分方式",
            choices=Criterion.Formula.choices,
            initial=Criterion.Formula.BY_HAND,
            error_messages=CHOOSE,
        ),
        f"weight_{place}": Points(label="分值", default=Decimal(0)),
        f"classes_{place}": forms.MultipleChoiceField(
            label="适用类别",
            required=False,
            choices=list(CLASS_CODES.items()),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": "请从列出的类别中选择。"},
        ),
        f"content_{place}": Prose(label="考核内容", limit=contents.LONGEST_TEXT, rows=2),
        f"standard_{place}": Prose(label="考核标准", limit=contents.LONGEST_TEXT, rows=2),
        f"remove_{place}": forms.BooleanField(label="删去", required=False),
        **_parameter_fields(place, code),
    }


def _parameter_fields(place, code):
    return {
        f"p_{place}_{each.name}": Points(
            label=f"{each.label}（{each.unit}）", default=each.default, initial=plain(each.default)
        )
        for each in FORMULAS[code].parameters
    }


def _veto_fields(place):
    return {
        f"veto_{place}": Prose(label=f"第 {place} 种情形", limit=contents.LONGEST_VETO),
        f"effect_{place}": forms.ChoiceField(
            label=f"第 {place} 种情形的后果",
            choices=VetoItem.Effect.choices,
            required=False,
            error_messages=CHOOSE,
        ),
    }


def _export_fields(kind):
    fields = {
        f"{kind}_title": Prose(label="表名", limit=80),
        f"{kind}_points": Points(label="折算满分"),
    }
    for key, column in COLUMNS.items():
        of_column = {
            f"{kind}_use_{key}": forms.BooleanField(label=f"列出{column.label}", required=False),
            f"{kind}_at_{key}": forms.IntegerField(
                label=f"{column.label}的位置",
                required=False,
                widget=forms.TextInput({"inputmode": "numeric", "maxlength": 2}),
                error_messages={"invalid": f"“{column.label}”的位置请填整数。"},
            ),
            f"{kind}_label_{key}": Prose(label=f"{column.label}的列名", limit=LONGEST_LABEL),
            f"{kind}_width_{key}": Points(label=f"{column.label}的列宽", default=Decimal(str(column.width))),
        }
        for field in of_column.values():
            field.widget.attrs["aria-label"] = field.label
        fields |= of_column
    return fields


# --- a scheme as the controls hold it ------------------------------------------------------------


def as_typed(content: SchemeContent, revision) -> dict:
    """A scheme as the controls of its form would hold it."""
    typed = {name: _shown(getattr(content, name)) for name in PLAIN}
    typed |= {name: getattr(getattr(content, name), "code", "") for name in ("host", "cross_reviewer")}
    typed |= {"listed": [each.code for each in content.listed], "revision": revision}
    typed["rows"] = len(content.criteria)
    for place, each in enumerate(content.criteria, start=1):
        typed |= _typed_criterion(place, each)
    for place, each in enumerate(content.veto_items, start=1):
        typed |= {f"veto_{place}": each.name, f"effect_{place}": each.effect}
    for each in content.export_forms:
        typed |= _typed_form(each)
    return typed


def as_written(form: SchemeForm) -> dict:
    """What a bound form holds, to be shown again without being judged."""
    return {each.name: each.data for each in form}


def _typed_criterion(place, each):
    said = {name: getattr(each, name) for name in ("name", "formula", "content", "standard")}
    said |= {"order": place, "weight": plain(each.weight), "classes": each.classes or list(CLASS_CODES)}
    typed = {f"{name}_{place}": value for name, value in said.items()}
    return typed | {f"p_{place}_{name}": number for name, number in each.parameters.items()}


def _typed_form(each):
    typed = {f"{each.kind}_title": each.title, f"{each.kind}_points": plain(each.points)}
    placed = {
        column.key: (place, shown) for place, (column, shown) in enumerate(printed(each.columns), start=1)
    }
    for key, usual in COLUMNS.items():
        place, column = placed.get(key, ("", usual))
        typed |= {
            f"{each.kind}_use_{key}": key in placed,
            f"{each.kind}_at_{key}": place,
            f"{each.kind}_label_{key}": column.label,
            f"{each.kind}_width_{key}": plain(Decimal(str(column.width))),
        }
    return typed


def _shown(value):
    return plain(value) if isinstance(value, Decimal) else value

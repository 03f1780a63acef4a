"""What is typed into a report: its head, a new section, and the paragraphs of one section."""

from dataclasses import dataclass, field, replace

from django import forms

from assessment import editing
from assessment.editions import NOTE_LIMIT
from assessment.merging import Row, mark, merge
from assessment.models import SummaryReport
from progress.forms import Day, Prose
from progress.views.typed import number_of

# So many paragraphs too many are still read, to say how many they are.
TO_SPARE = 50
LEVELS = ((0, "正文"), (2, "（一）级标题"), (3, "1.级标题"), (4, "（1）级标题"))


class HeadForm(forms.Form):
    """What stands over and under a report; `said` of a valid form is what `editing.save_head` takes."""

    title = Prose(label="标题", limit=160)
    addressee = Prose(label="主送机关", limit=120)
    signer = Prose(label="签发人", limit=40)
    number = Prose(label="发文字号", limit=60)
    body = Prose(label="落款单位", limit=80)
    signed_on = Day(label="成文日期")
    revision = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    @property
    def said(self):
        return {name: self.cleaned_data[name] for name in editing.HEAD}


def head_as_typed(report: SummaryReport):
    """A report's head as the controls of its form would hold it."""
    return {name: getattr(report, name) for name in (*editing.HEAD, "revision")}


class NewSectionForm(forms.Form):
    heading = Prose(label="新章节的标题", limit=editing.HEADING_LIMIT)


class FreezeForm(forms.Form):
    """定稿: why, and that what remains to be mended is known. must: how many findings remain."""

    confirmed = forms.BooleanField(label="已知悉上面须改的问题，仍按现在的内容定稿", required=False)
    note = Prose(label="说明", limit=NOTE_LIMIT, rows=2)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, must, **kwargs):
        super().__init__(*args, **kwargs)
        if not must:
            del self.fields["confirmed"]

    def clean(self):
        return {"confirmed": False, "note": "", "seen": ""} | super().clean()


# --- the paragraphs of one section -------------------------------------------------------------------


@dataclass(frozen=True)
class TypedSection:
    """A section as it is typed: its heading and rows, and what stood there when the person began.

    seen: {key of a paragraph: merging.mark}; was: the heading then; disputed: keys of paragraphs somebody
    else changed meanwhile; part: the key of the subheading whose part of the section this is, None for all.
    """

    heading: str
    rows: list
    revision: int
    seen: dict
    was: str
    disputed: frozenset = frozenset()
    errors: list = field(default_factory=list)
    part: int | None = None

    @property
    def ids_text(self):
        """The keys of the rows in their order; nothing for a new one."""
        return ",".join(str(row.id or "") for row in self.rows)

    @property
    def seen_text(self):
        """`seen` as one hidden control holds it."""
        return ",".join(f"{key}:{value}" for key, value in self.seen.items())

    @property
    def disputed_text(self):
        return ",".join(map(str, sorted(self.disputed)))


def as_it_stands(section, part=None):
    """A saved section as its form holds it first; part: only from this subheading to the next."""
    rows = editing.rows_of(section)
    if part is not None:
        first = next((place for place, row in enumerate(rows) if row.id == part and row.level == 2), None)
        if first is None:
            part = None
        else:
            following = (place for place, row in enumerate(rows) if place > first and row.level == 2)
            rows = rows[first : next(following, len(rows))]
    seen = {row.id: mark(row) for row in rows}
    return TypedSection(section.heading, rows, section.revision, seen, section.heading, part=part)


def whole(typed, standing):
    """(the rows of the whole section, at which place the typed ones begin): what is typed in the place of
    the part it was drawn from. standing: the saved rows."""
    first, end = _place_of(typed, standing)
    return [*standing[:first], *typed.rows, *standing[end:]], first


def _place_of(typed, standing):
    if typed.part is None:
        return 0, len(standing)
    places = [place for place, row in enumerate(standing) if row.id in typed.seen]
    return (places[0], places[-1] + 1) if places else (len(standing), len(standing))


def typed_section(data):
    """The TypedSection of a POST; what cannot be read is left out, texts that are too long are kept."""
    heading, errors = _clean(Prose(label="标题", limit=editing.HEADING_LIMIT), data.get("heading", ""))
    rows = []
    keys = data.get("ids", "").split(",")[: editing.MOST_PARAGRAPHS + TO_SPARE]
    for place, key in enumerate(keys):
        if f"text-{place}" not in data:
            continue
        limit = editing.PARAGRAPH_LIMIT
        text, wrong = _clean(Prose(label=f"第 {place + 1} 段", limit=limit), data[f"text-{place}"])
        errors += wrong
        level = number_of(data.get(f"level-{place}", ""))
        known = level if level in editing.LEVELS else 0
        rows.append(Row(number_of(key, default=None), known, text))
    return TypedSection(
        heading,
        rows,
        number_of(data.get("revision", "")),
        _seen(data.get("seen", "")),
        data.get("was", ""),
        frozenset(filter(None, map(number_of, data.get("disputed", "").split(",")))),
        errors,
        number_of(data.get("part", ""), default=None),
    )


def _clean(control, typed):
    """(the text with one kind of line ends, the sentences against it); a text that is too long stays."""
    text = control.to_python(typed)
    try:
        control.validate(text)
    except forms.ValidationError as error:
        return text, list(error.messages)
    return text, []


def _seen(text):
    pairs = [pair.partition(":") for pair in text.split(",")]
    return {key: value for first, _, value in pairs if (key := number_of(first))}


def rearranged(typed, verb, section):
    """What is typed after a button that saves nothing: up-2, down-2, drop-2, add-2 (a text below), head-2 (a
    heading below), gathered-2 (the gathered text again), theirs-2 (what is saved now). None for another verb.
    """
    name, _, place = verb.partition("-")
    at, rows = number_of(place, default=None), list(typed.rows)
    if at is None or not (0 <= at < len(rows) or (name in ("add", "head") and at <= len(rows))):
        return None
    if name == "up":
        rows.insert(max(0, at - 1), rows.pop(at))
    elif name == "down":
        rows.insert(at + 1, rows.pop(at))
    elif name == "drop":
        rows.pop(at)
    elif name in ("add", "head"):
        rows.insert(at + 1, Row(None, 0 if name == "add" else 2, ""))
    elif name in ("gathered", "theirs"):
        standing = {each.pk: each for each in section.paragraphs.all()}.get(rows[at].id)
        if standing is not None:
            text = standing.gathered if name == "gathered" else standing.text
            rows[at] = replace(rows[at], text=text)
    else:
        return None
    return replace(typed, rows=rows)


def merged(typed, current):
    """(the TypedSection to go on with after somebody else saved `current`, [Dispute])."""
    standing = editing.rows_of(current)
    first, end = _place_of(typed, standing)
    theirs = standing[first:end]
    both = merge(typed.rows, theirs, typed.seen)
    disputed = {both.rows[each.place].id for each in both.disputes if each.place is not None}
    going_on = replace(
        typed,
        heading=current.heading if typed.heading == typed.was else typed.heading,
        was=current.heading,
        rows=both.rows,
        revision=current.revision,
        seen={row.id: mark(row) for row in theirs},
        disputed=frozenset(disputed - {None}),
    )
    return going_on, both.disputes

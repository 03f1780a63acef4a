"""审定文字: a task's words put together from what was accepted, each sentence with where it comes from."""

import re
from dataclasses import asdict, dataclass, replace

from django.db.models import Max

from progress.models import ReportVersion, TakenOver, TaskReturn

SENTENCE = re.compile(r"[^。！？!?]*[。！？!?]+[”’」』）)]*|[^。！？!?]+")
LONGEST = 10000
NO_CHANGE = "确认无变化："


@dataclass(frozen=True)
class Sentence:
    """One sentence: the body that said it, in which report and version of it.

    opens: whether it begins a paragraph. through: the lead whose consolidated text took it over. kind: that
    of the report (a unit's summary is no return of the task).
    rewritten: the office's own words (办公室改写), without a source.
    """

    text: str
    agency: str = ""
    agency_code: str = ""
    report: int | None = None
    version: int | None = None
    through: str = ""
    kind: str = ""
    opens: bool = False
    rewritten: bool = False


@dataclass(frozen=True)
class Footnoted:
    """A text as it is read: see `footnotes`."""

    paragraphs: list
    notes: list


class Origins:
    """Which version of each return was accepted, and which of its words came from elsewhere; 2 queries."""

    def __init__(self, reports):
        ids = [report.pk for report in reports]
        newest = ReportVersion.objects.filter(report__in=ids).values("report").annotate(last=Max("number"))
        self.versions = dict(newest.order_by("report").values_list("report", "last"))
        self._taken = {}
        rows = TakenOver.objects.filter(report__in=ids).select_related("source__agency").order_by("at", "pk")
        for row in rows:
            for piece in split(row.text):
                self._taken[row.report_id, row.field, piece.text] = row

    def of(self, report, field, text):
        """The source of a sentence of a return's field: (report, version, the lead it came through)."""
        taken = self._taken.get((report.pk, field, text))
        if taken is not None:
            return taken.source, taken.version, report.agency.name
        return report, self.versions.get(report.pk), ""


def split(text):
    """The sentences of a text, without any source; a new line begins a paragraph."""
    return [
        Sentence(piece.strip(), opens=first == 0)
        for line in text.splitlines()
        for first, piece in enumerate(found for found in SENTENCE.findall(line) if found.strip())
    ]


def joined(sentences):
    """The text that sentences make."""
    return "".join(("\n" if each.opens else "") + each.text for each in sentences).lstrip("\n")


def assemble(task, reports, origins):
    """The text of a task from its accepted lead returns (in the order of the clause): (text, sources).

    Where the first lead has consolidated the task, its text alone; where leads are separate, or none has,
    what each said, under its name if they are several (design, section 4). sources: Sentences as JSON.
    """
    sentences = []
    for report, field, said, name in _pieces(task, reports):
        for number, piece in enumerate(split(said)):
            source, version, through = origins.of(report, field, piece.text)
            sentences.append(
                replace(
                    piece,
                    text=under_name(name, piece.text) if name and not number else piece.text,
                    agency=source.agency.name,
                    agency_code=source.agency.code,
                    report=source.pk,
                    kind=source.kind,
                    version=version,
                    through=through,
                )
            )
    return joined(sentences), [asdict(each) for each in sentences]


def rewritten(text, sources):
    """The office's wording of an assembled text: (text, sources, whether anything was changed).

    Sentences left as they were keep their source, the others are marked 办公室改写.
    """
    known = [Sentence(**each) for each in sources]
    left = list(known)
    sentences = []
    for piece in split(text):
        same = next((each for each in left if each.text == piece.text), None)
        if same is None:
            sentences.append(replace(piece, rewritten=True))
        else:
            left.remove(same)
            sentences.append(replace(same, opens=piece.opens))
    changed = [each.text for each in sentences] != [each.text for each in known]
    return joined(sentences), [asdict(each) for each in sentences], changed


def footnotes(sources):
    """How a text is shown with its sources.

    paragraphs: lists of (Sentence, number of its note, whether the number is written: after the last
    sentence of a run from one source); notes: (number, Sentence), one for each origin.
    """
    paragraphs, notes = [], {}
    for each in (Sentence(**source) for source in sources):
        origin = (each.report, each.version, each.through, each.rewritten)
        number, _ = notes.setdefault(origin, (len(notes) + 1, each))
        if each.opens or not paragraphs:
            paragraphs.append([])
        elif paragraphs[-1][-1][1] == number:
            paragraphs[-1][-1] = (*paragraphs[-1][-1][:2], False)
        paragraphs[-1].append((each, number, True))
    return Footnoted(paragraphs, list(notes.values()))


def _pieces(task, reports):
    """[(report, field, words, the name they stand under)]."""
    if not task.separate_leads:
        for report in reports[:1]:
            if report.task_return.consolidated.strip():
                return [(report, "consolidated", report.task_return.consolidated, "")]
    told = [(report, *_said(report.task_return)) for report in reports]
    told = [(report, field, words) for report, field, words in told if words]
    return [
        (report, field, words, report.agency.name if len(told) > 1 else "") for report, field, words in told
    ]


def under_name(name, text):
    """What a body said, under its name: “市科技局：……”; what has a colon of its own gets no second one."""
    return f"{name}{text}" if text.startswith(NO_CHANGE) else f"{name}：{text}"


def _said(said):
    if said.nature == TaskReturn.Nature.NO_CHANGE:
        return "no_change_reason", f"{NO_CHANGE}{said.no_change_reason.strip()}"
    return "progress", said.progress.strip()

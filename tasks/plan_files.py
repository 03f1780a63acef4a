"""A parsed notice as a JSON file and back, so that a plan travels without its web page or PDF.

fixtures/plan_2021_2023.json and plan_2024_2026.json are written by `import_plan --dump` from the official
texts beside them; a test parses the texts again and compares.
"""

import dataclasses
import datetime
import json

from tasks.clauses import Clause
from tasks.notice import Notice, NoticeChapter, NoticeSection, NoticeTask, Passage, PassingDate

PARTS = {
    "general": Passage,
    "safeguards": Passage,
    "chapters": NoticeChapter,
    "sections": NoticeSection,
}


def dump(notice: Notice) -> str:
    """The notice as JSON text, readable and stable line by line."""
    return json.dumps(dataclasses.asdict(notice), ensure_ascii=False, indent=1, default=str) + "\n"


def load(text: str) -> Notice:
    """The notice a file of `dump` holds. Raises ValueError or KeyError where it is no such file."""
    given = json.loads(text)
    for field, part in PARTS.items():
        given[field] = tuple(part(**piece) for piece in given[field])
    given["tasks"] = tuple(_task(piece) for piece in given["tasks"])
    given["passed_on"] = given["passed_on"] and PassingDate(**given["passed_on"])
    given["issued_on"] = given["issued_on"] and datetime.date.fromisoformat(given["issued_on"])
    given["left_out"] = tuple(given["left_out"])
    return Notice(**given)


def _task(piece: dict) -> NoticeTask:
    clause = piece.pop("clause")
    for field in ("leads", "supports", "remarks"):
        clause[field] = tuple(clause[field])
    return NoticeTask(**piece, clause=Clause(**clause))

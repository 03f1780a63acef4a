"""A colleague's word while one is typing: advice under a field, never a block (design, section 4)."""

import re
from difflib import SequenceMatcher
from functools import lru_cache

from progress.models.contents import certainty_rank
from tasks.models import Target

NEARLY_EQUAL = 0.9
SHORTEST_TO_COMPARE = 20


def advice(said, before=None, accumulating=()):
    """What an experienced colleague would remark: [(field, sentence)].

    said: this quarter's snapshot (`content.snapshot`); before: last quarter's, or None; accumulating: ids of
    the targets counted cumulatively within a year. The percent and those values are compared only within
    the same year.
    """
    remarks = []
    progress = said["progress"]
    if said["nature"] == "progress" and progress.strip():
        if before and nearly_equal(progress, before["progress"]):
            remarks.append(("progress", "与上季度文字几乎相同，请写明本季度新的进展。"))
        if not re.search(r"\d", progress):
            remarks.append(("progress", "没有出现数据或时间，建议先写数据、再写举措。"))
    if before and before["period"][:4] == said["period"][:4]:
        remarks += _falls(said, before, set(accumulating))
    return remarks


def accumulating_targets(targets):
    """Ids of the targets whose value only grows within a year."""
    return [target.pk for target in targets if target.accumulation != Target.Accumulation.POINT]


# A review list asks of the same frozen texts at every step through it.
@lru_cache(maxsize=512)
def nearly_equal(new, old):
    """Whether two texts of some length hardly differ, spaces aside."""
    new, old = (re.sub(r"\s", "", text) for text in (new, old))
    if min(len(new), len(old)) < SHORTEST_TO_COMPARE:
        return False
    # Two cheap upper bounds first: the exact ratio of two long texts is asked only when it may matter.
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return (
        matcher.real_quick_ratio() >= NEARLY_EQUAL
        and matcher.quick_ratio() >= NEARLY_EQUAL
        and matcher.ratio() >= NEARLY_EQUAL
    )


def _falls(said, before, accumulating):
    if said["percent"] is not None and before["percent"] is not None and said["percent"] < before["percent"]:
        yield ("percent", f"年度累计完成率低于上季度的 {before['percent']}%，如属口径调整请在进展中说明。")
    last = {target: row["value"] for target, row in _most_certain(before).items()}
    for row in _most_certain(said).values():
        was = last.get(row["target"])
        if row["target"] in accumulating and None not in (was, row["value"]) and row["value"] < was:
            yield (
                "target_values",
                f"“{row['indicator']}”当年累计值低于上季度的 {was}{row['unit']}，请核对。",
            )


def _most_certain(said):
    """{target: the row of its most certain value} of a snapshot."""
    rows = sorted(said["target_values"], key=lambda row: certainty_rank(row["certainty"]))
    return {row["target"]: row for row in rows}

"""A colleague's word on a unit's summary while one is typing: advice under a field, never a block."""

import re

from progress.advice import nearly_equal


def advice(report, before=None):
    """What an experienced colleague would remark: {name of the form's field: sentence}.

    report: with its content at hand (`content.load`); before: the snapshot of last quarter's summary.
    """
    remarks = {}
    last = {}
    for row in before["paragraphs"] if before else ():
        last.setdefault(row["chapter"], []).append(row["text"])
    for row in report.paragraphs.all():
        said = _remark(row.text, last.get(row.chapter.number, ()))
        if row.text.strip() and not row.tasks.all():
            said += "没有勾选涉及的任务，相关牵头单位将看不到这一段。"
        if said:
            remarks[f"paragraph-{row.chapter.number}-{row.order}-text"] = said
    if before and nearly_equal(report.unit_return.overview, before["overview"]):
        remarks["overview"] = "与上季度文字几乎相同，请写明本季度新的情况。"
    return remarks


def _remark(text, last):
    if any(nearly_equal(text, old) for old in last):
        return "与上季度文字几乎相同，请写明本季度新的进展。"
    if text.strip() and not re.search(r"\d", text):
        return "没有出现数据或时间，建议先写数据、再写举措。"
    return ""

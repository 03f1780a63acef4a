"""主要做法和成效: the words of each task, by 行动.

Of a task the confirmed text counts first, before there is one what its leads were accepted with (the text of
the first lead where it consolidated the task). Texts are cumulative from 1 January, so of all quarters only
the newest is taken; one that merely says 无变化 gives way to an earlier one that says what was done.
"""

from progress import verdict_text

from .paragraph import Said, lines_in, once, paragraph

SUPPORTING = "有关单位配合推进情况"
OFFICE_WROTE = "办公室改写"


def of_chapter(material, number):
    """The 行动 as a heading, each task under its title, then what units say of their part in it.

    Units' own reports tell of the tasks they lead what their returns told already: only paragraphs on
    tasks of others, or on none, are taken, and those on a led task that has no words otherwise.
    """
    chapter, tasks = next(each for each in material.chapters if each[0].number == number)
    found, said = [], Said()
    for task in tasks:
        lines = lines_of(material, task)
        for text, _ in lines:
            said.fresh(text)
        if not lines:
            lines = _from_leads_own_reports(material, task.number, said)
        if not lines:
            continue
        sources = [source for _, of_line in lines for source in of_line]
        found.append(paragraph(task.title, sources, level=3, chapter=number))
        found += [paragraph(text, of_line, chapter=number) for text, of_line in lines]
    found += _of_supporters(material, number, said)
    if not found:
        return []
    return [paragraph(chapter.title, [], level=2, chapter=number), *found]


def text_of(material, task):
    """The words of a task in one text, "" where nothing was accepted."""
    return "\n".join(text for text, _ in lines_of(material, task))


def lines_of(material, task):
    """The words of a task: [(a paragraph's text, its sources)]."""
    last_resort = []
    for quarter in material.quarters:
        returns = material.returns_of.get((task.number, quarter), [])
        verdict = material.verdicts.get((task.number, quarter))
        lines = _of_verdict(verdict) if verdict else _of_returns(task, returns)
        quiet = all(told.is_no_change for told in returns) and not (verdict and verdict.is_rewritten)
        if lines and not (returns and quiet):
            return lines
        last_resort = last_resort or lines
    return last_resort


# --- the confirmed text ----------------------------------------------------------------------------


def _of_verdict(verdict):
    sentences = [verdict_text.Sentence(**each) for each in verdict.sources]
    if verdict_text.joined(sentences) != verdict.text:
        # Kept without its sentences, as a text may be that is older than they are.
        sources = once(_source_of(each, verdict) for each in sentences) or [_by_office(verdict)]
        return [(line, sources) for line in lines_in(verdict.text)]
    lines = []
    for each in sentences:
        if each.opens or not lines:
            lines.append(("", []))
        text, sources = lines[-1]
        lines[-1] = (text + each.text, once([*sources, _source_of(each, verdict)]))
    return lines


def _source_of(sentence, verdict):
    if sentence.rewritten or sentence.report is None:
        return _by_office(verdict)
    return {
        # What a unit's summary said was never a return of the task.
        "task": verdict.task if sentence.kind in ("", "task") else None,
        "agency": sentence.agency_code,
        "agency_name": sentence.agency,
        "period": verdict.period,
        "version": sentence.version,
        "report": sentence.report,
    }


def _by_office(verdict):
    return {
        "task": verdict.task,
        "agency": "",
        "agency_name": OFFICE_WROTE,
        "period": verdict.period,
        "version": None,
        "report": None,
    }


# --- what leads said -------------------------------------------------------------------------------


def _of_returns(task, returns):
    """Of accepted returns in the order of the clause: [(text, sources)]."""
    whole = "" if task.separate_leads or not returns else returns[0].said.get("consolidated", "")
    if whole.strip():
        return [(line, _with_taken(returns[0], "consolidated", line)) for line in lines_in(whole)]
    told = [(each, *_what_was_done(each.said)) for each in returns]
    told = [(each, field, text) for each, field, text in told if text]
    lines = []
    for each, field, text in told:
        for place, line in enumerate(lines_in(text)):
            named = len(told) > 1 and not place
            words = verdict_text.under_name(each.agency_name, line) if named else line
            lines.append((words, _with_taken(each, field, line)))
    return lines


def _what_was_done(said):
    if said.get("nature") == "no_change":
        return "no_change_reason", f"{verdict_text.NO_CHANGE}{said['no_change_reason'].strip()}"
    return "progress", said.get("progress", "").strip()


def _with_taken(told, field, line):
    """The sources of a line: the return, and those whose words it took over and still holds."""
    taken = [
        {
            "task": told.task,
            "agency": "",
            "agency_name": row["agency"],
            "period": told.period,
            "version": row["version"],
            "report": row["report"],
        }
        for row in told.said.get("sources", ())
        if row["field"] == field and row["text"] and row["text"] in line
    ]
    return [told.source(), *taken]


# --- what units said -------------------------------------------------------------------------------


def _from_leads_own_reports(material, number, said):
    lines = []
    for summary in material.summaries:
        if summary.agency in material.led_by[number]:
            for row in _readable(material, summary):
                text = said.fresh(row["text"]) if number in row["tasks"] else ""
                lines += [(line, [summary.source(number)]) for line in lines_in(text)]
    return lines


def _of_supporters(material, chapter, said):
    found = []
    for summary in material.summaries:
        for row in _readable(material, summary):
            if row["chapter"] != chapter or _is_of_a_lead(material, summary, row):
                continue
            lines = lines_in(said.fresh(row["text"]))
            sources = [summary.source(number) for number in row["tasks"]] or [summary.source()]
            for place, line in enumerate(lines):
                name = "" if place else f"{summary.agency_name}："
                found.append(paragraph(f"{name}{line}", sources, chapter=chapter))
    if not found:
        return []
    return [paragraph(SUPPORTING, [], level=3, chapter=chapter), *found]


def _is_of_a_lead(material, summary, row):
    return any(summary.agency in material.led_by[number] for number in row["tasks"])


def _readable(material, summary):
    """Its paragraphs but those that name a task nobody is to read of here."""
    return [row for row in summary.said["paragraphs"] if not material.secret & set(row["tasks"])]

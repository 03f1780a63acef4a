"""Where a report of the office, or an edition of one, names tasks that are sensitive by now. Pure.

A passage names a task by where it was drawn from (`sources`) or by quoting its title; a table by its rows.
What people wrote in a paragraph drawn from such a task counts with it: a new paragraph has no sources.
"""

from assessment.provenance import tasks_of

TABLES = (("tasks", "number"), ("targets", "task"), ("projects", "task"))


def in_passage(secret, text, sources):
    """Numbers of the sensitive tasks (of a `secrecy.Secret`) a paragraph names, in order."""
    quoted = {number for number, title in secret.named if title and title in text}
    return sorted(tasks_of(sources) & secret.numbers | quoted)


def in_tables(secret, figures):
    """Those the tables of a report (`SummaryReport.figures`) hold, in order."""
    held = {row.get(key) for name, key in TABLES for row in figures.get(name, ())}
    return sorted(held & secret.numbers)


def in_data(secret, data):
    """Those a report's data (see `editions`) names anywhere, in order."""
    found = set(in_tables(secret, data["figures"]))
    for section in data["sections"]:
        for each in section["paragraphs"]:
            found.update(in_passage(secret, each["text"], each["sources"]))
    return sorted(found)


def in_words(numbers):
    """“第 3、15 项”."""
    return f"第 {'、'.join(map(str, numbers))} 项"

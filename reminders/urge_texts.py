"""The words of a 催报: to a person, and to paste into a group."""

from django.utils import timezone

from agencies.writing import day_of
from progress.timetable import spoken_day
from reminders.audiences import may_say
from reminders.rules import SECRET

LONGEST_WORDS = 500
DEFAULT_WORDS = "请抓紧办理以下事项。如有困难，请及时与市领导小组办公室联系。"


def letter_text(words, owed, by, now, *, outside=False):
    """The whole text to a person: the office's words, the things by body, who asks and when.

    outside: whether it leaves the house (by mail), where a sensitive task is not named.
    """
    things = _by_body(owed, outside=outside)
    signed = ["", f"市领导小组办公室　{by}", day_of(timezone.localdate(now))]
    return "\n".join([*_words(words), *things, *signed]).strip()


def group_text(owed, words, by, now):
    """The text for a group (复制催报文, a robot's), by body; "" of nothing. The caller has left out what this
    group may not know (`for_group`, or of a body's own group what is not its own)."""
    if not owed:
        return ""
    bodies = {each.agency for each in owed}
    head = f"【催报】截至{spoken_day(now)}，{len(bodies)}家单位共{len(owed)}项待办理："
    things = _by_body(owed, heads=True, outside=True)
    return "\n".join([head, *_words(words), *things, "", f"市领导小组办公室　{by}"])


def for_group(owed):
    """What of it may be named in a group of several bodies."""
    return [each for each in owed if may_say(None, each.item)]


def _words(words):
    return [words.strip()] if words.strip() else []


def _by_body(owed, *, heads=False, outside=False):
    bodies = list(dict.fromkeys(each.agency for each in owed))
    lines = []
    for agency in bodies:
        of_body = [each for each in owed if each.agency == agency]
        if heads or len(bodies) > 1:
            lines += ["", f"{agency.name}（{len(of_body)}项）："]
        else:
            lines.append("")
        lines += [f"{number}. {_line(each, outside)}" for number, each in enumerate(of_body, start=1)]
    return lines


def _line(owed, outside):
    return SECRET if outside and owed.item.is_sensitive else owed.line

"""The words of a 催报: to a person, and to paste into a group."""

from django.utils import timezone

LONGEST_WORDS = 500
DEFAULT_WORDS = "请抓紧办理以下事项。如有困难，请及时与市领导小组办公室联系。"


def letter_text(words, owed, by, now):
    """The whole text to a person: the office's words, the things by body, who asks and when."""
    return "\n".join([*_words(words), *_by_body(owed), "", f"市领导小组办公室　{by}", _day(now)]).strip()


def group_text(owed, words, by, now):
    """The text to paste into a group (复制催报文), by body; only what everybody in the house may know."""
    said = for_group(owed)
    if not said:
        return ""
    bodies = {each.agency for each in said}
    head = f"【催报】截至{_moment(now)}，{len(bodies)}家单位共{len(said)}项待办理："
    return "\n".join([head, *_words(words), *_by_body(said, heads=True), "", f"市领导小组办公室　{by}"])


def for_group(owed):
    """What of it may be named in a group of several bodies."""
    return [each for each in owed if each.item.is_common and not each.item.is_sensitive]


def _words(words):
    return [words.strip()] if words.strip() else []


def _by_body(owed, *, heads=False):
    bodies = list(dict.fromkeys(each.agency for each in owed))
    lines = []
    for agency in bodies:
        of_body = [each for each in owed if each.agency == agency]
        if heads or len(bodies) > 1:
            lines += ["", f"{agency.name}（{len(of_body)}项）："]
        else:
            lines.append("")
        lines += [f"{number}. {each.line}" for number, each in enumerate(of_body, start=1)]
    return lines


def _day(now):
    day = timezone.localdate(now)
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(now):
    at = timezone.localtime(now)
    return f"{at.month}月{at.day}日{at:%H:%M}"

"""Two people changed the same thing: the second sees both texts, and nothing typed is lost."""

from dataclasses import dataclass


class BothTexts(list):
    """[(label, what is saved now, what was typed)] where they differ.

    True also where nothing differs: somebody was first all the same, and the page says so.
    """

    def __bool__(self):
        return True


@dataclass(frozen=True)
class Both:
    """shown: where they differ; typed: the data of the form to show again, on top of what is saved now."""

    shown: BothTexts
    typed: object


def differences(form, theirs):
    """What a bound form says otherwise than `theirs`, the same form filled from what is saved now."""
    typed = form.data.copy()
    typed["revision"] = theirs["revision"].value()
    return Both(shown_where(form, theirs), typed)


def shown_where(form, theirs):
    """Where a bound form differs from `theirs`, as BothTexts."""
    shown = BothTexts()
    for mine in form:
        if mine.name == "revision":
            continue
        said, stands = _words(mine), _words(theirs[mine.name])
        if said != stands:
            shown.append((mine.label, stands, said))
    return shown


def _words(bound):
    """A control's content as people read it."""
    if hasattr(bound, "chosen"):
        return "、".join(bound.chosen)
    value = bound.value()
    choices = getattr(bound.field, "choices", None)
    if choices:
        return next((str(label) for each, label in _flat(choices) if str(each) == str(value)), "")
    return str("" if value is None else value).replace("\r\n", "\n").strip()


def _flat(choices):
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label

"""A posted verb is tried: it is done, or what stopped it is said, with the status that goes with it."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone

from progress.filetypes import Refused
from progress.views.typed import number_of
from progress.workflow import Incomplete, Stale, WrongState
from supervision.upload_forms import file_field
from tasks.views.place import add_errors


@dataclass(frozen=True)
class Refusal:
    """Why nothing was done.

    status: of the answer. reason: the sentence over the page, empty where the form says it beside its
    controls. current: where somebody else was first (412), how it stands now.
    """

    status: int
    reason: str = ""
    current: object = None

    @property
    def has_moved_on(self):
        """Whether the page that was posted from shows what is no longer so."""
        return self.status in (409, 412)


def attempt(form, act, *, stale=Stale.reason):
    """Do what a form asks for: (what `act` returned, None), or (None, Refusal), the form naming its mistakes.

    act: calls the rule; it is only called when the form is valid. stale: the sentence where somebody else was
    first. What one may not do at all (`Denied`) goes through to the page that says so.
    """
    if not form.is_valid():
        return None, Refusal(400)
    try:
        return act(), None
    except Stale as moved_on:
        return None, Refusal(412, stale, moved_on.current)
    except WrongState as wrong:
        return None, Refusal(409, wrong.reason)
    except Incomplete as incomplete:
        name_missing(form, incomplete)
    except ValidationError as error:
        add_errors(form, error)
    except Refused as refused:
        form.add_error(file_field(form), refused.reason)
    return None, Refusal(400)


def by_now(request):
    """The `by=` and `now=` every verb takes."""
    return {"by": request.user, "now": timezone.now()}


def by_now_revision(request):
    """Likewise, with the `revision=` that the page posted from showed."""
    return by_now(request) | {"revision": number_of(request.POST.get("revision"))}


def name_missing(form, incomplete):
    """Put the sentences of an Incomplete beside its fields; those of none above the form."""
    for name, sentence in incomplete.fields.items():
        form.add_error(name if name in form.fields else None, sentence)

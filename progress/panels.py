"""What the apps above this one show on its pages: a titled box that loads its own content.

A box is a fragment with an address of its own, fetched when the page is there, so that a page's own queries
stay as they are. Apps add a function to `PANELS` when they start; it asks nothing of the database.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """A box: `url` answers with its content (a fragment); `more` is the page that has all of it, also for
    browsers without scripts."""

    title: str
    url: str
    more: str


# Where boxes can stand, and the functions that give them: (request, **what the page is about) -> Panel or
# None. "task": plan, period, task; "desk": plan, period; "return": report (one's own, being filled in).
PANELS = {"task": [], "desk": [], "return": []}


def panels_for(place, request, **about):
    """The boxes of a page for the person who looks at it, in the order they were added."""
    found = (panel(request, **about) for panel in PANELS[place])
    return [each for each in found if each is not None]

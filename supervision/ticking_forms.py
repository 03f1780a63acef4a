"""Choosing several bodies or tasks by ticking them, grouped as people look for them."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from agencies.models import Agency
from tasks.models import Task


class BoundTicks(BoundField):
    """What templates/supervision/_ticks.html shows."""

    @property
    def groups(self):
        """[(heading, [(value, label, whether ticked)], how many are ticked)]."""
        ticked = {str(each) for each in self.value() or ()}
        shown = []
        for heading, options in self.field.groups:
            rows = [(value, label, value in ticked) for value, label, _ in options]
            shown.append((heading, rows, sum(1 for row in rows if row[2])))
        return shown

    @property
    def chosen(self):
        """Labels of what is ticked, in order."""
        return [label for _, rows, _ in self.groups for _, label, ticked in rows if ticked]


class Ticked(forms.Field):
    """Several of a given set of things; cleaned to the list of them, in the order shown.

    groups: [(heading, [(value, label, thing)])], set by the form once it knows what may be chosen.
    """

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **kwargs)
        self.groups = []

    def get_bound_field(self, form, field_name):
        return BoundTicks(form, self, field_name)

    def clean(self, value):
        wanted = {str(each) for each in value or ()}
        things = {option: thing for _, options in self.groups for option, _, thing in options}
        if wanted - set(things):
            raise ValidationError(f"“{self.label}”中有已不在列表里的选项，请重新勾选。")
        return [thing for option, thing in things.items() if option in wanted]


def grouped(things, heading, value, label):
    """`things` as the groups of a Ticked; heading, value, label: functions of a thing."""
    groups = {}
    for thing in things:
        groups.setdefault(heading(thing), []).append((str(value(thing)), label(thing), thing))
    return list(groups.items())


def bodies_to_tick():
    """Every body that still stands, by class; one query."""
    kinds = list(Agency.Kind)
    bodies = sorted(
        Agency.objects.bodies().filter(abolished_on__isnull=True),
        key=lambda each: (kinds.index(each.kind), each.order, each.code),
    )
    return grouped(
        bodies, lambda each: each.get_kind_display(), lambda each: each.code, lambda each: each.name
    )


def tasks_to_tick(plan, user):
    """The plan's tasks this person may know of, by 行动; one query."""
    tasks = Task.objects.visible_to(user).filter(plan=plan).select_related("chapter").order_by("number")
    return grouped(
        tasks,
        lambda each: each.chapter.title,
        lambda each: each.number,
        lambda each: f"{each.number}. {each.title}",
    )

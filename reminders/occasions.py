"""On which days a rule speaks of a thing. Pure: dates in, dates out."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from progress.calendar import WorkingDays, YearNotCovered


@dataclass
class Occasions:
    """The days of any rule, counted in working days. `guessed`: the days that were found by counting calendar
    days instead, with the year the calendar does not cover; whoever shows such a day says so."""

    days: WorkingDays
    guessed: dict[date, int] = field(default_factory=dict)
    _known: dict = field(default_factory=dict)

    def of(self, rule, anchor, is_deadline):
        """The days on which `rule` speaks of a thing whose anchor is on `anchor` (a date), ascending.

        The rule's offset away from it, then again `every` working days, `times` times in all. On the very
        day (offset 0), where that is a day off: the working day before a deadline, the one after the day on
        which the waiting began.
        """
        key = (rule.offset, rule.every, rule.times, anchor, is_deadline)
        if key not in self._known:
            steps = (rule.offset + turn * rule.every for turn in range(rule.times))
            self._known[key] = sorted({self._shift(anchor, step, is_deadline) for step in steps})
        return self._known[key]

    def _shift(self, anchor: date, step: int, is_deadline: bool) -> date:
        try:
            if step:
                return self.days.after(anchor, step)
            if self.days.is_working(anchor):
                return anchor
            return self.days.after(anchor, -1 if is_deadline else 1)
        except YearNotCovered as unknown:
            guess = anchor + timedelta(days=step)
            self.guessed[guess] = unknown.year
            return guess

    def before(self, day, number):
        """The day `number` working days before `day`."""
        return self._shift(day, -number, True)

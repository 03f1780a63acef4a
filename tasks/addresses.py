"""Parts of an address that name a plan, a period or a year: `/work/2024-2026/2026Q3/…`."""

from django.urls import register_converter


class PlanCode:
    """The code of a plan, such as `2024-2026`."""

    regex = r"\d{4}-\d{4}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class PeriodCode:
    """The code of a reporting period, such as `2026Q3`, `2026H1` or `2026`."""

    regex = r"\d{4}(?:Q[1-4]|H[12])?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Year:
    """A year in four digits."""

    regex = r"\d{4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int | str) -> str:
        return str(value)


register_converter(PlanCode, "plan")
register_converter(PeriodCode, "period")
register_converter(Year, "year")

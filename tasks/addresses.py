"""Parts of an address that name a plan or a period: `/work/2024-2026/2026Q3/…`."""

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


register_converter(PlanCode, "plan")
register_converter(PeriodCode, "period")

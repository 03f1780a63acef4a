"""What the kinds of report have in common: the sign-off line, the longest text, numbers for JSON."""

# The longest text one field takes; the paper form's largest box holds about 600 characters.
TEXT_LIMIT = 5000

SIGN_OFF = ("filled_by", "phone", "head")


NUMERALS = "零一二三四五六七八九十"


def numeral(value):
    """1 → 一, 12 → 十二: as sections are numbered in the plans (up to 19)."""
    return NUMERALS[value] if value <= 10 else f"十{NUMERALS[value - 10]}"


def number(value):
    """A Decimal as a JSON number: whole where it is whole, None where there is none."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)

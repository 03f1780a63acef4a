"""What the kinds of report have in common: the sign-off line, the longest text, numbers for JSON."""

# The longest text one field takes; the paper form's largest box holds about 600 characters.
TEXT_LIMIT = 5000

SIGN_OFF = ("filled_by", "phone", "head")


def number(value):
    """A Decimal as a JSON number: whole where it is whole, None where there is none."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)

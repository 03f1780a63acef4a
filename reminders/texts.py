"""The texts of rules: words with placeholders such as {单位}, checked when they are written."""


def check(text):
    """Raises ValidationError naming every placeholder that is not known, and those that are."""
    raise NotImplementedError


def fill(text, values):
    """`text` with its placeholders replaced by `values` ({"单位": …}); what is unknown stays as it is."""
    raise NotImplementedError

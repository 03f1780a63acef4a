"""Whole numbers somebody typed or a page sent along: revisions seen, rows ticked, tasks named."""

# More digits than any key or revision has; what is longer is no number of ours (and `int` refuses 4,301).
LONGEST = 9


def number_of(text, default=0):
    """“12” → 12; `default` for nothing, other signs than 0 to 9, or more than LONGEST digits."""
    if text and text.isascii() and text.isdecimal() and len(text) <= LONGEST:
        return int(text)
    return default


def numbers_of(texts):
    """The numbers among `texts`, in order; what is none is left out."""
    read = (number_of(text, default=None) for text in texts)
    return [number for number in read if number is not None]

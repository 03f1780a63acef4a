"""Numbers of the headings inside a section, （一） 1. （1）: never typed, so that moving keeps them right."""

from agencies.official_words import heading_number


def numbers_of(levels):
    """The number before each of a section's paragraphs: "" for text (level 0), else as the level is counted.

    A heading begins the count of the levels below it anew.
    """
    counted, numbers = {}, []
    for level in levels:
        if not level:
            numbers.append("")
            continue
        counted = {each: count for each, count in counted.items() if each <= level}
        counted[level] = counted.get(level, 0) + 1
        numbers.append(heading_number(level, counted[level]))
    return numbers


def section_number(place):
    """The number of a section, counted from 1: 一、."""
    return heading_number(1, place)

"""点名: places and bodies a task's own words name, to be proposed to the office as supporters.

Pure: names in, mentions out. A brand that only carries a place in its name, and another city's park, are
no mention of the body.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Farm products known by a place, as 2021 task 28 lists them: the pear is meant, not the county.
BRANDS = re.compile("砀山酥梨|泗县山芋|萧县葡萄")
# Lines and roads named by one character of each end: 萧砀 runs from 萧县 to 砀山, 砀城 is 砀山's seat.
ABBREVIATIONS = {
    "萧砀": ("萧县", "砀山"),
    "灵泗": ("灵璧", "泗县"),
    "砀城": ("砀山",),
    "萧城": ("萧县",),
}
# 高新区 alone is the city's own only where no other city stands before it (徐州高新区, 南京栖霞高新区).
BARE_PARK = re.compile(r"^(高新区|经开区)$")
NOT_ANOTHER_CITYS = r"(?<![^\s，,、。；;：:（(“和与及在由将托持动进])"
SENTENCE = re.compile(r"[^。；;]+[。；;]?")
LONGEST_QUOTE = 400


@dataclass(frozen=True)
class Mention:
    """A name as found in a text, the name it stands for, and the sentence it was found in (verbatim)."""

    name: str
    as_found: str
    sentence: str


def mentions(text: str, names: Iterable[str]) -> list[Mention]:
    """In: a task's text and the names to look for. Out: the first mention of each name, in text order."""
    found: dict[str, Mention] = {}
    names = set(names)
    pattern = _pattern(names)
    if pattern is None:
        return []
    for sentence in SENTENCE.findall(text):
        for match in pattern.finditer(BRANDS.sub(lambda brand: "　" * len(brand[0]), sentence)):
            for name in ABBREVIATIONS.get(match[0], (match[0],)):
                if name in names:
                    found.setdefault(name, Mention(name, match[0], sentence.strip()[:LONGEST_QUOTE]))
    return list(found.values())


def _pattern(names: set[str]) -> re.Pattern | None:
    """Longest names first, so that 宿州高新区管委会 is not found as 高新区."""
    looked_for = names | {short for short, full in ABBREVIATIONS.items() if names.intersection(full)}
    parts = [
        f"{NOT_ANOTHER_CITYS}{re.escape(name)}" if BARE_PARK.match(name) else re.escape(name)
        for name in sorted(looked_for, key=len, reverse=True)
    ]
    return re.compile("|".join(parts)) if parts else None

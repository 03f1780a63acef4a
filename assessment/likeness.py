"""Sentences that say the same or nearly the same, among many texts. Pure, and fast for hundreds of pages."""

import re
from collections import defaultdict

SENTENCE = re.compile(r"[^。！？；\n]+")
SIGNS = re.compile(r"[^\w%]+")
DIGITS = re.compile(r"\d+(?:\.\d+)?")
# Shorter sentences are phrases everybody writes.
SHORTEST = 20
# Share of common pairs of signs from which two sentences with the same figures are nearly the same.
ALIKE = 0.8


def doubles(texts):
    """[(place of the first text, place of the later one, the later sentence)], each pair of texts once."""
    sentences = [(place, words) for place, text in enumerate(texts) for words in SENTENCE.findall(text)]
    by_pair, found, told = defaultdict(list), [], set()
    known = []
    for place, words in sentences:
        plain = SIGNS.sub("", words)
        if len(plain) < SHORTEST:
            continue
        pairs = frozenset(plain[at : at + 2] for at in range(len(plain) - 1))
        figures = DIGITS.findall(words)
        common = defaultdict(int)
        for pair in pairs:
            for index in by_pair[pair, len(figures)]:
                common[index] += 1
        for index, count in sorted(common.items()):
            there, others, said = known[index]
            if said == figures and count >= ALIKE * len(pairs | others) and (there, place) not in told:
                told.add((there, place))
                found.append((there, place, words.strip()))
                break
        for pair in pairs:
            by_pair[pair, len(figures)].append(len(known))
        known.append((place, pairs, figures))
    return found

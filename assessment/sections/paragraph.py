"""What paragraphs are made of, and how nothing is said twice."""

import re

from progress import verdict_text

SPACE = re.compile(r"\s+")


def paragraph(text, sources, *, level=0, chapter=None):
    """One paragraph as plain data; each source once."""
    return {"level": level, "text": text, "sources": once(sources), "chapter": chapter}


def once(sources):
    """The sources in their order, each once; they are plain data and have no hash."""
    found = []
    for source in sources:
        if source not in found:
            found.append(source)
    return found


def lines_in(text):
    """The lines of a text that say something, trimmed: each becomes a paragraph."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class Said:
    """Which sentences a section has said already. `fresh` gives a text without them."""

    def __init__(self):
        self._seen = set()

    def fresh(self, text):
        """The text without the sentences said before, which it is remembered for; "" of nothing new."""
        kept = []
        for sentence in verdict_text.split(text):
            plain = SPACE.sub("", sentence.text)
            if plain not in self._seen:
                self._seen.add(plain)
                kept.append(sentence)
        return verdict_text.joined(kept)

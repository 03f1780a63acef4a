"""Two texts side by side: what was added and what was taken out."""

import re
from difflib import SequenceMatcher


def word_diff(old, new):
    """The way from one text to another: [("same" | "ins" | "del", text)], clause by clause, then by word.

    Long texts are first compared in clauses, so that two pages of prose take milliseconds.
    """
    pieces = []
    for tag, before, after in _blocks(_clauses(old), _clauses(new)):
        if tag == "replace":
            pieces += _plain(_blocks(_words(before), _words(after)))
        else:
            pieces += _plain([(tag, before, after)])
    return _joined(pieces)


def _blocks(old, new):
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(tag, "".join(old[a:b]), "".join(new[c:d])) for tag, a, b, c, d in matcher.get_opcodes()]


def _plain(blocks):
    for tag, before, after in blocks:
        if tag == "equal":
            yield ("same", before)
        else:
            if before:
                yield ("del", before)
            if after:
                yield ("ins", after)


def _joined(pieces):
    joined = []
    for kind, text in pieces:
        if joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1] + text)
        else:
            joined.append((kind, text))
    return joined


def _clauses(text):
    return re.findall(r"[^，。；！？\n]*[，。；！？\n]|[^，。；！？\n]+", text or "")


def _words(text):
    return re.findall(r"[A-Za-z0-9.%]+|.", text, flags=re.DOTALL)

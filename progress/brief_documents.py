"""一页纸专报 as a Word document: the official page with smaller letters, so that all of it is one page."""

from agencies.official_page import BODY, HEADING, Form, OfficialDocument, Words

# The sizes brief_lines reckons with.
ONE_PAGE = Form(
    size=14, line=22, tightened=0, title_size=22, title_line=30, space_after_title=False, numbered=False
)


def word_of(brief, as_of):
    """The document as bytes. brief: a `briefs.Brief`; as_of: its 数据截至 in words."""
    document = OfficialDocument(ONE_PAGE)
    document.caption(brief.kind_line)
    document.title(brief.title)
    document.caption(as_of, size=12)
    for part in brief.parts:
        for name, label, text in part.rows:
            document.paragraph(*_head(name, HEADING), *_head(label, BODY, bold=True), text)
    return document.to_bytes()


def _head(text, font, *, bold=False):
    return [Words(f"{text}：", font, bold)] if text else []

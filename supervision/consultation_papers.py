"""The table of 征求意见 as Word and Excel: 序号｜单位｜意见｜采纳情况｜未采纳理由."""

from agencies.official_page import OfficialDocument
from agencies.spreadsheets import Column
from supervision.marks import head_mark
from supervision.models import Consultation, ConsultationReply, Opinion

COLUMNS = (
    *(Column("序号", 11), Column("单位", 27), Column("意见", 50)),
    *(Column("采纳情况", 20), Column("未采纳理由", 33)),
)
NO_OPINION, SILENT = "无意见", "（截至目前未反馈）"


def rows_of(replies, opinions):
    """The table's rows: every opinion, then a row for each unit that has none or was silent, in official
    order. replies: with their agencies; opinions: of those given."""
    by_reply = {}
    for each in opinions:
        by_reply.setdefault(each.reply_id, []).append(each)
    rows = []
    for reply in replies:
        for each in by_reply.get(reply.pk, ()):
            rows.append([reply.agency.name, words_of(each), adoption_of(each), each.reason])
        if reply.pk not in by_reply:
            given = reply.state == ConsultationReply.State.GIVEN
            rows.append([reply.agency.name, NO_OPINION if given else SILENT, "", ""])
    return [[number, *row] for number, row in enumerate(rows, start=1)]


def words_of(opinion):
    """An opinion with what it is about: “第二部分第3段：……”."""
    return f"{opinion.place}：{opinion.text}" if opinion.place else opinion.text


def adoption_of(opinion):
    """采纳情况 in words, "" while the office has not decided."""
    return "" if opinion.adoption == Opinion.Adoption.UNDECIDED else opinion.get_adoption_display()


def title_of(consultation):
    """The title of the table; a title that has its book marks already gets no second ones."""
    return f"《{consultation.title.strip('《》')}》征求意见及采纳情况"


def summary_of(replies, opinions):
    """One sentence: how many were asked, answered, and what became of the opinions."""
    given = [each for each in replies if each.state == ConsultationReply.State.GIVEN]
    counts = [
        f"{word.label}{number}条"
        for word in Opinion.Adoption
        if (number := sum(1 for each in opinions if each.adoption == word))
    ]
    said = f"共征求{len(replies)}家单位意见，已反馈{len(given)}家，收到意见{len(opinions)}条"
    return said + (f"，其中{'、'.join(counts)}。" if counts else "。")


def word_of(consultation, replies, opinions, sender, on):
    """The .docx as bytes. sender: the name it is signed with; on: a date."""
    document = OfficialDocument()
    open_mark = "" if consultation.state == Consultation.State.CLOSED else "办理中"
    mark = head_mark(open_mark, is_demo=consultation.is_demo)
    if mark:
        document.mark(mark)
    document.title(title_of(consultation))
    document.paragraph(summary_of(replies, opinions))
    document.table(COLUMNS, rows_of(replies, opinions))
    document.signature(sender, on)
    return document.to_bytes()

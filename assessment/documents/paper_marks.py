"""What a report's paper says of itself at its head: a draft, not signed, of the demonstration; or nothing."""

from supervision.marks import head_mark

STAGES = {"draft": "代拟稿", "comments": "征求意见稿"}
NOT_SIGNED = "送审稿　未签发"


def of_preview(stage, *, is_demo):
    """Of a report that is still written; stage: of STAGES."""
    return head_mark(STAGES[stage], is_demo=is_demo)


def of_edition(data, *, is_demo):
    """Of a frozen edition, from its data: one without a date has not been signed."""
    return head_mark("" if data["report"].get("signed_on") else NOT_SIGNED, is_demo=is_demo)

"""What a paper of supervision says of itself at its head."""

DEMONSTRATION = "演示数据　请勿引用"


def head_mark(*said, is_demo):
    """The words `said` of a paper (draft, not signed, cancelled; "" for none) in one line, and that it is of
    the demonstration; "" for a signed paper of the real house."""
    return "　".join(filter(None, (*said, DEMONSTRATION if is_demo else "")))

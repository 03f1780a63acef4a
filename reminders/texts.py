"""The texts of rules: words with placeholders such as {单位}, checked when they are written."""

import re

from django.core.exceptions import ValidationError

PLACEHOLDERS = {
    "单位": "承担该事项的单位名称",
    "任务": "第几项任务及标题；单位小结等为其名称",
    "报告期": "如“2026年第三季度”",
    "截止时间": "如“10月13日18:00”",
    "逾期天数": "已过截止时间或已等待的天数",
    "事项": "系统对该事项的完整称呼",
}
WRITTEN = re.compile(r"\{([^{}]*)\}")
ALLOWED = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)


def check(text):
    """Raises ValidationError (a sentence) naming what stands in braces and means nothing, and what would."""
    unknown = [name for name in WRITTEN.findall(text) if name not in PLACEHOLDERS]
    if unknown:
        named = "、".join(f"{{{name}}}" for name in dict.fromkeys(unknown))
        raise ValidationError(f"不认识的占位符：{named}。可以使用：{ALLOWED}。", code="placeholder")
    if "{" in WRITTEN.sub("", text) or "}" in WRITTEN.sub("", text):
        raise ValidationError(f"花括号没有成对。占位符写作：{ALLOWED}。", code="braces")


def used_in(text):
    """The names of the placeholders of a text."""
    return set(WRITTEN.findall(text))


def fill(text, values):
    """`text` with its placeholders replaced by `values` ({"单位": …}); what has no value stays as written.
    What a value holds is never read as a placeholder."""
    return WRITTEN.sub(lambda found: str(values.get(found[1], found[0])), text)

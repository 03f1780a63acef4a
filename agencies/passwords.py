"""What a password must be like: the validators behind the two profiles (settings.PASSWORD_PROFILE).

`default`: ten characters, nothing common, nothing local, not like the name. `mlps` (等保) adds complexity,
rotation and a history.
"""

import re

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

LOCAL_WORDS = (
    *("suzhou", "ahsz", "anhui", "hangzhou", "changsanjiao", "csj", "yangtze", "shizhengfu", "zhengfu"),
    *("fagaiwei", "fgw", "dangshan", "xiaoxian", "lingbi", "sixian", "yongqiao", "suma", "gaoxin", "jingkai"),
    *("宿州", "长三角", "一体化", "发改委", "政府", "砀山", "萧县", "灵璧", "泗县", "埇桥", "办公室"),
    *("admin", "office", "password", "passwd", "mima", "woaini", "qwerty", "asdf", "zxcv", "abc", "demo"),
)
LEAST_LEFT = 5


class LocalWordsValidator:
    """Refuses passwords that are little more than a word anybody here would try first, with digits."""

    def validate(self, password, user=None):
        left = password.lower()
        for word in (*LOCAL_WORDS, *_own_words(user)):
            left = left.replace(word, "")
        left = re.sub(r"(19|20)\d\d|1234*5*6*7*8*9*0*|[\W_]+", "", left)
        if left != password.lower() and len(left) < LEAST_LEFT:
            raise ValidationError(
                "密码主要由本地地名、单位、年份或常见词组成，容易被猜到，请换一个。", code="local_words"
            )

    def get_help_text(self):
        return "不要用地名、单位简称、年份、admin 一类别人容易想到的词。"


class ComplexityValidator:
    """At least three of: capital letters, small letters, digits, other signs."""

    CLASSES = (r"[A-Z]", r"[a-z]", r"[0-9]", r"[^A-Za-z0-9]")

    def validate(self, password, user=None):
        if sum(bool(re.search(kind, password)) for kind in self.CLASSES) < 3:
            raise ValidationError(
                "密码须包含大写字母、小写字母、数字、特殊符号中的至少三类。", code="too_simple"
            )

    def get_help_text(self):
        return "包含大写字母、小写字母、数字、特殊符号中的至少三类。"


class HistoryValidator:
    """Refuses the password in use and the last `remembered` ones."""

    def __init__(self, remembered=5):
        self.remembered = remembered

    def validate(self, password, user=None):
        if user is None or user.pk is None:
            return
        used = [user.password, *user.password_history][: self.remembered]
        if any(check_password(password, hashed) for hashed in used if hashed):
            raise ValidationError(
                f"不能使用最近 {self.remembered} 次用过的密码。", code="password_used_before"
            )

    def get_help_text(self):
        return f"不能与最近 {self.remembered} 次用过的密码相同。"


def must_be_changed(user, now) -> bool:
    """Whether the person has to choose a new password before going on (first use, or 90 days under mlps)."""
    if user.must_change_password:
        return True
    oldest = settings.PASSWORD_MAX_AGE
    if oldest is None or user.is_demo:
        return False
    return user.password_changed_at is None or now - user.password_changed_at > oldest


def _own_words(user):
    if user is None:
        return ()
    return tuple(part for part in re.split(r"[._-]", user.username) if len(part) > 2)

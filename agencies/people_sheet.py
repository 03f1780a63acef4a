"""Accounts as an Excel sheet: the columns, what is wrong with a filled sheet, and taking it over whole."""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from agencies.accounts import assign_post, create_person, edit_person
from agencies.models import Agency, Role, User
from agencies.models.people import RESERVED_USERNAMES, USERNAME
from agencies.names import Directory
from agencies.permissions import Denied, check_manage_accounts
from agencies.spreadsheets import Column

COLUMNS = [
    Column("用户名", 20),
    Column("姓名", 14),
    Column("办公电话", 18),
    Column("电子邮箱", 26),
    Column("角色", 14),
    Column("单位", 32),
    Column("起", 12),
    Column("止", 12),
    Column("状态", 10),
]
NEEDED = ["用户名", "姓名", "角色", "单位"]
LABELS = [column.label for column in COLUMNS]
ROLES = {role.label: role for role in Role}
MOST_ROWS = 2000


@dataclass
class SheetRow:
    """One line of a filled sheet, as plain text: JSON-ready, so that a preview can carry it."""

    number: int
    username: str
    full_name: str
    phone: str
    email: str
    role: str
    agency: str
    valid_from: str
    valid_until: str
    problems: list = field(default_factory=list)
    does: str = ""


def rows_of(people, today):
    """Rows for COLUMNS, one per post that has not ended, one without a post for those who hold none."""
    for person in people:
        state = "启用" if person.is_active else "停用"
        posts = [post for post in person.posts.all() if not post.valid_until or post.valid_until >= today]
        account = [person.username, person.full_name, person.phone, person.email]
        for post in posts:
            agency = post.agency.name if post.agency else ""
            yield [*account, post.get_role_display(), agency, post.valid_from, post.valid_until, state]
        if not posts:
            yield [*account, "", "", None, None, state]


def read(cells):
    """Lines of a sheet (lists of cells, headings first) → SheetRow list, each with its problems.

    Raises Denied with a sentence where the sheet as a whole cannot be read.
    """
    cells = [line for line in cells if any(_text(cell) for cell in line)]
    if not cells:
        raise Denied("表中没有内容，请按模板填写后再导入。")
    headings = [_text(cell) for cell in cells[0]]
    missing = [label for label in NEEDED if label not in headings]
    if missing:
        raise Denied(f"第一行缺少“{'”“'.join(missing)}”列，请使用“下载模板”得到的表格。")
    if len(cells) == 1:
        raise Denied("表中只有标题行，没有人员，请填写后再导入。")
    if len(cells) - 1 > MOST_ROWS:
        raise Denied(f"表中有 {len(cells) - 1} 行，超过一次 {MOST_ROWS} 行的上限，请分成几个文件导入。")
    places = {label: headings.index(label) for label in LABELS if label in headings}
    rows = [_row(number, line, places) for number, line in enumerate(cells[1:], start=2)]
    check(rows)
    return rows


def check(rows):
    """Fill in the problems of every row, and what taking it over would do."""
    directory = Directory.load()
    known = User.objects.in_bulk([row.username for row in rows], field_name="username")
    first = {}
    for row in rows:
        row.problems = list(_problems(row, directory))
        same = first.setdefault(row.username, row)
        if (same.full_name, same.phone, same.email) != (row.full_name, row.phone, row.email):
            row.problems.append(f"与第 {same.number} 行用户名相同，但姓名、电话或邮箱不同。")
        row.does = "更新" if row.username in known else ("新建" if same is row else "加设岗位")
    _check_doubles(rows)


def take_over(rows, *, by, now):
    """Write all rows, or none. Returns the new people, who still need a one-time link each.

    Raises Denied where any row has a problem (they are checked again: time has passed since the preview).
    """
    check_manage_accounts(by)
    with transaction.atomic():
        check(rows)
        wrong = [row for row in rows if row.problems]
        if wrong:
            raise Denied(f"有 {len(wrong)} 行需要更正，没有导入任何内容。")
        directory, created = Directory.load(), []
        people = User.objects.in_bulk([row.username for row in rows], field_name="username")
        for row in rows:
            account = {"full_name": row.full_name, "phone": row.phone, "email": row.email}
            if row.username in people:
                edit_person(people[row.username], **account, by=by, now=now)
            else:
                people[row.username] = create_person(username=row.username, **account, by=by, now=now)
                created.append(people[row.username])
            if row.role:
                _give_post(people[row.username], row, directory, by, now)
    return created


def to_plain(rows):
    return [asdict(row) for row in rows]


def from_plain(plain):
    return [SheetRow(**row) for row in plain]


def _give_post(person, row, directory, by, now):
    role = ROLES[row.role]
    agency = directory.resolve(row.agency).agency if row.agency else None
    since = _day(row.valid_from)
    if person.posts.filter(role=role, agency=agency).on(since or timezone.localdate(now)).exists():
        return
    try:
        assign_post(person, role, agency, valid_from=since, valid_until=_day(row.valid_until), by=by, now=now)
    except Denied as denied:
        raise Denied(f"第 {row.number} 行：{denied.reason}没有导入任何内容。") from denied


def _row(number, line, places):
    def at(label):
        place = places.get(label)
        return _text(line[place]) if place is not None and place < len(line) else ""

    return SheetRow(
        number,
        at("用户名").lower(),
        *(at(label) for label in ("姓名", "办公电话", "电子邮箱", "角色", "单位")),
        at("起"),
        at("止"),
    )


def _problems(row, directory):
    yield from _account_problems(row)
    if row.role and row.role not in ROLES:
        yield f"没有“{row.role}”这个角色，可填：{'、'.join(ROLES)}。"
    elif row.role:
        yield from _post_problems(row, ROLES[row.role], directory)
    elif row.agency:
        yield "填了单位，没有填角色。"
    for label, text in (("起", row.valid_from), ("止", row.valid_until)):
        if text and _day(text) is None:
            yield f"“{label}”写成了“{text}”，请写成 2026-01-31 的样子。"
    since, until = _day(row.valid_from), _day(row.valid_until)
    if since and until and until < since:
        yield "结束日期早于开始日期。"


def _account_problems(row):
    try:
        USERNAME(row.username)
    except ValidationError:
        yield f"用户名“{row.username}”不合规：{USERNAME.message}"
    if row.username in RESERVED_USERNAMES:
        yield f"用户名“{row.username}”为系统保留，请换一个。"
    if not row.full_name:
        yield "没有填姓名。"
    if row.email:
        try:
            validate_email(row.email)
        except ValidationError:
            yield f"电子邮箱“{row.email}”不完整。"
    for label, text, longest in (
        ("姓名", row.full_name, 40),
        ("办公电话", row.phone, 40),
        ("电子邮箱", row.email, 254),
    ):
        if len(text) > longest:
            yield f"{label}有 {len(text)} 个字，最多 {longest} 个。"


def _post_problems(row, role, directory):
    if role in (Role.LEADER, Role.ADMIN):
        if row.agency:
            yield f"{role.label}不属于任何单位，请把“单位”留空。"
        return
    if not row.agency:
        yield f"{role.label}须填所在单位。"
        return
    found = directory.resolve(row.agency)
    if found.agency is None:
        yield found.problem or f"“{row.agency}”是单位集合，请写具体单位。"
    elif role == Role.OFFICE and not found.agency.is_office:
        yield "办公室岗位只能设在领导小组办公室。"
    elif found.agency.kind == Agency.Kind.LEADING_GROUP or found.agency.abolished_on:
        yield f"{found.agency}不能设填报岗位。"


def _check_doubles(rows):
    seen = {}
    for row in rows:
        key = (row.username, row.role, row.agency)
        if key in seen:
            row.problems.append(f"与第 {seen[key]} 行重复。")
        seen.setdefault(key, row.number)


def _text(cell):
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def _day(text):
    """A date as the sheet may hold it: 2026-01-31, 2026/1/31, or an ISO instant; None where unreadable."""
    for shape in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%dT%H:%M:%S"):
        try:
            return datetime.strptime(text, shape).date()
        except ValueError:
            continue
    return None

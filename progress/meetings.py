"""会议版: a period's figures as they stood at an instant, kept whole for the screen in the meeting room.

What is in it is what leaders may know of who were named for nothing: confirmed lamps, accepted returns, no
sensitive task. No figure is read from the tables again when it is shown; a refresh is a new edition.
"""

from django.db import transaction

from agencies import audit
from agencies.models import Post, Role, User
from progress import charts, figures, permissions
from progress.models import Lamp, MeetingEdition
from tasks.models import Task

LARGER = 1.7  # a chart for a desk, read from across a room
LINE = 34  # characters of a table's line on the screen
LINES_A_SLIDE = 15


@transaction.atomic
def take(period, *, by, now):
    """生成或刷新会议版: keep the figures of a period as they stand at `now`. Returns the MeetingEdition.

    Raises Denied (not the office).
    """
    permissions.check_take_meeting(by)
    edition = MeetingEdition.objects.create(
        period=period,
        data=gather(period, now),
        taken_at=now,
        taken_by=by,
        is_demo=by.is_demo or period.is_demo,
    )
    audit.record("生成会议版", edition, by=by, now=now)
    return edition


def gather(period, now):
    """Everything the slides show, as plain JSON; numbers as they are spoken, percents with their decimals."""
    room = the_room()
    plan = period.plan
    whole = figures.overview(plan, period, room, now)
    return {
        "plan": {"code": plan.code, "title": plan.title},
        "period": {"code": period.code, "label": period.label},
        "tasks": len(whole.standings),
        "lamps": {str(lamp): number for lamp, number in whole.lamps.items()},
        "stale": whole.stale,
        "filing": _filing(whole.filing),
        "chapters": [_chapter(each) for each in whole.chapters],
        "behind": [_behind(row) for row in whole.behind],
        "problems": [_problem(row) for row in figures.problems(plan, period, room, now)],
        "classes": [{"name": each.name, **_filing(each.filing)} for each in whole.filing_by_class],
        "unreported": _unreported(figures.unreported(plan, period, room, now)),
        "lamps_chart": _for_the_wall(charts.lamps_by_chapter(whole)),
        "pace_chart": _for_the_wall(charts.pace_by_chapter(whole)) if charts.has_pace(whole) else None,
    }


def editions_of(period):
    """The editions of a period, newest first, without their contents."""
    return period.meeting_editions.defer("data").select_related("taken_by").order_by("-taken_at", "-pk")


def readable(data):
    """What is shown of an edition's contents: as it was kept, but for tasks marked sensitive since it was
    taken, which are not for the room."""
    marked = Task.objects.filter(plan__code=data["plan"]["code"], is_sensitive=True)
    hidden = set(marked.values_list("number", flat=True))
    if not hidden:
        return data
    lists = {name: [row for row in data[name] if row["number"] not in hidden] for name in OF_TASKS}
    return {**data, **lists}


OF_TASKS = ("behind", "problems")


def slides(data):
    """What is shown one after the other: dicts with `group`, `title`, `kind` and, of a list, its `rows`.

    Long lists take several slides of one title, numbered (1/3).
    """
    chapters = "九个行动" if len(data["chapters"]) == 9 else "各行动"
    found = [{"group": "总览", "title": "总体情况", "kind": "whole"}]
    found.append({"group": chapters, "title": f"{chapters}亮灯", "kind": "chapters"})
    if data["pace_chart"]:
        found.append({"group": chapters, "title": f"{chapters}完成率与序时要求", "kind": "pace"})
    found += _pages("滞后清单", "behind", data["behind"], _height_of_behind)
    found += _pages("问题", "problems", data["problems"], _height_of_problem)
    found.append({"group": "报送情况", "title": "报送情况", "kind": "filing"})
    return found


def the_room():
    """A leader without a name: knows what every leader knows, and no sensitive task."""
    room = User(pk=0, username="meeting")
    room.posts_today = [Post(role=Role.LEADER)]
    return room


def _filing(filing):
    names = ("owed", "due", "reported", "no_change", "unfiled", "waived", "late", "overdue", "under_review")
    said = {name: getattr(filing, name) for name in names}
    return said | {"on_time_rate": _text(filing.on_time_rate)}


def _chapter(each):
    return {
        "number": each.chapter.number,
        "title": each.chapter.title,
        "tasks": each.tasks,
        "lamps": {str(lamp): number for lamp, number in each.lamps.items()},
        "percent": _text(each.percent),
        "expected": _text(each.expected),
    }


def _behind(row):
    return {
        "number": row.task.number,
        "title": row.task.title,
        "leads": [agency.name for agency in row.leads],
        "lamp": row.lamp,
        "word": Lamp(row.lamp).label,
        "stale": row.lamp_stale,
        "reason": row.lamp_reason,
        "percent": _text(row.percent),
        "expected": _text(row.expected),
        "change": row.change,
        "text": row.progress_text,
        "problem": row.problem,
        "next_steps": row.next_steps,
    }


def _problem(row):
    return {
        "number": row.number,
        "title": row.title,
        "agency": row.agency.name,
        "problem": row.problem,
        "request": row.request,
        "next_steps": row.next_steps,
    }


def _unreported(rows):
    """[{"agency", "items", "days"}]: how many each body has not reported, and the most days overdue."""
    found = {}
    for row in rows:
        each = found.setdefault(row.agency.name, {"agency": row.agency.name, "items": 0, "days": 0})
        each["items"] += 1
        each["days"] = max(each["days"], row.days_overdue)
    return sorted(found.values(), key=lambda each: (-each["days"], -each["items"]))


def _text(value):
    return None if value is None else f"{value.normalize():f}"


def _for_the_wall(chart):
    """A chart with larger letters and nothing to click."""
    option = _larger(chart["option"])
    option["legend"]["textStyle"] = {"fontSize": round(14 * LARGER)}
    option["grid"]["top"] = round(40 * LARGER)
    return {**chart, "option": option}


def _larger(value):
    if isinstance(value, list):
        return [_larger(each) for each in value]
    if not isinstance(value, dict):
        return value
    grown = {"fontSize", "width", "itemWidth", "itemHeight", "top", "symbolSize"}
    return {
        name: [round(x * LARGER) if isinstance(x, int) else x for x in each]
        if name in grown and isinstance(each, list)
        else round(each * LARGER)
        if name in grown and isinstance(each, int | float)
        else _larger(each)
        for name, each in value.items()
        if name not in ("url", "tooltip")
    }


# --- slides ---------------------------------------------------------------------------------------


def _pages(title, kind, rows, height):
    """Slides of a list, as many rows on each as can be read; one slide that says so where there are none."""
    pages, left = [[]], LINES_A_SLIDE
    for row in rows:
        lines = height(row)
        if pages[-1] and lines > left:
            pages.append([])
            left = LINES_A_SLIDE
        pages[-1].append(row)
        left -= lines
    count = f"（{len(rows)} 项）" if rows else ""
    return [
        {
            "group": title,
            "title": f"{title}{count}",
            "part": f"{number}/{len(pages)}" if len(pages) > 1 else "",
            "kind": kind,
            "rows": page,
        }
        for number, page in enumerate(pages, start=1)
    ]


def _height_of_behind(row):
    return 1 + max(_lines(row["reason"]), _lines(row["problem"] or row["next_steps"]))


def _height_of_problem(row):
    return 1 + max(_lines(row["problem"]), _lines(row["request"] or row["next_steps"]))


def _lines(text):
    return sum(-(-max(len(line), 1) // LINE) for line in (text or " ").splitlines())

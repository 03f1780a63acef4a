"""The words of a 通报: what it says of its figures, in the manner of official papers.

Opening and closing are proposals the office may change; what stands between them always follows the figures.
"""

from itertools import groupby

from agencies.writing import quoted
from progress.timetable import here
from supervision.circular_figures import LAMPS, listed_by_class, rows_of

ADDRESSEE = "各县区人民政府、市管各园区管委会，市直及中省直有关单位"
REPORTED, PUSHED, ORDERED, DEMANDED = (
    "报送情况",
    "任务推进情况",
    "督办事项办理情况",
    "工作要求",
)


def default_title(period):
    """“关于2026年第三季度长三角一体化发展重点任务报送和推进情况的通报”."""
    return f"关于{period.label}长三角一体化发展重点任务报送和推进情况的通报"


def attachment_title(period):
    """The title of the list that goes with it, as its attachment."""
    return f"{period.label}重点任务报送和推进情况通报名单"


def default_opening(period, data, taken_at):
    """Why it is written, as of when, and the whole in one paragraph."""
    return "\n".join((_why(period, taken_at), _whole(data)))


def default_closing(data):
    """What is demanded: of those who owe something, of those behind, of all."""
    said = []
    filing = data["filing"]
    if filing["overdue"]:
        said.append("尽快完成补报。未报单位要在本通报印发后3个工作日内完成补报，并书面说明原因。")
    if filing["late"] or filing["overdue"]:
        said.append("严格报送时限。未报和迟报单位要明确专人负责，严把审核关口，今后确保按时报送、据实报送。")
    if data["behind"]:
        said.append(
            "加快补齐进度。滞后任务的牵头单位要逐项查明原因，列出措施、责任人和完成时限，"
            "有关情况随下一报告期进展一并报送；配合单位要主动支持，形成合力。"
        )
    if data["orders"]:
        said.append("抓紧办结督办。逾期单位要对照办理要求抓紧落实并报送办理情况，确需延期的要说明理由。")
    said.append(
        "持续抓好落实。各单位要对照年度目标，及时报送工作进展、成效经验和存在的问题。"
        "报送和推进情况按规定纳入年度考核。"
    )
    return "\n".join(f"（{number}）{text}" for number, text in zip("一二三四五", said, strict=False))


def sections(data):
    """What the figures say between opening and closing: [(heading, [paragraph])]."""
    found = [(REPORTED, _reported(data))]
    if data["behind"]:
        found.append((PUSHED, [_lagging(lamp, rows) for lamp, rows in _by_lamp(data["behind"])]))
    if data["orders"]:
        found.append((ORDERED, [_overdue(data)]))
    return found


def behind_words(numbers):
    """“第3、15项”, or "" of none."""
    return f"第{'、'.join(map(str, numbers))}项" if numbers else ""


def own_words(row):
    """What a circular says of one body, in a line: for its people."""
    filing = row["filing"]
    said = [f"未报{filing['overdue']}项"] if filing["overdue"] else []
    said += [f"迟报{filing['late']}项"] if filing["late"] else []
    said += [f"滞后任务{len(row['behind'])}项（{behind_words(row['behind'])}）"] if row["behind"] else []
    said += [f"督办逾期{len(row['orders'])}件"] if row["orders"] else []
    return "，".join(said)


def as_of(instant):
    """“2026年10月12日9时”."""
    at = here(instant)
    minutes = f"{at.minute}分" if at.minute else ""
    return f"{at.year}年{at.month}月{at.day}日{at.hour}时{minutes}"


def _why(period, taken_at):
    return (
        f"按照《{period.plan.title}》关于重点工作调度和信息报送的要求，市领导小组办公室对各单位"
        f"{period.label}重点任务的报送和推进情况进行了汇总，数据截至{as_of(taken_at)}。现将有关情况通报如下。"
    )


def _whole(data):
    filing = data["filing"]
    waived = f"（免报{filing['waived']}项）" if filing["waived"] else ""
    rate = f"，按时率{filing['on_time_rate']}%" if filing["on_time_rate"] is not None else ""
    said = f"本期应报{filing['owed']}项{waived}，按时报送{filing['on_time']}项{rate}；"
    said += f"迟报{filing['late']}项，截止后仍未报送{filing['overdue']}项，退回修改{data['sent_back']}次。"
    red = sum(1 for each in data["behind"] if each["lamp"] == "red")
    if data["behind"]:
        said += f"经审定，进度滞后的任务共{len(data['behind'])}项，其中严重滞后{red}项。"
    if data["orders"]:
        said += f"逾期未办结的督办事项{data['orders']}件。"
    return said


def _reported(data):
    missing = [row for row in rows_of(data) if row["filing"]["overdue"]]
    late = [row for row in rows_of(data) if row["filing"]["late"]]
    said = []
    if missing:
        said.append(f"截止后仍未报送的单位{len(missing)}个：{_named(data, missing, _missing_words)}。")
    if late:
        named = _named(data, late, lambda row: f"{row['filing']['late']}项")
        said.append(f"迟报的单位{len(late)}个：{named}。")
    return said or ["本期没有迟报和截止后未报的单位。"]


def _missing_words(row):
    subjects = "、".join(item["subject"].replace(" ", "") for item in row["missing"])
    count = f"{row['filing']['overdue']}项"
    return f"{count}，{subjects}" if subjects else count


def _named(data, rows, words):
    """“县区1个，为泗县人民政府（1项）；市直及党群部门2个，为…”."""
    wanted = {row["code"] for row in rows}
    said = []
    for name, listed in listed_by_class(data):
        bodies = [f"{row['name']}（{words(row)}）" for row in listed if row["code"] in wanted]
        if bodies:
            said.append(f"{name}{len(bodies)}个，为{'、'.join(bodies)}")
    return "；".join(said)


def _by_lamp(rows):
    ordered = sorted(rows, key=lambda row: LAMPS.index(row["lamp"]))
    return groupby(ordered, key=lambda row: row["lamp"])


def _lagging(lamp, rows):
    rows = list(rows)
    named = "；".join(f"第{row['number']}项{quoted(row['title'])}（{_led(row)}）" for row in rows)
    return f"{rows[0]['word']}{len(rows)}项：{named}。"


def _led(row):
    led = f"{'、'.join(row['leads'])}牵头" if row["leads"] else "责任单位待确定"
    if row["percent"] is None or row["expected"] is None:
        return led
    return f"{led}，完成年度目标的{row['percent']}%、序时要求{row['expected']}%"


def _overdue(data):
    rows = [row for row in rows_of(data) if row["orders"]]
    named = "；".join(f"{row['name']}（{'、'.join(row['orders'])}）" for row in rows)
    return f"逾期未办结的督办事项共{data['orders']}件：{named}。"

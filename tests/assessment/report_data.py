"""The data of a report as an edition keeps it, as small or as long as a test wants it."""

CHAPTERS = ("实施承接产业转移集聚区建设行动", "实施生态环境共保联治行动", "实施基本公共服务共建共享行动")
# What only the editor shows: none of it may be in a delivered file.
SOURCE = {
    "task": 7654,
    "agency": "agencymarker",
    "agency_name": "出处单位",
    "period": "2030Q3",
    "version": 7655,
    "report": 7656,
}
TEXT = "1—12月，承接亿元以上产业转移项目236个，完成投资312.6亿元，同比增长11.2%。"


def report_data(*, tasks=6, paragraphs=1, **said):
    """Like what `assessment.editions.data_of` gives. tasks: rows of attachment 1; paragraphs: of each 行动;
    said: instead of the top-level parts."""
    whole = {
        "report": {
            "title": "关于2030年落实《宿州市某三年行动计划》情况的报告",
            "addressee": "市委、市政府",
            "signer": "周主任",
            "number": "宿长三角办〔2030〕12号",
            "body": "宿州市推进长三角一体化发展领导小组办公室",
            "signed_on": "2030-12-08",
            "period": "2030",
            "period_label": "2030年",
            "plan": "2030-2032",
            "plan_title": "宿州市某三年行动计划",
            "kind": "annual",
        },
        "sections": [
            _section("总体情况", "overview", [(0, TEXT)]),
            _section("主要做法和成效", "chapters", _by_chapter(paragraphs)),
            _section("存在问题", "problems", [(0, "要素保障不足。")]),
        ],
        "figures": figures(tasks),
        "attachments": {"tasks": True, "targets": True, "projects": True},
        "charts": True,
    }
    return whole | said


def figures(tasks=6):
    chapters = [
        {"number": number, "title": title, "lamps": {"green": number, "red": 1, "no_goal": 1, "none": 0}}
        for number, title in enumerate(CHAPTERS, start=1)
    ]
    quarters = [
        {"code": "2030Q1", "label": "2030年第一季度", "on_time": 90, "late": 5, "missing": 1},
        {"code": "2030Q2", "label": "2030年第二季度", "on_time": 95, "late": 1, "missing": 0},
    ]
    return {
        "counts": {"tasks": tasks},
        "chapters": chapters,
        "filing": {"quarters": quarters},
        "tasks": [_task(number, tasks) for number in range(1, tasks + 1)],
        "targets": [
            {
                "task": 1,
                "indicator": "平台个数",
                "wanted": "≥10个",
                "value": "12个",
                "certainty": "核定",
                "period": "2030Q4",
                "due": True,
                "attained": True,
            }
        ],
        "projects": [
            {
                "task": 2,
                "name": "=某项目",
                "planned_stage": "在建",
                "stage": "建成",
                "note": "",
                "agency": "市交通运输局",
            }
        ],
    }


def _task(number, tasks):
    return {
        "chapter": (number - 1) * len(CHAPTERS) // tasks + 1,
        "number": number,
        "title": f"推进第{number}项工作",
        "leads": "市发展改革委、市科技局",
        "goal": "年内建成10个平台",
        "progress": TEXT,
        "percent": "87.5",
        "lamp": "green",
        "word": "达序时",
        "state": "推进中",
    }


def _by_chapter(paragraphs):
    lines = []
    for title in CHAPTERS:
        lines += [(2, title), *[(0, TEXT * 3)] * paragraphs, (3, "强化项目带动。"), (0, TEXT)]
    return lines


def _section(heading, source, lines):
    paragraphs = [{"level": level, "text": text, "sources": [SOURCE]} for level, text in lines]
    return {"heading": heading, "source": source, "paragraphs": paragraphs}

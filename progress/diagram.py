"""The workflow as a page of the docs, drawn from the table itself."""

from progress.models import ProgressReport
from progress.workflow import LABELS, TRANSITIONS

State = ProgressReport.State


def workflow_page():
    """docs/workflow.md: a Mermaid diagram and the table, both read from `TRANSITIONS`."""
    return "\n".join(
        [
            "# Workflow of a report 报告的流转",
            "",
            "Made by `manage.py draw_workflow` from `TRANSITIONS` in `progress/workflow.py`.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            f"    [*] --> {State.DRAFT.value}",
            *(f"    {state.value} : {state.label}" for state in State),
            *(f"    {arrow.source} --> {arrow.target} : {_caption(arrow)}" for arrow in TRANSITIONS),
            "```",
            "",
            "| Verb | 动作 | From → to | Who |",
            "|---|---|---|---|",
            *(
                f"| `{arrow.verb}` | {LABELS[arrow.verb]} | {State(arrow.source).label} → "
                f"{State(arrow.target).label}{'（无须审签的单位）' if arrow.unsigned else ''} | {arrow.who} |"
                for arrow in TRANSITIONS
            ),
            "",
        ]
    )


def _caption(arrow):
    unsigned = "，无须审签" if arrow.unsigned else ""
    return f"{LABELS[arrow.verb]}（{arrow.who}{unsigned}）"

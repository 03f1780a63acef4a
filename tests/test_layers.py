"""The house stands in one direction: agencies ← tasks ← progress ← … and models ← rules ← doors."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
WIRING = "suzhou_plan"
# What each app stands on. `reminders` and `assessment` are siblings and never import each other.
STANDS_ON = {
    "agencies": set(),
    "tasks": {"agencies"},
    "progress": {"agencies", "tasks"},
    "supervision": {"agencies", "tasks", "progress"},
    "reminders": {"agencies", "tasks", "progress", "supervision"},
    "assessment": {"agencies", "tasks", "progress", "supervision"},
    "public": {"agencies", "tasks", "progress", "supervision", "reminders", "assessment"},
}
FIRST_PARTY = {*STANDS_ON, WIRING, "tests"}
# Inside an app a door may use everything, a rule never a door, a model neither.
DOORS = {
    *("views", "urls", "forms", "filters", "api", "jobs", "admin", "management", "middleware"),
    *("templatetags", "frame", "pagination"),
}
# What models themselves are built from.
OF_MODELS = {"models", "dating"}
MODELS, RULE, DOOR = 0, 1, 2
NEVER_A_MODULE = {"core", "common", "utils", "services", "helpers", "util", "misc"}
LONGEST_MODULE = 500


@dataclass(frozen=True)
class Import:
    """One name taken by one module: `app.part` takes `target_app.target_part`."""

    file: str
    line: int
    app: str
    part: str
    target_app: str
    target_part: str
    in_function: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.target_app}.{self.target_part}".rstrip(".")


def imports_of(source: str, file: str) -> list[Import]:
    """Every first-party import of a module; `file` is its path from the project's root."""
    package = Path(file).with_suffix("").parts
    if package[-1] == "__init__":
        package = package[:-1] + ("__init__",)
    app, part = package[0], package[1] if len(package) > 1 else "__init__"
    found = []
    for node, in_function in walk(ast.parse(source)):
        for target in targets(node, package):
            if target[0] in FIRST_PARTY:
                target_part = target[1] if len(target) > 1 else ""
                found.append(Import(file, node.lineno, app, part, target[0], target_part, in_function))
    return found


def walk(node: ast.AST, in_function: bool = False):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, in_function
        inside = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from walk(child, inside)


def targets(node: ast.Import | ast.ImportFrom, package: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The dotted names an import statement takes, relative ones made absolute."""
    if isinstance(node, ast.Import):
        return [tuple(alias.name.split(".")) for alias in node.names]
    base = tuple(node.module.split(".")) if node.module else ()
    if node.level:
        base = package[: -node.level] + base
    return [(*base, alias.name) for alias in node.names]


def layer(part: str) -> int:
    if part in OF_MODELS:
        return MODELS
    return DOOR if part in DOORS or part.endswith(("_forms", "_filters")) else RULE


def faults(found: list[Import]) -> list[str]:
    """What is wrong with these imports, one sentence each."""
    said = []
    for each in found:
        if each.in_function:
            said.append(f"{each} inside a function")
        if each.app not in STANDS_ON or each.part == "migrations":
            continue
        if each.target_app == WIRING:
            said.append(f"{each}: no app knows the wiring")
        elif each.target_app == "tests":
            said.append(f"{each}: no app knows its tests")
        elif each.target_app != each.app and each.target_app not in STANDS_ON[each.app]:
            said.append(f"{each}: {each.app} does not stand on {each.target_app}")
        elif each.target_app == each.app and layer(each.target_part) > layer(each.part):
            said.append(f"{each}: {each.part} may not use {each.target_part}")
    return said


def modules(*folders: str) -> list[Path]:
    return [
        file
        for folder in folders
        for file in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in file.parts
    ]


def test_every_import_goes_down():
    found = [
        each
        for file in modules(*STANDS_ON, WIRING)
        for each in imports_of(file.read_text(encoding="utf-8"), str(file.relative_to(ROOT)))
    ]
    assert found
    assert faults(found) == []


def test_no_module_is_a_drawer_for_everything():
    names = {file.stem for file in modules(*STANDS_ON)} | {file.parent.name for file in modules(*STANDS_ON)}
    assert names & NEVER_A_MODULE == set()


def test_no_module_is_too_long_to_read():
    too_long = {
        str(file.relative_to(ROOT)): length
        for file in modules(*STANDS_ON, WIRING, "tests", "bin")
        if (length := len(file.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert too_long == {}


@pytest.mark.parametrize(
    ("file", "source", "words"),
    [
        ("agencies/names.py", "from tasks.models import Plan", "does not stand on tasks"),
        ("tasks/views.py", "import progress.figures", "does not stand on progress"),
        ("reminders/rules.py", "from assessment import scoring", "does not stand on assessment"),
        ("progress/jobs.py", "from suzhou_plan.celery import app", "no app knows the wiring"),
        ("tasks/importing.py", "def f():\n    from agencies import names", "inside a function"),
        ("progress/workflow.py", "from .views import task", "workflow may not use views"),
        ("progress/models/reports.py", "from ..workflow import submit", "models may not use workflow"),
        ("progress/figures.py", "from progress import api", "figures may not use api"),
    ],
)
def test_wrong_directions_are_found(file, source, words):
    assert [words in fault for fault in faults(imports_of(source, file))] == [True]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("progress/views.py", "from .workflow import submit\nfrom tasks.models import Task"),
        ("progress/models/__init__.py", "from .reports import ProgressReport"),
        ("public/views.py", "from progress import figures"),
        ("agencies/permissions.py", "from .models import User\nimport json"),
    ],
)
def test_right_directions_pass(file, source):
    assert faults(imports_of(source, file)) == []

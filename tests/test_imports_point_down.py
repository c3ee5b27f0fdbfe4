"""Imports point down: data knows nobody, paper never sees the screen, every module is short."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("data", "sync", "views")
MODULES = sorted(
    path.relative_to(ROOT) for layer in LAYERS for path in (ROOT / layer).rglob("*.py")
)
LONGEST = 400

ALLOWED = {
    "data": {
        "pydantic",
        "tinydb",
        "orjson",
        "sortedcontainers",
        "phonenumbers",
        "astral",
        "tzdata",
        "segno",
        "openpyxl",
        "PIL",
        "rapidocr",
    },
    "sync": {"pydantic", "httpx", "starlette", "js", "pyodide"},
    "views": {
        "flet",
        "flet_web",
        "fpdf",
        "fontTools",
        "platformdirs",
        "segno",
        "starlette",
        "tzlocal",
        "uvicorn",
    },
    "views/forms": {"fpdf", "fontTools", "PIL", "segno"},
    "views/lan": {"cryptography", "ifaddr", "starlette", "uvicorn", "zeroconf"},
}
"""What each layer may use beside the standard library and ours."""

SLOW = (
    "fpdf",
    "fontTools",
    "openpyxl",
    "PIL",
    "rapidocr",
    "cryptography",
    "zeroconf",
    "ifaddr",
)
"""Slow to import, or not everywhere: inside the function that needs them. Paper may have fpdf at
its top, since it is itself imported when the first form is asked for; so may the second door what
it needs, imported when it is opened."""

INSIDE_DATA = (
    ("fields", "errors", "aside"),
    ("record", "reach"),
    ("kind",),
    ("packing", "files", "lock", "stamp", "state"),
    ("canonical", "document", "frame", "index", "browser_disk"),
    ("arrival", "edit", "journal", "lately", "sealed"),
    ("conflicts", "as_of", "past", "undo"),
    ("rows",),
    ("plan", "snapshot"),
    ("generations",),
    ("storage",),
    ("changes", "disk"),
    ("order", "sums", "history", "record_db", "holdings"),
    ("books",),
    ("store", "parts", "blobs", "packed_blobs", "bundle", "photos", "jpeg"),
    ("sweep", "held", "manifest", "shelf", "backup_choice", "backup", "restore", "leaving"),
    ("standing", "remains", "snapshot_remains", "check", "salvage"),
    ("watch", "wipe"),
    ("matrix", "roles", "buckets", "laws", "rights", "judge", "masks", "pin", "codes", "pairing"),
    ("desk",),
    ("inbox", "notices", "placing"),
    ("kinds", "walltime", "dates", "rules", "reading"),
    ("housekeeping", "imports", "exports", "tables", "sample", "doubts", "rights_book", "waits"),
)
"""The floors of data; a module may import from its own floor and those above it in this list."""

FROM_SYNC = {"Link", "LinkState", "Office", "Pairings", "Meant", "Shown", "Known"}


def imports(path: Path, *, top_only: bool = False) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(module, names) of every import statement; `top_only`: of those run when it is imported."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for node in _run_at_once(tree) if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            yield node.module or "", tuple(alias.name for alias in node.names)


def _run_at_once(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _run_at_once(child)


def top(module: str) -> str:
    return module.split(".")[0]


def floor_of(module: str) -> int:
    name = module.split(".")[1] if "." in module else ""
    return next((i for i, names in enumerate(INSIDE_DATA) if name in names), -1)


IDS = [str(path) for path in MODULES]


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_a_module_opens_with_its_idea(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))

    assert ast.get_docstring(tree)


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_a_layer_imports_only_what_is_under_it(path: Path) -> None:
    layer = path.parts[0]
    ours = {"data": {"data"}, "sync": {"data", "sync"}, "views": {"data", "sync", "views"}}[layer]
    folder = "/".join(path.parts[:2])
    key = folder if folder in ALLOWED else layer
    if key == "views/forms":
        ours = {"data", "views"}
    for module, _ in imports(path):
        name = top(module)
        assert name in ours or name in ALLOWED[key] or name in sys.stdlib_module_names, (
            f"{path} imports {module}"
        )


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_the_core_packages_are_used_where_they_belong(path: Path) -> None:
    for module, _ in imports(path):
        if top(module) == "starlette" and path.parts[0] == "sync":
            assert path.name == "hub.py", f"{path}: the routes live in sync/hub.py"
        if top(module) in ("js", "pyodide") and path.parts[0] == "sync":
            assert path.name == "fetch.py", f"{path}: the browser's fetch lives in sync/fetch.py"
        if top(module) == "views" and path.parts[:2] == ("views", "forms"):
            assert module.startswith("views.forms"), f"{path}: paper never sees the screen"


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_slow_packages_are_imported_where_they_are_used(path: Path) -> None:
    at_its_top = ALLOWED.get("/".join(path.parts[:2]), set()) - {"PIL"}
    slow = set(SLOW) - at_its_top
    for module, _ in imports(path, top_only=True):
        assert top(module) not in slow, f"{path}: import {module} where it is needed"


@pytest.mark.parametrize("module", ["main", "views.app", "data.sample", "sync.hub"])
def test_the_first_screen_waits_for_no_slow_package(module: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert set() == {top(name) for name in told.stdout.split()} & set(SLOW)


@pytest.mark.parametrize("path", [p for p in MODULES if p.parts[0] == "data"], ids=str)
def test_inside_data_a_module_imports_only_from_its_floor_and_under(path: Path) -> None:
    mine = floor_of(".".join(path.with_suffix("").parts))
    if mine < 0:
        assert path.name == "__init__.py"
        return
    for module, _ in imports(path):
        if top(module) == "data":
            assert 0 <= floor_of(module) <= mine, f"{path} imports {module}"


@pytest.mark.parametrize("path", [p for p in MODULES if p.parts[:2] == ("data", "rules")], ids=str)
def test_rules_use_the_standard_library_alone(path: Path) -> None:
    for module, _ in imports(path):
        assert module.startswith("data.rules") or top(module) in sys.stdlib_module_names, module


@pytest.mark.parametrize("path", [p for p in MODULES if p.parts[0] == "views"], ids=str)
def test_screens_know_three_things_of_the_line_to_the_office(path: Path) -> None:
    for module, names in imports(path):
        if top(module) == "sync":
            assert set(names) <= FROM_SYNC, f"{path} takes {names} from {module}"


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_nothing_is_swallowed(path: Path) -> None:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            caught = "" if node.type is None else ast.unparse(node.type)
            silent = all(isinstance(part, ast.Pass) for part in node.body)
            assert not (silent and caught in ("", "Exception", "BaseException")), path


def test_only_main_sees_everything() -> None:
    for path in MODULES:
        assert all(top(module) != "main" for module, _ in imports(path)), path

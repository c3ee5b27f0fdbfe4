"""What Python finds in the browser: our code and its packages, each file only if the app needs it.

The same input gives the same bytes: names sorted, one date, nothing of this machine inside.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import flet

ROOT = Path(__file__).parents[2]

Files = Mapping[str, bytes]
"""Contents by path inside an archive."""

LAYERS = ("data", "sync", "views")
NOT_OURS = (
    "views/phone/",
    "views/web.py",
    "views/commands.py",
    "sync/hub.py",
    "sync/front.py",
    "sync/exchange.py",
    "data/sample/",
)
"""The office's alone."""

PAPER_FONTS = ("NotoSans-Bold.ttf", "NotoSans-Condensed.ttf")

NOT_PACKED = (
    "flet/auth/",
    "flet/cli.py",
    "flet/fastapi/",
    "flet/messaging/flet_dart_bridge_server.py",
    "flet/messaging/flet_socket_server.py",
    "flet/pytest_plugin.py",
    "flet/testing/",
    "pydantic/mypy.py",
    "pydantic/v1/",
    "tinydb/mypy_plugin.py",
)
"""For servers, for other tools, or for code older than ours."""

FONT_TABLES = "fontTools/ttLib/tables/"
"""fontTools looks these up by a font's own words, so no import names them."""


def ours(root: Path = ROOT) -> dict[str, bytes]:
    """Our code, and the faces that paper is set in."""
    paths = [root / "main.py", *(path for layer in LAYERS for path in (root / layer).rglob("*.py"))]
    paths += [root / "assets" / "fonts" / name for name in PAPER_FONTS]
    named = {path.relative_to(root).as_posix(): path for path in paths}
    return {
        name: path.read_bytes() for name, path in named.items() if not name.startswith(NOT_OURS)
    }


def packages(wheels: Iterable[Path]) -> dict[str, bytes]:
    """Flet as it is installed here, and what the wheels hold."""
    files = dict(_flet())
    for wheel in wheels:
        with ZipFile(wheel) as opened:
            files |= {name: opened.read(name) for name in opened.namelist() if _wanted(name)}
    needed = _reached(files, "fpdf", "fontTools")
    return {
        name: content
        for name, content in files.items()
        if not name.startswith("fontTools/") or name in needed
    }


def zipped(files: Files) -> bytes:
    """Stored, not packed: what goes over the wire is packed as a whole, and better."""
    into = io.BytesIO()
    with ZipFile(into, "w", ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(ZipInfo(name), files[name])
    return into.getvalue()


def _flet() -> Iterator[tuple[str, bytes]]:
    folder = Path(flet.__file__).parent
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder.parent).as_posix()
        if path.is_file() and "__pycache__" not in name and _wanted(name):
            yield name, path.read_bytes()


def _wanted(name: str) -> bool:
    top = name.split("/")[0]
    if top.endswith((".dist-info", ".data")) or name.endswith((".pyi", "py.typed", "/")):
        return False
    return not name.startswith(NOT_PACKED) and "/tests/" not in name and "/bin/" not in name


# ---- only what is imported ---------------------------------------------------------------------


def _reached(files: Files, user: str, package: str) -> set[str]:
    """The files of `package` that `user` imports, and those that they import in turn."""
    tables = [name for name in files if name.startswith(FONT_TABLES)]
    to_read = [name for name in files if name.startswith(f"{user}/") and name.endswith(".py")]
    to_read += tables
    reached = set(tables)
    while to_read:
        name = to_read.pop()
        for found in _imported(files, name):
            if found.startswith(f"{package}/") and found not in reached:
                reached.add(found)
                to_read.append(found)
    return reached


def _imported(files: Files, name: str) -> Iterator[str]:
    if not name.endswith(".py"):
        return
    for node in _run_at_once(ast.parse(files[name])):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files_of(files, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(name, node)
            yield from _files_of(files, base)
            for alias in node.names:
                yield from _files_of(files, f"{base}.{alias.name}")


def _run_at_once(node: ast.AST) -> Iterator[ast.AST]:
    """Statements that run when a module is imported; a function's own imports are another day's."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from _run_at_once(child)


def _absolute(name: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    folders = name.split("/")[: -node.level]
    return ".".join([*folders, *([node.module] if node.module else [])])


def _files_of(files: Files, module: str) -> Iterator[str]:
    """The module's file and those of the packages it lies in."""
    parts = module.split(".")
    for n in range(1, len(parts) + 1):
        path = "/".join(parts[:n])
        for candidate in (f"{path}.py", f"{path}/__init__.py"):
            if candidate in files:
                yield candidate

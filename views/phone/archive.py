"""What Python finds in the browser: our code and its packages, each file only if the app needs it.

The same input gives the same bytes: names sorted, one date, nothing of this machine inside.
"""

from __future__ import annotations

import ast
import io
import struct
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
    "views/command_line.py",
    "views/commands.py",
    "sync/hub.py",
    "sync/epochs.py",
    "sync/errand.py",
    "sync/exchange.py",
    "sync/front.py",
    "sync/graveyard.py",
    "sync/pairing.py",
    "sync/refusing.py",
    "sync/register.py",
    "sync/scopes.py",
    "sync/taking.py",
    "sync/view.py",
    "data/check.py",
    "data/remains.py",
    "data/salvage.py",
    "data/sample/",
    "data/snapshot_remains.py",
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
"""fontTools looks up a table's module by the table's name in the font, so no import names it."""


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
    if top == "tzdata" and name.endswith((".zi", ".tab", "leapseconds", "zones")):
        return False  # lists for people; a zone has a file of its own
    return not name.startswith(NOT_PACKED) and "/tests/" not in name and "/bin/" not in name


# ---- only what is imported ---------------------------------------------------------------------


def _reached(files: Files, user: str, package: str) -> set[str]:
    """The files of `package` that `user` imports, and those that they import in turn."""
    tables = [name for tag in _tables() if (name := f"{FONT_TABLES}{tag}.py") in files]
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


def _tables() -> set[str]:
    """The names of the modules for every table in the faces that paper is set in."""
    from fontTools.ttLib import tagToIdentifier

    tags = set()
    for name in PAPER_FONTS:
        font = (ROOT / "assets" / "fonts" / name).read_bytes()
        (count,) = struct.unpack_from(">H", font, 4)
        tags |= {font[12 + 16 * n : 16 + 16 * n].decode("latin-1") for n in range(count)}
    return {str(tagToIdentifier(tag)) for tag in tags}


def _imported(files: Files, name: str) -> Iterator[str]:
    if not name.endswith(".py"):
        return
    tree = ast.parse(files[name])
    # Tables build their classes in functions that run at import.
    of_a_table = name.startswith(FONT_TABLES) and not name.endswith("__init__.py")
    for node in ast.walk(tree) if of_a_table else _run_at_once(tree):
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

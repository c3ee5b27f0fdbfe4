"""What Python finds in the browser: our code and its packages, each file only if the app needs it.

The same input gives the same bytes: names sorted, one date, nothing of this machine inside.
"""

from __future__ import annotations

import ast
import io
import re
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
    "views/lan/",
    "views/phone/",
    "views/web.py",
    "views/command_line.py",
    "views/commands.py",
    "views/export_receipts.py",
    "views/screens/export_columns.py",
    "views/reading_slips.py",
    "views/screens/imports.py",
    "views/screens/pair.py",
    "views/screens/read_slip.py",
    "views/screens/receipt_exports.py",
    "sync/by_hand.py",
    "sync/courier.py",
    "sync/hub.py",
    "sync/epochs.py",
    "sync/errand.py",
    "sync/exchange.py",
    "sync/front.py",
    "sync/graveyard.py",
    "sync/heard.py",
    "sync/pairing.py",
    "sync/refusing.py",
    "sync/register.py",
    "sync/rings.py",
    "sync/scopes.py",
    "sync/taking.py",
    "sync/view.py",
    "data/check.py",
    "data/exports/",
    "data/imports/",
    "data/pairing.py",
    "data/reading/amounts.py",
    "data/reading/days.py",
    "data/reading/eyes.py",
    "data/reading/lines.py",
    "data/reading/slip.py",
    "data/reading/totals.py",
    "data/reading/vendors.py",
    "data/reading/words.py",
    "data/remains.py",
    "data/salvage.py",
    "data/sample/",
    "data/snapshot_remains.py",
    "data/standing.py",
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
    "annotated_types/test_cases.py",
    "flet/utils/griffe_deprecations.py",
    "defusedxml/lxml.py",
    "defusedxml/xmlrpc.py",
    "pydantic/color.py",
    "pydantic/deprecated/",
    "pydantic/experimental/",
    "pydantic/mypy.py",
    "pydantic/networks.py",
    "pydantic/v1/",
    "pydantic/validate_call_decorator.py",
    "tinydb/mypy_plugin.py",
)
"""For servers, for other tools, for code older than ours, or looked up only by a name that our code
does not say."""

STAND_IN = b"""
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (), {})
"""
"""Whatever is imported from it is there, and is nothing."""

NO_COLOURS = b"""
def get_color_font_object(*_font):
    return None
"""
"""What fpdf asks every face, and ours answer."""

NEVER_CALLED = (
    "fontTools/agl.py",
    "fontTools/otlLib/maxContextCalc.py",
    "fontTools/subset/cff.py",
    "fontTools/subset/svg.py",
    "fontTools/ttLib/tables/otTables.py",
    "fontTools/unicodedata/Blocks.py",
    "fontTools/unicodedata/OTTags.py",
    "fontTools/unicodedata/ScriptExtensions.py",
    "fontTools/varLib/__init__.py",
    "fontTools/varLib/instancer/__init__.py",
    "fontTools/varLib/multiVarStore.py",
    "fontTools/varLib/varStore.py",
    "fpdf/html.py",
    "fpdf/svg.py",
    "fpdf/template.py",
)
"""Imported at the top of others, for what our paper never does: faces that vary, have colours,
layout or another maker's outlines; HTML and SVG on paper. A stand-in takes their places, and what
only they import does not come along."""

SUBSETTER = "fontTools/subset/"
FONT_TABLES = "fontTools/ttLib/tables/"
"""fontTools looks up a table's module by the table's name in the font, so no import names it."""


def ours(root: Path = ROOT) -> dict[str, bytes]:
    """Our code, the rule packs, and the faces that paper is set in."""
    paths = [root / "main.py", *(path for layer in LAYERS for path in (root / layer).rglob("*.py"))]
    paths += (root / "data" / "rules" / "packs").glob("*.json")
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
    files |= dict.fromkeys((*NEVER_CALLED, *_not_in_our_faces(files)), STAND_IN)
    files["fpdf/font_type_3.py"] = STAND_IN + NO_COLOURS
    needed = _of_paper(files) | _of_screens(files)
    return {
        name: content
        for name, content in files.items()
        if not name.startswith(("fontTools/", "flet/")) or _python_of(name) in needed
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


def _of_paper(files: Files) -> set[str]:
    """The font tools that making paper imports."""
    tables = [name for tag in _taught(files) | _in_our_faces() if (name := _table(tag)) in files]
    users = [name for name in files if name.startswith("fpdf/") and name.endswith(".py")]
    return _reached(files, [*users, *tables], "fontTools")


def of_flet() -> set[str]:
    """The modules of flet that our screens name, by themselves or by what is in them."""
    code = b"\n".join(content for name, content in ours().items() if name.endswith(".py"))
    words = {name.decode() for name in re.findall(rb"\bft\.(\w+)", code)}
    named = re.findall(rb"^\s*(?:import|from) (flet\.[\w.]+)", code, re.MULTILINE)
    return {flet._LAZY[word] for word in words if word in flet._LAZY} | {
        name.decode() for name in named
    }


def _of_screens(files: Files) -> set[str]:
    """The modules of flet for what our screens name; flet itself imports each at its first use."""
    start = [file for module in of_flet() for file in _files_of(files, module)]
    return _reached(files, start, "flet")


def _python_of(name: str) -> str:
    """The module that a file belongs to: a list of icons lies beside the one that reads it."""
    return name.removesuffix(".json") + ".py" if name.endswith(".json") else name


def _reached(files: Files, start: Iterable[str], package: str) -> set[str]:
    """The files of `package` among `start` and what they import, in turn."""
    to_read, reached = list(start), set[str]()
    reached |= {name for name in to_read if name.startswith(f"{package}/")}
    while to_read:
        for found in _imported(files, to_read.pop()):
            if found.startswith(f"{package}/") and found not in reached:
                reached.add(found)
                to_read.append(found)
    return reached


def _not_in_our_faces(files: Files) -> set[str]:
    """Tables that the subsetter teaches something: one that is not there, it would teach all the
    others. Those of other faces are taught to a stand-in."""
    return {_table(tag) for tag in _taught(files) - _in_our_faces() if _table(tag) in files}


def _taught(files: Files) -> set[str]:
    subsetter = b"".join(files[name] for name in files if name.startswith(SUBSETTER))
    return {tag.decode("latin-1") for tag in re.findall(rb'getTableClass\("(....)"\)', subsetter)}


def _in_our_faces() -> set[str]:
    tags = set()
    for name in PAPER_FONTS:
        font = (ROOT / "assets" / "fonts" / name).read_bytes()
        (count,) = struct.unpack_from(">H", font, 4)
        tags |= {font[12 + 16 * n : 16 + 16 * n].decode("latin-1") for n in range(count)}
    return tags


def _table(tag: str) -> str:
    """The file of the module for a font's table."""
    from fontTools.ttLib import tagToIdentifier

    return f"{FONT_TABLES}{tagToIdentifier(tag)}.py"


def _imported(files: Files, name: str) -> Iterator[str]:
    if not name.endswith(".py"):
        return
    # Tables build their classes in functions that run at import, and flet imports in its functions
    # what it does not need at its start.
    whole = name.startswith((FONT_TABLES, "flet/")) and name != f"{FONT_TABLES}__init__.py"
    for node in _run(ast.parse(files[name]), whole=whole):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files_of(files, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(name, node)
            yield from _files_of(files, base)
            for alias in node.names:
                yield from _files_of(files, f"{base}.{alias.name}")
                if base == "flet":
                    yield from _files_of(files, flet._LAZY.get(alias.name, base))


def _run(node: ast.AST, *, whole: bool) -> Iterator[ast.AST]:
    """Statements that run when a module is imported; `whole`: those of its functions too. What is
    there for a checker of types runs never."""
    for child in ast.iter_child_nodes(node):
        function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for otherwise in child.orelse:
                yield otherwise
                yield from _run(otherwise, whole=whole)
        elif whole or not function:
            yield child
            yield from _run(child, whole=whole)


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

"""Modules compiled for the browser's Python, so that a phone need not do it at every start.

Bytecode is of one Python version: this process makes it if it runs that version, else Node runs the
browser's Python here. Where neither is at hand the sources go out, and a phone starts more slowly.
"""

from __future__ import annotations

import py_compile
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from views.phone.archive import Files

TOOL = Path(__file__).parents[2] / "assets" / "web" / "compile.mjs"
PATIENCE = 900
"""Seconds for all of it on a slow machine; usually it takes ten."""


def way(version: str) -> str:
    """How bytecode of Python `version` (`3.14`) can be made here: `python`, `node`, or `none`."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return "python"
    return "node" if shutil.which("node") else "none"


def compiled(files: Files, how: str, pyodide: Path, tell: Callable[[str], None]) -> Files:
    """The files with bytecode in the place of every source, made in the `way`; without one, and
    where it fails, as they are."""
    if how == "none":
        return files
    with TemporaryDirectory() as made:
        folder = Path(made)
        for name, content in files.items():
            if name.endswith(".py"):
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        try:
            (_by_python if how == "python" else _by_node)(folder, pyodide)
        except (OSError, subprocess.SubprocessError, py_compile.PyCompileError) as error:
            tell(f"The modules stay as sources, so phones start more slowly: {error}")
            return files
        return {
            f"{name}c" if name.endswith(".py") else name: (folder / f"{name}c").read_bytes()
            if name.endswith(".py")
            else content
            for name, content in files.items()
        }


def _by_node(folder: Path, pyodide: Path) -> None:
    words = ["node", str(TOOL), str(pyodide), str(folder)]
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)


def _by_python(folder: Path, _pyodide: Path) -> None:
    for path in folder.rglob("*.py"):
        py_compile.compile(
            str(path),
            cfile=f"{path}c",
            dfile=path.relative_to(folder).as_posix(),
            doraise=True,
            optimize=2,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )

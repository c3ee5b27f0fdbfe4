"""The phone app as the office makes it: lean, the same each time, found again, said if missing."""

from __future__ import annotations

import ast
import asyncio
import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from starlette.applications import Starlette

from data.errors import OfficeError
from tests.phone_parts import built
from views.phone.archive import PAPER_FONTS, ROOT, ours, packages, zipped
from views.phone.build import BASE, Built, Parts, found
from views.phone.client import client
from views.phone.compiled import compiled
from views.phone.serving import PhoneApp, cache_folder, with_code
from views.phone.wheels import LISTED, Missing, named, wheels

ONLY_THERE = {"js", "pyodide", "callboard_js"}
ON_LAPTOPS = {
    "orjson", "openpyxl", "PIL", "httpx", "tzlocal", "platformdirs", "phonenumbers", "segno"
}  # fmt: skip
"""Imported only inside functions that a phone does not call, or with another way beside it."""


# ---- what is inside ------------------------------------------------------------------------------


def test_a_phone_gets_no_server_no_tests_and_no_second_http_client() -> None:
    names = inside("packages.zip") | inside("app.zip")
    tops = {name.split("/")[0].split(".")[0] for name in names}

    assert {"flet", "pydantic", "pydantic_core", "tinydb", "fpdf", "main", "data", "sync"} <= tops
    unwanted = {"httpx", "uvicorn", "starlette", "openpyxl", "PIL", "tests", "flet_web", "pip"}
    assert not unwanted & tops
    assert not [name for name in names if "/tests/" in name or ".dist-info" in name]
    assert not [name for name in names if name.startswith(("views/phone/", "data/sample/"))]


def test_of_the_font_tools_only_what_paper_needs_comes_along() -> None:
    fonts = {name for name in inside("packages.zip") if name.startswith("fontTools/")}

    assert any(name.startswith("fontTools/ttLib/ttFont") for name in fonts)
    assert not [name for name in fonts if re.match(r"fontTools/(ufoLib|voltLib|merge|qu2cu)", name)]


def test_whatever_our_code_imports_on_a_phone_is_there() -> None:
    """At its start, and inside the functions that a phone may call."""
    there = {name.split("/")[0].split(".")[0] for name in inside("packages.zip")}
    code = ours()
    for name, content in code.items():
        for module in imported_on_a_phone(content, name) if name.endswith(".py") else ():
            top = module.split(".")[0]
            if top in ("data", "sync", "views"):
                path = module.replace(".", "/")
                assert {f"{path}.py", f"{path}/__init__.py"} & code.keys(), f"{name}: {module}"
            else:
                known = top in sys.stdlib_module_names or top in there or top in ONLY_THERE
                assert known or top in ON_LAPTOPS, f"{name} imports {module}"


def test_the_app_plays_and_prints_on_the_modules_that_a_phone_gets(tmp_path: Path) -> None:
    came = wheels(Parts.here().web / "pyodide", cache_folder() / "wheels")
    for name, content in packages(came).items():
        if name.startswith(("flet/", "fpdf/", "fontTools/", "defusedxml/")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
    played = subprocess.run(
        [sys.executable, "-m", "tests.on_a_phone"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert played.returncode == 0, played.stderr
    assert [str(tmp_path)] * 3 == played.stdout.split()


def test_the_faces_of_our_paper_are_plain_outlines() -> None:
    """What reads variations, layout, colours and another maker's outlines is a stand-in there."""
    from fontTools.ttLib import TTFont

    for name in PAPER_FONTS:
        tables = set(TTFont(ROOT / "assets" / "fonts" / name).keys())
        assert not tables & {"fvar", "GPOS", "GSUB", "COLR", "CBDT", "SVG ", "CFF ", "sbix"}, name


def test_the_list_of_wheels_fits_what_the_laptop_is_told_to_install() -> None:
    told = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pins = named()

    for name in ("tinydb", "pydantic", "fpdf2", "tzdata", "sortedcontainers"):
        least = re.search(rf'"{name}>=([\d.]+)', told)
        assert least is not None, name
        assert numbers(pins[name]) >= numbers(least[1]), name
    assert all("--hash=sha256:" in line for line in lines_of(LISTED))


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def lines_of(listed: Path) -> Iterator[str]:
    text = listed.read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


# ---- the same each time --------------------------------------------------------------------------


def test_an_archive_has_the_same_bytes_in_whatever_order_its_files_come() -> None:
    files = {"b/two.py": b"2", "a.py": b"1", "b/c/three.ttf": b"3" * 1000}

    assert zipped(files) == zipped(dict(reversed(files.items())))
    with ZipFile(BytesIO(zipped(files))) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == files


def test_every_file_is_what_its_hash_says_packed_or_not() -> None:
    app = built()
    worker = (app.folder / "service-worker.js").read_text(encoding="utf-8")
    found_there = re.search(r"const FILES = (\{.*?\});", worker, re.DOTALL)
    assert found_there is not None
    kept = json.loads(found_there[1])

    for name, told in app.files.items():
        content = (app.folder / name).read_bytes()
        assert told["hash"] == hash_of(content), name
        packed = app.folder / f"{name}.gz"
        assert not packed.exists() or gzip.decompress(packed.read_bytes()) == content, name
        assert kept.get(name, told["hash"]) == told["hash"], name
    assert {"index.html", "app.zip", "packages.zip", "pyodide/pyodide.asm.wasm"} <= kept.keys()
    assert "{{" not in worker + (app.folder / "index.html").read_text(encoding="utf-8")


def test_a_changed_line_of_code_is_another_app_and_the_same_code_is_the_same() -> None:
    parts = Parts.here()
    assert parts.version == Parts.here().version
    changed = {**parts.code, "main.py": parts.code["main.py"] + b"\n"}
    other = Parts(parts.web, changed, parts.how, parts.base)

    assert parts.version != other.version
    assert parts.of_packages == other.of_packages, "the packages need not be made again"
    assert found(Path("/nowhere"), parts) is None


def test_flutters_own_worker_and_its_fonts_from_elsewhere_are_left_out() -> None:
    files = dict(client(Parts.here().web))

    assert b'serviceWorkerVersion: "' not in files["flutter_bootstrap.js"]
    assert b"_flutter.loader.load" in files["flutter_bootstrap.js"]
    assert b"Roboto" in files["assets/FontManifest.json"]
    assert json.loads(files["pyodide/pyodide-lock.json"])["packages"] == {}


def test_without_node_the_sources_go_out_and_with_a_broken_one_too(tmp_path: Path) -> None:
    files = {"a.py": b"x = 1\n", "b.ttf": b"font"}
    said: list[str] = []

    assert compiled(files, "none", tmp_path, said.append) == files
    assert compiled(files, "node", tmp_path, said.append) == files
    assert "start more slowly" in said[0]


def test_where_the_versions_agree_this_python_compiles(tmp_path: Path) -> None:
    made = compiled({"a.py": b"x = 1\n", "b.ttf": b"font"}, "python", tmp_path, print)

    assert set(made) == {"a.pyc", "b.ttf"}
    assert made["b.ttf"] == b"font"


# ---- what is missing is said ---------------------------------------------------------------------


def test_without_the_index_and_without_a_cache_the_missing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(Missing, match=r"annotated-types .* more.*Connect this laptop") as refused:
        wheels(Parts.here().web / "pyodide", tmp_path / "wheels")

    assert "callboard phone build" in refused.value.sentence
    assert list((tmp_path / "wheels").iterdir()) == []


def test_the_command_says_it_in_one_line(tmp_path: Path) -> None:
    none = {"PIP_NO_INDEX": "1", "XDG_CACHE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "main.py", "phone", "build", "--quiet"],
        cwd=ROOT,
        env=none | {"PIP_CONFIG_FILE": "/dev/null"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Connect this laptop to the internet once" in done.stderr
    assert "Traceback" not in done.stderr


def test_while_there_is_no_app_its_address_says_why_and_asks_again_later(tmp_path: Path) -> None:
    tries = 0

    async def make() -> Built:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OfficeError("The wheels are <missing>.")
        return built()

    async def visit() -> list[httpx.Response]:
        app = Starlette(routes=PhoneApp(tmp_path, make).routes())
        seen = []
        async with asked_of(app) as browser:
            for _ in range(4):
                seen.append(await browser.get(BASE))
                await asyncio.sleep(0)
        return seen

    first, second, *later = asyncio.run(visit())
    assert first.status_code == 503
    assert "being made" in first.text
    assert "The wheels are &lt;missing&gt;." in second.text
    assert later[-1].status_code == 200
    assert tries == 2


def test_the_office_hands_out_files_packed_for_who_takes_them_packed(tmp_path: Path) -> None:
    async def make() -> Built:
        return built()

    async def visit() -> list[httpx.Response]:
        app = Starlette(routes=PhoneApp(tmp_path, make).routes())
        async with asked_of(app) as browser:
            while (await browser.get(BASE)).status_code == 503:
                await asyncio.sleep(0)
            plain = {"accept-encoding": "identity"}
            return [
                await browser.get(BASE + "worker.js"),
                await browser.get(BASE + "worker.js", headers=plain),
                await browser.get(BASE + "receipt/new"),
                await browser.get(BASE + "no-such.js"),
                await browser.get(BASE + "../main.py"),
                await browser.get(BASE.rstrip("/"), follow_redirects=False),
            ]

    packed, plain, screen, none, outside, short = asyncio.run(visit())
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text == (built().folder / "worker.js").read_text(encoding="utf-8")
    assert "<title>Callboard</title>" in screen.text
    assert (none.status_code, outside.status_code) == (404, 404)
    assert short.headers["location"] == BASE


def test_an_icon_brings_the_code_and_nothing_else_that_an_address_may_hold() -> None:
    found = with_code(built(), "7KQ2M-9XHBD")
    said = json.loads(bytes(found.body))
    plain = json.loads((built().folder / "manifest.webmanifest").read_bytes())

    assert said == {**plain, "start_url": f"{BASE}?pair=7KQ2M9XHBD"}
    assert with_code(built(), '"><script>').status_code == 404


def asked_of(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://office", follow_redirects=True
    )


# ---- with these ----------------------------------------------------------------------------------


def inside(archive: str) -> set[str]:
    with ZipFile(built().folder / archive) as opened:
        return set(opened.namelist())


def hash_of(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def imported_on_a_phone(content: bytes, name: str) -> Iterator[str]:
    for node in run_on_a_phone(ast.parse(content), name):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            submodules = (f"{module}.{alias.name}" for alias in node.names)
            yield from (m for m in submodules if (ROOT / f"{m.replace('.', '/')}.py").exists())


OF_A_PHONE = {"in_browser", "_phone", "_own_name", "_write_as_who_has_it"}
"""What of main.py a phone runs."""


def run_on_a_phone(node: ast.AST, name: str) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        top = name == "main.py" and isinstance(node, ast.Module)
        function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        if top and function and getattr(child, "name", "") not in OF_A_PHONE:
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.If) and "emscripten" in ast.unparse(child.test):
            there = child.body if "==" in ast.unparse(child.test) else child.orelse
            yield from there
            for statement in there:
                yield from run_on_a_phone(statement, name)
            continue
        yield child
        yield from run_on_a_phone(child, name)

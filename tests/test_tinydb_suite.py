"""TinyDB's own tests pass on our table and storage, but for those in `tinydb_exempt.txt`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest

HERE = Path(__file__).resolve().parent
EXEMPT = HERE / "tinydb_exempt.txt"
SOURCE = f"tinydb-{version('tinydb')}.tar.gz"
QUIET = ["-q", "--no-header", "--tb=short", "-rfE", "-p", "no:cacheprovider"]
FAILED = re.compile(r"^(?:FAILED|ERROR) suite/([\w/.:]+)", re.MULTILINE)
"""In pytest's summary: a test that did not pass, without its parameters."""
WITHOUT_ORJSON = """
import sys
sys.modules["orjson"] = None
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


def exempt() -> dict[str, str]:
    """By test, whatever its parameters: why it cannot pass."""
    lines = EXEMPT.read_text().splitlines()
    return dict(line.split("  # ", 1) for line in lines)


@pytest.fixture(scope="module")
def source(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tarfile.TarFile]:
    """The source distribution of the TinyDB that is installed; fetched once, then kept."""
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)  # -p no:cacheprovider
    kept = tmp_path_factory.mktemp("tinydb") if cache is None else cache.mkdir("tinydb")
    if not (kept / SOURCE).exists():
        with TemporaryDirectory(dir=kept) as new:
            _fetch(Path(new)).replace(kept / SOURCE)
    with tarfile.open(kept / SOURCE) as opened:
        yield opened


@pytest.fixture
def suite(source: tarfile.TarFile, tmp_path: Path) -> Path:
    """A folder with TinyDB's tests alone: beside them its package would hide the installed one,
    and as `tests` they would hide ours."""
    for member in source.getmembers():
        _, _, name = member.name.partition("/tests/")
        content = source.extractfile(member)
        if name.endswith(".py") and content is not None:
            file = tmp_path / "suite" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.read())
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def test_every_exemption_has_a_reason_and_there_are_at_most_five() -> None:
    lines = EXEMPT.read_text().splitlines()

    assert len(lines) <= 5
    assert all(re.fullmatch(r"test_\w+\.py::test_\w+  # \S.+", line) for line in lines)


@pytest.mark.parametrize(
    "how",
    [["-m", "pytest"], ["-m", "pytest", "--behind-cache"], ["-c", WITHOUT_ORJSON]],
    ids=["on our storage and over memory", "behind the cache", "without orjson"],
)
def test_the_suite_passes_but_for_the_exemptions(suite: Path, how: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, *how, *QUIET, "-p", "tests.tinydb_ours", "-c", "pytest.ini", "suite"],
        cwd=suite,
        env=_environment(suite),
        capture_output=True,
        text=True,
        check=False,
    )

    assert set(exempt()) == set(re.findall(FAILED, ran.stdout)), ran.stdout + ran.stderr
    assert re.search(r"[1-9]\d\d passed", ran.stdout), ran.stdout


def _environment(suite: Path) -> dict[str, str]:
    room = suite / "room"
    room.mkdir()
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return own | {
        "PYTHONPATH": str(HERE.parent),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "TMPDIR": str(room),  # some of its tests leave things behind
    }


def _fetch(into: Path) -> Path:
    options = ["--quiet", "--no-deps", "--no-binary", "tinydb", "--dest", str(into)]
    wanted = f"tinydb=={version('tinydb')}"
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "download", *options, wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if not (into / SOURCE).exists():
        _without(f"pip could not fetch {SOURCE}, which holds TinyDB's tests:\n{ran.stderr}")
    return into / SOURCE


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)

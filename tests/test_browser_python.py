"""Data and sync on the phone's own Python: the same tests, run by Node over the app it is given."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import NoReturn

import pytest

from tests.phone_parts import built

ROOT = Path(__file__).parents[1]
TOOLS = (
    "_pytest",
    "iniconfig",
    "packaging",
    "pluggy",
    "py.py",
    "pygments",
    "pypdf",
    "pytest",
)
"""What runs the tests; all else they use is what the phone has."""

STORE = (
    "tests/test_backends.py",
    "tests/test_browser_disk.py",
    "tests/test_packed_blobs.py",
    "tests/test_phone_sync.py",
    "tests/test_journal.py",
    "tests/test_sealed.py",
)
WORK = (
    "tests/test_desk.py",
    "tests/test_attendance.py",
    "tests/test_calls.py",
    "tests/test_rules_hours.py",
    "tests/test_sample.py",
    "tests/test_forms_signin.py",
    "tests/test_forms_production_report.py",
)
"""Those that need Hypothesis, which has parts of its own in another language, do not run there."""


@pytest.mark.long
def test_the_store_keeps_its_promises_on_the_phones_python(tmp_path: Path) -> None:
    told = on_phones_python(tmp_path, *STORE)

    assert " passed" in told
    assert "failed" not in told


@pytest.mark.long
def test_a_day_and_its_paper_are_worked_on_the_phones_python(tmp_path: Path) -> None:
    told = on_phones_python(tmp_path, *WORK)

    assert " passed" in told
    assert "failed" not in told


def on_phones_python(tmp_path: Path, *words: str) -> str:
    """What pytest said there; it must have ended well."""
    node = shutil.which("node")
    if node is None:
        _without("Node is not installed, so nothing was run on the phone's Python.")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS:
        package = Path(sysconfig.get_paths()["purelib"]) / name
        if package.is_dir():
            shutil.copytree(package, tools / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(package, tools / name)
    run = [node, str(ROOT / "tests/node/run.mjs"), str(built().folder), str(ROOT), str(tools)]
    done = subprocess.run(
        [*run, "-q", *words], capture_output=True, text=True, timeout=1500, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return done.stdout


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)

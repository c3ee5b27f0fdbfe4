"""The race beside other syncs: its parts work, and whoever cannot be had does not stop it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench.race import course, installed
from tests.bench.race.helper import GaveUp, Helper, once
from tests.bench.race.slips import receipts, written

ECHO = """
import json, sys
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == "fall":
        sys.exit("it fell")
    print(json.dumps({"error": "no"} if asked["do"] == "fail" else asked), flush=True)
"""


@pytest.fixture
def echo(tmp_path: Path) -> Helper:
    return Helper([sys.executable, "-c", ECHO], log=tmp_path / "echo.log", cwd=tmp_path)


def test_a_helper_answers_what_it_is_asked(echo: Helper) -> None:
    try:
        assert echo.ask("push", batch=100) == {"do": "push", "batch": 100}
        with pytest.raises(GaveUp, match="no"):
            echo.ask("fail")
        assert echo.ask("pull") == {"do": "pull"}
    finally:
        echo.end()


def test_of_a_helper_that_fell_the_last_words_are_told(echo: Helper) -> None:
    try:
        with pytest.raises(GaveUp, match="it fell"):
            echo.ask("fall")
    finally:
        echo.end()


def test_a_command_that_cannot_says_why(tmp_path: Path) -> None:
    with pytest.raises(GaveUp, match="not today"):
        once([sys.executable, "-c", "raise SystemExit('not today')"], tmp_path)
    with pytest.raises(GaveUp, match="no-such-command"):
        once(["no-such-command"], tmp_path)


def test_receipts_are_the_same_for_everybody_and_no_two_alike(tmp_path: Path) -> None:
    first, again = receipts(50, 7), receipts(50, 7)
    path = written(tmp_path / "them.json", 50, 7)

    assert first == again
    assert len({fields["id"] for fields in first}) == 50
    assert 50 * 250 < path.stat().st_size < 50 * 400


def test_whoever_cannot_be_installed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    found = installed.peers(tmp_path)

    assert (found.node, found.kinto, found.anki) == (None, None, None)
    assert [line.partition(":")[0] for line in found.said] == ["pouchdb", "kinto", "anki"]


@pytest.mark.long
def test_alone_we_race_for_our_own_budgets() -> None:
    size = course.Size(20, 1, 20, 20, 0.0, 0.0, 1, 20, 20, 6)
    alone = installed.Peers(said=["pouchdb: not in the race: no network"])
    rows, said = course.rows(size, lambda _place: alone)

    assert alone.said == said
    assert [row.name for row in rows] == [
        "no-op sync: bodies (budget)",
        "bytes per check-in up (budget)",
        "6 photos of 2 MB, a reset every 5 MB / plain PUT",
    ]
    assert all(row.ours > 0 for row in rows)
    assert rows[-1].ratio > 1

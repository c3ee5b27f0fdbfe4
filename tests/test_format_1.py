"""Journals of the first format open for ever: with all they said, and go on in a newer one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from data.edit import Write
from data.errors import Damaged
from data.journal import OLDER
from data.store import Store
from tests.backends import MakePlace, Place, every_backend, plain
from tests.copies import copy_in, known

HERE = Path(__file__).resolve().parent / "data" / "journal-format-1"

pytestmark = [every_backend, pytest.mark.parametrize("face", ["office", "phone"])]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that meets damage looks again after a moment: a writer may have been at work."""
    monkeypatch.setattr("data.generations.time.sleep", lambda _seconds: None)


def older(backend: MakePlace, path: Path, face: str) -> Place:
    place = backend(path)
    place.write("journal.1", (HERE / face / "journal.1").read_bytes())
    return place


def told(face: str) -> dict[str, Any]:
    """What the version that wrote it said of it."""
    said: dict[str, Any] = json.loads((HERE / face / "told.json").read_text(encoding="utf-8"))
    return said


def now_told(store: Store) -> dict[str, Any]:
    """The same of ours."""
    tables = store.storage.tables
    edits = {i: [plain(e.to_json()) for e in store.history(i)] for i in store.ids()}
    return {
        "tables": {name: dict(rows.each()) for name, rows in tables.items() if len(rows)},
        "order": plain(store.order.after(0)),
        "top": store.order.top,
        "meta": plain(store.meta),
        "bases": plain(store.bases),
        "unacked": plain(sorted([*dot, raw] for dot, raw in store.unacked.items())),
        "edits": {i: some for i, some in edits.items() if some},
    }


def test_it_says_what_the_older_version_said(face: str, backend: MakePlace, tmp_path: Path) -> None:
    place = older(backend, tmp_path, face)
    before = place.files()
    reader = copy_in(place.folder, hub=face == "office", reader=True)

    assert told(face) == now_told(reader)
    assert reader.counted() == reader.sums
    assert before == place.files()


def test_it_goes_on_in_a_new_journal_and_keeps_the_older(
    face: str, backend: MakePlace, tmp_path: Path
) -> None:
    place = older(backend, tmp_path, face)
    was = place.files()["journal.1"]
    for turn in range(3):
        store = copy_in(place.folder, hub=face == "office")
        store.commit([Write("scene", "4A", {"pages": 20 + turn})], user="Amara")
        before = known(store)
        store.close()
        again = copy_in(place.folder, hub=face == "office", reader=True)
        assert before == known(again)
        assert again.counted() == again.sums

    assert was == place.files()["journal.1"]
    assert was.startswith(OLDER)
    assert set(place.files()) == {"journal.1", "journal.2"}


def test_its_next_generation_is_of_the_new_format_alone(
    face: str, backend: MakePlace, tmp_path: Path
) -> None:
    place = older(backend, tmp_path, face)
    store = copy_in(place.folder, hub=face == "office")
    store.storage.compact()
    before = known(store)
    store.close()
    again = copy_in(place.folder, hub=face == "office")

    assert before == known(again)
    assert told(face) == now_told(again)
    assert again.counted() == again.sums
    again.close()
    assert not any(content.startswith(OLDER) for content in place.files().values())


def test_cut_in_its_last_commit_it_opens_with_the_whole_ones(
    face: str, backend: MakePlace, tmp_path: Path
) -> None:
    place = older(backend, tmp_path, face)
    whole = place.files()["journal.1"]
    start = whole.rindex(b"\n", 0, -1) + 1
    place.write("journal.1", whole[:start])
    store = copy_in(place.folder, hub=face == "office", reader=True)
    before = known(store)
    for cut in range(start + 1, len(whole), 7):
        torn = older(backend, tmp_path, face)
        torn.write("journal.1", whole[:cut])
        store = copy_in(torn.folder, hub=face == "office")
        assert before == known(store)
        assert store.cut_aside is not None
        assert whole[start:cut] == torn.files()[store.cut_aside.name]
        store.close()


def test_a_changed_bit_in_it_is_damage(face: str, backend: MakePlace, tmp_path: Path) -> None:
    place = older(backend, tmp_path, face)
    size = len(place.files()["journal.1"])
    for at in range(0, size, 11):
        place.flip("journal.1", at, at % 8)
        before = place.files()
        for reader in (True, False):
            with pytest.raises(Damaged):
                copy_in(place.folder, hub=face == "office", reader=reader)
        assert before == place.files()
        place.flip("journal.1", at, at % 8)

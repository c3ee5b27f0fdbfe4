"""A record that was read is not read again until it changes."""

from __future__ import annotations

from pathlib import Path

from data.edit import Write
from data.lately import ENOUGH, Lately
from data.stamp import Sources
from data.store import Store


def test_a_record_is_read_anew_when_it_has_changed(tmp_path: Path) -> None:
    store = Store(tmp_path, sources=Sources(), hub=False)
    store.commit([Write("scene", "s1", {"pages": 1})], user="Ada")
    first = store.state("s1")

    assert store.state("s1") is first
    store.commit([Write("scene", "s1", {"pages": 2})], user="Ada")
    again = store.state("s1")
    assert first is not None
    assert again is not None
    assert [list(state.cells["pages"].values()) for state in (first, again)] == [[1], [2]]
    assert store.state("s2") is None
    store.close()


def test_only_the_last_ones_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path, sources=Sources(), hub=False)
    names = [f"s{n}" for n in range(2 * ENOUGH + 1)]
    store.commit([Write("scene", name, {"pages": 1}) for name in names], user="Ada")
    lately = Lately(store.line)
    first = lately.state(names[0])
    states = list(map(lately.state, names[1:]))

    assert lately.state(names[-1]) is states[-1]
    assert lately.state(names[0]) == first
    assert lately.state(names[0]) is not first
    store.close()

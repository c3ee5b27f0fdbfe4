"""A device written from PROTOCOL.md alone meets a real office, in memory and over HTTP."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.blobs import Blobs
from data.canonical import canonical_bytes, encode
from data.codes import code_text
from data.stamp import Sources
from data.state import join
from data.store import Store
from sync.calls import Call
from sync.front import Front
from tests import stranger
from tests.paired_office import PairedOffice
from tests.small_show import SmallShow
from tests.stranger import Ask, Stranger, over_http, shown
from tests.test_sync_exchange import Copy, sync
from tests.test_sync_http import Hub


@pytest.fixture
def office(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "office", hub=True)


@pytest.fixture
def gate(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "gate")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Hub]:
    hub = Hub(tmp_path / "hub")
    yield hub
    hub.kill()


def way(office: Copy) -> Ask:
    front = Front(office.office, Blobs(office.home / "photos"))

    def ask(method: str, path: str, body: bytes | None, token: str) -> bytes:
        answer = front.answer(Call(method, path, body, token=token))
        assert answer.status == 200, answer.content
        return answer.content

    return ask


def test_the_stranger_uses_nothing_of_ours() -> None:
    tree = ast.parse(Path(stranger.__file__).read_text(encoding="utf-8"))
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_stranger_gives_and_takes(office: Copy, gate: Copy) -> None:
    gate.write("p1", name="Zoë Quist", phone="1")
    gate.tag("p1", add=("grip", "electric"))
    sync(gate, office)
    guest = Stranger(way(office), "Stranger")
    guest.write("person", "p2", name="Łukasz Ortega")
    guest.sync()
    guest.write("person", "p1", phone="2")
    guest.sync()
    sync(gate, office)

    assert shown(guest.states["p1"], "name") == "Zoë Quist"
    assert (gate.seen("p1", "phone"), gate.seen("p2", "name")) == ("2", "Łukasz Ortega")
    assert guest.equal
    assert gate.device.verified


def test_a_stranger_merges_as_we_do(office: Copy, gate: Copy) -> None:
    office.write("p1", phone="0", name="Ada")
    office.tag("p1", add=("grip",))
    guest = Stranger(way(office), "Stranger")
    guest.sync()
    sync(gate, office)
    guest.write("person", "p1", phone="1")
    gate.write("p1", phone="2", email="ada@example.com")
    gate.tag("p1", add=("camera",), remove=("grip",))
    for meet in (guest.sync, lambda: sync(gate, office), guest.sync):
        meet()

    state = gate.store.state("p1")
    assert state is not None
    text = json.dumps(guest.states["p1"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text.encode() == canonical_bytes(state)
    assert len(state.cells["phone"]) == 2


def test_a_strangers_join_is_ours(office: Copy, gate: Copy) -> None:
    office.write("p1", phone="0")
    sync(gate, office)
    for copy in (office, gate):
        copy.write("p1", phone=copy.home.name)
        copy.tag("p1", add=(copy.home.name,))
    office.delete("p1")
    ours, theirs = office.store.state("p1"), gate.store.state("p1")
    assert ours is not None
    assert theirs is not None

    assert stranger.join(encode(ours), encode(theirs)) == encode(join(ours, theirs))
    assert stranger.join(encode(theirs), encode(ours)) == encode(join(ours, theirs))


def test_every_edit_of_a_stranger_is_in_the_offices_history(office: Copy) -> None:
    guest = Stranger(way(office), "Stranger")
    for phone in ("1", "2"):
        guest.write("person", "p1", phone=phone)
    guest.sync()

    assert [edit.values for edit in office.store.history("p1")] == [{"phone": "1"}, {"phone": "2"}]


def test_a_stranger_pairs_and_is_known_by_its_token(show: SmallShow, tmp_path: Path) -> None:
    door = PairedOffice(show, tmp_path / "devices")
    shown = door.for_person("Gus")

    def ask(method: str, path: str, body: bytes | None, token: str) -> bytes:
        if path.startswith("/v1/pair?"):
            door.pairings.confirm(shown.id)
        answer = door.ask(method, path, body, token)
        if answer.status != 200:
            raise ValueError(answer.content)
        return answer.content

    guest = Stranger(ask, "A phone of another make")
    with pytest.raises(ValueError, match="unpaired"):
        guest.sync()
    guest.pair(code_text(shown.code))
    guest.write("person", show["Gus"].id, phone="555-0142")
    guest.sync()

    assert guest.equal
    assert guest.user == show["Gus"].id == door.desk.author(show["Gus"].id)
    assert [guest.device] == [device.id for device in door.devices()]


def test_a_stranger_over_http(running: Hub, tmp_path: Path) -> None:
    running.start()
    guest = Stranger(over_http(running.address), "Stranger")
    for n in range(250):
        guest.write("person", f"p{n:03}", name=f"Walk-on {n}")
    guest.sync()
    other = Stranger(over_http(running.address), "Another")
    other.sync()
    running.kill()
    store = Store(tmp_path / "hub", sources=Sources(), hub=True, reader=True)

    assert guest.states == other.states
    assert guest.equal
    assert other.equal
    assert len(list(store.ids())) == 250

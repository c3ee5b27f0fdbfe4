"""What a colleague who lies, a stranger in between, and damage can do to a device: nothing that the
office could not put right, and nothing to anybody's unsent work."""

from __future__ import annotations

import json
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.canonical import canonical_bytes
from data.codes import token_hash
from data.edit import Write
from data.errors import OfficeError
from data.stamp import replica_of
from data.state import Dot, Mark, State, join
from sync.neighbour import Group, body_of
from sync.ring import CREW, Ring, ring_of
from sync.sealing import Part, joined, parts_of, seal_of, sealed_open, whole_letters
from tests.crew_without_office import file_of, give, hand, meet_all, out_of_reach, phone
from tests.scoped_pairing import Installation, PairedShow

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
SALT = "0123456789abcdef"
MOST_MEMORY = 96 * 2**20


class Two(NamedTuple):
    """Ada lies; Lou has written the scene s1, and handed nothing over."""

    it: PairedShow
    ada: Installation
    lou: Installation


@pytest.fixture
def two(tmp_path: Path) -> Two:
    it = PairedShow(tmp_path)
    ada, lou = phone(it, "Ada", "upm"), phone(it, "Lou", "upm")
    meet_all(ada, lou)
    lou.store.commit([Write("scene", "s1", {"set": "RIVER"})], user=lou.desk.user)
    return Two(it, ada, lou)


def contents(one: Installation) -> dict[str, bytes]:
    return {i: canonical_bytes(s) for i in one.ids if (s := one.store.state(i)) is not None}


def books(one: Installation) -> dict[str, Any]:
    return {"bases": dict(one.store.bases), "unacked": dict(one.store.unacked), **contents(one)}


def lie(two: Two, state: State, *, salt: str = SALT, ring: Ring | None = None) -> bytes:
    """Ada's real letter to the office, and one to the crew that says so."""
    ada = two.ada
    ring, letters = ring or ring_of(ada.store), whole_letters(file_of(ada))
    real = next(letter.content for letter in letters if letter.device == ada.id)
    replica = replica_of(ada.id, salt)
    head = {"salts": {replica: salt}, "made": [replica, 1], "with": [seal_of(real)]}
    groups = [Group(frozenset({CREW}), [state])]
    body = body_of(ada.store.production, ada.id, head, groups, ring, Random(1))
    secret = token_hash(str(ada.store.meta["token"]))
    return real + sealed_open(ada.store.production, ada.id, body, secret)


def written(two: Two, n: int = 1, **vv: int) -> State:
    """The scene as Ada says that she has written it; `vv` by replica what she says to have seen."""
    dot = Dot(replica_of(two.ada.id, SALT), n)
    mark = Mark(5, None, "Ada")
    seen = {**vv, dot.replica: n}
    return State("s1", "scene", seen, {dot: mark}, frozenset({dot}), {"set": {dot: "LIE"}})


def mine(one: Installation) -> str:
    return one.store.replicas[-1]


def scene(one: Installation) -> list[str]:
    state = one.store.state("s1")
    return sorted(state.cells["set"].values()) if state is not None else []


# ---- a colleague who lies ---------------------------------------------------------------------


def test_what_is_true_is_taken(two: Two) -> None:
    give(lie(two, written(two)), two.lou)

    assert scene(two.lou) == ["LIE", "RIVER"]


@pytest.mark.parametrize("n", [1, 2, 10**6])
def test_nobody_has_seen_what_was_never_handed_over(two: Two, n: int) -> None:
    done = give(lie(two, written(two, **{mine(two.lou): n})), two.lou)

    assert scene(two.lou) == ["RIVER"]
    assert done.aside == {"Ada's phone": 1}


def test_what_was_handed_over_may_be_written_over_and_no_more(two: Two) -> None:
    file_of(two.lou)
    (n,) = two.lou.store.meta["handed"].values()
    give(lie(two, written(two, **{mine(two.lou): n + 1})), two.lou)
    assert scene(two.lou) == ["RIVER"]
    give(lie(two, written(two, **{mine(two.lou): n})), two.lou)

    assert scene(two.lou) == ["LIE"]


def test_a_third_one_s_edits_that_are_not_known_here_are_not_written_over(two: Two) -> None:
    cam = phone(two.it, "Cam", "upm")
    meet_all(two.ada, two.lou)
    cam.store.commit([Write("scene", "s1", {"set": "CAM"})], user=cam.desk.user)
    give(lie(two, written(two, **{mine(cam): 5})), two.lou)
    hand(cam, two.lou)

    assert scene(two.lou) == ["CAM", "RIVER"]


def test_another_one_s_replica_is_nobody_else_s(two: Two) -> None:
    """Not even with its own salt, which stands in every file of its device."""
    cam = phone(two.it, "Cam", "upm")
    meet_all(two.ada, two.lou)
    cam.store.commit([Write("scene", "s1", {"set": "CAM"})], user=cam.desk.user)
    salt = str(cam.store.meta[f"salt/{mine(cam)}"])
    dot = Dot(mine(cam), 1)
    forged = State("s1", "scene", {dot.replica: 1}, {dot: Mark(5, None, "Cam")}, frozenset({dot}),
                   {"set": {dot: "LIE"}})  # fmt: skip
    give(lie(two, forged, salt=salt), two.lou)

    assert scene(two.lou) == ["RIVER"]


def test_a_value_does_not_go_away_by_itself(two: Two) -> None:
    hand(two.lou, two.ada)
    state = two.ada.store.state("s1")
    assert state is not None
    give(lie(two, replace(state, cells={}, marks={d: m for d, m in state.marks.items()
                                                  if d in state.life})), two.lou)  # fmt: skip

    assert scene(two.lou) == ["RIVER"]


@st.composite
def lies(draw: st.DrawFn, replicas: list[str]) -> State:
    """Anything that can be said of the scene with these replicas."""
    vv = {r: draw(st.sampled_from([1, 2, 3, 50])) for r in replicas if draw(st.booleans())}
    dots = [Dot(r, draw(st.integers(1, n))) for r, n in vv.items() if draw(st.booleans())]
    marks = {dot: Mark(draw(st.integers(0, 9)), draw(st.sampled_from([None, 1])), "x")
             for dot in dots}  # fmt: skip
    cells = {"set": {dot: draw(st.sampled_from(["LIE", "RIVER", "CAM"])) for dot in dots}}
    life = frozenset(dots) if draw(st.booleans()) else frozenset()
    return State("s1", "scene", vv, marks, life, cells if dots else {})


@FEW
@given(data=st.data())
def test_no_lie_writes_over_what_its_teller_cannot_have_seen(two: Two, data: st.DataObject) -> None:
    """Lou's own scene stands, and so does what Cam has written and nobody was given yet."""
    if "Cam" not in two.it.phones:
        cam = phone(two.it, "Cam", "upm")
        meet_all(two.ada, two.lou)
        cam.store.commit([Write("scene", "s1", {"set": "CAM"})], user=cam.desk.user)
    cam = two.it.phones["Cam"]
    ours = [replica_of(two.ada.id, SALT), mine(two.lou), mine(cam)]
    give(lie(two, data.draw(lies(ours))), two.lou)
    state, true = two.lou.store.state("s1"), cam.store.state("s1")

    assert state is not None
    assert true is not None
    assert "RIVER" in scene(two.lou)
    assert "CAM" in join(state, true).cells["set"].values()


def test_order_times_are_the_office_s_to_give(two: Two) -> None:
    hand(two.lou, two.ada)
    state = two.ada.store.state("s1")
    assert state is not None
    early = {dot: mark._replace(ot=1) for dot, mark in state.marks.items()}
    before = contents(two.lou)
    give(lie(two, replace(state, marks=early)), two.lou)

    assert before == contents(two.lou)


def test_a_record_of_a_role_comes_only_by_a_key_of_that_role(two: Two) -> None:
    ada = two.it.show["Ada"].id
    two.lou.store.commit([Write("deal", "i1", {"person": ada})], user=two.lou.desk.user)
    two.lou.speak()
    state = two.lou.store.state("i1")
    assert state is not None
    dot = Dot(replica_of(two.ada.id, SALT), 1)
    marks = {**state.marks, dot: Mark(5, None, "x")}
    cells = {**state.cells, "notes": {dot: "LIE"}}
    wrong = replace(state, vv={**state.vv, dot.replica: 1}, marks=marks, cells=cells)
    done = give(lie(two, wrong), two.lou)

    assert done.aside
    assert "notes" not in (two.lou.store.document("i1") or {})


def test_work_that_was_set_aside_comes_by_the_office(two: Two) -> None:
    """Ada knows more of the office than Lou does: that is no lie, and cannot be told from one."""
    gus, cam = two.it.show["Gus"].id, phone(two.it, "Cam", "upm")
    cam.store.commit([Write("person", gus, {"position": "Key Grip"})], user=cam.desk.user)
    cam.speak()
    two.ada.speak()
    two.ada.store.commit([Write("person", gus, {"position": "Best Boy"})], user=two.ada.desk.user)
    assert hand(two.ada, two.lou).aside == {"Ada's phone": 1}
    assert "position" not in (two.lou.store.document(gus) or {})
    two.lou.speak()

    assert (two.lou.store.document(gus) or {})["position"] == "Best Boy"
    assert not two.lou.device.owes


# ---- a stranger in between --------------------------------------------------------------------


def test_whoever_carries_it_changes_nothing(two: Two) -> None:
    two.ada.store.commit([Write("scene", "s2", {"set": "LAKE"})], user=two.ada.desk.user)
    ring = ring_of(two.ada.store)
    stranger = Ring(ring.keys, {two.lou.id: ring.peers[two.lou.id]._replace(key="0" * 64)})
    done = give(lie(two, written(two), ring=stranger), two.lou)

    assert done.strange == ["Ada's phone"]
    assert scene(two.lou) == ["RIVER"]
    assert two.lou.session.carries == ["Ada's phone"]  # her own letter is hers all the same
    two.lou.speak()
    assert two.it.store.state("s2") is not None


def test_a_letter_without_those_to_the_office_tells_nothing(two: Two) -> None:
    """What nobody could bring to the office would be owed here for ever."""
    two.ada.store.commit([Write("scene", "s2", {"set": "LAKE"})], user=two.ada.desk.user)
    crew = [a.content for a in whole_letters(file_of(two.ada)) if a.to == "crew"]
    assert crew
    give(b"".join(crew), two.lou)

    assert two.lou.store.state("s2") is None
    assert not two.lou.session.carries


def test_a_file_of_another_production_is_refused(two: Two, tmp_path: Path) -> None:
    other = PairedShow(tmp_path / "other")
    other.store.set_meta(production="5f2c1a70-3b1e-4c7d-9a51-0d6a2f1e8b33")
    cam = phone(other, "Cam", "upm")
    cam.store.commit([Write("scene", "s2", {"set": "LAKE"})], user=cam.desk.user)
    with pytest.raises(OfficeError, match="another production"):
        give(file_of(cam), two.lou)

    assert not two.lou.session.carries


def test_a_file_from_before_the_office_was_put_back_does_no_harm(two: Two) -> None:
    two.ada.store.commit([Write("person", "p2", {"name": "Walk-on"})], user=two.ada.desk.user)
    file = file_of(two.ada)
    two.it.office.new_epoch()
    two.lou.speak()
    give(file, two.lou)
    meet_all(two.lou, two.ada, two.lou, two.ada)

    assert two.it.store.state("p2") == two.lou.store.state("p2") == two.ada.store.state("p2")
    assert two.lou.device.verified
    assert two.ada.device.verified


# ---- damage -----------------------------------------------------------------------------------


def changed(content: bytes, data: st.DataObject) -> bytes:
    file = bytearray(content)
    at = data.draw(st.integers(0, len(file) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "half", "twice"]))
    if how == "flip":
        file[at] ^= data.draw(st.integers(1, 255))
    elif how == "cut":
        del file[at : at + 3]
    elif how == "half":
        del file[at:]
    else:
        file[at:at] = file[at : at + 7] or b"x"
    return bytes(file)


def try_crew_letter(two: Two, data: st.DataObject) -> None:
    """The office's letters are whole, the one to the crew is not."""
    if two.ada.store.state("s2") is None:
        two.ada.store.commit([Write("scene", "s2", {"set": "LAKE"})], user=two.ada.desk.user)
    real, crew = whole_letters(file_of(two.ada))
    before, bad = books(two.lou), changed(crew.signed, data)
    if bad.startswith(crew.signed):  # all that is signed is in it
        return
    with suppress(OfficeError):
        give(real.content + bad + crew.seal, two.lou)

    assert before == books(two.lou)


@FEW
@given(data=st.data())
def test_a_letter_to_the_crew_that_was_changed_tells_nothing(two: Two, data: st.DataObject) -> None:
    try_crew_letter(two, data)


@pytest.mark.long
@MANY
@given(data=st.data())
def test_no_change_of_a_letter_to_the_crew_tells_anything(two: Two, data: st.DataObject) -> None:
    try_crew_letter(two, data)


Bad = Callable[[list[Part]], list[Part]]
DEEP = b"[" * 100_000
EVIL: dict[str, Bad] = {
    "no head": lambda parts: parts[1:],
    "head no JSON": lambda parts: [("head", b"{"), *parts[1:]],
    "deep head": lambda parts: [("head", DEEP), *parts[1:]],
    "head a list": lambda parts: [("head", b"[]"), *parts[1:]],
    "salts a path": lambda parts: [
        ("head", head(parts, salts={"../../journal.1": "x"})),
        *parts[1:],
    ],
    "made NaN": lambda parts: [("head", head(parts, made=["x", "NaN"])), *parts[1:]],
    "group empty": lambda parts: [parts[0], ("group", b"")],
    "group no keys": lambda parts: [parts[0], ("group", b"{}\nxx")],
    "group keys a list": lambda parts: [
        parts[0],
        ("group", b'{"keys":[1],"nonce":"","tag":""}\nx'),
    ],
    "deep group": lambda parts: [parts[0], ("group", DEEP)],
    "group of a path": lambda parts: [
        parts[0],
        ("group", b'{"keys":{"../x":"zz"},"nonce":"00"}\n'),
    ],
    "too many groups": lambda parts: [parts[0]] + [parts[1]] * 500,
    "another part": lambda parts: [parts[0], ("journal", b"x")],
}


def head(parts: list[Part], **said: Any) -> bytes:
    return json.dumps({**json.loads(parts[0][1]), **said}).encode()


def signed(two: Two, parts: list[Part], real: bytes) -> bytes:
    """Those parts as if Ada had told them: signed with her keys."""
    from sync import neighbour

    ada, text = two.ada, joined(parts)
    whole = neighbour._whole(ada.store.production, ada.id, text)
    macs = {to: neighbour._mac(whole, peer.key) for to, peer in ring_of(ada.store).peers.items()}
    body = joined([("macs", json.dumps(macs).encode())]) + text
    secret = token_hash(str(ada.store.meta["token"]))
    return real + sealed_open(ada.store.production, ada.id, body, secret)


def test_a_colleague_s_nonsense_is_set_aside(two: Two, tmp_path: Path) -> None:
    two.ada.store.commit([Write("scene", "s2", {"set": "LAKE"})], user=two.ada.desk.user)
    real, crew = whole_letters(file_of(two.ada))
    parts = list(parts_of(crew.body))[1:]
    before, files = books(two.lou), {p for p in tmp_path.rglob("*") if p.is_file()}
    for evil, made in EVIL.items():
        give(signed(two, made(parts), real.content), two.lou)
        assert before == books(two.lou), evil

    new = {path for path in tmp_path.rglob("*") if path.is_file()} - files
    assert all(path.name.startswith("carried.") for path in new)


def test_a_bomb_stays_small(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    line = b'{"s":"' + b"x" * (32 * 2**20) + b'"}\n'
    bomb = zlib.compress(line, 9)
    del line
    monkeypatch.setattr("sync.neighbour._contents", lambda _group: [("states", bomb)] * 20)
    content, before = lie(two, written(two)), books(two.lou)
    tracemalloc.start()
    give(content, two.lou)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert before == books(two.lou)
    assert most < MOST_MEMORY


def test_a_token_s_owner_alone_seals_in_his_name_at_the_office(two: Two) -> None:
    two.lou._ask = out_of_reach
    give(lie(two, written(two)), two.lou)
    two.lou.speak()

    assert scene(two.lou) == ["LIE", "RIVER"]
    assert two.lou.device.owes  # Ada's letter did not bring it: it waits, and harms nothing else
    two.lou.store.commit([Write("scene", "s3", {"set": "HILL"})], user=two.lou.desk.user)
    two.lou.speak()
    assert two.it.store.state("s3") is not None

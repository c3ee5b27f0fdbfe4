"""Somebody on the set's network, with patience and a stolen name: refused in one line, and nothing
at the office has changed."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import sync.hub
from data.codes import ALPHABET, new_code
from data.edit import Write
from data.kinds.devices import DEVICE
from data.kinds.grants import ROLE_GRANT
from data.pairing import A_MINUTE_FROM_ONE, TRIES
from sync.calls import Answer, refusal
from sync.link import Link
from sync.paired import Pair, Paired
from sync.pairing import MOST_PAIR
from sync.wire import MOST_BYTES, MOST_PACKED, TYPE, Hello, Push, Pushed, pack
from tests.paired_office import PairedOffice
from tests.small_show import SmallShow

GUESSED = "f" * 64


@pytest.fixture
def door(show: SmallShow, tmp_path: Path) -> Iterator[PairedOffice]:
    made = PairedOffice(show, tmp_path / "devices")
    yield made
    made.close()


def records(door: PairedOffice) -> tuple[int, Any]:
    """What an attack must leave as it was."""
    return door.desk.store.order.top, (door.desk.store.sums.count, door.desk.store.sums.total)


def code_of(answer: Answer) -> str:
    """The refusal's code; it is one line with a sentence."""
    assert answer.status >= 400
    assert answer.content.count(b"\n") == 0
    assert set(json.loads(answer.content)) == {"code", "sentence"}
    return refusal(answer).code


def hello(door: PairedOffice, device: str, **more: Any) -> bytes:
    del door
    return Hello(device=device, called="a name", format=2, **more).to_bytes()


def written(link: Link, record_id: str = "p1", **values: Any) -> dict[str, Any]:
    """A state that the device wrote, as it would travel."""
    from data.canonical import encode

    values = values or {"name": "Mallory"}
    link.store.commit([Write("person", record_id, values)], user="mallory")
    state = link.store.state(record_id)
    assert state is not None
    raw: dict[str, Any] = encode(state)
    return raw


def push(door: PairedOffice, link: Link, state: Any, **head: Any) -> Answer:
    told: dict[str, Any] = {"device": link.store.meta["device"], "mine": list(link.store.replicas)}
    message = Push(run=door.office.run, states=(state,), **(told | head))
    return door.ask("POST", "/v1/push", message.to_bytes(), link.store.meta["token"])


def verdict(answer: Answer) -> tuple[str, str]:
    (one,) = Pushed.from_bytes(answer.content).verdicts
    return one.outcome, one.code


# ---- no token, or another's -------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", GUESSED, "commands", "x" * 100_000])
def test_no_route_answers_without_a_token_of_this_office(door: PairedOffice, token: str) -> None:
    door.paired("Gus")
    before = records(door)
    for method, path in door.front.served:
        if path == "/v1/pair":
            continue
        path = path.replace("{name}", "0" * 64).replace("{id}", door.show.day.id)
        for content in (None, b"", hello(door, "x"), b"\x00" * 1000):
            assert code_of(door.ask(method, path, content, token)) == "unpaired", path

    assert before == records(door)


def test_over_http_a_stranger_is_refused_before_his_bytes_are_read(door: PairedOffice) -> None:
    async def endless() -> Any:
        raise AssertionError("the office reads on")
        yield b""

    async def tries() -> list[int]:
        transport = httpx.ASGITransport(app=door.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
            answers = [
                await client.request(
                    method, path, content=endless(), headers={"content-type": TYPE}
                )
                for method, path in (("POST", "/v1/push"), ("PUT", f"/v1/blobs/{'0' * 64}"))
            ]
        return [answer.status_code for answer in answers]

    assert asyncio.run(tries()) == [401, 401]


def test_a_token_speaks_for_its_own_device_only(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    victim, token, run = cam.store.meta["device"], gus.store.meta["token"], door.office.run
    before, day = records(door), door.show.day.id
    state = written(gus)

    answers = [
        door.ask("POST", "/v1/hello", hello(door, victim), token),
        push(door, gus, state, device=victim),
        push(door, gus, state, device=""),
        door.ask("GET", f"/v1/changes?run={run}&device={victim}", token=token),
        door.ask("GET", f"/v1/history/{day}?run={run}&device={victim}", token=token),
    ]

    assert [code_of(answer) for answer in answers] == ["not-yours"] * 5
    assert before == records(door)


def test_of_the_others_devices_it_is_told_nothing(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    answer = door.ask("GET", f"/v1/devices?run={door.office.run}", token=gus.store.meta["token"])

    assert gus.store.meta["device"].encode() in zlib.decompress(answer.content)
    assert cam.store.meta["device"].encode() not in zlib.decompress(answer.content)


# ---- pairing ----------------------------------------------------------------------------------


def test_a_recorded_pairing_is_worth_nothing_afterwards(door: PairedOffice) -> None:
    shown = door.for_person("Gus")
    said = Pair(ticket="a" * 64, code=shown.code, called="Gus's phone").to_bytes()
    door.ask("POST", "/v1/pair", said)
    door.pairings.confirm(shown.id)
    paired = Paired.from_bytes(door.ask("POST", "/v1/pair", said).content)
    door.ask("POST", "/v1/hello", hello(door, paired.device), paired.token)
    before = records(door)

    assert code_of(door.ask("POST", "/v1/pair", said)) == "code-wrong"
    assert before == records(door)
    assert door.ask("POST", "/v1/hello", hello(door, paired.device), paired.token).status == 200


def test_a_code_that_somebody_overheard_is_used_up(door: PairedOffice) -> None:
    shown = door.for_person("Gus")
    door.ask("POST", "/v1/pair", Pair(ticket="a" * 64, code=shown.code).to_bytes())
    late = Pair(ticket="b" * 64, code=shown.code).to_bytes()

    assert code_of(door.ask("POST", "/v1/pair", late)) == "code-used"
    door.pairings.confirm(shown.id)
    assert code_of(door.ask("POST", "/v1/pair", late)) == "code-used"
    assert code_of(door.ask("POST", "/v1/pair", Pair(ticket="b" * 64).to_bytes())) == "code-old"


def test_guessing_ends_after_five_codes_and_ten_tries_a_minute(door: PairedOffice) -> None:
    rng = door.desk.store.sources.rng
    shown, before = door.for_person("Gus"), records(door)

    def guess(code: str = "") -> str:
        said = Pair(ticket="b" * 64, code=code or new_code(rng))
        return code_of(door.ask("POST", "/v1/pair", said.to_bytes()))

    assert [guess() for _ in range(TRIES)] == ["code-wrong"] * TRIES
    assert guess(shown.code) == "code-spent"
    told = [guess() for _ in range(A_MINUTE_FROM_ONE)]
    assert told[-1] == "too-many-tries"
    assert guess(shown.code) == "too-many-tries"
    assert before == records(door)


@pytest.mark.parametrize(
    "head",
    [
        {"ticket": "short", "code": ALPHABET[:10]},
        {"ticket": "a" * 64, "device": "../../etc/passwd"},
        {"ticket": "a" * 64, "called": "x" * 10_000},
        {"ticket": "a" * 64, "code": "0OIL1"},
        {"ticket": "a" * 64, "code": 7},
        {"code": "ABC"},
    ],
)
def test_a_pairing_that_is_none_is_refused_in_one_line(
    door: PairedOffice, head: dict[str, Any]
) -> None:
    before = records(door)
    answer = door.ask("POST", "/v1/pair", pack([{"m": "pair", **head}]))

    assert code_of(answer) in ("malformed", "bad-input")
    assert before == records(door)


def test_whoever_pairs_names_no_role_and_no_device_of_others(door: PairedOffice) -> None:
    cam = door.paired("Cam")
    shown = door.for_person("Gus", "crew")
    forged = {"role": "upm", "lent_to": "upm", "person": door.show["Ada"].id, "token": GUESSED}
    said = {"m": "pair", "ticket": "a" * 64, "code": shown.code, **forged}
    door.ask("POST", "/v1/pair", pack([said | {"device": cam.store.meta["device"]}]))
    device = door.pairings.confirm(shown.id)
    answer = door.ask("POST", "/v1/pair", pack([said]))

    paired = Paired.from_bytes(answer.content)
    assert (paired.person, paired.lent_to) == (door.show["Gus"].id, "")
    assert paired.device == device.id != cam.store.meta["device"]
    assert {"crew"} == {grant.role for grant in door.desk.all(ROLE_GRANT)}
    assert door.desk.get(DEVICE, cam.store.meta["device"]).person == door.show["Cam"].id
    assert door.ask("GET", "/v1/blobs/0", token=cam.store.meta["token"]).status == 404


def test_a_records_id_cannot_be_taken_for_a_device(door: PairedOffice) -> None:
    shown = door.for_person("Gus")
    door.ask(
        "POST",
        "/v1/pair",
        Pair(ticket="a" * 64, code=shown.code, device=door.show.day.id).to_bytes(),
    )

    assert door.pairings.confirm(shown.id).id != door.show.day.id


# ---- with a token of one's own ----------------------------------------------------------------


def test_dots_under_a_stolen_replica_name_are_not_joined(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    written(cam, "p1", name="Cam's")
    asyncio.run(cam.sync_once())
    (stolen,) = cam.store.replicas
    state = written(gus, "p2")
    own = gus.store.replicas[-1]
    forged = json.loads(json.dumps(state).replace(own, stolen))
    forged["d"][0][1] = forged["vv"][stolen] = 9
    before = records(door)

    assert verdict(push(door, gus, forged, mine=[own, stolen]))[0] == "retry"
    assert before == records(door)


def test_an_inflated_vector_does_not_wipe_what_others_write(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    written(cam, "p1", name="Cam's")
    asyncio.run(cam.sync_once())
    asyncio.run(gus.sync_once())
    state = written(gus, "p1", phone="1")
    state["vv"] = {**state["vv"], cam.store.replicas[-1]: 1_000_000}
    before = records(door)

    assert verdict(push(door, gus, state))[0] == "retry"
    assert before == records(door)


@pytest.mark.parametrize("sealed", ["", "-0123456789ab", "-ffffffffffff", "-"])
def test_a_place_that_somebody_made_up_opens_no_recovery(door: PairedOffice, sealed: str) -> None:
    mallory = door.paired("Gus")
    device, token = (str(mallory.store.meta[name]) for name in ("device", "token"))
    ahead = str(door.office.epochs.here._replace(hseq=10**9, seal="")) + sealed
    told = door.ask("POST", "/v1/hello", hello(door, device, cursor=ahead, mark=ahead), token)

    assert told.status == 200
    assert door.office.epochs.here.counter == 2  # everybody compares once more, and that is all
    assert not door.office.epochs.recovering


def test_a_place_that_the_office_forgot_opens_it(door: PairedOffice) -> None:
    gus = door.paired("Gus")
    device, token = (str(gus.store.meta[name]) for name in ("device", "token"))
    ahead = str(door.office.epochs.at(door.desk.store.order.top + 9))
    told = door.ask("POST", "/v1/hello", hello(door, device, cursor=ahead, mark=ahead), token)

    assert told.status == 200
    assert door.office.epochs.recovering


def test_the_offices_own_replica_is_nobodys_to_claim(door: PairedOffice) -> None:
    gus = door.paired("Gus")
    office = door.desk.store.replicas[-1]
    state = json.loads(json.dumps(written(gus)).replace(gus.store.replicas[-1], office))
    state["vv"] = {office: 10_000}
    state["d"][0][1] = 10_000
    before = records(door)

    assert verdict(push(door, gus, state, mine=[office]))[0] == "retry"
    assert before == records(door)


# ---- too large, too slow ----------------------------------------------------------------------


def test_what_is_too_large_is_refused_whole(door: PairedOffice) -> None:
    token = door.paired("Gus").store.meta["token"]
    before = records(door)
    bomb = zlib.compress(b" " * (MOST_BYTES + 2))

    assert code_of(door.ask("POST", "/v1/push", bomb, token)) == "too-large"
    assert code_of(door.ask("POST", "/v1/push", b"x" * (MOST_PACKED + 1), token)) == "too-large"
    assert code_of(door.ask("POST", "/v1/push", pack([{"m": "push"}] * 20_001), token))
    assert before == records(door)


def over_http(door: PairedOffice, path: str, body: Any, token: str = "") -> httpx.Response:
    async def told() -> httpx.Response:
        transport = httpx.ASGITransport(app=door.app)
        headers = {"content-type": TYPE, "authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
            return await client.post(path, content=body, headers=headers)

    return asyncio.run(told())


def test_a_stranger_may_say_little(door: PairedOffice) -> None:
    answer = over_http(door, "/v1/pair", b"x" * (MOST_PAIR + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_who_speaks_slowly_for_ever_is_not_heard_for_ever(
    door: PairedOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync.hub, "SLOWEST", 0.0)
    monkeypatch.setattr(sync.hub, "SLOWEST_LINE", 2**40)

    async def dripping() -> Any:
        yield b"x"
        await asyncio.Event().wait()

    answer = over_http(door, "/v1/pair", dripping())

    assert (answer.status_code, answer.json()["code"]) == (408, "too-slow")


def test_a_header_that_is_no_token_is_none(door: PairedOffice) -> None:
    door.paired("Gus")

    async def tries() -> list[int]:
        transport = httpx.ASGITransport(app=door.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
            heads = ("Basic eDp5", "Bearer", "Bearer  ", "bearer " + GUESSED, "\t", "Bearer é")
            answers = [
                await client.get("/v1/devices", headers={b"authorization": head.encode("latin-1")})
                for head in heads
            ]
        return [answer.status_code for answer in answers]

    assert asyncio.run(tries()) == [401] * 6


def test_a_state_that_is_none_leaves_nothing(door: PairedOffice) -> None:
    gus = door.paired("Gus")
    before = records(door)
    state = written(gus)

    bent: tuple[dict[str, Any], ...] = ({"vv": {}}, {"t": "_m"}, {"l": [99]}, {"c": 7})
    evils: list[Any] = [None, [], *({**state, **change} for change in bent)]
    for evil in evils:
        assert verdict(push(door, gus, evil))[0] in ("aside", "retry")
    assert before == records(door)

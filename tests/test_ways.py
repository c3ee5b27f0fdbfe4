"""A device looks for its office at several addresses, in order, and tells a stranger nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from data.errors import BadInput, NoOffice
from data.stamp import Clock, Sources
from data.store import Store
from sync.calls import Answer, Call, Send, Timings
from sync.ways import FOUND, MOST_LAST, TOLD, TYPED, Ways, read_address
from tests.paired_office import PairedOffice
from tests.small_show import SmallShow

NAME = "https://callboard-3f2b8c54.local:8343"
LAST, TYPED_IN, OTHER = (f"https://192.168.1.{n}:8343" for n in (20, 30, 40))
QUICK = Timings(connect=0.05, first=0.01, longest=0.02)
LEAF_ENDS = 1_800_000_000_000

Office = Callable[[Call], Answer]


class Net:
    """Offices by their addresses; what was asked where, and with which token."""

    def __init__(self) -> None:
        self.offices: dict[str, Office] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.silent: set[str] = set()

    @asynccontextmanager
    async def over(self, address: str) -> AsyncIterator[Send]:
        async def send(call: Call) -> Answer:
            self.asked.append((address, call.path.partition("?")[0], call.token))
            if address in self.silent:
                await asyncio.Event().wait()  # its packets come to nobody
            if address not in self.offices:
                raise NoOffice("The office cannot be reached.", code="unreachable")
            return self.offices[address](call)

        yield send

    @property
    def looked_at(self) -> list[str]:
        return [address for address, _, _ in self.asked]


def copy(folder: Path, **facts: object) -> Store:
    store = Store(folder, sources=Sources(Clock(), rng=Random(1)), hub=False)
    store.set_meta(**facts)
    return store


def ways_of(net: Net, store: Store) -> Ways:
    return Ways(store, NAME, net.over, QUICK)


def ask(ways: Ways, times: int = 1, *, token: str = "t") -> list[Answer]:
    async def go() -> list[Answer]:
        async with ways.connect() as send:
            return [await send(Call("GET", "/v1/devices", token=token)) for _ in range(times)]

    return asyncio.run(go())


def unpaired(_call: Call) -> Answer:
    return Answer(401, b'{"code":"unpaired","sentence":"Ask the office for a code."}')


def of_another_show(_call: Call) -> Answer:
    return Answer(409, b'{"code":"other-production","sentence":"Another one."}')


FACTS: Mapping[str, object] = {
    "production": "3f2b8c54-0000",
    FOUND: LAST,
    TOLD: [LAST, OTHER],
    TYPED: TYPED_IN,
}


def test_name_then_last_then_told_then_typed(tmp_path: Path) -> None:
    ways = ways_of(Net(), copy(tmp_path, **FACTS))

    assert ways.listed() == (NAME, LAST, OTHER, TYPED_IN)


def test_no_more_is_kept_than_a_person_would_wait_for(tmp_path: Path) -> None:
    many = [f"https://10.0.0.{n}:8343" for n in range(20)]

    assert len(ways_of(Net(), copy(tmp_path, **{TOLD: many})).listed()) == 1 + MOST_LAST


def test_the_first_that_answers_is_used_and_not_looked_for_again(tmp_path: Path) -> None:
    net = Net()
    net.silent, net.offices = {LAST}, {OTHER: unpaired, TYPED_IN: unpaired}
    ways = ways_of(net, copy(tmp_path, **FACTS))
    ask(ways, 2)

    assert net.looked_at == [NAME, LAST, OTHER, OTHER, OTHER]
    assert ways.at == OTHER


def test_where_it_answered_last_is_tried_right_after_the_name(tmp_path: Path) -> None:
    net, store = Net(), copy(tmp_path, **FACTS)
    net.offices = {TYPED_IN: unpaired}
    ask(ways_of(net, store))

    assert ways_of(net, store).listed() == (NAME, TYPED_IN, LAST, OTHER)


def test_an_office_that_is_lost_is_looked_for_again(tmp_path: Path) -> None:
    net = Net()
    net.offices = {NAME: unpaired}
    ways = ways_of(net, copy(tmp_path, **FACTS))

    async def go() -> str:
        async with ways.connect() as send:
            await send(Call("GET", "/v1/devices"))
            net.offices = {LAST: unpaired}
            with pytest.raises(NoOffice):
                await send(Call("GET", "/v1/devices"))
            await send(Call("GET", "/v1/devices"))
            return ways.at

    assert asyncio.run(go()) == LAST


def test_the_office_of_another_show_is_told_nothing(tmp_path: Path) -> None:
    net = Net()
    net.offices = {NAME: of_another_show}
    with pytest.raises(NoOffice, match="another production") as refused:
        ask(ways_of(net, copy(tmp_path, **FACTS)), token="secret")

    assert refused.value.code == "other-production"
    assert [token for _, _, token in net.asked] == [""] * 4


def test_an_address_that_another_show_has_by_now_is_passed_over(tmp_path: Path) -> None:
    net = Net()
    net.offices = {LAST: of_another_show, TYPED_IN: unpaired}
    ways = ways_of(net, copy(tmp_path, **FACTS))
    ask(ways)

    assert ways.at == TYPED_IN


def test_a_printer_is_no_office(tmp_path: Path) -> None:
    net = Net()
    net.offices = {NAME: lambda _call: Answer(404, b"<html>"), LAST: unpaired}
    ways = ways_of(net, copy(tmp_path, **FACTS))
    ask(ways)

    assert ways.at == LAST


def test_why_a_certificate_is_not_believed_is_not_lost_among_silent_addresses(
    tmp_path: Path,
) -> None:
    net = Net()

    def ended(_call: Call) -> Answer:
        raise NoOffice("It has ended.", code="expired")

    net.offices = {NAME: ended}
    with pytest.raises(NoOffice) as refused:
        ask(ways_of(net, copy(tmp_path, **FACTS)))

    assert refused.value.code == "expired"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("192.168.1.30", TYPED_IN),
        (" 192.168.1.30:8343 ", TYPED_IN),
        ("https://192.168.1.30:8343/phone/", "https://192.168.1.30:8343"),
        ("fd00::2", None),
        ("[fd00::2]", "https://[fd00::2]:8343"),
        ("laptop.local", "https://laptop.local:8343"),
        ("http://192.168.1.30", None),
        ("192.168.1.30:8344", None),
        ("192.168.1.30:http", None),
        ("the laptop", None),
        ("", None),
    ],
)
def test_an_address_is_read_as_people_type_it(typed: str, read: str | None) -> None:
    if read is None:
        with pytest.raises(BadInput):
            read_address(typed, NAME)
    else:
        assert read_address(typed, NAME) == read


def test_an_office_says_whether_it_is_the_one_that_is_looked_for(
    show: SmallShow, tmp_path: Path
) -> None:
    office = PairedOffice(show, tmp_path)
    own = show.desk.store.production[:8]

    assert office.ask("GET", f"/v1/changes?show={own}").status == 401
    assert office.ask("GET", "/v1/changes?show=ffffffff").status == 409
    longer = show.desk.store.production[:9]
    assert office.ask("GET", f"/v1/changes?show={longer}").status == 409, "no more is told"


def test_a_device_learns_where_else_its_office_answers(show: SmallShow, tmp_path: Path) -> None:
    office = PairedOffice(show, tmp_path)
    office.office.door = lambda: ([LAST], LEAF_ENDS)
    link = office.paired("Ada")

    assert (link.store.meta[TOLD], link.store.meta["office_until"]) == ([LAST], LEAF_ENDS)

"""A show whose office is out of reach for a while, and files that go from hand to hand."""

from __future__ import annotations

from data.edit import Write
from data.errors import NoOffice
from sync.bringing import Brought
from sync.calls import Answer, Call
from tests.scoped_pairing import Installation, PairedShow, straight

SECRET = "Favored nations with Brandt"


def phone(it: PairedShow, name: str, role: str) -> Installation:
    """That person's phone, paired, with everything it may hold. Everybody says hello once more
    afterwards, so that all of them know each other."""
    made = it.install(name, f"{name}'s phone")
    made.pair(role, person=it.show[name].id)
    made.speak()
    return made


def meet_all(*phones: Installation) -> None:
    for one in phones:
        one.speak()


def out_of_reach(call: Call) -> Answer:
    raise NoOffice(f"No office for {call.path}.", code="unreachable")


def file_of(one: Installation) -> bytes:
    return b"".join(one.link.hand_over())


def give(content: bytes, to: Installation) -> Brought:
    """The file is taken in where no office can be reached."""
    to._ask = out_of_reach
    found = list[Brought]()

    async def take() -> None:
        found.append(await to.link.take_in(content))

    straight(take())
    return found[0]


def hand(giver: Installation, to: Installation) -> Brought:
    return give(file_of(giver), to)


def a_deal(it: PairedShow, record: str = "i1", **values: str) -> Write:
    return Write("deal", record, {"person": it.show["Ada"].id, "notes": SECRET, **values})

"""What a device carries is given to the office, before anything of its own: so the office knows the
edits of others that this device's records hold already. The answers are kept, to be carried back.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final

from data.errors import NoOffice, OfficeError
from data.store import Store
from sync.calls import Answer, Call, refusal
from sync.carried import CARRIED, TRIES, Bag, Carried, Kept
from sync.sealing import whole_letters

NEVER: Final = frozenset(
    {"bad-input", "broken-seal", "device-lost", "malformed", "other-production", "too-large"}
)
"""Refusals that no later office takes back. Said thrice, so that it is not the line that has cut
the letter, it is carried no more; with any other one it is."""
_LATER: Final = "later"
"""For a refusal: the office is in trouble itself, or the line broke; nothing is wrong with the
letter. It is asked again, and holds up nothing until then."""


@dataclass(slots=True)
class Delivered:
    answers: list[bytes] = field(default_factory=list)
    """The office's letters to those who had handed over."""
    refused: OfficeError | None = None
    """Why it did not take one of them."""


def delivery(store: Store, tried: set[str]) -> Generator[Call, Answer, Delivered]:
    """Every bag in the order they came, but for those that were `tried` over this line already. No
    bag stops what comes behind it: one that breaks the line would else do so for ever."""
    carried, done = Carried(store), Delivered()
    carried.sweep()
    for bag in carried.waiting:
        if bag.name in tried:
            continue
        tried.add(bag.name)
        if not (yield from _one(carried, bag, done)):
            break
    return done


def _one(carried: Carried, bag: Kept, done: Delivered) -> Generator[Call, Answer, bool]:
    """Whether the line has held."""
    answers, refusals, held = list[bytes](), set[str](), True
    for content in _letters(carried, bag):
        try:
            answer = yield Call("POST", "/v1/bundle", content)
        except NoOffice:
            refusals.add(_LATER)
            held = False
            break
        if answer.status == 200:
            answers.append(answer.content)
        elif answer.status >= 500:
            refusals.add(_LATER)
        else:
            done.refused = refusal(answer)
            refusals.add(done.refused.code)
    done.answers += answers
    _note(carried, bag, answers, refusals)
    return held


def _note(carried: Carried, bag: Kept, answers: list[bytes], refusals: set[str]) -> None:
    """What became of a bag: the answers are kept, and it is, unless it is over."""
    reply = Bag(bag.device, answers, to="device", called=bag.called)
    over = refusals <= NEVER and (not refusals or bag.tries + 1 == TRIES)
    books = carried.kept([reply] if answers else [], gone=(bag,) if over else ())
    if bag.name in books and _LATER not in refusals:  # it may have made room for others
        books[bag.name]["tries"] = bag.tries + 1
    if books != carried.store.meta.get(CARRIED, {}):
        carried.store.set_meta(**{CARRIED: books})
    carried.sweep()


def _letters(carried: Carried, bag: Kept) -> list[bytes]:
    """Those to the office. One that this device's disk has lost stops nobody."""
    try:
        found = whole_letters(carried.content(bag))
    except OfficeError:
        return []
    return [letter.content for letter in found if letter.to == "office"]

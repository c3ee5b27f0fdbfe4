"""What a device carries is given to the office, before anything of its own: so the office knows the
edits of others that this device's records hold already. The answers are kept, to be carried back.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final

from data.errors import OfficeError
from data.store import Store
from sync.calls import Answer, Call, refusal
from sync.carried import CARRIED, TRIES, Bag, Carried, Kept
from sync.sealing import whole_letters

NEVER: Final = frozenset(
    {"bad-input", "broken-seal", "device-lost", "malformed", "other-production", "too-large"}
)
"""Refusals that no later office takes back. Said thrice, so that it is not the line that has cut
the letter, it is carried no more; with any other one it is."""


@dataclass(slots=True)
class Delivered:
    answers: list[bytes] = field(default_factory=list)
    """The office's letters to those who had handed over."""
    refused: OfficeError | None = None
    """Why it did not take one of them."""


def delivery(store: Store) -> Generator[Call, Answer, Delivered]:
    """Every bag in the order they came. NoOffice: it was lost; what it has not taken is kept."""
    carried, done = Carried(store), Delivered()
    carried.sweep()
    for bag in carried.waiting:
        yield from _one(carried, bag, done)
    return done


def _one(carried: Carried, bag: Kept, done: Delivered) -> Generator[Call, Answer, None]:
    answers, refusals = list[bytes](), set[str]()
    for content in _letters(carried, bag):
        answer = yield Call("POST", "/v1/bundle", content)
        if answer.status == 200:
            answers.append(answer.content)
            continue
        why = refusal(answer)
        if answer.status >= 500:
            raise why  # the office is in trouble itself; nothing is wrong with what is carried
        done.refused = why
        refusals.add(why.code)
    done.answers += answers
    reply = Bag(bag.device, b"".join(answers), to="device", called=bag.called)
    over = refusals <= NEVER and (not refusals or bag.tries + 1 == TRIES)
    books = carried.kept([reply] if answers else [], gone=(bag,) if over else ())
    if not over:
        books[bag.name]["tries"] = bag.tries + 1
    carried.store.set_meta(**{CARRIED: books})
    carried.sweep()


def _letters(carried: Carried, bag: Kept) -> list[bytes]:
    """Those to the office. One that this device's disk has lost stops nobody."""
    try:
        found = whole_letters(carried.content(bag))
    except OfficeError:
        return []
    return [letter.content for letter in found if letter.to == "office"]

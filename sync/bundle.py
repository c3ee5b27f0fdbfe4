"""What a device owes its office as a file, and the office's answer to it as another.

A letter (sealing.py) carries the very messages of a session: hello, pushes, photos; the answer
carries each push with its verdicts, and the changes since. So nothing new is judged here: an old
one, one that comes twice, half of one or several in any order do what lost and doubled messages
do. Whoever carries it reads nothing; a device takes in only what its own office answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, Final

from data.canonical import decode
from data.codes import token_hash
from data.edit import dot_of
from data.errors import Damaged, Malformed, NoOffice, NotFound, Refused
from data.packing import loads
from data.state import Dot, State
from data.store import Store
from sync.calls import Call, Send, refusal
from sync.device import Device
from sync.owed import FACTS, Batch
from sync.place import Place
from sync.sealing import Letter, Part, sealed, whole_letters
from sync.session import Photos
from sync.wire import Page, Push, Pushed

FULL_LETTER: Final = 8 * 2**20
"""A letter takes nothing more past this: what is cut off on the way costs so much."""
NOT_PAIRED = "This device has not met its office yet: nobody could open what it hands over."
ANOTHER_TIME = (
    "This answer is not of the office as this device knows it. Let the device meet the office."
)
KEEP_IT = "The office cannot be reached from here. Keep the file, and take it in where it can."
NOT_FOR_HERE = "This file is for another device. Hand it over to that one, unopened."


# ---- on a device ------------------------------------------------------------------------------


def handed_over(device: Device, photos: Photos) -> Iterator[bytes]:
    """Everything the device owes, as letters to its office, rows first. Refused: it is not paired.
    The store must not commit between the first letter and the last: take them in one go."""
    secret = _own_secret(device.store)
    said: list[Part] = [("hello", device.hello().to_bytes())]
    pushes = (("push", device.push(batch).to_bytes()) for batch in device.batches())
    pictures = (("photo", content) for content in _read(photos))
    rows = list(_cut(pushes)) or [[]]  # who owes nothing still asks for the news
    for parts in chain(rows, _cut(pictures)):
        store = device.store
        yield sealed(store.production, store.meta["device"], "office", said + parts, secret)


def is_mine(store: Store, letter: Letter) -> bool:
    """Whether the letter is the office's answer to this device."""
    return letter.to == "device" and letter.device == store.meta.get("device")


def answers_taken(device: Device, photos: Photos, content: bytes) -> list[Letter]:
    """Takes the office's answers to this device out of a file; the letters that are to be carried
    on. Malformed: there is no whole letter in it."""
    others = list[Letter]()
    for letter in whole_letters(content):
        if is_mine(device.store, letter):
            take_answer(device, photos, letter)
        else:
            others.append(letter)
    return others


async def carried(send: Send, others: Iterable[Letter]) -> bytes:
    """The office's answers to other devices' letters. One that it refuses stops none."""
    try:
        answers = [await send(Call("POST", "/v1/bundle", letter.content)) for letter in others]
    except NoOffice as error:
        raise NoOffice(KEEP_IT, code=error.code) from error
    told = [answer.content for answer in answers if answer.status == 200]
    if answers and not told:
        raise refusal(answers[0])
    return b"".join(told)


def take_answer(device: Device, photos: Photos, letter: Letter) -> None:
    """What the office said to what was handed over: confirmed as it was sent, and joined.

    Nothing is let go of here but by a page: a record that was just confirmed lies in no bucket
    until a page has told where."""
    store = device.store
    if not is_mine(store, letter):
        raise Refused(NOT_FOR_HERE, code="not-for-here")
    first, parts = headed("at", letter.opened(_own_secret(store)))
    at = loads(first)
    if at["epoch"] != store.meta.get("epoch") or device.unlike:
        raise NoOffice(ANOTHER_TIME, code="say-hello")
    push: Push | None = None
    here = at["cursor"] == store.meta.get("cursor") and at["scope"] == store.meta.get("scope", "")
    for name, part in parts:
        if name == "push":
            push = Push.from_bytes(part)
        elif name == "pushed" and push is not None:
            device.pushed(_as_sent(store, push), _no_earlier(store, Pushed.from_bytes(part)))
        elif name == "held":
            photos.held(part.decode("ascii"))
        elif name == "page" and here and not device.filling:
            device.received(_no_earlier(store, Page.from_bytes(part)))
    device.clear()


def headed(name: str, parts: list[Part]) -> tuple[bytes, list[Part]]:
    """The part that says who speaks, and those behind it."""
    if not parts or parts[0][0] != name:
        raise Malformed("This is no letter: it does not say who speaks.")
    return parts[0][1], parts[1:]


# ---- inside -----------------------------------------------------------------------------------


def _own_secret(store: Store) -> str:
    token = str(store.meta.get("token", ""))
    if not token or not store.production:
        raise Refused(NOT_PAIRED, code="unpaired")
    return token_hash(token)


def _read(photos: Photos) -> Iterator[bytes]:
    for name in photos.owed():
        with suppress(Damaged, NotFound):
            yield photos.read(name)


def _cut(parts: Iterable[Part]) -> Iterator[list[Part]]:
    batch, size = list[Part](), 0
    for part in parts:
        if batch and size + len(part[1]) > FULL_LETTER:
            yield batch
            batch, size = [], 0
        batch.append(part)
        size += len(part[1])
    if batch:
        yield batch


def _as_sent(store: Store, push: Push) -> Batch:
    """What a push carried. A fact's state is its edit, which was not told besides."""
    states: list[State] = [decode(raw) for raw in push.states]
    settles: list[Dot] = [dot_of(raw) for raw in push.edits]
    settles += [
        dot
        for state in states
        for dot in state.marks
        if state.kind in FACTS and dot in store.unacked and state.vv == {dot.replica: dot.n}
    ]
    return Batch(states, list(push.states), list(push.edits), settles, units=len(states))


def _no_earlier(store: Store, told: Any) -> Any:
    """The answer, its mark being no earlier than the device was told already."""
    mine = store.meta.get("mark")
    if not mine:
        return told
    had, new = Place.read(mine), Place.read(told.mark)
    later = had.epoch == new.epoch and had.run == new.run and new.hseq > had.hseq
    return told if later else told.model_copy(update={"mark": mine})

"""What a device owes its office as a file, and the office's answer to it as another.

A letter to the office (sealing.py) carries the very messages of a session: hello, pushes, photos;
the answer carries each push with its verdicts, and the changes since. So nothing new is judged
here: an old one, one that comes twice, half of one or several in any order do what lost and doubled
messages do. Beside them lies a letter to the crew (neighbour.py): whoever may read what it tells
shows it at once, and carries the letters to the office with him.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from data.canonical import decode
from data.codes import token_hash
from data.edit import dot_of
from data.errors import Damaged, Malformed, NoOffice, NotFound, Refused
from data.packing import loads
from data.state import Dot, State
from data.store import Store
from sync.calls import Call, Send, refusal
from sync.carried import Carried
from sync.crew import note_handed, salts, told
from sync.device import Device
from sync.neighbour import body_of
from sync.owed import FACTS, Batch
from sync.place import Place
from sync.ring import ring_of
from sync.sealing import Letter, Part, seal_of, sealed, sealed_open
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
    """Everything the device owes and carries. What it carries comes first: the office has to know
    those edits before it meets them in this device's records. Then its own letters to the office,
    rows first, and behind the rows the letter to the crew. Refused: it is not paired.
    The store must not commit between the first letter and the last: take them in one go."""
    store = device.store
    secret = _own_secret(store)
    if store.storage.lock is not None:  # a reader cannot note it
        note_handed(store)
    carried = Carried(store)
    for bag in carried.bags:
        with suppress(Damaged):
            yield carried.content(bag)
    said: list[Part] = [("hello", device.hello().to_bytes())]
    pushes = (("push", device.push(batch).to_bytes()) for batch in device.batches())
    own, seals = store.meta["device"], list[str]()
    for parts in list(_cut(pushes)) or [[]]:  # who owes nothing still asks for the news
        letter = sealed(store.production, own, "office", said + parts, secret)
        seals.append(seal_of(letter))
        yield letter
    yield from _to_crew(store, seals, secret)
    for parts in _cut(("photo", content) for content in _read(photos)):
        yield sealed(store.production, own, "office", said + parts, secret)


def _to_crew(store: Store, seals: list[str], secret: str) -> Iterator[bytes]:
    ring = ring_of(store)
    groups = told(store, ring)
    if groups:
        replica = store.replicas[-1] if store.replicas else ""
        made = [replica, store.books.history.dots.upto(replica)]
        head = {"salts": salts(store, groups), "made": made, "with": seals}
        device, rng = store.meta["device"], store.sources.rng
        body = body_of(store.production, device, head, groups, ring, rng)
        yield sealed_open(store.production, device, body, secret)


def is_mine(store: Store, letter: Letter) -> bool:
    """Whether the letter is the office's answer to this device."""
    return letter.to == "device" and letter.device == store.meta.get("device")


async def carried_on(send: Send, others: Iterable[Letter]) -> bytes:
    """The office's answers to devices' letters. One that it refuses stops none."""
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
    fits = at["scope"] == store.meta.get("scope", "") and not device.filling
    for name, part in parts:
        if name == "push":
            push = Push.from_bytes(part)
        elif name == "pushed" and push is not None:
            device.pushed(_as_sent(store, push), _no_earlier(store, Pushed.from_bytes(part)))
        elif name == "held":
            photos.held(part.decode("ascii"))
        elif name == "page" and fits:
            page = Page.from_bytes(part)
            if _goes_on(store, at["cursor"], page):
                device.received(_no_earlier(store, page))
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
    return Batch(states, list(push.edits), settles, units=len(states))


def _goes_on(store: Store, since: str, page: Page) -> bool:
    """Whether the page tells everything that has changed since this device was told last, as it
    is after that: it begins no later, and was made no earlier."""
    mine = store.meta.get("cursor")
    if not (mine and since):
        return False
    here, begins, made = Place.read(mine), Place.read(since), Place.read(page.mark)
    alike = here.epoch == begins.epoch == made.epoch
    return alike and begins.hseq <= here.hseq <= made.hseq


def _no_earlier(store: Store, told: Any) -> Any:
    """The answer, its places being no earlier than the device was told already."""
    mine, cursor = store.meta.get("mark"), store.meta.get("cursor")
    if mine:
        had, new = Place.read(mine), Place.read(told.mark)
        if not (had.epoch == new.epoch and had.run == new.run and new.hseq > had.hseq):
            told = told.model_copy(update={"mark": mine})
    if isinstance(told, Page) and cursor and Place.read(told.next).hseq < Place.read(cursor).hseq:
        told = told.model_copy(update={"next": cursor})
    return told

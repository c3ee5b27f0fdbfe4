"""A letter that was carried to the office, taken as if its device had come, and the answer to it.

It speaks for the device that sealed it, whoever carries it; what it says is judged where every
push is judged (taking.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256

from data.blobs import Blobs
from data.errors import Malformed, NoOffice, OfficeError, Refused
from data.packing import dumps
from sync.blobs import accept
from sync.bundle import FULL_LETTER, headed
from sync.exchange import Office
from sync.sealing import Letter, Part, letters, sealed
from sync.wire import Hello, Page, Push

NOT_YOURS = "This file speaks of another device than the one that sealed it."


def taken_in(
    office: Office, blobs: Blobs, letter: Letter, secret: str, *, tells: bool = True
) -> bytes:
    """A device's letter, taken as if the device had come; the answer for it. `tells`: the device
    may also hear what has changed at the office."""
    store = office.store
    if letter.production != store.production or letter.to != "office":
        raise NoOffice("This file is not for this production's office.", code="other-production")
    first, parts = headed("hello", letter.opened(secret))
    hello = Hello.from_bytes(first)
    if hello.device != letter.device:
        raise Refused(NOT_YOURS, code="not-yours")
    office.epochs.check((hello.cursor, hello.mark))
    said: list[Part] = []
    for name, part in parts:
        if name == "push":
            with suppress(Malformed):  # it stays owed, and the line takes it apart
                said += [(name, part), ("pushed", _pushed(office, letter.device, part))]
        elif name == "photo":
            said.append(("held", _kept(blobs, part)))
    if tells and not any(name == "held" for name, _ in said):
        said += [("page", page.to_bytes()) for page in _news(office, hello)]
    epoch = store.meta["epoch"]
    at = {"epoch": epoch, "cursor": hello.cursor, "scope": hello.scope}
    return sealed(store.production, letter.device, "device", [("at", dumps(at)), *said], secret)


def one_letter(content: bytes) -> Letter:
    """The only letter of what came over the line."""
    found = letters(content)
    first = next(found, None)
    if first is None or len(first.content) != len(content):
        raise Malformed("Letters come one by one.")
    return first


# ---- inside -----------------------------------------------------------------------------------


def _pushed(office: Office, device: str, part: bytes) -> bytes:
    push = Push.from_bytes(part)
    return office.push(push.model_copy(update={"run": office.run, "device": device})).to_bytes()


def _kept(blobs: Blobs, content: bytes) -> bytes:
    name = sha256(content).hexdigest()
    if not blobs.has(name):
        accept(blobs, name, content)
    return name.encode("ascii")


def _news(office: Office, hello: Hello) -> Iterator[Page]:
    """What has changed since the device was told last, as far as it fits a letter. Nothing, if its
    scope has changed or the office was put back: then it must come itself."""
    cursor, size = hello.cursor, 0
    with suppress(OfficeError):
        while cursor and size < FULL_LETTER:
            page = office.changes(office.run, cursor, device=hello.device, scope=hello.scope)
            yield page
            size += len(page.to_bytes())
            cursor = page.next if page.more else ""

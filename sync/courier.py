"""A letter that was carried to the office, taken as if its device had come, and the answer to it.

It speaks for the device that sealed it, whoever carries it; what it says is judged where every
push is judged (taking.py).
"""

from __future__ import annotations

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

NEVER_MET = "That device has not met the office yet: the first time it has to come itself."
OTHER_SCOPE = "What that device may hold has changed since it was here: it has to come itself."
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
        told = _news(office, letter.device, hello.cursor, hello.scope)
        said += [("page", page.to_bytes()) for page in told]
    epoch = store.meta["epoch"]
    at = {"epoch": epoch, "cursor": hello.cursor, "scope": hello.scope}
    return sealed(store.production, letter.device, "device", [("at", dumps(at)), *said], secret)


def news(office: Office, device: str, secret: str) -> bytes:
    """The office begins: a letter to a device that cannot come, with what has changed since it was
    here. Refused: nothing can be told it by letter."""
    known = next((one for one in office.register.known() if one.id == device), None)
    if known is None:
        raise Refused(NEVER_MET, code="never-met")
    if known.scope != office.scope_of(device).word:
        raise Refused(OTHER_SCOPE, code="say-hello")
    epoch = office.store.meta["epoch"]
    cursor = str(office.epochs.at(known.confirmed))
    said = [("page", p.to_bytes()) for p in _news(office, device, cursor, known.scope)]
    at = {"epoch": epoch, "cursor": cursor, "scope": known.scope}
    parts = [("at", dumps(at)), *said]
    return sealed(office.store.production, device, "device", parts, secret)


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


def _news(office: Office, device: str, cursor: str, scope: str) -> list[Page]:
    """What has changed since the device was told last, as far as it fits a letter. Nothing, if its
    scope has changed or the office was put back: then it must come itself."""
    pages, size, has = list[Page](), 0, office.register.has(device)
    with suppress(OfficeError):
        while cursor and size < FULL_LETTER:
            page = office.changes(office.run, cursor, device=device, scope=scope)
            pages.append(page)
            size += len(page.to_bytes())
            cursor = page.next if page.more else ""
    office.register.told_by_letter(device, has)
    return pages

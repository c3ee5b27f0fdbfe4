"""A device's conversation with its office, as a generator: no network, clock or disk of its own.

It yields the next `Call`, is sent its `Answer` (or thrown the OfficeError that came instead) and
returns when both sides are quiet. Whoever drives it may stop after any step: nothing is left open.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Protocol, TypeAlias
from urllib.parse import urlencode

from data.errors import BadInput, Damaged, Malformed, NoOffice, NotFound, OfficeError
from sync.calls import Answer, Call, refusal
from sync.device import Device
from sync.wire import MOST_STATES, Page, Pushed, Welcome

Talk: TypeAlias = Generator[Call, Answer, None]


class Photos(Protocol):
    """The photos of a copy, as a session needs them."""

    def owed(self) -> list[str]:
        """Those that the office is not known to hold."""

    def read(self, name: str) -> bytes:
        """The bytes; Damaged or NotFound."""

    def held(self, name: str) -> None:
        """The office holds it."""


class Session:
    """What a device says to its office. `reached`, `photos_left` and `trouble` tell how it goes."""

    def __init__(self, device: Device, photos: Photos) -> None:
        self.device = device
        self.photos = photos
        self.reached = False
        """The office has answered hello in this session."""
        self.photos_left = len(photos.owed())
        self.trouble = ""
        """What a person should read: one photo that cannot go, say; empty if all is well."""

    def whole(self) -> Talk:
        """Hello, then everything both ways. NoOffice: it is not ours, or never stays up."""
        for _ in range(3):
            try:
                self.reached, self.trouble = False, ""
                yield from self._hello()
                self.reached = True
                yield from self.exchange()
            except NoOffice as error:
                if error.code != "say-hello":
                    raise
            else:
                return
        raise NoOffice("The office was started again three times. Trying again soon.")

    def exchange(self) -> Talk:
        """Records first: a photo may take its time."""
        self.trouble = ""
        yield from self._push()
        more = True
        while more:
            page = yield from self._changes()
            self.device.received(page)
            more = page.more
        owed = self.photos.owed()
        self.photos_left = len(owed)
        for name in owed:
            yield from self._send_photo(name)
            if self.device.owes:
                yield from self._push()

    def listen(self, wait: float) -> Talk:
        """One question that the office may hold back until it has news."""
        self.device.received((yield from self._changes(wait)))

    # ---- inside -----------------------------------------------------------------------------

    def _hello(self) -> Talk:
        answer = yield from _ask(Call("POST", "/v1/hello", self.device.hello().to_bytes()))
        self.device.welcomed(Welcome.from_bytes(answer))

    def _push(self) -> Talk:
        device, again = self.device, True
        while again:
            again = False
            for batch in device.batches():
                try:
                    call = Call("POST", "/v1/push", device.push(batch).to_bytes())
                    answer = yield from _ask(call)
                except Malformed as error:
                    device.refused(batch, error)
                    again = True
                    break  # what is left is cut anew
                device.pushed(batch, Pushed.from_bytes(answer))

    def _changes(self, wait: float = 0.0) -> Generator[Call, Answer, Page]:
        ask = {
            "run": self.device.run,
            "cursor": self.device.store.meta.get("cursor", ""),
            "limit": MOST_STATES,
            "wait": f"{wait:g}",
        }
        answer = yield from _ask(Call("GET", f"/v1/changes?{urlencode(ask)}", wait=wait))
        return Page.from_bytes(answer)

    def _send_photo(self, name: str) -> Talk:
        """One photo, if the office does not have it. A bad one must not hold up the others: it
        stays owed, and is tried again in the next session."""
        path = f"/v1/blobs/{name}"
        answer = yield Call("HEAD", path)
        if answer.status == 404:
            try:
                content = self.photos.read(name)
            except (Damaged, NotFound) as error:
                self.trouble = error.sentence
                return
            answer = yield Call("PUT", path, content)
        if answer.status in (200, 201):
            self.photos.held(name)
            self.photos_left = max(0, self.photos_left - 1)
            return
        why = refusal(answer)
        if not isinstance(why, BadInput | Malformed):
            raise why
        self.trouble = why.sentence


def converse(talk: Talk, ask: Callable[[Call], Answer]) -> None:
    """Carries a conversation to its end over a way that answers at once: a front in memory, say.
    An OfficeError that `ask` raises is a call that did not come through."""
    step: Callable[[], Call] = partial(next, talk)
    while True:
        try:
            call = step()
        except StopIteration:
            return
        try:
            step = partial(talk.send, ask(call))
        except OfficeError as error:
            step = partial(talk.throw, error)


def _ask(call: Call) -> Generator[Call, Answer, bytes]:
    answer = yield call
    if answer.status != 200:
        raise refusal(answer)
    return answer.content

"""A device's conversation with its office, as a generator: no network, clock or disk of its own.

It yields the next `Call`, is sent its `Answer` (or thrown the OfficeError that came instead) and
returns when both sides are quiet. Whoever drives it may stop after any step: nothing is left open.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlencode

from data.errors import BadInput, Damaged, Malformed, NoOffice, NotFound, OfficeError
from sync.calls import Answer, Call, refusal
from sync.device import OLDER, Device
from sync.holding import only
from sync.wire import MOST_STATES, Compare, Compared, Fill, Page, Pushed, Welcome

Talk: TypeAlias = Generator[Call, Answer, None]


class Photos(Protocol):
    """The photos of a copy, as a session needs them."""

    def owed(self) -> list[str]:
        """Those that the office is not known to hold."""

    def read(self, name: str) -> bytes:
        """The bytes; Damaged or NotFound."""

    def held(self, name: str) -> None:
        """The office holds it."""

    def let_go(self) -> None:
        """Deletes those of records that may not be here any more, once the office holds them."""


class Session:
    """What a device says to its office. `reached`, `photos_left` and `trouble` tell how it goes."""

    def __init__(self, device: Device, photos: Photos) -> None:
        self.device = device
        self.photos = photos
        self.reached = False
        """The office has answered hello in this session."""
        self._count_photos(len(photos.owed()))
        self._compared = False
        self.trouble = ""
        """What a person should read: one photo that cannot go, say; empty if all is well."""

    def whole(self) -> Talk:
        """Hello, then everything both ways. NoOffice: it is not ours, or never stays up."""
        for _ in range(3):
            try:
                self.reached, self.trouble, self._compared = False, "", False
                self._clear()
                yield from self._hello()
                self.reached = True
                if self.device.unlike:
                    yield from self._hello()  # again, with every replica this copy ever wrote under
                    yield from self._compare()
                yield from self.exchange()
            except NoOffice as error:
                if error.code != "say-hello":
                    raise
            else:
                return
        raise NoOffice("The office was started again three times. Trying again soon.")

    def exchange(self) -> Talk:
        """Records first: a photo may take its time."""
        device = self.device
        self._check_compared()
        self.trouble = OLDER if device.older else ""
        yield from self._push()
        if device.older:
            return
        device.holding.take_up()
        yield from self._pull()
        if not (device.verified or device.plain or (device.unjoined and self._compared)):
            self._compared = True
            yield from self._compare()
            yield from self._push()
            yield from self._pull()
        owed = self.photos.owed()
        self._count_photos(len(owed))
        for name in owed:
            yield from self._send_photo(name)
            if device.owes:
                yield from self._push()
        device.holding.sift()
        self._clear()

    def _clear(self) -> None:
        self.device.clear()
        self.photos.let_go()

    def drain(self) -> Talk:
        """What a device may still send that is welcome to nothing else any more. To an office that
        was put back since, and that it must not compare with, that is everything it has."""
        if self.device.unlike:
            self.device.start_over()
        yield from self._push()
        for name in self.photos.owed():
            yield from self._send_photo(name)
        self._count_photos(len(self.photos.owed()))

    def _pull(self) -> Talk:
        """A first fill by id, then what has changed since it began."""
        while (begun := self.device.filling) is not None:
            self._clear()
            ask = {**self._asking(), "after": begun["after"], **only(begun)}
            answer = yield from _ask(Call("GET", f"/v1/snapshot?{urlencode(ask)}"))
            self.device.filled(Fill.from_bytes(answer))
        more = True
        while more:
            self._clear()
            page = yield from self._changes()
            self.device.received(page)
            more = page.more
        self._clear()

    def _compare(self) -> Talk:
        """Finds the records that differ, and brings the office's side of them here. What the office
        lacks is owed to it afterwards; nobody has to choose a side."""
        if self.device.plain:
            if self.device.unlike:
                self.device.start_over()
            return
        mark, after, more = "", -1, True
        while more:
            answer = yield from self._asked(self.device.compare(after))
            mark, more = mark or answer.mark, answer.more
            after = max(answer.slots, default=255)
            wants = self.device.differing(answer)
            while wants:
                ask = self.device.asking(wants=wants[:MOST_STATES])
                got = self.device.repaired((yield from self._asked(ask)))
                if not got:
                    break  # gone from the office meanwhile: the next comparison tells
                wants = [record_id for record_id in wants if record_id not in got]
        self.device.alike(mark)

    def _asked(self, ask: Compare) -> Generator[Call, Answer, Compared]:
        answer = yield from _ask(Call("POST", "/v1/digest", ask.to_bytes()))
        return Compared.from_bytes(answer)

    def listen(self, wait: float) -> Talk:
        """One question that the office may hold back until it has news. An older copy is asked
        nothing: hello again later."""
        self._check_compared()
        if self.device.older:
            raise NoOffice(OLDER, code="older-copy")
        if not self.device.holding.taken_up:
            # A page of that scope would move the cursor past what the old one still lacks.
            raise NoOffice("What this device may hold has changed. Say hello.", code="say-hello")
        self.device.received((yield from self._changes(wait)))
        self._clear()

    # ---- inside -----------------------------------------------------------------------------

    def _check_compared(self) -> None:
        # A page of the new epoch would move the cursor before the books say whose it is.
        if self.device.unlike:
            raise NoOffice("The office was put back. Say hello again.", code="say-hello")

    def _count_photos(self, left: int) -> None:
        self.photos_left = self.device.photos_left = left

    def _hello(self) -> Talk:
        hello = self.device.hello()
        answer = yield from _ask(Call("POST", "/v1/hello", hello.to_bytes()))
        self.device.welcomed(Welcome.from_bytes(answer), asked=hello.wall)

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
        cursor = self.device.store.meta.get("cursor", "")
        ask = {**self._asking(), "cursor": cursor, "wait": f"{wait:g}"}
        ask |= {"own": own} if (own := str(self.device.own)) else {}
        answer = yield from _ask(Call("GET", f"/v1/changes?{urlencode(ask)}", wait=wait))
        return Page.from_bytes(answer)

    def _asking(self) -> dict[str, Any]:
        """What every question says besides."""
        device = self.device
        who = {"device": device.store.meta["device"], "scope": device.holding.word}
        return {"run": device.run, "limit": MOST_STATES, **who}

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
            self._count_photos(max(0, self.photos_left - 1))
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

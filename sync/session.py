"""A device's conversation with its office, as a generator: no network, clock or disk of its own.

It yields the next `Call`, is sent its `Answer` (or thrown the OfficeError that came instead) and
returns when both sides are quiet. Whoever drives it may stop after any step: nothing is left open.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from data.errors import Damaged, Malformed, NoOffice, NotFound, OfficeError
from sync.calls import Answer, Call, Talk, Together, refusal
from sync.calls import converse as converse
from sync.carried import Carried
from sync.carrying import AT_ONCE, PIECE, Upload, offered
from sync.delivery import Delivered, delivery
from sync.device import OLDER, Device
from sync.holding import only
from sync.pushing import Pushing
from sync.wire import MOST_STATES, Compare, Compared, Fill, Page, Welcome

if TYPE_CHECKING:
    from sync.bringing import Brought


class Photos(Protocol):
    """The photos of a copy, as a session needs them."""

    def owed(self) -> list[str]:
        """Those that the office is not known to hold."""

    def read(self, name: str) -> bytes:
        """The bytes; Damaged or NotFound."""

    def size(self, name: str) -> int:
        """How many bytes it has. Damaged or NotFound: it cannot go."""

    def piece(self, name: str, at: int, length: int) -> bytes:
        """Some of its bytes."""

    def held(self, *names: str) -> None:
        """The office holds them."""

    def let_go(self) -> None:
        """Deletes those of records that may not be here any more, once the office holds them."""


class Session:
    """What a device says to its office. `reached`, `photos_left` and `trouble` tell how it goes."""

    def __init__(self, device: Device, photos: Photos) -> None:
        self.device = device
        self.photos = photos
        self.reached = False
        """The office has answered hello in this session."""
        self.moved = False
        """Something has come through in this session, however it ended."""
        self._count_photos(len(photos.owed()))
        self._compared = False
        self._page: Page | None = None
        """Came with the welcome, and nothing has gone to the office since."""
        self._piece = PIECE
        self._tried = set[str]()
        """What it carries and has offered since it said hello."""
        self.trouble = ""
        """What a person should read: one photo that cannot go, say; empty if all is well."""

    def whole(self) -> Talk:
        """Hello, then everything both ways. NoOffice: it is not ours, or never stays up."""
        for _ in range(3):
            try:
                self.reached, self.trouble, self._compared = False, "", False
                self._tried.clear()
                self.moved = False
                self._clear()
                yield from self._hello(look=True)
                self.reached = True
                if self.device.unlike:
                    yield from self._hello()  # again, with every replica this copy ever wrote under
                    yield from self._compare()
                    # What was compared is of the scope that the office gives now.
                    self.device.holding.take_up()
                    self._clear()
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
        yield from self.deliver()
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
        yield from self._send_photos(pulling=True)
        device.holding.sift()
        self._clear()

    def deliver(self) -> Generator[Call, Answer, Delivered]:
        """What it carries for others; an older copy of the office is not the one it is for."""
        if self.device.older:
            return Delivered()
        done = yield from delivery(self.device.store, self._tried)
        if done.refused is not None:
            self.trouble = done.refused.sentence
        return done

    def bring(self, done: Brought) -> Talk:
        """What was carried here just now goes to the office at once."""
        if not done.kept:
            return
        if not self.device.run:
            yield from self._hello()
        self._tried.clear()
        told = yield from self.deliver()
        done.answers, done.refused = b"".join(told.answers), told.refused

    @property
    def carries(self) -> list[str]:
        """Whose files wait here for the office, one name for each."""
        return [bag.called for bag in Carried(self.device.store).waiting]

    @property
    def alone(self) -> bool:
        """Something may be on this device only."""
        device = self.device
        return bool(device.owes or device.aside or self.photos_left or self.carries)

    def _clear(self) -> None:
        self.device.clear()
        self.photos.let_go()

    def drain(self) -> Talk:
        """What a device may still send that is welcome to nothing else any more. To an office that
        was put back since, and that it must not compare with, that is everything it has."""
        if self.device.unlike:
            self.device.start_over()
        yield from self.deliver()
        yield from self._push()
        yield from self._send_photos(pulling=False)
        self._count_photos(len(self.photos.owed()))

    def _pull(self) -> Talk:
        """A first fill by id, then what has changed since it began."""
        told, self.device.abreast = self.device.abreast, False
        while (begun := self.device.filling) is not None:
            told = False
            self._clear()
            ask = {**self._asking(), "after": begun["after"], **only(begun)}
            answer = yield from _ask(Call("GET", f"/v1/snapshot?{urlencode(ask)}"))
            self.device.filled(Fill.from_bytes(answer))
            self.moved = True
        more = not told
        while more:
            self._clear()
            page, self._page = self._page or (yield from self._changes()), None
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

    def _hello(self, *, look: bool = False) -> Talk:
        """`look`: changes are asked for at once, if nothing has to be sent or filled before."""
        device, self._page = self.device, None
        busy = device.owes or device.filling or self.carries
        hello = device.hello(news=look and not busy)
        answer = yield from _ask(Call("POST", "/v1/hello", hello.to_bytes()))
        welcome = Welcome.from_bytes(answer)
        device.welcomed(welcome, asked=hello.wall)
        if device.holding.taken_up and not (device.older or device.unlike):
            self._page = welcome.page

    def _push(self) -> Talk:
        again, self.device.abreast = True, False
        while again:
            pushing = Pushing(self.device)
            try:
                again = yield from self._round(pushing)
            except OfficeError:
                pushing.settle()
                raise
            pushing.settle()

    def _round(self, pushing: Pushing) -> Generator[Call, Answer, bool]:
        """Everything that is owed, once; whether what is left has to be cut anew."""
        while (made := pushing.next()) is not None:
            batch, content = made
            self._page = None  # it tells nothing of this
            call = Call("POST", "/v1/push", content, meanwhile=pushing.meanwhile)
            try:
                answer = yield from _ask(call)
            except Malformed as error:
                pushing.settle()
                self.device.refused(batch, error)
                return True
            pushing.answered(batch, answer)
            self.moved = True
        return False

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

    def _send_photos(self, *, pulling: bool) -> Talk:
        """What the office does not have, some at a time. Between two turns rows go first, those
        from the office too (`pulling`): a backlog of photos may take the night."""
        owed = self.photos.owed()
        self._count_photos(len(owed))
        for n in range(0, len(owed), MOST_STATES):
            waiting = yield from self._wanted(owed[n : n + MOST_STATES])
            going = list[Upload]()
            while waiting or going:
                while waiting and len(going) < AT_ONCE:
                    going += self._begun(*waiting.pop(0))
                try:
                    yield Together(tuple(upload.turn() for upload in going))
                finally:
                    self._went(going)
                going = [upload for upload in going if not upload.over]
                if self.device.owes:
                    yield from self._push()
                if pulling:
                    yield from self._pull()

    def _wanted(self, names: list[str]) -> Generator[Call, Answer, list[tuple[str, int]]]:
        """Those of these photos that the office lacks, with how much of each it has."""
        wanted = yield from offered(self._device_id, names)
        self._hold([name for name in names if name not in wanted])
        # What has begun is gone on with first: the office keeps few parts of one device.
        return sorted(wanted.items(), key=lambda one: not one[1])

    def _begun(self, name: str, at: int) -> list[Upload]:
        """A bad one must not hold up the others: it stays owed, and is tried again in the next
        session."""
        try:
            return [Upload(self.photos, self._device_id, name, at, self._piece)]
        except (Damaged, NotFound) as error:
            self.trouble = error.sentence
            return []

    def _went(self, going: list[Upload]) -> None:
        for upload in going:
            self.moved = self.moved or upload.gained > 0
            self._piece = upload.piece
            if upload.trouble is not None:
                self.trouble = upload.trouble.sentence
        self._hold([upload.name for upload in going if upload.held])

    def _hold(self, names: list[str]) -> None:
        """The office has them."""
        if names:
            self.photos.held(*names)
            self._count_photos(max(0, self.photos_left - len(names)))

    @property
    def _device_id(self) -> str:
        return str(self.device.store.meta["device"])


def _ask(call: Call) -> Generator[Call, Answer, bytes]:
    answer = yield call
    if answer.status != 200:
        raise refusal(answer)
    return answer.content

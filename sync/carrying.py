"""Photos on their way: up to the office and down from it, each from the byte where it stands.

A photo goes in pieces, so that few bytes are on a line that breaks, and none is ever whole in
memory for its journey. The other end keeps what came of a piece: it is asked how much, and the
rest follows. The whole hash decides, at both ends, before anything is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Annotated, ClassVar, Final, Protocol
from urllib.parse import urlencode

from pydantic import Field

from data.blobs import Blobs
from data.errors import BadInput, Damaged, Malformed, NoOffice, NotFound, OfficeError
from data.photos import MOST_BYTES
from sync.calls import Answer, Call, Talk, refusal
from sync.wire import MOST_STATES, Message

PIECE: Final = 2**18
LEAST_PIECE: Final = 2**13
"""Bytes of an upload that go at once: fewer after a break, more again after what came through."""
TURN: Final = 4
"""Pieces of one photo, after which rows that have come up meanwhile go first."""
DOWN: Final = 2**20
"""Bytes of a download that are asked for at once."""
AT_ONCE: Final = 3
"""Photos on their way at one time."""
TRIES: Final = 3
"""Of one photo that fetched it no byte further; then the line is lost."""
OFFICE: Final = "office"
"""Whose parts they are that come down."""

Name = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
There = Annotated[list[str | int], Field(min_length=2, max_length=2)]


class Offer(Message):
    """A device names photos that it has, and that the office may lack."""

    name: ClassVar[str] = "offer"
    device: Annotated[str, Field(max_length=64)] = ""
    names: Annotated[list[Name], Field(max_length=MOST_STATES)] = Field(default_factory=list)


class Wanted(Message):
    """Those the office lacks, each with how many of its bytes have come from that device."""

    name: ClassVar[str] = "wanted"
    rows: ClassVar[Mapping[str, str]] = {"w": "photos"}
    photos: tuple[There, ...] = ()


class Kept(Protocol):
    """A device's photos, as an upload needs them."""

    def size(self, name: str) -> int:
        """How many bytes it has. Damaged or NotFound: it cannot go."""

    def piece(self, name: str, at: int, length: int) -> bytes:
        """Some of its bytes."""


def offered(device: str, names: list[str]) -> Generator[Call, Answer, dict[str, int]]:
    """Of these photos: those the office lacks, and how much of each it has."""
    answer = yield Call("POST", "/v1/blobs", Offer(device=device, names=names).to_bytes())
    if answer.status != 200:
        raise refusal(answer)
    wanted = Wanted.from_bytes(answer.content).photos
    return {str(name): int(at) for name, at in wanted if name in names}


class Upload:
    """One photo on its way to the office, where the first `at` bytes of it are already."""

    def __init__(self, photos: Kept, device: str, name: str, at: int, piece: int = PIECE) -> None:
        self.name, self.piece = name, piece
        self.size = photos.size(name)
        self.at = at if at <= self.size else 0
        self.over = self.held = False
        self.gained = 0
        """Bytes that have come to the office since it began."""
        self.trouble: OfficeError | None = None
        """Why this photo cannot go; it must not hold up the others."""
        self._photos, self._device = photos, device
        self._anew = at > 0
        self._tries = 0

    def turn(self) -> Talk:
        """The next pieces. NoOffice: the line is lost; the next turn goes on where it broke."""
        for _ in range(TURN):
            try:
                content = self._photos.piece(self.name, self.at, self.piece)
                if not content and self.at < self.size:
                    raise Damaged(f"The photo {self.name[:8]} is cut off on this device.")
            except (Damaged, NotFound) as error:
                self.over, self.trouble = True, error
                return
            ask = {"device": self._device, "at": self.at, "of": self.size}
            try:
                answer = yield Call("PUT", f"/v1/blobs/{self.name}?{urlencode(ask)}", content)
            except NoOffice as error:
                yield from self._find(error)
            else:
                yield from self._told(answer, len(content))
            if self.over:
                return

    def _told(self, answer: Answer, length: int) -> Talk:
        if answer.status == 202:
            self._gain(self.at + length)
            self.piece = min(PIECE, 2 * self.piece)
            return
        if answer.status in (200, 201):
            self.over = self.held = True
            self.gained += length
            return
        why = refusal(answer)
        if why.code == "out-of-step":
            yield from self._find(why)
        elif why.code == "wrong-hash" and self._anew:
            self.at, self._anew = 0, False  # the part there was not of this photo
        elif isinstance(why, BadInput | Malformed):
            self.over, self.trouble = True, why
        else:
            raise why

    def _find(self, why: OfficeError) -> Talk:
        """After a break: how much came through. What was in the way stays so if nothing did."""
        self.piece = max(LEAST_PIECE, self.piece // 2)
        there = yield from offered(self._device, [self.name])
        if self.name not in there:
            self.over = self.held = True
        elif there[self.name] > self.at:
            self._gain(there[self.name])
        else:
            self.at = there[self.name]
            self._tries += 1
            if self._tries >= TRIES:
                raise why if isinstance(why, NoOffice) else NoOffice(why.sentence, code=why.code)

    def _gain(self, at: int) -> None:
        self.gained += at - self.at
        self.at, self._tries = at, 0


def fetched(blobs: Blobs, name: str, device: str) -> Talk:
    """A photo from the office, piece by piece, on from what is here of it. NotFound: the office has
    none. NoOffice: the line is lost; the next time goes on where it broke. BadInput: what came is
    not the photo; nothing of it is seen."""
    anew = False
    tries = 0
    while True:
        begun = blobs.parts.size(OFFICE, name)
        ask = urlencode({"device": device, "at": begun, "most": DOWN})
        try:
            answer = yield Call("GET", f"/v1/blobs/{name}?{ask}", into=_into(blobs, name, begun))
        except NoOffice:
            tries = 0 if blobs.parts.size(OFFICE, name) > begun else tries + 1
            if tries >= TRIES:
                raise
            continue
        if answer.status != 200:
            why = refusal(answer)
            if why.code != "out-of-step":
                raise why
        elif blobs.parts.size(OFFICE, name) - begun == DOWN:
            continue
        try:
            return blobs.complete(OFFICE, name)
        except BadInput:
            if not begun or anew:
                raise
            anew = True  # what was here of it was of something else


def _into(blobs: Blobs, name: str, begun: int) -> Callable[[bytes], None]:
    at = begun

    def into(content: bytes) -> None:
        nonlocal at
        if at + len(content) > min(begun + DOWN, MOST_BYTES):
            raise Malformed("The office sent more of a photo than was asked.", code="too-large")
        at = blobs.parts.append(OFFICE, name, at, content)

    return into

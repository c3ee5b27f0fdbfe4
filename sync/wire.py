"""What goes over the wire: JSON lines under zlib, read with limits, and the messages they make.

The first line of a message is its head, named by `m`; the lines after it carry states, edits or
verdicts, one each. States and edits are judged one by one later: a bad record must never spoil the
message it came in. PROTOCOL.md shows every message.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.canonical import canonical_bytes
from data.errors import Malformed
from data.packing import dumps_exact, loads, sayable
from data.state import Dot, State

TYPE = "application/vnd.callboard"
"""A content type no web form can send, so a page elsewhere cannot speak to an open office."""
MOST_PACKED = 2**20
MOST_BYTES = 8 * 2**20
MOST_LINES = 20_000
MOST_PARTS = 500_000
"""Commas and brackets of a message: what it is made of in memory, where each costs many bytes."""
MOST_STATES = 500
MOST_RECORD = 512 * 2**10
"""Bytes of one record's state, and of one edit, as JSON."""
TOO_LARGE = ("too-large", f"This record is larger than {MOST_RECORD} bytes. Shorten its texts.")
FORMAT = 2
"""Of records, edits and messages. It rises when an older app would have to be told."""
OLDEST = 1
"""Apps below this are told to update."""
FULL = 900 * 2**10
"""A batch or a page takes no more lines past this; it fits MOST_PACKED even where zlib gains
nothing."""


def pack(lines: Iterable[Any]) -> bytes:
    """Of lines as objects, or as they are told."""
    told = (line if type(line) is bytes else dumps_exact(line) for line in lines)
    return zlib.compress(b"".join([line + b"\n" for line in told]))


Reads: TypeAlias = Mapping[str, Callable[[Any], Any]]
"""By a line's only key: what makes of its value what is wanted, as soon as the line is read."""


def unpack(content: bytes, reads: Reads | None = None) -> list[dict[str, Any]]:
    """The lines of a message, or Malformed; never more than MOST_BYTES are inflated."""
    if len(content) > MOST_PACKED:
        raise Malformed(f"A message is larger than {MOST_PACKED} bytes.", code="too-large")
    inflate = zlib.decompressobj()
    try:
        text = inflate.decompress(content, MOST_BYTES + 1)
    except zlib.error as error:
        raise Malformed(f"A message cannot be inflated: {error}.") from error
    if len(text) > MOST_BYTES:
        raise Malformed(f"A message inflates past {MOST_BYTES} bytes.", code="too-large")
    if not inflate.eof or inflate.unused_data:
        raise Malformed("A message is cut off, or something follows it.")
    if not text.endswith(b"\n") or text.count(b"\n") > MOST_LINES:
        raise Malformed("A message has no whole line, or too many of them.")
    if sum(map(text.count, (b",", b"[", b"{"))) > MOST_PARTS:
        raise Malformed(f"A message has more than {MOST_PARTS} parts.", code="too-large")
    try:
        lines = [_line(row, reads or {}) for row in text[:-1].split(b"\n")]
    except (ValueError, RecursionError) as error:
        raise Malformed(f"A line of a message is not JSON: {error}.") from error
    if not all(isinstance(line, dict) for line in lines):
        raise Malformed("A line of a message is not a JSON object.")
    return lines


def _line(row: bytes, reads: Reads) -> Any:
    line = loads(row)
    if isinstance(line, dict):
        for key in line.keys() & reads.keys():
            line[key] = reads[key](line[key])
    return line


def dot_name(dot: Dot) -> str:
    return f"{dot.replica}/{dot.n}"


Short = Annotated[str, Field(max_length=80)]
Line = Annotated[str, Field(max_length=200)]
Replicas = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=64)], Annotated[int, Field(ge=0, lt=2**53)]],
    Field(max_length=5000),
]
Holds = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=5000)]
"""Names of buckets."""
Root = Annotated[list[int | str], Field(min_length=2, max_length=2)]
"""A count, or an id; and a sum of digests, or one digest, in hexadecimal."""
Lying = Annotated[list[str | list[str]], Field(min_length=2, max_length=2)]
"""A record's id, and those of its buckets that the device holds."""
M = TypeVar("M", bound="Message")


class Message(BaseModel):
    """A head, and the lines under it. Keys that this version does not know are passed over."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")
    name: ClassVar[str]
    rows: ClassVar[Mapping[str, str]] = {}
    """Of a line's only key: the attribute that collects its values."""

    def lines(self) -> Iterator[Any]:
        yield {"m": self.name, **self.model_dump(exclude=set(self.rows.values()))}
        for key, attribute in self.rows.items():
            rows = getattr(self, attribute)
            if rows and isinstance(rows[0], BaseModel):
                # A verdict says what it has to say; what it leaves out is as it begins.
                rows = self.model_dump(include={attribute}, exclude_defaults=True)[attribute]
            yield from ({key: row} for row in rows)

    def to_bytes(self) -> bytes:
        return pack(self.lines())

    @classmethod
    def from_lines(cls: type[M], lines: list[dict[str, Any]]) -> M:
        """The message, or Malformed where a head or a line is not one of this message's."""
        if lines[0].get("m") != cls.name:
            raise Malformed(f"This is not the message {cls.name!r}.")
        under: dict[str, list[Any]] = {attribute: [] for attribute in cls.rows.values()}
        for line in lines[1:]:
            for key, value in line.items():
                if key in cls.rows:
                    under[cls.rows[key]].append(value)
        try:
            return cls.model_validate(
                {**lines[0], **{attribute: tuple(rows) for attribute, rows in under.items()}}
            )
        except ValidationError as error:
            first = error.errors()[0]
            where = sayable(".".join(map(str, first["loc"]))[:80])
            raise Malformed(f"The message {cls.name!r}: {where}: {first['msg']}.") from error

    @classmethod
    def from_bytes(cls: type[M], content: bytes, reads: Reads | None = None) -> M:
        return cls.from_lines(unpack(content, reads))


class Hello(Message):
    """A device says who it is and how far it has come; empty texts: it has never met an office."""

    name: ClassVar[str] = "hello"
    device: Annotated[str, Field(min_length=1, max_length=64)]
    called: Line = ""
    app: Short = ""
    format: int = 1
    production: Short = ""
    letter: Annotated[str, Field(pattern=r"^[A-Z]{0,3}$")] = ""
    cursor: Short = ""
    mark: Short = ""
    wall: int = 0
    """The device's own clock, uncorrected."""
    replicas: Replicas = {}
    """Of its own replicas, how far their edits go: this run's, and those it still has to send."""
    unsent: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=2)] = []
    """Records and photos that are not at the office."""
    scope: Short = ""
    """Which scope it holds, everything else being removed; empty: the whole production."""
    ring: Short = ""
    news: bool = False
    """It would ask for changes next: the welcome may bring the first of them."""


class Limits(BaseModel):
    """What the office takes."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")
    packed: int = MOST_PACKED
    bytes: int = MOST_BYTES
    lines: int = MOST_LINES
    states: int = MOST_STATES
    record: int = MOST_RECORD


class Page(Message):
    """States in the office's order from a cursor on, each record once, as it is now."""

    name: ClassVar[str] = "page"
    rows: ClassVar[Mapping[str, str]] = {"s": "states", "b": "buckets", "g": "gone"}
    next: Short
    mark: Short
    more: bool
    roots: Root | None = None
    """At the end: how many records the office has, and the sum of their digests; of a scope, over
    its buckets."""
    states: tuple[Any, ...] = ()
    buckets: tuple[Lying, ...] = ()
    gone: tuple[Annotated[str, Field(max_length=64)], ...] = ()
    """Records that the device may hold no more, or that nobody may."""


class Welcome(Message):
    """The office says what it is. A session belongs to one `run` of one `epoch`."""

    name: ClassVar[str] = "welcome"
    rows: ClassVar[Mapping[str, str]] = {"k": "ring"}
    production: Short
    epoch: Short
    run: Short
    letter: Short
    mark: Short
    format: int = 1
    update: Line = ""
    """What an app that is too old is told; its push is still taken."""
    time: int = 0
    """The office's clock."""
    seen: Replicas = {}
    """Of the replicas that hello named, how far the office has all their edits."""
    limits: Limits = Limits()
    scope: Short = ""
    """What the device may hold, as a word that changes with it; empty: everything."""
    holds: Holds = []
    """The buckets of that scope."""
    at: Annotated[list[Line], Field(max_length=20)] = []
    """Where else the office answers, should its name lead nowhere."""
    until: int = 0
    """When the certificate ends that the office shows; 0: it shows none of its own."""
    ring: Annotated[tuple[Lying, ...], Field(max_length=5000)] = ()
    """The device's keys (ring.py), if hello named others."""
    page: Annotated[Page | None, Field(exclude=True)] = None
    """The changes that the device would ask for next, told behind the welcome."""

    def lines(self) -> Iterator[dict[str, Any]]:
        yield from super().lines()
        if self.page is not None:
            yield from self.page.lines()

    @classmethod
    def from_lines(cls, lines: list[dict[str, Any]]) -> Welcome:
        begins = (n for n, line in enumerate(lines) if line.get("m") == Page.name)
        at = next(begins, len(lines))
        welcome = super().from_lines(lines[:at] or lines)
        page = Page.from_lines(lines[at:]) if at < len(lines) else None
        return welcome.model_copy(update={"page": page})


class Push(Message):
    """States that the office has not confirmed, and edits it has not acknowledged."""

    name: ClassVar[str] = "push"
    rows: ClassVar[Mapping[str, str]] = {"e": "edits", "s": "states"}
    run: Short
    device: Short = ""
    mine: Annotated[list[Short], Field(max_length=5000)] = []
    """The device's own replicas that wrote what is sent."""
    older: bool = False
    """The device knows a newer office than this one, and tells it so."""
    scope: Short = ""
    edits: tuple[Any, ...] = ()
    states: Annotated[tuple[Any, ...], Field(max_length=MOST_STATES)] = ()
    """As JSON says them, or read already (reading.py)."""

    def lines(self) -> Iterator[Any]:
        """Each edit beside its state: zlib finds again only what was said shortly before."""
        edits: dict[str, list[Any]] = {}
        for raw in self.edits:
            edits.setdefault(_record(raw), []).append(raw)
        yield {"m": self.name, **self.model_dump(exclude={"edits", "states"})}
        for raw in self.states:
            yield from ({"e": edit} for edit in edits.pop(_record(raw), ()))
            yield b'{"s":%b}' % canonical_bytes(raw) if isinstance(raw, State) else {"s": raw}
        yield from ({"e": edit} for some in edits.values() for edit in some)


def _record(raw: Any) -> str:
    if isinstance(raw, State):
        return raw.id
    return str(raw.get("id")) if isinstance(raw, dict) else ""


class Verdict(Message):
    """What became of one record (by its id) or one edit (by `replica/n`)."""

    id: Annotated[str, Field(max_length=100)]
    outcome: Literal["ok", "merged", "aside", "retry"]
    state: Any = None
    """Of `merged`: the office's state, which is not what was sent."""
    needs: Short = ""
    """Of `retry`: the replica whose edits must come first."""
    code: Short = ""
    reason: Annotated[str, Field(max_length=1000)] = ""


class Pushed(Message):
    """The verdicts on a push: one a state, in its order; of the edits only those not taken."""

    name: ClassVar[str] = "pushed"
    rows: ClassVar[Mapping[str, str]] = {"r": "verdicts", "x": "edits_aside", "b": "buckets"}
    mark: Short
    put: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=2)] = []
    """First and last number of what the push put, if the verdicts and `buckets` tell all of it."""
    roots: Root | None = None
    """Then also the sums, as a page has them at its end."""
    verdicts: tuple[Verdict, ...] = ()
    edits_aside: tuple[Verdict, ...] = ()
    buckets: tuple[Lying, ...] = ()


class Fill(Message):
    """A first fill: states by id. `mark`, as the first answer says it, is where the changes begin
    that come after."""

    name: ClassVar[str] = "fill"
    rows: ClassVar[Mapping[str, str]] = {"s": "states", "b": "buckets"}
    after: Short
    """The last id of this answer; ask on from there."""
    mark: Short
    more: bool
    states: tuple[Any, ...] = ()
    buckets: tuple[Lying, ...] = ()


class Compare(Message):
    """A device's sums by slot, to find the records that differ; or ids of records it `wants`."""

    name: ClassVar[str] = "compare"
    run: Short
    sums: dict[Annotated[str, Field(max_length=3)], Root] = {}
    after: Annotated[int, Field(ge=-1, le=255)] = -1
    """Look at slots above this one."""
    wants: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=500)] = []
    device: Short = ""
    scope: Short = ""


class Compared(Message):
    """Every record of the slots that differ, with its digest; or the states that were wanted."""

    name: ClassVar[str] = "compared"
    rows: ClassVar[Mapping[str, str]] = {"d": "digests", "s": "states", "b": "buckets"}
    mark: Short
    slots: list[Annotated[int, Field(ge=0, le=255)]] = []
    more: bool = False
    """There are slots behind these that differ."""
    digests: tuple[Root, ...] = ()
    states: tuple[Any, ...] = ()
    buckets: tuple[Lying, ...] = ()


class Past(Message):
    """The office's edits of one record, in the order they came."""

    name: ClassVar[str] = "past"
    rows: ClassVar[Mapping[str, str]] = {"e": "edits"}
    id: Annotated[str, Field(max_length=64)]
    next: int
    """How many have been told up to here."""
    more: bool
    edits: tuple[Any, ...] = ()


class Known(Message):
    """A device as the office knows it."""

    id: Short
    letter: Short = ""
    called: Line = ""
    app: Short = ""
    contact: int = 0
    """When it last said hello, by the office's clock."""
    confirmed: int = 0
    """Up to here in the office's order it has everything."""
    unsent: list[int] = []
    """Records and photos it said it still had to send."""
    clock: int = 0
    """Minutes by which its clock was ahead when it said hello."""
    retired: bool = False
    scope: Short = ""
    """The scope it said it holds, nothing else being left on it."""


class Devices(Message):
    """Every device that ever said hello."""

    name: ClassVar[str] = "devices"
    rows: ClassVar[Mapping[str, str]] = {"d": "devices"}
    devices: tuple[Known, ...] = ()


MESSAGES: tuple[type[Message], ...] = (
    Hello,
    Welcome,
    Push,
    Pushed,
    Page,
    Fill,
    Compare,
    Compared,
    Past,
    Devices,
)

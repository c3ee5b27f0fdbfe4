"""What goes over the wire: JSON lines under zlib, read with limits, and the messages they make.

The first line of a message is its head, named by `m`; the lines after it carry states, edits or
verdicts, one each. States and edits are judged one by one later: a bad record must never spoil the
message it came in. PROTOCOL.md shows every message.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.canonical import decode
from data.edit import Edit
from data.errors import Malformed
from data.packing import dumps, loads
from data.state import Dot

TYPE = "application/vnd.callboard"
"""A content type no web form can send, so a page elsewhere cannot speak to an open office."""
MOST_PACKED = 2**20
MOST_BYTES = 8 * 2**20
MOST_LINES = 20_000
MOST_STATES = 500
MOST_RECORD = 512 * 2**10
"""Bytes of one record's state, and of one edit, as JSON."""
TOO_LARGE = ("too-large", f"This record is larger than {MOST_RECORD} bytes. Shorten its texts.")
FULL = 900 * 2**10
"""A batch or a page takes no more lines past this; it fits MOST_PACKED even where zlib gains
nothing."""


def pack(lines: Iterable[Any]) -> bytes:
    return zlib.compress(b"".join(dumps(line) + b"\n" for line in lines))


def unpack(content: bytes) -> list[dict[str, Any]]:
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
    rows = text.splitlines() if text.endswith(b"\n") else []
    if not 0 < len(rows) <= MOST_LINES:
        raise Malformed("A message has no whole line, or too many of them.")
    try:
        lines = [loads(row) for row in rows]
    except (ValueError, RecursionError) as error:
        raise Malformed(f"A line of a message is not JSON: {error}.") from error
    if not all(isinstance(line, dict) for line in lines):
        raise Malformed("A line of a message is not a JSON object.")
    return lines


def read_edit(raw: Any) -> Edit:
    """The edit that a JSON object says, or Malformed; everything in it obeys a state's rules."""
    try:
        replica, n = raw["dot"]
        as_state = {
            "id": raw["id"],
            "t": raw["t"],
            "d": [[replica, n, *raw["mark"]]],
            "vv": {replica: n},
            "l": [0],
            "c": {name: [[0, value]] for name, value in raw.items()},
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Malformed(f"this is not an edit: {error}.") from error
    decode(as_state)
    if len(dumps(raw)) > MOST_RECORD:
        raise Malformed(f"An edit is larger than {MOST_RECORD} bytes.", code="too-large")
    return Edit.from_json(raw)


def dot_name(dot: Dot) -> str:
    return f"{dot.replica}/{dot.n}"


Short = Annotated[str, Field(max_length=80)]
Line = Annotated[str, Field(max_length=200)]
M = TypeVar("M", bound="Message")


class Message(BaseModel):
    """A head, and the lines under it. Keys that this version does not know are passed over."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")
    name: ClassVar[str]
    rows: ClassVar[Mapping[str, str]] = {}
    """Of a line's only key: the attribute that collects its values."""

    def lines(self) -> Iterator[dict[str, Any]]:
        yield {"m": self.name, **self.model_dump(exclude=set(self.rows.values()))}
        for key, attribute in self.rows.items():
            for value in getattr(self, attribute):
                plain = value.model_dump() if isinstance(value, BaseModel) else value
                yield {key: plain}

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
            where = ".".join(map(str, first["loc"]))
            raise Malformed(f"The message {cls.name!r}: {where}: {first['msg']}.") from error

    @classmethod
    def from_bytes(cls: type[M], content: bytes) -> M:
        return cls.from_lines(unpack(content))


class Hello(Message):
    """A device says who it is and how far it has come; empty texts: it has never met an office."""

    name: ClassVar[str] = "hello"
    device: Annotated[str, Field(min_length=1, max_length=64)]
    called: Line = ""
    production: Short = ""
    letter: Annotated[str, Field(pattern=r"^[A-Z]{0,3}$")] = ""
    cursor: Short = ""
    mark: Short = ""


class Welcome(Message):
    """The office says what it is. A session belongs to one `run` of one `epoch`."""

    name: ClassVar[str] = "welcome"
    production: Short
    epoch: Short
    run: Short
    letter: Short
    mark: Short


class Push(Message):
    """States that the office has not confirmed, and edits it has not acknowledged."""

    name: ClassVar[str] = "push"
    rows: ClassVar[Mapping[str, str]] = {"e": "edits", "s": "states"}
    run: Short
    edits: tuple[Any, ...] = ()
    states: Annotated[tuple[Any, ...], Field(max_length=MOST_STATES)] = ()


class Verdict(Message):
    """What became of one record (by its id) or one edit (by `replica/n`)."""

    id: Annotated[str, Field(max_length=100)]
    outcome: Literal["ok", "merged", "aside"]
    state: Any = None
    """Of `merged`: the office's state, which has more in it than what was sent."""
    code: Short = ""
    reason: Annotated[str, Field(max_length=1000)] = ""


class Pushed(Message):
    """The verdicts on a push: one a state, in its order; of the edits only those put aside."""

    name: ClassVar[str] = "pushed"
    rows: ClassVar[Mapping[str, str]] = {"r": "verdicts", "x": "edits_aside"}
    mark: Short
    verdicts: tuple[Verdict, ...] = ()
    edits_aside: tuple[Verdict, ...] = ()


class Page(Message):
    """States in the office's order from a cursor on, each record once, as it is now."""

    name: ClassVar[str] = "page"
    rows: ClassVar[Mapping[str, str]] = {"s": "states"}
    next: Short
    mark: Short
    more: bool
    states: tuple[Any, ...] = ()


MESSAGES: tuple[type[Message], ...] = (Hello, Welcome, Push, Pushed, Page)

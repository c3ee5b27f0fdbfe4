"""A folder in memory that writes down every call, and may be told to refuse one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

_AHEAD: Final = 2048
"""Room that is kept ahead here at the most: enough to be seen, short enough to be copied."""

What: TypeAlias = Literal[
    "create", "reserve", "append", "cut", "sync", "read", "remove", "sync folder", "acknowledge"
]


class Call(NamedTuple):
    """One call. A file goes by its number: a name may come to mean another file."""

    what: What
    file: int = 0
    name: str = ""
    data: bytes = b""
    at: int = 0
    """Where a read began; what a cut or a reserve made the size; which gesture was acknowledged."""
    length: int = 0


class RecordedFile:
    def __init__(self, recorder: Recorder, file: int, *, ahead: int) -> None:
        self._recorder, self._file = recorder, file
        self._content = recorder.contents[file]
        self._ahead = min(ahead, _AHEAD)
        self.size = self._room = len(self._content)
        recorder.held.add(self)

    def read(self, at: int, length: int) -> bytes:
        self._tell("read", at=at, length=length)
        return bytes(self._content[at : at + length])

    def append(self, data: bytes) -> None:
        if self._ahead and self.size + len(data) > self._room:
            self._room = self.size + len(data) + self._ahead
            self._tell("reserve", at=self._room)
            self._content += bytes(self._room - len(self._content))
        try:
            self._recorder.before(Call("append", self._file, data=data, at=self.size))
        except OSError:
            self._put(data[: len(data) // 2])
            raise
        self._put(data)

    def cut(self, size: int) -> None:
        self._tell("cut", at=size)
        del self._content[size:]
        self.size = self._room = size

    def sync(self) -> None:
        self._tell("sync")

    def close(self) -> None:
        self._recorder.held.discard(self)

    def _put(self, data: bytes) -> None:
        self._recorder.calls.append(Call("append", self._file, data=data, at=self.size))
        self._content[self.size : self.size + len(data)] = data
        self.size += len(data)

    def _tell(self, what: What, *, data: bytes = b"", at: int = 0, length: int = 0) -> None:
        self._recorder.tell(Call(what, self._file, "", data, at, length))


class Recorder:
    """A folder in memory; `files` lay in it, durable, before it was recorded.

    `before`: asked before every call, and may raise OSError; of what was to be appended the first
    half stands there then."""

    def __init__(
        self,
        files: Mapping[str, bytes] | None = None,
        *,
        before: Callable[[Call], None] = lambda _: None,
    ) -> None:
        self.calls: list[Call] = []
        self.before = before
        self.held: set[RecordedFile] = set()
        """Files that were opened and not closed."""
        self.contents = [bytearray(content) for content in (files or {}).values()]
        self._names = dict(zip(files or {}, range(len(self.contents)), strict=True))

    def names(self) -> list[str]:
        return list(self._names)

    def holds(self) -> dict[str, bytes]:
        """What lies there, without room that is only kept ahead."""
        return {name: bytes(self.contents[n]).rstrip(b"\0") for name, n in self._names.items()}

    def create(self, name: str, *, ahead: int = 0) -> RecordedFile:
        if name in self._names:  # as O_TRUNC: the file that lies there is emptied
            file = RecordedFile(self, self._names[name], ahead=ahead)
            file.cut(0)
            return file
        self.tell(Call("create", len(self.contents), name))
        self._names[name] = len(self.contents)
        self.contents.append(bytearray())
        return RecordedFile(self, self._names[name], ahead=ahead)

    def open(
        self,
        name: str,
        *,
        write: bool = False,  # noqa: ARG002
        ahead: int = 0,
    ) -> RecordedFile:
        if name not in self._names:
            raise FileNotFoundError(name)
        return RecordedFile(self, self._names[name], ahead=ahead)

    def remove(self, name: str) -> bool:
        if name in self._names:
            self.tell(Call("remove", self._names[name], name))
            del self._names[name]
        return True

    def sync(self) -> None:
        self.tell(Call("sync folder"))

    def acknowledge(self, n: int) -> None:
        """Somebody is told that gesture n was saved."""
        self.calls.append(Call("acknowledge", at=n))

    def tell(self, call: Call) -> None:
        self.before(call)
        self.calls.append(call)

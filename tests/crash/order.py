"""The order in which a store must call on its disk, judged from what a recorder wrote down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from data.journal import FIRST_LINE
from tests.crash.recorder import Call


@dataclass(slots=True)
class _File:
    content: bytearray = field(default_factory=bytearray)
    synced: bool = False
    read: set[tuple[int, int]] = field(default_factory=set)
    """What was read since it was last changed."""

    def take(self, call: Call) -> None:
        if call.what == "cut" and call.at >= len(self.content):
            return  # only room that was kept ahead
        match call.what:
            case "append":
                self.content[call.at :] = call.data
            case "cut":
                del self.content[call.at :]
            case "read":
                self.read.add((call.at, call.at + call.length))
            case "sync":
                self.synced = True
        if call.what in ("append", "cut"):
            self.synced, self.read = False, set()

    @property
    def read_back(self) -> bool:
        seen = 0
        for begin, end in sorted(self.read):
            seen = max(seen, end) if begin <= seen else seen
        return seen >= len(self.content)


class _Folder:
    def __init__(self) -> None:
        self.files: dict[int, _File] = {}
        self.names: dict[str, int] = {}
        self.durable: dict[str, int] = {}

    def take(self, call: Call) -> None:
        match call.what:
            case "create":
                self.files[call.file] = _File()
                self.names[call.name] = call.file
            case "remove":
                del self.names[call.name]
            case "sync folder":
                self.durable = dict(self.names)
            case _ if call.file in self.files:
                self.files[call.file].take(call)

    def has_commits(self, name: str) -> bool:
        journal = name.startswith("journal.") and name[8:].isdecimal()
        return journal and len(self.files[self.names[name]].content) > len(FIRST_LINE)

    def stands(self, name: str) -> bool:
        """Whether a power cut leaves the file as it is now."""
        file = self.names.get(name)
        return file is not None and self.durable.get(name) == file and self.files[file].synced

    def proved(self, number: int) -> bool:
        """Whether the generation can be relied on: all of it stands and was read back."""
        names = [f"{kind}.{number}" for kind in ("snapshot", "history")]
        written = [name for name in names if name in self.names]
        return (
            names[0] in written
            and self.stands(f"journal.{number}")
            and all(self.stands(n) and self.files[self.names[n]].read_back for n in written)
        )


def faults(calls: Iterable[Call]) -> Iterator[str]:
    """Whatever was done too early, in words."""
    folder = _Folder()
    for call in calls:
        kind, _, number = call.name.partition(".")
        if call.what == "acknowledge":
            for name in folder.names:
                if folder.has_commits(name) and not folder.stands(name):
                    yield f"gesture {call.at} was acknowledged before {name} was durable"
        elif call.what == "remove" and kind in ("snapshot", "journal", "history"):
            newer = [n for n in _generations(folder) if n > int(number)]
            needed = kind == "journal" or f"journal.{int(number) - 1}" not in folder.names
            used = kind != "journal" or folder.has_commits(call.name)
            if needed and used and not any(map(folder.proved, newer)):
                yield f"{call.name} was removed before a newer generation had been proved"
        folder.take(call)


def _generations(folder: _Folder) -> list[int]:
    return [int(n.partition(".")[2]) for n in folder.names if n.startswith("snapshot.")]

"""What is left of a damaged snapshot: documents by id, books by name, and words for what is lost.

What the sections mean its directory says; without it they are told from what they hold and from the
order in which they were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from data.packing import loads
from data.remains import Gap, in_json, merged, sections
from data.rows import BLOCK
from data.sealed import SNAPSHOT

Named: TypeAlias = tuple[str, "str | None", bytes]
"""A document: its table, its id if that is known, its line."""


@dataclass(slots=True)
class Snapshot:
    """What is left of a snapshot."""

    docs: list[Named] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)
    """Table and id of every document whose block is damaged."""
    books: dict[str, Any] = field(default_factory=dict)
    gaps: dict[Gap, str] = field(default_factory=dict)
    """What lay there, in words."""


def snapshot(data: bytes) -> Snapshot:
    found = dict(sections(data, SNAPSHOT))
    whole = {at: body for at, body in found.items() if isinstance(body, bytes)}
    gaps = merged(gap for gap in found.values() if isinstance(gap, Gap))
    directory = _directory(whole)
    left = _by_kind(found) if directory is None else _by_directory(whole, directory)
    left.gaps = {gap: _lay_there(gap, directory) for gap in gaps}
    return left


def _directory(whole: Mapping[int, bytes]) -> dict[str, Any] | None:
    """The last section, if it is one."""
    last = in_json(whole[max(whole)]) if whole else None
    return last if isinstance(last, dict) and set(last) == {"tables", "books"} else None


def _by_directory(whole: Mapping[int, bytes], directory: dict[str, Any]) -> Snapshot:
    left = Snapshot()
    for table, told in directory["tables"].items():
        ids = loads(whole[told["ids"][0]]) if told["ids"][0] in whole else None
        for number, (at, _) in enumerate(told["blocks"]):
            some = None if ids is None else ids[number * BLOCK : (number + 1) * BLOCK]
            if at not in whole:
                left.gone += [(table, record_id) for record_id in some or ()]
                continue
            lines = whole[at].split(b"\n")
            left.docs += zip([table] * len(lines), some or [None] * len(lines), lines, strict=True)
    for name, (at, _) in directory["books"].items():
        if at in whole:
            left.books[name] = loads(whole[at])
    return left


def _by_kind(found: Mapping[int, bytes | Gap]) -> Snapshot:
    """Blocks are followed by their ids; the books are known by their looks."""
    left, lines, broken = Snapshot(), list[bytes](), False
    for body in found.values():
        if isinstance(body, Gap):
            broken = True
            continue
        first = in_json(body.split(b"\n")[0])
        if isinstance(first, dict) and "_m" in first:
            lines += body.split(b"\n")
            continue
        if lines or not isinstance(first, dict):
            ids = first if not broken and _are_ids(first, len(lines)) else [None] * len(lines)
            left.docs += [(_table(line), i, line) for i, line in zip(ids, lines, strict=True)]
            lines, broken = [], False
        name = _book(first)
        if name:
            left.books[name] = first
    left.docs += [(_table(line), None, line) for line in lines]
    return left


def _are_ids(value: Any, count: int) -> bool:
    return (
        isinstance(value, list) and len(value) == count and all(isinstance(i, str) for i in value)
    )


def _table(line: bytes) -> str:
    return str(loads(line)["_m"]["t"])


def _book(value: Any) -> str:
    """The name of a book that is worth saving."""
    if isinstance(value, list) and value:
        if isinstance(value[0], dict):
            return "edits" if "dot" in value[0] else ""
        return "order" if len(value) == 2 and all(map(_are_numbers, value)) else ""
    if not isinstance(value, dict):
        return ""
    if {"top", "sets", "of", "left"} == value.keys():
        return ""  # where records lie: told anew by the office
    slots = all(key.isdecimal() for key in value)
    bases = all(one is None or _is_state(one) for one in value.values())
    dots = all(isinstance(one, list) and _is_list(one[:1]) for one in value.values())
    return "" if slots or bases or dots else "meta"


def _is_state(value: Any) -> bool:
    return isinstance(value, dict) and {"vv", "d", "t"} <= set(value)


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, int) for one in value)


def _is_list(some: list[Any]) -> bool:
    return all(isinstance(one, list) for one in some)


def _lay_there(gap: Gap, directory: dict[str, Any] | None) -> str:
    if directory is None:
        return "its directory, or what the directory named"
    said = []
    for table, told in directory["tables"].items():
        for number, place in enumerate(told["blocks"]):
            if _meets(gap, place):
                said.append(f"block {number + 1} of {table}")
        said += [f"the ids of {table}"] if _meets(gap, told["ids"]) else []
        said += [
            f"the index {'.'.join(p)} of {table}" for p, at in told["columns"] if _meets(gap, at)
        ]
    said += [f"the book {name}" for name, at in directory["books"].items() if _meets(gap, at)]
    return ", ".join(said) or "its first line or its end"


def _meets(gap: Gap, place: tuple[int, int]) -> bool:
    return gap.at < place[0] + place[1] and place[0] < gap.end

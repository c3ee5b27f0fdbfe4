"""Which documents a TinyDB query can be about, told by indexes from the query's structural hash.

TinyDB gives every query that can be cached a hash that says what it asks: `("==", path, value)`,
`("and", {...})` and so on. What has no such hash, or asks for what no index knows, is answered the
slow way, by trying every document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from data.index import Bounds, Path
from data.rows import Rows


class Plan(NamedTuple):
    """`exact`: these ids are the answer; otherwise each is still to be tried."""

    ids: Collection[str]
    exact: bool


def plan(rows: Rows, asked: Any) -> Plan | None:
    """None: every document may be meant."""
    match asked:
        case ("==", tuple() as path, value):
            return _equal(rows, path, value)
        case ("<" | "<=" | ">" | ">=", tuple(), bound) if _scalar(bound):
            return _all_of(rows, (asked,))
        case ("and", frozenset() as parts):
            return _all_of(rows, parts)
        case ("or", frozenset() as parts):
            # In an order of their own: a set's changes from run to run.
            return _any_of([plan(rows, part) for part in sorted(parts, key=repr)])
        case ("one_of", tuple() as path, tuple() as values):
            return _any_of([_equal(rows, path, value) for value in values])
    return None


def _equal(rows: Rows, path: Path, value: Any) -> Plan | None:
    if not _scalar(value):
        return None
    index = rows.index(path)
    return None if index is None else Plan(index.equal(value), True)


def _all_of(rows: Rows, parts: Iterable[Any]) -> Plan | None:
    found: list[Collection[str]] = []
    bounds: dict[Path, Bounds] = {}
    exact = True
    for part in parts:
        match part:
            case ("<" | "<=" | ">" | ">=" as operator, tuple() as path, bound) if _scalar(bound):
                bounds.setdefault(path, Bounds()).narrow(operator, bound)
            case _:
                one = plan(rows, part)
                exact = exact and one is not None and one.exact
                if one is not None:
                    found.append(one.ids)
    for path, bound in bounds.items():
        index = rows.index(path)
        between = None if index is None else index.between(bound)
        exact = exact and between is not None
        if between is not None:
            found.append(dict.fromkeys(between))
    if not found:
        return None
    few, *others = sorted(found, key=len)
    for ids in others:
        few = list(filter(ids.__contains__, few))
    return Plan(few, exact)


def _any_of(plans: list[Plan | None]) -> Plan | None:
    known = [one for one in plans if one is not None]
    if len(known) < len(plans):
        return None
    ids = {record_id: None for one in known for record_id in one.ids}
    return Plan(ids, all(one.exact for one in known))


def _scalar(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))

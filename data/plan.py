"""Which documents a TinyDB query can be about, told by indexes from the query's structural hash.

TinyDB gives every query that can be cached a hash that says what it asks: `("==", path, value)`,
`("and", {...})` and so on. What has no such hash, or asks for what no index knows, is answered the
slow way, by trying every document.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, NamedTuple

from data.index import Bounds, Path
from data.rows import Rows


class Plan(NamedTuple):
    """`exact`: these ids are the answer; otherwise each is still to be tried."""

    ids: Collection[str]
    exact: bool


def plan(rows: Rows, asked: Any) -> Plan | None:
    """None: every document may be meant."""
    known = _PLANS.get(asked[0]) if type(asked) is tuple and asked else None
    return None if known is None else known(rows, asked)


def _equal(rows: Rows, asked: tuple[str, Path, Any]) -> Plan | None:
    _, path, value = asked
    index = rows.index(path) if _scalar(value) else None
    return None if index is None else Plan(index.equal(value), True)


def _range(rows: Rows, asked: tuple[str, Path, Any]) -> Plan | None:
    return _all_of(rows, (asked,)) if _scalar(asked[2]) else None


def _and(rows: Rows, asked: tuple[str, frozenset[Any]]) -> Plan | None:
    return _all_of(rows, asked[1])


def _or(rows: Rows, asked: tuple[str, frozenset[Any]]) -> Plan | None:
    # In an order of their own: a set's changes from run to run.
    return _any_of([plan(rows, part) for part in sorted(asked[1], key=repr)])


def _one_of(rows: Rows, asked: tuple[str, Path, tuple[Any, ...]]) -> Plan | None:
    return _any_of([_equal(rows, ("==", asked[1], value)) for value in asked[2]])


_RANGES: Final = frozenset({"<", "<=", ">", ">="})
_PLANS: Final[dict[Any, Callable[[Rows, Any], Plan | None]]] = {
    "==": _equal,
    "and": _and,
    "or": _or,
    "one_of": _one_of,
    **dict.fromkeys(_RANGES, _range),
}


def _all_of(rows: Rows, parts: Iterable[Any]) -> Plan | None:
    found: list[Collection[str]] = []
    bounds: dict[Path, Bounds] = {}
    exact = True
    for part in parts:
        if part and part[0] in _RANGES and _scalar(part[2]):
            operator, path, bound = part
            bounds.setdefault(path, Bounds()).narrow(operator, bound)
            continue
        one = plan(rows, part)
        exact = exact and one is not None and one.exact
        if one is not None:
            found.append(one.ids)
    for path, bound in bounds.items():
        index = rows.index(path)
        between = None if index is None else index.between(bound)
        exact = exact and between is not None
        if between is not None:
            found.append(between)
    if not found:
        return None
    few, *others = sorted(found, key=len)
    for ids in others:
        among = ids if isinstance(ids, dict) else dict.fromkeys(ids)
        few = list(filter(among.__contains__, few))
    return Plan(few, exact)


def _any_of(plans: list[Plan | None]) -> Plan | None:
    known = [one for one in plans if one is not None]
    if len(known) < len(plans):
        return None
    ids = {record_id: None for one in known for record_id in one.ids}
    return Plan(ids, all(one.exact for one in known))


def _scalar(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))

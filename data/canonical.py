"""The one JSON text of a record state, and the suspicious reading of one that came from elsewhere.

Canonical: UTF-8, sorted keys, no floats, whole numbers below 2^53, decimals as text, NFC. Equal
states have equal bytes, so a digest over them proves equality.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from operator import lt
from typing import Any

from data.errors import Malformed
from data.state import Cells, Dot, Elements, Mark, State

LARGEST = 2**53
DEEPEST = 12

_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode

try:
    import orjson
except ImportError:  # the phone and the browser have only the standard library's

    def _sorted_bytes(raw: Any) -> bytes:
        return _plain(raw).encode()

else:
    _SORTED = (
        orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
    )

    def _sorted_bytes(raw: Any) -> bytes:
        """The same bytes as the standard library's, of what is canonical: it sorts by the bytes of
        UTF-8, which is the order of the characters, and floats, where they differ, are none."""
        try:
            return orjson.dumps(raw, None, _SORTED)
        except TypeError:
            return _plain(raw).encode()


def encode(state: State) -> dict[str, Any]:
    """The canonical JSON object of a state: sorted, dots by index into `d`."""
    told = _told(state)
    for name in state.sets:
        told["c"][name] = dict(sorted(told["c"][name].items()))
    told["vv"], told["c"] = dict(sorted(told["vv"].items())), dict(sorted(told["c"].items()))
    return told


def canonical_bytes(state: State) -> bytes:
    """Made once: the size of a state, its digest and a later one are told from the same text."""
    if state.text is None:
        _keep_text(state, _told(state))  # whose writer sorts the names
    assert state.text is not None
    return state.text


def _told(state: State) -> dict[str, Any]:
    """The canonical object but for the order of its names."""
    order = sorted(state.marks)
    index = {dot: i for i, dot in enumerate(order)}
    fields: dict[str, Any] = {}
    if len(order) == 1:  # most records were written once
        fields = {name: [[0, v]] for name, live in state.cells.items() for v in live.values()}
    else:
        for name, live in state.cells.items():
            if len(live) == 1:
                ((dot, value),) = live.items()
                fields[name] = [[index[dot], value]]
            else:
                fields[name] = [[index[dot], live[dot]] for dot in sorted(live)]
    for name, elements in state.sets.items():
        fields[name] = {
            element: sorted([index[dot] for dot in dots]) for element, dots in elements.items()
        }
    return {
        "id": state.id,
        "t": state.kind,
        "d": [[*dot, *state.marks[dot]] for dot in order],
        "vv": dict(state.vv),
        "l": sorted([index[dot] for dot in state.life]),
        "c": fields,
    }


def _keep_text(state: State, told: Any) -> None:
    object.__setattr__(state, "text", _sorted_bytes(told))  # nothing in it says more than the rest


def digest(state: State) -> int:
    """128 bits of BLAKE2b over the canonical form: equal states, and only they, agree."""
    return int.from_bytes(hashlib.blake2b(canonical_bytes(state), digest_size=16).digest(), "big")


def decode(raw: Any) -> State:
    """The state a JSON object says, or Malformed: a state from elsewhere is never trusted."""
    try:
        marks = _table(raw["d"])
        order = list(marks)
        vv = {_text(r, 64): _count(n) for r, n in raw["vv"].items()}
        cells, sets = _fields(raw["c"], order)
        life = _dots(raw["l"], order)
        state = State(
            _text(raw["id"], 64), _name(_text(raw["t"], 64)), vv, marks, life, cells, sets
        )
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Malformed(f"this is not a record state: {error}.") from error
    if len(order) != len(raw["d"]) or not _rising(order) or not _all_used(state):
        raise Malformed("the table of edits is unsorted, or has one that nothing refers to.")
    if any(dot.n > vv.get(dot.replica, 0) for dot in order):
        raise Malformed("an edit is not counted in the record's own vector.")
    if len(order) == 1 and len(raw) == 6 and raw["l"] in ([], [0]) and _each_once(state, raw["c"]):
        _keep_text(state, raw)  # it came as it goes, and whoever reads it asks for the digest
    return state


def _each_once(state: State, told: Any) -> bool:
    """Whether no element names its edit twice."""
    return all(dots == [0] for name in state.sets for dots in told[name].values())


def _table(rows: Any) -> dict[Dot, Mark]:
    marks: dict[Dot, Mark] = {}
    for replica, n, stamp, ot, user in rows:
        dot = Dot(_text(replica, 64), _count(n))
        marks[dot] = Mark(_whole(stamp), None if ot is None else _whole(ot), _text(user, 128))
    return marks


def _rising(order: list[Dot]) -> bool:
    return len(order) < 2 or all(map(lt, order, order[1:]))


def _all_used(state: State) -> bool:
    """Whether something refers to each dot of the table."""
    if len(state.marks) == 1:  # most records were written once
        return bool(state.cells or state.sets or state.life)
    return state.dots() == state.marks.keys()


def _fields(told: Any, order: list[Dot]) -> tuple[dict[str, Cells], dict[str, Elements]]:
    cells: dict[str, Cells] = {}
    sets: dict[str, Elements] = {}
    for name, body in told.items():
        _name(name)
        if not isinstance(body, list):
            sets[name] = _elements(name, body, order)
            continue
        live = cells[name] = {}
        for i, value in body:
            if type(i) is not int or not 0 <= i < len(order):
                raise Malformed(f"there is no edit {i!r} in the table.")
            live[order[i]] = value
            if type(value) is not str or not value.isascii():  # most are; a call costs more than it
                _check(value)
        if not body or len(live) != len(body):
            raise Malformed(f"{name}: no value, or one edit twice.")
    return cells, sets


def _elements(name: str, body: Any, order: list[Dot]) -> Elements:
    elements = {_text(e, 512): _dots(dots, order) for e, dots in body.items()}
    if not body or not all(elements.values()):
        raise Malformed(f"{name}: an element without its edit.")
    return elements


def _dots(picked: Any, order: list[Dot]) -> frozenset[Dot]:
    return frozenset([_pick(order, i) for i in picked])


def _count(n: Any) -> int:
    if _whole(n) < 1:
        raise Malformed("edits are counted from 1.")
    return int(n)


def _whole(n: Any) -> int:
    if type(n) is not int or not -LARGEST < n < LARGEST:
        raise Malformed(f"{n!r} is not a whole number below 2^53.")
    return n


def _text(text: Any, longest: int) -> str:
    if not isinstance(text, str) or not 0 < len(text) <= longest:
        raise Malformed(f"{text!r:.40} is not a short text.")
    if not text.isascii():
        _encodable(text)
    return text


@lru_cache(1024)
def _name(name: str) -> str:
    """Kinds and fields are few, and each is asked about in every record."""
    if _text(name, 64).startswith("_"):
        raise Malformed(f"{name!r}: a name cannot begin with an underscore.")
    return name


def _pick(order: list[Dot], i: Any) -> Dot:
    if type(i) is not int or not 0 <= i < len(order):
        raise Malformed(f"there is no edit {i!r} in the table.")
    return order[i]


def _check(value: Any, depth: int = 0) -> None:
    """Malformed, if the value has no canonical form."""
    if isinstance(value, str):
        if not value.isascii():
            _encodable(value)
    elif value is None or isinstance(value, bool):
        pass
    elif isinstance(value, int):
        _whole(value)
    elif isinstance(value, list):
        _check_all(value, depth + 1)
    elif isinstance(value, dict):
        for key in value:
            _text(key, 512)
        _check_all(value.values(), depth + 1)
    else:
        raise Malformed(f"{value!r:.40} has no canonical form.")


def _check_all(values: Iterable[Any], depth: int) -> None:
    for value in values:
        if depth > DEEPEST:
            raise Malformed("a value is nested too deep.")
        if type(value) is not str or not value.isascii():
            _check(value, depth)


def _encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed("a text holds half a character.") from error
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed("a text is not in Unicode form C.")

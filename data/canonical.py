"""The one JSON text of a record state, and the suspicious reading of one that came from elsewhere.

Canonical: UTF-8, sorted keys, no floats, whole numbers below 2^53, decimals as text, NFC. Equal
states have equal bytes, so a digest over them proves equality.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any

from data.errors import Malformed
from data.state import Cells, Dot, Elements, Mark, State, seen

LARGEST = 2**53
DEEPEST = 12


def encode(state: State) -> dict[str, Any]:
    """The canonical JSON object of a state: sorted, dots by index into `d`."""
    order = sorted(state.marks)
    index = {dot: i for i, dot in enumerate(order)}
    fields: dict[str, Any] = {
        name: [[index[dot], cells[dot]] for dot in sorted(cells)]
        for name, cells in state.cells.items()
    }
    for name, elements in state.sets.items():
        fields[name] = {
            element: sorted(index[dot] for dot in dots)
            for element, dots in sorted(elements.items())
        }
    return {
        "id": state.id,
        "t": state.kind,
        "d": [[*dot, *state.marks[dot]] for dot in order],
        "vv": dict(sorted(state.vv.items())),
        "l": sorted(index[dot] for dot in state.life),
        "c": dict(sorted(fields.items())),
    }


def canonical_bytes(state: State) -> bytes:
    text = json.dumps(encode(state), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


def digest(state: State) -> int:
    """128 bits of BLAKE2b over the canonical form: equal states, and only they, agree."""
    return int.from_bytes(hashlib.blake2b(canonical_bytes(state), digest_size=16).digest(), "big")


def decode(raw: Any) -> State:
    """The state a JSON object says, or Malformed: a state from elsewhere is never trusted."""
    try:
        order = [Dot(*_dot(row)) for row in raw["d"]]
        marks = {dot: _mark(row) for dot, row in zip(order, raw["d"], strict=True)}
        vv = {_text(r, 64): _count(n) for r, n in raw["vv"].items()}
        cells: dict[str, Cells] = {}
        sets: dict[str, Elements] = {}
        for name, body in raw["c"].items():
            _name(name)
            if isinstance(body, list):
                cells[name] = {_pick(order, i): _value(v) for i, v in body}
                if not body or len(cells[name]) != len(body):
                    raise Malformed(f"{name}: no value, or one edit twice.")
            else:
                sets[name] = {
                    _text(e, 512): frozenset(_pick(order, i) for i in dots)
                    for e, dots in body.items()
                }
                if not body or not all(sets[name].values()):
                    raise Malformed(f"{name}: an element without its edit.")
        life = frozenset(_pick(order, i) for i in raw["l"])
        state = State(_text(raw["id"], 64), _name(raw["t"]), vv, marks, life, cells, sets)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Malformed(f"this is not a record state: {error}.") from error
    if order != sorted(set(order)) or state.dots() != set(order):
        raise Malformed("the table of edits is unsorted, or has one that nothing refers to.")
    if not all(seen(vv, dot) for dot in order):
        raise Malformed("an edit is not counted in the record's own vector.")
    return state


def _dot(row: Any) -> tuple[str, int]:
    replica, n = row[0], row[1]
    return _text(replica, 64), _count(n)


def _mark(row: Any) -> Mark:
    _replica, _n, stamp, ot, user = row
    return Mark(_whole(stamp), None if ot is None else _whole(ot), _text(user, 128))


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
    _encodable(text)
    return text


def _name(name: Any) -> str:
    if _text(name, 64).startswith("_"):
        raise Malformed(f"{name!r}: a name cannot begin with an underscore.")
    return str(name)


def _pick(order: list[Dot], i: Any) -> Dot:
    if type(i) is not int or not 0 <= i < len(order):
        raise Malformed(f"there is no edit {i!r} in the table.")
    return order[i]


def _value(value: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise Malformed("a value is nested too deep.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, str):
        _encodable(value)
        return value
    if isinstance(value, list):
        return [_value(v, depth + 1) for v in value]
    if isinstance(value, dict):
        return {_text(k, 512): _value(v, depth + 1) for k, v in value.items()}
    raise Malformed(f"{value!r:.40} has no canonical form.")


def _encodable(text: str) -> None:
    if text.isascii():
        return
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise Malformed("a text holds half a character.")
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed("a text is not in Unicode form C.")

"""JSON bytes in and out: orjson's where it is installed, the standard library's elsewhere.

What comes back is what the standard library would give back, whichever wrote it. What orjson
cannot say (numbers past 64 bits, NaN, half characters, keys that are no text) the standard library
writes, and such a text begins with a space: read it with the standard library too.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

ODD = b" "
"""How a text begins that only the standard library reads as it was meant."""


_ODD = re.compile(rb"NaN|Infinity|[0-9]{19}")


def _plain_dumps(value: Any) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half a character has no UTF-8; an escape keeps it
        return ODD + json.dumps(value, separators=(",", ":")).encode()
    return ODD + text if _ODD.search(text) else text


try:
    import orjson
except ImportError:  # the phone and the browser have only the standard library's

    def dumps(value: Any) -> bytes:
        """One line of JSON. TypeError or ValueError: the value has no JSON."""
        return _plain_dumps(value)

    def loads(text: bytes) -> Any:
        return json.loads(text)

    def loads_many(texts: Sequence[bytes], *, odd: bool = True) -> list[Any]:  # noqa: ARG001
        """As `loads` of each, in one go. `odd`: some of them may be."""
        many: list[Any] = json.loads(b"[" + b",".join(texts) + b"]")
        return many

    dumps_exact = dumps

else:
    _AS_JSON = (
        orjson.OPT_PASSTHROUGH_DATETIME
        | orjson.OPT_PASSTHROUGH_DATACLASS
        | orjson.OPT_APPEND_NEWLINE
    )

    def dumps_exact(value: Any) -> bytes:
        """As `dumps`, of what was made from JSON's own sorts and holds no floats."""
        try:
            # orjson's bytes hold on to 4 kB each, however few they are; a slice is their size.
            return orjson.dumps(value, None, _AS_JSON)[:-1]
        except TypeError:
            return _plain_dumps(value)

    def dumps(value: Any) -> bytes:
        """One line of JSON. TypeError or ValueError: the value has no JSON."""
        sure = is_plain(value if isinstance(value, dict) else (value,))
        return dumps_exact(value) if sure else _plain_dumps(value)

    def loads(text: bytes) -> Any:
        return orjson.loads(text) if text[:1] != ODD else json.loads(text)

    def loads_many(texts: Sequence[bytes], *, odd: bool = True) -> list[Any]:
        """As `loads` of each, in one go. `odd`: some of them may be."""
        joined = b"[" + b",".join(texts) + b"]"
        odd = odd and any(text[:1] == ODD for text in texts)
        many: list[Any] = json.loads(joined) if odd else orjson.loads(joined)
        return many


_LEAVES = frozenset({str, int, bool, type(None)})
_NESTS = frozenset({dict, list, tuple})
_LOOKED_AT = _NESTS | {float}


def is_plain(value: Any) -> bool:
    """Whether a dict or a list holds JSON's own sorts alone: then its line says it exactly, and
    every library writes the same. orjson takes more (enumerations), and NaN in silence; keys that
    are no text it refuses by itself."""
    inner = value.values() if isinstance(value, dict) else value
    others = set(map(type, inner)) - _LEAVES
    if not others:
        return True
    if not others <= _LOOKED_AT:
        return False
    for one in inner:
        sort = type(one)
        if sort not in others:
            continue
        if sort is float:
            if one - one != 0:  # NaN, or without end
                return False
        elif not is_plain(one):
            return False
    return True


def sayable(text: str) -> str:
    """What somebody sent, so that it can be told again: half a character has no bytes."""
    return text.encode("utf-8", "replace").decode()


@contextmanager
def no_collection() -> Iterator[None]:
    """The cycle collector stands still: it would walk everything, again and again, while very many
    objects are made that hold no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()

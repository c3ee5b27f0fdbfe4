"""A pack's file into a pack: every word must be known and every number of the right sort.

Money and multiples are text in the file ("1.5", "1/6", "8.50"), so that none of them passes through
a binary fraction.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import UnionType
from typing import Any, TypeVar

from data.rules.pack import RulePack

T = TypeVar("T")

NOTES = ("vectors", "note")
"""What a pack's file may hold beside the pack: examples with their results, and words to people."""


class PackUnreadable(ValueError):
    """A pack's file says something this version does not know."""


def read_pack(text: str | bytes) -> RulePack:
    return pack_of(json.loads(text))


def pack_of(told: Mapping[str, Any]) -> RulePack:
    return _read(RulePack, {k: v for k, v in told.items() if k not in NOTES}, told.get("id", "?"))


def vectors(text: str | bytes) -> Mapping[str, Any]:
    """The examples in a pack's file: what the pack's own tests compute."""
    found: Mapping[str, Any] = json.loads(text).get("vectors", {})
    return found


def changed(told: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a deal changes of an agreement, part by part; what it does not name stays."""
    merged = dict(told)
    for key, value in changes.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = changed(old, value) if both else value  # type: ignore[arg-type]
    return merged


def _read(cls: type[T], told: object, where: str) -> T:
    if not isinstance(told, Mapping):
        raise PackUnreadable(f"{where}: {told!r} should be a group of parts")
    hints = _hints(typing.cast(Any, cls))
    if unknown := sorted(told.keys() - hints.keys()):
        raise PackUnreadable(f"{where}: unknown {', '.join(unknown)}")
    values = {name: _value(hints[name], value, f"{where}.{name}") for name, value in told.items()}
    try:
        return cls(**values)
    except (TypeError, ValueError) as error:
        raise PackUnreadable(f"{where}: {error}") from error


@cache
def _hints(cls: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {each.name: hints[each.name] for each in fields(cls)}


def _value(hint: Any, value: object, where: str) -> object:
    origin, of = typing.get_origin(hint), typing.get_args(hint)
    if origin in (UnionType, typing.Union):
        if value is None:
            return None
        return _value(next(part for part in of if part is not type(None)), value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise PackUnreadable(f"{where}: {value!r} should be a list")
        parts = of[:1] * len(value) if of[-1] is Ellipsis else of
        pairs = enumerate(zip(parts, value, strict=True))
        return tuple(_value(part, each, f"{where}[{n}]") for n, (part, each) in pairs)
    if origin is typing.Literal:
        if value not in of:
            raise PackUnreadable(f"{where}: {value!r} is none of {', '.join(map(str, of))}")
        return value
    if is_dataclass(hint):
        return _read(typing.cast(type, hint), value, where)
    return _plain(hint, value, where)


def _plain(hint: Any, value: object, where: str) -> object:
    if hint in (Decimal, Fraction, date) and isinstance(value, str):
        try:
            return date.fromisoformat(value) if hint is date else hint(value)
        except (ValueError, ArithmeticError) as error:
            raise PackUnreadable(f"{where}: {value!r} is no {hint.__name__}") from error
    if type(value) is hint and hint in (str, int, bool):
        return value
    raise PackUnreadable(f"{where}: {value!r} should be a {hint.__name__}")

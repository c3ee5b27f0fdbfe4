"""The meanings a field may have.

A record's field is annotated with one of these types; each layer (screen, list, spreadsheet, paper)
looks the meaning up in a table of its own. A meaning says nothing about widgets or columns.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator
from pydantic.fields import FieldInfo

from data.errors import BadInput


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value is to the people who use it; `name` is the key in every layer's table."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice(Meaning):
    """One of a written list; a word that is not in it (from a newer app) is shown as it stands."""

    words: tuple[str, ...] = ()
    flow: bool = False
    """The words are steps in the order of what they allow, the one that allows least first."""


@dataclass(frozen=True, slots=True)
class Link(Meaning):
    """The id of a record of `kind`; it may dangle."""

    kind: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """The words beside a field when its name alone would not do."""

    text: str
    hint: str = ""


def one_of(*words: str) -> Choice:
    return Choice("choice", words)


def flow_of(*words: str) -> Choice:
    """Steps such as draft, submitted, approved: what copies said apart never allows more."""
    return Choice("choice", words, flow=True)


def link_to(kind: str) -> Link:
    return Link("link", kind)


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _aware(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return value


def _trimmed(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _labels(value: Any) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)):
        return frozenset(_trimmed(v) for v in value) - {""}
    return value


Line = Annotated[str, Meaning("line"), BeforeValidator(_trimmed)]
Prose = Annotated[str, Meaning("prose")]
Phone = Annotated[str, Meaning("phone"), BeforeValidator(_trimmed)]
Email = Annotated[str, Meaning("email"), BeforeValidator(_trimmed)]
Count = Annotated[int, Meaning("count"), Field(ge=0, lt=2**53)]
Minutes = Annotated[int, Meaning("minutes"), Field(ge=-24 * 60, le=48 * 60)]
"""A length of time or an offset, in minutes; may be negative."""
WallTime = Annotated[int, Meaning("walltime"), Field(ge=0, lt=48 * 60)]
"""Minutes after midnight of the work day's date, on the clock on the wall; 28:30 is 1710."""
Eighths = Annotated[int, Meaning("eighths"), Field(ge=0, lt=100_000)]
"""Script pages counted in eighths: 2 3/8 is 19."""
Flag = Annotated[bool, Meaning("flag")]
Day = Annotated[date, Meaning("day")]
Moment = Annotated[
    datetime, Meaning("moment"), BeforeValidator(_aware), PlainSerializer(_utc, when_used="json")
]
"""An instant, stored in UTC to the second."""
Photos = Annotated[frozenset[str], Meaning("photos")]
"""SHA-256 names of pictures; merges as a set."""
Looks = Annotated[frozenset[str], Meaning("looks")]
"""What pictures are known again by (data/reading/looks.py); nothing for people to read."""
Pages = Annotated[str, Meaning("pages")]
"""In what order a record's pictures were taken, told by the first letters of their names; nothing
for people to read. The pictures themselves merge as a set, which has no order."""
Words = Annotated[frozenset[str], Meaning("words"), BeforeValidator(_labels)]
"""Free labels; merges as a set."""


class Money(BaseModel):
    """An amount with its currency and, where known, the tax inside it: one cell, never split."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="ignore")

    amount: Annotated[Decimal, Field(alias="a", max_digits=15, decimal_places=4)]
    currency: Annotated[str, Field(alias="c", pattern=r"^[A-Z]{3}$")]
    tax: Annotated[Decimal | None, Field(alias="t", max_digits=15, decimal_places=4)] = None

    def __str__(self) -> str:
        return f"{self.amount:,.2f} {self.currency}"


class Meal(BaseModel):
    """When a meal was called and when work went on, as wall times of the work day: one cell."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="ignore")

    out: Annotated[WallTime, Field(alias="o")]
    back: Annotated[WallTime, Field(alias="i")]

    @model_validator(mode="after")
    def _in_order(self) -> Meal:
        if self.back <= self.out:
            raise ValueError("the meal ends before it begins")
        return self


Cash = Annotated[Money, Meaning("money")]
MealTimes = Annotated[Meal, Meaning("meal")]


def meaning_of(field: FieldInfo) -> Meaning:
    """The meaning declared for a field, also where `| None` hides it inside a union."""
    for mark in field.metadata:
        if isinstance(mark, Meaning):
            return mark
    found = _inside(field.annotation)
    if found is None:
        raise TypeError(f"no meaning declared: {field!r}")
    return found


def label_of(name: str, field: FieldInfo) -> Label:
    for mark in field.metadata:
        if isinstance(mark, Label):
            return mark
    return Label(name.replace("_", " ").capitalize())


def optional(field: FieldInfo) -> bool:
    """Whether nothing (`None`) is a value of the field."""
    return type(None) in typing.get_args(field.annotation)


def _inside(annotation: Any) -> Meaning | None:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            found = _inside(part)
            if found is not None:
                return found
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, Meaning):
            return mark
    return None


def least(meaning: Meaning, values: Sequence[Any]) -> Any:
    """Of values of a flow that nobody has settled, the one that allows least.

    Of a flag it is "yes": what is void or blocked stays so. A newer app's word is passed over.
    """
    if isinstance(meaning, Choice):
        known = [value for value in values if value in meaning.words]
        return min(known, key=meaning.words.index) if known else values[0]
    return True if any(value is True for value in values) else values[0]


def check_choice(meaning: Meaning, value: object, field: str) -> None:
    """Refuses a new word where the list is written; records from newer apps are read leniently."""
    if isinstance(meaning, Choice) and value is not None and value not in meaning.words:
        raise BadInput(f"{value!r} is not one of {', '.join(meaning.words)}.", field=field)

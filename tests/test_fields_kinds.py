"""Every kind, every field: it has a meaning, a label, and survives the way to the disk and back."""

from __future__ import annotations

import json
import typing
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from data.canonical import decode, encode
from data.desk import Desk
from data.edit import Write, apply
from data.errors import BadInput
from data.fields import (
    Choice,
    Count,
    Line,
    Link,
    Meal,
    Moment,
    Money,
    label_of,
    meaning_of,
    optional,
)
from data.kind import Kind, canonical
from data.kinds import ALL
from data.record import Record, natural_id
from data.state import Dot, Mark, State
from tests.small_show import PRODUCTION

FIELDS = [(kind, name) for kind in ALL for name in kind.meanings]
TEXT = st.text(max_size=30)
MONEY = st.tuples(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.sampled_from(["USD", "EUR", "MXN"]),
    st.none() | st.decimals(min_value=0, max_value=10**6, places=2),
).map(lambda parts: Money(amount=parts[0], currency=parts[1], tax=parts[2]))
MEALS = st.tuples(st.integers(0, 2000), st.integers(1, 100)).map(
    lambda parts: Meal(out=parts[0], back=parts[0] + parts[1])
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "line": TEXT,
    "prose": TEXT,
    "phone": TEXT,
    "email": TEXT,
    "link": TEXT,
    "count": st.integers(0, 2**53 - 1),
    "minutes": st.integers(-1440, 2880),
    "walltime": st.integers(0, 2879),
    "eighths": st.integers(0, 99_999),
    "flag": st.booleans(),
    "day": st.dates(),
    "moment": st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    "money": MONEY,
    "meal": MEALS,
    "photos": st.frozensets(st.text("0123456789abcdef", min_size=64, max_size=64), max_size=3),
    "looks": st.frozensets(st.text("ABC0/+", min_size=4, max_size=4), max_size=3),
    "pages": st.text("0123456789abcdef ", max_size=40),
    "words": st.frozensets(TEXT, max_size=4),
}


def value_of(kind: Kind[Any], name: str) -> st.SearchStrategy[Any]:
    meaning = kind.meanings[name]
    if isinstance(meaning, Choice):
        return st.sampled_from(meaning.words)
    drawn = VALUES[meaning.name]
    if kind.is_set(name) and kind.model.model_fields[name].default:
        # Emptied, such a set would show its default again.
        return st.frozensets(st.sampled_from(["Main", "2nd", "Zoë's"]), min_size=1)
    return st.none() | drawn if optional(kind.model.model_fields[name]) else drawn


def records(kind: Kind[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({name: value_of(kind, name) for name in kind.meanings}).map(
        lambda values: kind.model(**values)
    )


def through_the_disk(kind: Kind[Any], record: Record) -> Any:
    cells = kind.cells(record)
    add = {name: tuple(cells.pop(name)) for name in list(cells) if kind.is_set(name)}
    change = Write(kind.name, "r", cells, add)
    state, _ = apply(State("r", kind.name), change, Dot("a" * 16, 1), Mark(1, None, "Ada"), "g")
    again = decode(json.loads(json.dumps(encode(state))))
    document: dict[str, Any] = {name: live[Dot("a" * 16, 1)] for name, live in again.cells.items()}
    return kind.read("r", document | {name: sorted(e) for name, e in again.sets.items()})


# ---- contracts over every kind ----------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
@given(data=st.data())
def test_every_record_survives_the_way_to_the_disk_and_back(
    kind: Kind[Any], data: st.DataObject
) -> None:
    record = data.draw(records(kind))
    read = through_the_disk(kind, record)

    assert kind.cells(record) == kind.cells(read)


@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=lambda part: getattr(part, "name", part))
def test_every_field_has_a_meaning_that_the_layers_know(kind: Kind[Any], name: str) -> None:
    meaning = kind.meanings[name]

    assert meaning.name in {*VALUES, "choice"}
    assert kind.label(name)[0].isupper()
    if isinstance(meaning, Link):
        assert meaning.kind in {other.name for other in ALL}
    if isinstance(meaning, Choice):
        assert len(set(meaning.words)) == len(meaning.words) > 1


@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=lambda part: getattr(part, "name", part))
def test_every_default_is_one_that_may_be_written(kind: Kind[Any], name: str) -> None:
    info = kind.model.model_fields[name]
    if not info.is_required() and isinstance(kind.meanings[name], Choice):
        choice = typing.cast(Choice, kind.meanings[name])
        assert info.default in choice.words
    assert info.is_required() or info.get_default() is not ...


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_every_kind_is_ready_for_lists_and_undo(kind: Kind[Any]) -> None:
    assert kind.columns
    assert {*kind.columns, *kind.search} <= kind.meanings.keys()
    if kind.name != "access":  # that somebody looked is never taken back
        assert (kind.nature == "fact") == (kind.take_back is not None)
    assert kind.model.model_config.get("frozen")
    assert all(not name.startswith("_") and len(name) <= 64 for name in kind.meanings)


# ---- meanings ---------------------------------------------------------------------------------


def test_a_meaning_is_found_inside_a_union_too() -> None:
    class Thing(Record):
        plain: Line = ""
        maybe: Annotated[Count | None, "unrelated"] = None

    fields = Thing.model_fields
    assert [meaning_of(fields[n]).name for n in ("plain", "maybe")] == ["line", "count"]
    assert (optional(fields["plain"]), optional(fields["maybe"])) == (False, True)
    assert label_of("first_name", fields["plain"]).text == "First name"


def test_a_field_without_a_meaning_is_no_field() -> None:
    class Bare(Record):
        text: str = ""

    with pytest.raises(TypeError, match="no meaning"):
        Kind("bare", Bare, "Bare", "Bare", "shared", ("text",))


def test_a_column_that_is_no_field_is_noticed_at_once() -> None:
    class Thing(Record):
        name: Line = ""

    with pytest.raises(TypeError, match="'nmae'"):
        Kind("thing", Thing, "Thing", "Things", "shared", ("nmae",))


@pytest.mark.parametrize(
    "value", [{"a": 1, "c": "usd"}, {"a": "x", "c": "USD"}, {"a": "1e20", "c": "USD"}, {"a": "1"}]
)
def test_money_wants_an_amount_and_a_currency(value: Any) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate(value)


def test_money_is_kept_as_decimal_text() -> None:
    money = Money(amount=Decimal("12.50"), currency="USD")

    assert money.model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "a": "12.50",
        "c": "USD",
    }
    assert str(Money(amount=Decimal("1234.5"), currency="USD")) == "1,234.50 USD"


def test_a_meal_ends_after_it_began() -> None:
    with pytest.raises(ValidationError, match="ends before"):
        Meal(out=780, back=780)


def test_a_moment_needs_its_zone_and_is_kept_in_utc() -> None:
    adapter: TypeAdapter[datetime] = TypeAdapter(Moment)
    moment = datetime(2026, 6, 9, 7, tzinfo=timezone(timedelta(hours=-6)))

    assert adapter.dump_python(moment, mode="json") == "2026-06-09T13:00:00Z"
    with pytest.raises(ValidationError, match="zone"):
        adapter.validate_python(datetime(2026, 6, 9, 7))


def test_what_is_typed_is_trimmed() -> None:
    adapter: TypeAdapter[str] = TypeAdapter(Line)

    assert adapter.validate_python("  Zoë \t\n Lefèvre ") == "Zoë Lefèvre"


# ---- canonical values -------------------------------------------------------------------------


def test_a_float_has_no_canonical_form() -> None:
    with pytest.raises(TypeError, match="decimal"):
        canonical({"a": [1, 2.5]})


def test_canonical_is_nfc_sorted_and_without_nothings() -> None:
    value = {"b": None, "e\u0301": {"z", "a"}, "a": (1, True)}

    assert canonical(value) == {"a": [1, True], "é": ["a", "z"]}
    assert canonical(canonical(value)) == canonical(value)


def test_a_natural_id_is_the_same_wherever_it_is_made() -> None:
    assert natural_id(PRODUCTION, "day", "main", 2) == natural_id(PRODUCTION, "day", "main", 2)
    assert natural_id(PRODUCTION, "day", "main", 2) != natural_id(PRODUCTION, "day", "main", 3)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_missing_value_is_named_by_its_label(kind: Kind[Any], desk: Desk) -> None:
    needed = [n for n, info in kind.model.model_fields.items() if info.is_required()]
    if not needed:
        assert desk.add(kind.model()).id
        return
    with pytest.raises(BadInput, match="missing") as refused:
        kind.check({})

    assert refused.value.field == needed[0]
    assert kind.label(needed[0]) in refused.value.sentence


def test_the_meanings_named_here_are_all_there_are() -> None:
    names = {meaning.name for kind in ALL for meaning in kind.meanings.values()}

    assert names <= {*VALUES, "choice"}

"""How each meaning is typed in, and how what was typed is read.

A draft is text by field name; `read` turns one field's text into the value, or says what to write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import flet as ft

from data.dates import read_day
from data.desk import Desk
from data.errors import BadInput
from data.fields import Choice, Link, Meal, Meaning, Money, label_of, optional
from data.kind import Kind
from data.kinds.amounts import read_amount
from data.kinds.production import show_of, today
from data.record import Record
from data.tables import eighths_text, read_eighths
from data.walltime import read_clock
from views import words
from views.safe import act
from views.show import title_of

KEYBOARDS = {
    "count": ft.KeyboardType.NUMBER,
    "minutes": ft.KeyboardType.NUMBER,
    "walltime": ft.KeyboardType.DATETIME,
    "phone": ft.KeyboardType.PHONE,
    "email": ft.KeyboardType.EMAIL,
    "money": ft.KeyboardType.NUMBER,
    "day": ft.KeyboardType.DATETIME,
}

TYPED_ABOVE = 15
"""A list longer than this is searched by typing into it."""

HINTS = {
    "money": "12.50, 12.50 EUR, 12.50 tax 1.20",
    "walltime": "6:30, 0630, 6:30p",
    "minutes": "-60 is an hour before",
    "meal": "12:30 to 13:00",
    "day": "2026-07-13",
    "eighths": "2 3/8",
    "words": "with commas between",
}


def typed(desk: Desk, kind: Kind[Any], name: str, record: Record) -> str:
    """The text a person edits: what `read` would read back."""
    value, meaning = getattr(record, name), kind.meanings[name]
    if value is None:
        return ""
    writers: Mapping[str, Callable[[Any], str]] = {
        "walltime": lambda v: words.wall(desk, v),
        "meal": lambda v: f"{words.wall(desk, v.out)} to {words.wall(desk, v.back)}",
        "eighths": eighths_text,
        "words": lambda v: ", ".join(sorted(v)),
        "money": lambda v: _money_text(v, show_of(desk).currency),
        "day": lambda v: v.isoformat(),
        "flag": lambda v: "yes" if v else "",
    }
    return writers.get(meaning.name, str)(value)


def read(desk: Desk, kind: Kind[Any], name: str, text: str) -> Any:
    """The value of one field, or BadInput that names the field."""
    meaning, info = kind.meanings[name], kind.model.model_fields[name]
    text = text.strip()
    if not text:
        if optional(info):
            return None
        if info.is_required():
            raise BadInput(f"{kind.label(name)} is missing. Fill it in.", field=name)
        return info.get_default(call_default_factory=True)
    readers: Mapping[str, Callable[[], Any]] = {
        "count": lambda: _whole(text, kind.label(name), name),
        "minutes": lambda: _whole(text, kind.label(name), name),
        "walltime": lambda: read_clock(text, field=name),
        "meal": lambda: _meal(text, name),
        "eighths": lambda: read_eighths(text, field=name),
        "words": lambda: frozenset(w.strip() for w in text.split(",") if w.strip()),
        "money": lambda: read_money(text, show_of(desk).currency, field=name),
        "day": lambda: read_day(text, near=today(desk), field=name),
        "flag": lambda: text == "yes",
    }
    return readers.get(meaning.name, lambda: text)()


def field(
    desk: Desk,
    kind: Kind[Any],
    name: str,
    value: str,
    on_change: Callable[[str], None],
    *,
    error: str | None = None,
) -> ft.Control:
    """The control for one field of a draft."""
    meaning, info = kind.meanings[name], kind.model.model_fields[name]
    label = label_of(name, info)
    if meaning.name == "flag":
        return ft.Switch(
            label=label.text,
            value=value == "yes",
            on_change=act(lambda e: on_change("yes" if e.control.value else "")),
        )
    if isinstance(meaning, (Choice, Link)):
        options = _options(desk, meaning)
        return choose(label.text, options, value, on_change, error=error)
    return ft.TextField(
        label=label.text,
        value=value,
        hint_text=label.hint or HINTS.get(meaning.name),
        helper=label.hint or None,
        error=error,
        keyboard_type=KEYBOARDS.get(meaning.name, ft.KeyboardType.TEXT),
        multiline=meaning.name == "prose",
        min_lines=2 if meaning.name == "prose" else None,
        on_change=act(lambda e: on_change(e.control.value)),
    )


def choose(
    label: str,
    options: Sequence[tuple[str, str]],
    value: str,
    on_change: Callable[[str], Any],
    *,
    error: str | None = None,
) -> ft.Control:
    """A drop-down that a screen reader can name; `options` are (value, words)."""
    return ft.Semantics(
        label=label,
        container=True,
        content=ft.Dropdown(
            label=label,
            value=value,
            expand=True,
            expanded_insets=ft.Padding.all(0),
            error_text=error,
            menu_height=360,
            editable=len(options) > TYPED_ABOVE,
            enable_filter=len(options) > TYPED_ABOVE,
            options=[ft.DropdownOption(key=key, text=text) for key, text in options],
            on_select=act(lambda e: on_change(e.control.value or "")),
        ),
    )


def read_money(text: str, currency: str, *, field: str = "money") -> Money:
    """`12.50`, ` EUR` where it is not the show's currency, ` tax 1.20` where it is known."""
    whole, has_tax, tax = text.strip().lower().partition("tax")
    amount, _, code = whole.strip().rpartition(" ")
    if len(code) == 3 and code.isalpha() and amount:
        whole, currency = amount, code.upper()
    return Money(
        amount=read_amount(whole, field=field),
        currency=currency,
        tax=read_amount(tax, field=field) if has_tax else None,
    )


def _money_text(money: Money, currency: str) -> str:
    parts = [f"{money.amount:.2f}"]
    parts += [money.currency] if money.currency != currency else []
    parts += [f"tax {money.tax:.2f}"] if money.tax is not None else []
    return " ".join(parts)


def _options(desk: Desk, meaning: Meaning) -> list[tuple[str, str]]:
    if isinstance(meaning, Choice):
        return [(word, word.replace("_", " ") or "none") for word in meaning.words]
    assert isinstance(meaning, Link)
    kind = desk.kinds[meaning.kind]
    named = [(record.id, title_of(desk, kind, record)) for record in desk.all(kind)]
    return [("", "nobody or nothing"), *sorted(named, key=lambda pair: pair[1])]


def _whole(text: str, label: str, name: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise BadInput(f"{label} is a whole number, as in 12.", field=name) from error


def _meal(text: str, name: str) -> Meal:
    parts = text.replace("–", "-").replace(" to ", "-").split("-")
    out = read_clock(parts[0], field=name)
    back = read_clock(parts[1], field=name) if len(parts) == 2 else out + 30
    if len(parts) > 2 or back <= out:
        raise BadInput("A meal is written as in 12:30 to 13:00.", field=name)
    return Meal(out=out, back=back)

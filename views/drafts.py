"""A half-typed record: the only state a screen keeps that is not in the store or in the address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import flet as ft

from data.desk import Desk
from data.errors import BadInput
from data.kind import Kind
from data.record import Record
from data.state import Dot
from views.context import use_first, use_state
from views.inputs import field, read, typed


class Draft:
    """Texts by field, what is wrong with them, and the dots the person was shown."""

    def __init__(
        self,
        desk: Desk,
        kind: Kind[Any],
        texts: Mapping[str, str],
        wrong: Mapping[str, str],
        seen: Mapping[str, tuple[Dot, ...]],
        set_texts: Callable[..., None],
        set_wrong: Callable[..., None],
    ) -> None:
        self._desk, self._kind, self.texts, self.seen = desk, kind, texts, seen
        self._wrong, self._set_texts, self._set_wrong = wrong, set_texts, set_wrong

    def put(self, name: str, text: str) -> None:
        """What is typed; a complaint about the field goes as soon as somebody mends it."""
        self._set_texts(lambda now: {**now, name: text})
        if name in self._wrong:
            self._set_wrong(lambda now: {n: why for n, why in now.items() if n != name})

    def control(self, name: str) -> ft.Control:
        """The field's control with what was typed and, where it was refused, the reason."""
        return field(
            self._desk,
            self._kind,
            name,
            self.texts[name],
            lambda text: self.put(name, text),
            error=self._wrong.get(name),
        )

    def wrong(self, name: str) -> str | None:
        return self._wrong.get(name)

    def controls(self, names: Iterable[str]) -> list[ft.Control]:
        return [self.control(name) for name in names]

    def values(self) -> dict[str, Any]:
        """Every field read. All that cannot be are marked; BadInput says what the first wants."""
        values: dict[str, Any] = {}
        refused: dict[str, BadInput] = {}
        for name, text in self.texts.items():
            try:
                values[name] = read(self._desk, self._kind, name, text)
            except BadInput as error:
                refused[name] = error
        if not refused:
            try:
                self._kind.check(values)
            except BadInput as error:
                refused[error.field or ""] = error
        self.refuse(*refused.values())
        return values

    def refuse(self, *errors: BadInput) -> None:
        """Marks the fields and raises the first refusal; with none, clears the marks."""
        self._set_wrong({error.field or "": error.sentence for error in errors})
        if errors:
            raise errors[0]


def use_draft(desk: Desk, kind: Kind[Any], names: Iterable[str], record: Record) -> Draft:
    """A draft of `names`, begun from `record` as it stands when the screen opens."""
    texts, set_texts = use_first(lambda: {n: typed(desk, kind, n, record) for n in names})
    seen, _ = use_first(lambda: desk.shown(record.id))
    nothing: dict[str, str] = {}
    wrong, set_wrong = use_state(nothing)
    return Draft(desk, kind, texts, wrong, seen, set_texts, set_wrong)

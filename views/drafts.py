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
        self._set_texts(lambda now: {**now, name: text})

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

    def controls(self, names: Iterable[str]) -> list[ft.Control]:
        return [self.control(name) for name in names]

    def values(self) -> dict[str, Any]:
        """Every field read; a field that cannot be is marked, and BadInput says what to write."""
        try:
            values = {n: read(self._desk, self._kind, n, text) for n, text in self.texts.items()}
            self._kind.check(values)
        except BadInput as error:
            self._set_wrong({error.field or "": error.sentence})
            raise
        self._set_wrong({})
        return values


def use_draft(desk: Desk, kind: Kind[Any], names: Iterable[str], record: Record) -> Draft:
    """A draft of `names`, begun from `record` as it stands when the screen opens."""
    texts, set_texts = use_first(lambda: {n: typed(desk, kind, n, record) for n in names})
    seen, _ = use_first(lambda: desk.shown(record.id))
    nothing: dict[str, str] = {}
    wrong, set_wrong = use_state(nothing)
    return Draft(desk, kind, texts, wrong, seen, set_texts, set_wrong)

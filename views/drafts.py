"""A half-typed record: the only state a screen keeps that is no record and not in the address.

On a device it is in the store's own books all the same, as it is typed: a phone ends an app that is
out of sight without a word, and a photo is taken only once. There it waits under its screen's
address until it is saved or thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import flet as ft

from data.desk import Desk
from data.errors import BadInput
from data.kind import Kind
from data.record import Record
from data.state import Dot
from views.context import use_first, use_place, use_state
from views.inputs import field, read, typed
from views.parts import note, side_button
from views.words import clock_of

BOOK = "drafts"


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
        kept: Kept | None = None,
    ) -> None:
        self._desk, self._kind, self.texts, self.seen = desk, kind, texts, seen
        self._wrong, self._set_texts, self._set_wrong = wrong, set_texts, set_wrong
        self._kept = kept

    def put(self, name: str, text: str) -> None:
        """What is typed; a complaint about the field goes as soon as somebody mends it."""
        self._set_texts(lambda now: {**now, name: text})
        if self._kept is not None:
            self._kept.put(texts={**self._kept.texts(self.texts), name: text})
        if name in self._wrong:
            self._set_wrong(lambda now: {n: why for n, why in now.items() if n != name})

    def alter(self, name: str, by: Callable[[str], str]) -> None:
        """`put` of what stands there by then: quick keys do not wait until one is drawn."""
        self._set_texts(lambda now: {**now, name: by(now[name])})
        if self._kept is not None:
            texts = self._kept.texts(self.texts)
            self._kept.put(texts={**texts, name: by(texts[name])})
        if name in self._wrong:
            self._set_wrong(lambda now: {n: why for n, why in now.items() if n != name})

    @property
    def photos(self) -> dict[str, str]:
        """The photos that were taken for it, and what each is known again by."""
        now = self._kept.now if self._kept is not None else {}
        before = {now["photo"]: ""} if "photo" in now else {}  # as older versions wrote it
        return {**before, **now.get("photos", {})}

    def attach(self, photos: Mapping[str, str]) -> None:
        """Photos that are kept already go with what is typed."""
        if self._kept is not None:
            texts = self._kept.texts(self.texts)
            self._kept.put(texts=texts, photos=dict(photos), without=("photo",))

    def done(self) -> None:
        """It was saved as a record, or thrown away."""
        if self._kept is not None:
            self._kept.drop()

    def begin(self, record: Record) -> None:
        """It is done, and the next one is begun from `record` on the same screen."""
        self.done()
        self._set_texts({n: typed(self._desk, self._kind, n, record) for n in self.texts})
        self._set_wrong({})

    def waiting(self, start_over: Callable[[], Any]) -> list[ft.Control]:
        """That this was typed before and not saved, and the way to begin anew."""
        return _waiting(self._desk, self._kept, start_over)

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

    def readable(self) -> dict[str, Any]:
        """The fields that can be read by now, for what is said while somebody types."""
        values: dict[str, Any] = {}
        for name, text in self.texts.items():
            with suppress(BadInput):
                values[name] = read(self._desk, self._kind, name, text)
        return values

    def values(self, *, later: Iterable[str] = ()) -> dict[str, Any]:
        """Every field read. All that cannot be are marked; BadInput says what the first wants.

        `later`: lines that may still be empty, though the record wants them in the end.
        """
        values: dict[str, Any] = dict.fromkeys(later, "")
        refused: dict[str, BadInput] = {}
        for name, text in self.texts.items():
            if name in values and not text.strip():
                continue
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


class Kept:
    """One screen's draft in the books of this copy."""

    def __init__(self, desk: Desk, address: str) -> None:
        self._desk, self._address = desk, address
        at = self.now.get("at")
        self.since = None if at is None else datetime.fromisoformat(at)
        """When it was begun, if that was before this screen opened."""
        self.shown: Mapping[str, tuple[Dot, ...]] = {}
        """The dots behind the record as the person sees it here."""

    @property
    def now(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._desk.store.meta.get(BOOK, {}).get(self._address, {})
        return found

    def texts(self, shown: Mapping[str, str]) -> dict[str, str]:
        return {**shown, **self.now.get("texts", {})}

    def seen(self) -> dict[str, tuple[Dot, ...]] | None:
        raw = self.now.get("seen")
        return (
            None
            if raw is None
            else {name: tuple(Dot(*dot) for dot in dots) for name, dots in raw.items()}
        )

    def put(self, *, without: Iterable[str] = (), **changes: Any) -> None:
        seen = {name: [list(dot) for dot in dots] for name, dots in self.shown.items()}
        before = {name: value for name, value in self.now.items() if name not in without}
        begun = {"at": self._desk.now().isoformat(), "seen": seen, **before}
        self._book({self._address: {**begun, **changes}})

    def drop(self) -> None:
        self.since = None
        if self.now:
            self._book({})

    def _book(self, entry: Mapping[str, Any]) -> None:
        others = dict(self._desk.store.meta.get(BOOK, {}))
        others.pop(self._address, None)
        self._desk.store.set_meta(**{BOOK: {**others, **entry}})


def use_draft(desk: Desk, kind: Kind[Any], names: Iterable[str], record: Record) -> Draft:
    """A draft of `names`: on a device the one that waits, else begun from `record` as it stands
    when the screen opens."""
    address = ft.use_route_location()
    on_device = use_place().face == "device"
    kept, _ = use_first(lambda: Kept(desk, address) if on_device else None)

    def begun() -> dict[str, str]:
        fresh = {n: typed(desk, kind, n, record) for n in names}
        return kept.texts(fresh) if kept is not None else fresh

    texts, set_texts = use_first(begun)
    seen, _ = use_first(lambda: (kept and kept.seen()) or desk.shown(record.id))
    if kept is not None:
        kept.shown = seen
    nothing: dict[str, str] = {}
    wrong, set_wrong = use_state(nothing)
    return Draft(desk, kind, texts, wrong, seen, set_texts, set_wrong, kept)


class Jotted:
    """A few texts that a verb asks for and that are no whole record: an amount and its reason."""

    def __init__(
        self,
        desk: Desk,
        fresh: Mapping[str, str],
        texts: Mapping[str, str],
        set_texts: Callable[..., None],
        kept: Kept | None,
    ) -> None:
        self._desk, self._fresh, self._texts = desk, fresh, texts
        self._set_texts, self._kept = set_texts, kept

    def __getitem__(self, name: str) -> str:
        return self._texts[name]

    def put(self, name: str, text: str) -> None:
        self._set_texts(lambda now: {**now, name: text})
        if self._kept is not None:
            self._kept.put(texts={**self._kept.texts(self._texts), name: text})

    def saved(self) -> None:
        """It is in a record now; what stands in the fields may stay."""
        if self._kept is not None:
            self._kept.drop()

    def done(self) -> None:
        """It was said, or is not wanted: the next one begins as this one did."""
        self.saved()
        self._set_texts(dict(self._fresh))

    def waiting(self) -> list[ft.Control]:
        """That this was typed before and not saved, and the way to begin anew."""
        return _waiting(self._desk, self._kept, self.done)


def use_jotted(part: str, **fresh: str) -> Jotted:
    """Texts of one part of a screen; on a device those that wait, else as they begin."""
    place, address = use_place(), f"{ft.use_route_location()}#{part}"
    on_device = place.face == "device"
    kept, _ = use_first(lambda: Kept(place.desk, address) if on_device else None)
    texts, set_texts = use_first(lambda: kept.texts(fresh) if kept is not None else fresh)
    return Jotted(place.desk, fresh, texts, set_texts, kept)


def _waiting(desk: Desk, kept: Kept | None, start_over: Callable[[], Any]) -> list[ft.Control]:
    if kept is None or kept.since is None:
        return []
    return [
        note(f"Not saved yet, from {clock_of(desk, kept.since)}.", icon=ft.Icons.EDIT_NOTE),
        ft.Row([side_button("Start over", start_over)]),
    ]

"""A record's past: every edit in words, and the record as it stood at any of them or on a day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import flet as ft

from data.as_of import state_at
from data.dates import read_day
from data.desk import Desk
from data.document import document
from data.edit import Edit
from data.kind import Kind
from data.kinds.production import today, zone
from data.past import Change, Step, steps, together, whole
from data.state import State
from views import told
from views.asking import OFFLINE, use_told
from views.context import Place, go, use_desk, use_place, use_records, use_state
from views.parts import card, empty, note, side_button, sub_view
from views.safe import act, part, screen
from views.show import shown
from views.theme import GAP, QUIET, SMALL
from views.words import long_day

WINDOW = 30
SAID = {
    "added": "Added",
    "changed": "Changed",
    "deleted": "Deleted",
    "brought back": "Brought back",
}


@screen
def RecordHistory() -> ft.View:
    place = use_place()
    desk = place.desk
    params = ft.use_route_params()
    kind, record_id = desk.kind_named(params["kind"]), params["id"]
    use_records(kind.name)
    window, set_window = use_state(WINDOW)
    here, state = desk.store.history(record_id), desk.store.state(record_id)
    asked = use_told([] if whole(here, state) else [record_id])
    edits = together(here, *asked.edits.get(record_id, ()), state=state)
    everything = steps(edits)
    rows: list[ft.Control] = [
        StepCard(kind, step, key=str(step.edit.dot)) for step in reversed(everything[-window:])
    ]
    if len(everything) > window:
        more = f"Show more ({len(everything) - window})"
        rows.append(side_button(more, lambda: set_window(window + WINDOW)))
    missing = "" if whole(edits, state) else _older(place, asked.words)
    if missing:
        rows.append(note(missing))
    return sub_view(
        "History",
        lambda: go(told.path_of(kind.name, record_id) if state and state.alive else "/lists"),
        [
            ft.Text(told.name_of(desk, record_id), weight=ft.FontWeight.W_600),
            AsOf(kind, edits, missing),
            *(rows or [empty("No edit of this record is known here.")]),
        ],
    )


def _older(place: Place, words: str) -> str:
    """Why this is not all of it."""
    if words:
        return words
    if place.link is None:
        return "Some older edits are not here: a device that made them has not brought them yet."
    return OFFLINE


@part
def StepCard(kind: Kind[Any], step: Step) -> ft.Control:
    """Who, when by which clock, and what: from which values to which."""
    desk = use_desk()
    mark = step.edit.mark
    lines = [_change(desk, kind, step, change) for change in step.changes]
    lines += [f"{kind.label(n)}: with {_list(es)}" for n, es in step.added.items() if _has(kind, n)]
    lines += [
        f"{kind.label(n)}: without {_list(es)}" for n, es in step.removed.items() if _has(kind, n)
    ]
    return card(
        ft.Text(told.by(desk, mark), theme_style=SMALL, color=QUIET),
        *[ft.Text(line) for line in lines],
        title=SAID[step.what],
    )


def _change(desk: Desk, kind: Kind[Any], step: Step, change: Change) -> str:
    if not _has(kind, change.field):
        return f"{change.field}: a field that this version does not know"
    label, after = kind.label(change.field), told.value(desk, kind, change.field, change.after)
    known = [k for k in change.before if k is not None]
    before = [told.value(desk, kind, change.field, k.value) for k in known]
    if len(known) < len(change.before):
        before.append("a value that is not known here")
    if not before and step.what != "added":
        before = [told.value(desk, kind, change.field, None)]  # as it comes when nobody wrote it
    if not before or before == [told.NOTHING]:
        return f"{label}: {after}"
    if len(before) > 1:
        return f"{label}: {' and '.join(before)} stood apart, settled as {after}"
    return f"{label}: {before[0]} → {after}"


def _has(kind: Kind[Any], name: str) -> bool:
    return name in kind.meanings


def _list(elements: tuple[str, ...]) -> str:
    return ", ".join(e if len(e) < 64 else "a photo" for e in elements)


@part
def AsOf(kind: Kind[Any], edits: list[Edit], missing: str) -> ft.Control:
    """The record as it stood at the end of a day; `missing`: why that may not be all of it."""
    desk = use_desk()
    typed, set_typed = use_state("")
    asked, set_asked = use_state(None)

    def look() -> None:
        set_asked(read_day(typed, near=today(desk), field="as_of"))

    row = ft.Row(
        [
            ft.TextField(
                label="As it stood at the end of",
                hint_text="2026-07-13",
                value=typed,
                dense=True,
                expand=True,
                on_change=act(lambda e: set_typed(e.control.value)),
            ),
            side_button("Show", look),
        ],
        spacing=GAP,
    )
    if asked is None:
        return row
    end = datetime.combine(asked + timedelta(days=1), time(), zone(desk))
    state = state_at(edits, int(end.timestamp() * 1000) - 1)
    facts = _facts(desk, kind, state)
    if missing:
        facts.append(note(f"What others wrote may be missing here. {missing}"))
    close = ft.Row([side_button("Close", lambda: set_asked(None))])
    return ft.Column([row, card(*facts, close, title=long_day(asked))], spacing=GAP)


def _facts(desk: Desk, kind: Kind[Any], state: State | None) -> list[ft.Control]:
    if state is None:
        return [ft.Text("As far as is known here, it did not stand anywhere yet.")]
    if not state.alive:
        return [ft.Text("It was deleted then.")]
    record = kind.read(state.id, document(state))
    facts = [(kind.label(name), shown(desk, kind, name, record)) for name in kind.meanings]
    return [ft.Text(f"{label}: {text}") for label, text in facts if text]

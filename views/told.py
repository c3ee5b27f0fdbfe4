"""How the past and the inbox are put into words: values, people, times, clocks, gestures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from data.conflicts import clock_off, when
from data.desk import Desk
from data.edit import Edit
from data.errors import OfficeError
from data.kind import Kind
from data.kinds.people import PERSON, called
from data.kinds.production import zone
from data.kinds.times import TIME
from data.record import Record
from data.state import Mark
from views import words
from views.show import TEXTS, shown, title_of

NOTHING = "nothing"
PARTS = 3


def value(desk: Desk, kind: Kind[Any], name: str, raw: Any) -> str:
    """A value as it is stored, as a screen says it."""
    if raw is None:
        raw = kind.unwritten(name)
    read, meaning = kind.one(name, raw), kind.meanings[name].name
    if meaning == "flag":
        return "yes" if read else "no"
    if read is None or read in ("", frozenset()):
        return NOTHING
    try:
        return TEXTS[meaning](desk, kind.meanings[name], read) or NOTHING
    except (TypeError, ValueError, AttributeError):
        return str(raw)  # a newer app's value


def name_of(desk: Desk, record_id: str) -> str:
    """A record in a line of text, also a deleted one: `Shoot day: Mon 13 Jul, no. 1`."""
    doc = desk.store.document(record_id)
    kind = None if doc is None else desk.kinds.get(doc["_m"]["t"])
    if doc is None or kind is None:
        return "A record that this version does not know"
    return f"{kind.title}: {_brief(desk, kind, kind.read(record_id, doc))}"


def at(desk: Desk, ms: int) -> str:
    """An instant where the show is: `Mon 13 Jul, 06:40`."""
    local = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone(desk))
    return f"{words.short_day(local.date())}, {words.wall(desk, local.hour * 60 + local.minute)}"


def by(desk: Desk, mark: Mark) -> str:
    """Who wrote and when, and by how much their clock was wrong."""
    said = by_and_when(desk, mark)
    off = clock_off(mark)
    return f"{said}. {clock(called(desk, mark.user), off)}" if off else said


def by_and_when(desk: Desk, mark: Mark) -> str:
    return f"{called(desk, mark.user)}, {at(desk, when(mark))}"


def clock(user: str, off: int) -> str:
    """`The clock of Bea was 3 days ahead.`"""
    minutes = abs(off) // 60_000
    days, hours = divmod(minutes // 60, 24)
    if days:
        length = words.count(days, "day")
    elif hours:
        length = f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    else:
        length = f"{minutes} min"
    return f"The clock of {user} was {length} {'ahead' if off > 0 else 'behind'}."


def path_of(kind: str, record_id: str) -> str:
    """The screen of a record."""
    own = {"receipt": "receipt", "envelope": "envelope"}
    return f"/{own[kind]}/{record_id}" if kind in own else f"/list/{kind}/{record_id}"


def gesture(desk: Desk, edits: Sequence[Edit]) -> str:
    """What a gesture did: `12 people: in`, `109 crew added`, `Mon 13 Jul: General call 06:30`."""
    firsts = {edit.record: edit for edit in reversed(edits)}
    if len(firsts) == 1:
        return _one(desk, edits)
    parts = Counter(_did(desk, edit) for edit in reversed(firsts.values()))
    told = [_many(desk, *did, n) for did, n in parts.most_common(PARTS)]
    return ", ".join([*told, *(["and more"] if len(parts) > PARTS else [])])


def settles(edit: Edit) -> bool:
    """Whether it wrote over values that stood apart."""
    return any(len(dots) > 1 for dots in edit.over.values())


def _did(desk: Desk, edit: Edit) -> tuple[str, str]:
    """(kind, what was done to it), alike for records that were done alike by."""
    kind = desk.kinds.get(edit.kind)
    if kind is not None and kind.nature == "fact":
        return edit.kind, str(edit.values.get("what", "added")).replace("_", " ")
    if edit.delete:
        return edit.kind, "deleted"
    if not edit.life_over:
        return edit.kind, "added"
    names = dict.fromkeys([*edit.values, *edit.add, *edit.remove])
    labels = [kind.label(n) if kind and n in kind.meanings else n for n in names]
    return edit.kind, " and ".join(labels[:2]) + (" and more" if len(labels) > 2 else "")


def _many(desk: Desk, kind_name: str, did: str, n: int) -> str:
    kind = desk.kinds.get(kind_name)
    if kind_name == TIME.name:
        return f"{words.count(n, 'person', 'people')}: {did.replace('void', 'taken back')}"
    what = words.count(n, kind.title.lower(), kind.plural.lower()) if kind else f"{n} records"
    return f"{what} {did}" if did in ("added", "deleted") else f"{what}: {did}"


def _one(desk: Desk, edits: Sequence[Edit]) -> str:
    edit = edits[0]
    kind, doc = desk.kinds.get(edit.kind), desk.store.document(edit.record)
    if kind is None or doc is None:
        return "A record that this version does not know"
    record, (_, did) = kind.read(edit.record, doc), _did(desk, edit)
    if kind is TIME:
        person = desk.find(PERSON, getattr(record, "person", None))
        name = person.name if person else "Somebody"
        return f"{name}: {'taken back' if did == 'void' else did}"
    name = _brief(desk, kind, record)
    if did in ("added", "deleted") or kind.nature == "fact":
        return f"{kind.title} {did}: {name}"
    if len(edit.values) == 1 and not edit.add and not edit.remove:
        ((field, raw),) = edit.values.items()
        if field in kind.meanings:
            settled = " settled as" if settles(edit) else ""
            return f"{name}: {kind.label(field)}{settled} {value(desk, kind, field, raw)}"
    return f"{name}: {did}"


def _brief(desk: Desk, kind: Kind[Any], record: Record) -> str:
    """What its list shows first of a record; of a time, whose it is."""
    first = ("person", "what") if kind is TIME else (kind.named_by, *kind.columns)
    names = dict.fromkeys(first)
    texts = (_text(desk, kind, name, record) for name in names)
    told = list(dict.fromkeys(text for text in texts if text))[:2]
    return ", ".join(told) or title_of(desk, kind, record)


def _text(desk: Desk, kind: Kind[Any], name: str, record: Record) -> str:
    try:
        text = shown(desk, kind, name, record)
    except (OfficeError, TypeError, ValueError, AttributeError):
        return ""
    if kind.meanings[name].name != "count" or not text:
        return text
    label = kind.label(name).lower().removeprefix(kind.title.lower()).strip()  # "no. 3"
    return f"{label} {text}"


def names_of(desk: Desk, record_ids: Iterable[str], most: int = 5) -> str:
    """Some records by name, and how many more there are."""
    ids = list(record_ids)
    told = [name_of(desk, record_id) for record_id in ids[:most]]
    return "; ".join(told) + (f" and {len(ids) - most} more" if len(ids) > most else "")

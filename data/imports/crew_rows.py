"""The people a crew list names, row by row, each value as it would be kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.errors import BadInput
from data.imports.columns import Layout
from data.imports.contacts import (
    phone_key,
    read_email,
    read_phone,
    region_of,
    split_emails,
    split_phones,
)
from data.imports.crew_columns import NAMES, crew_layout, known_department
from data.imports.dates import Order, ambiguous, order_of, read_day
from data.imports.keys import department_key, folded, name_key
from data.imports.report import Problem, Severity
from data.imports.sheets import Row, Sheet, said

_NOTHING = {"", "tbd", "tba", "tbc", "n a", "na"}
_VACANT = _NOTHING | {
    "vacant",
    "open",
    "none",
    "to be determined",
    "to be hired",
    "to be confirmed",
}
_NO_HEADING = re.compile(r"\b(page|total|confidential|revised|updated|as of|printed|date|note)\b")
_ADDRESSES = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that names somebody. `values` are Person's fields; `phones` and `emails` are keys."""

    file: str
    row: int
    name: str
    values: Mapping[str, Any]
    phones: frozenset[str]
    emails: frozenset[str]


@dataclass(slots=True)
class Reading:
    """All that was understood of a crew list, and all that was not."""

    file: str
    region: str
    month_first: bool
    entries: list[Entry] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    read_as: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0

    def say(
        self, row: int, column: str, value: str, reason: str, severity: Severity, *, file: str = ""
    ) -> None:
        where = file or self.file
        self.problems.append(Problem(where, row, column, value, reason, severity))


def read_crew(file: str, sheets: Sequence[Sheet], *, region: str, month_first: bool) -> Reading:
    """Reads every sheet that has a crew list; BadInput if none has."""
    reading = Reading(file, region, month_first)
    layouts = [(sheet, crew_layout(sheet.rows)) for sheet in sheets]
    usable = [(s, lay) for s, lay in layouts if lay is not None and "character" not in lay.columns]
    if not usable:
        raise BadInput(
            f"No column of names was found in {file}. Give the list a row of headers, as in "
            "Name, Department, Position, Phone, E-mail."
        )
    for sheet, layout in layouts:
        if (sheet, layout) not in usable:
            reading.say(0, "", sheet.title, "this sheet has no crew list; passed over.", "note")
    reading.read_as.append(usable[0][0].read_as)
    texts = [t for _, lay in usable for row in lay.body for cell in lay.texts(row, "phone")
             for t in split_phones(cell)]  # fmt: skip
    reading.region = region_of(texts, region)
    if any(not t.startswith("+") for t in texts):
        reading.read_as.append(f"phone numbers without a country as numbers in {reading.region}")
    for sheet, layout in usable:
        where = file if len(usable) == 1 else f"{file} ({sheet.title})"
        _Sheet(reading, where, layout).read()
    return reading


class _Sheet:
    """One sheet on its way to entries: what its rows share is decided before any is read."""

    def __init__(self, reading: Reading, file: str, layout: Layout) -> None:
        self.reading, self.file, self.layout = reading, file, layout
        self.heading: tuple[int, str] = (0, "")
        self.carried = ""
        self.mixed = bool(
            set(layout.columns.get("phone", ())) & set(layout.columns.get("email", ()))
        )
        named = [row for row in layout.body if self._written_name(row)]
        depts = [layout.text(row, "department") for row in named]
        written_once = [dept for dept in depts if dept]
        self.carries = bool(depts and depts[0]) and (
            len(set(written_once)) == len(written_once) <= len(named) / 2
        )
        written = [self._written_name(row) for row in named]
        commas = sum(_comma(name) for name in written)
        self.last_first = commas * 2 >= len(written) and commas > 0
        self.shouting = sum(name.isupper() for name in written) * 2 > len(written)
        self.order = self._order()

    def read(self) -> None:
        reading, layout = self.reading, self.layout
        reading.columns += layout.understood(NAMES)
        for header in layout.passed_over():
            self._say(layout.header, header, "", "this column has no place here; passed over.")
        if self.carries:
            reading.read_as.append("a department holds for the rows below it, until the next one")
        if self.last_first:
            reading.read_as.append("names as Last, First")
        for row in layout.body:
            reading.rows += 1
            self._row(row)
        self._close_heading()

    # ---- rows -------------------------------------------------------------------------------

    def _row(self, row: Row) -> None:
        name = self._written_name(row)
        if self._is_heading(row, name):
            self._close_heading()
            self.heading = (row.number, _heading(row.filled()[0]))
            self.carried = ""
        elif not name or (len(row.filled()) == 1 and _NO_HEADING.search(name.lower())):
            what = " / ".join(row.filled())[:80]
            if len(row.filled()) == 1:
                self._say(row.number, "", what, "not understood; passed over.")
            else:
                self._say(row.number, "", what, "no name in this row; not imported.", "error")
        elif folded(name) in _VACANT or re.match(r"(tbd|tba|tbc)\b", folded(name)):
            what = self.layout.text(row, "position") or name
            self._say(row.number, "", what, "nobody has this position yet; not imported.")
        elif "@" in name or not re.search(r"[^\W\d_]", name):
            self._say(row.number, "name", name, "this is no name; not imported.", "error")
        else:
            if re.search(r" (&|and|/|\+) ", name):
                reason = "two people in one row? Taken as one."
                self._say(row.number, "name", name, reason, "doubt")
            if len(row.filled()) == 1:
                reason = "nothing but a name in this row; taken for a person."
                self._say(row.number, "name", name, reason, "doubt")
            self._entry(row, self._name(row, name))

    def _entry(self, row: Row, name: str) -> None:
        phones = self._phones(row)
        emails = self._emails(row)
        values: dict[str, Any] = {
            "name": name,
            "department": self._department(row),
            **{
                field: _line(self.layout.text(row, field))
                for field in ("position", "unit", "union", "diet", "reports_to")
            },
            "phone": phones[0][0] if phones else "",
            "email": emails[0][0] if emails else "",
            "start": self._day(row, "start"),
            "finish": self._day(row, "finish"),
        }
        filled = {field: value for field, value in values.items() if value}
        self.reading.entries.append(
            Entry(
                self.file,
                row.number,
                name_key(name),
                filled,
                frozenset(key for _, key in phones),
                frozenset(key for _, key in emails),
            )
        )

    def _is_heading(self, row: Row, name: str) -> bool:
        """A row that says one thing only, and that is a department."""
        texts = set(row.filled())
        if len(texts) != 1:
            return False
        text = _heading(texts.pop())
        if known_department(text):
            return True
        if _NO_HEADING.search(text.lower()) or "@" in text or len(text) > 40:
            return False
        if not re.search(r"[^\W\d_]", text) or len(re.findall(r"\d", text)) > 3:
            return False
        return not name or (text.isupper() and not self.shouting)

    def _close_heading(self) -> None:
        number, text = self.heading
        if number and not any(e.row > number and e.file == self.file for e in
                              self.reading.entries[-1:]):  # fmt: skip
            self._say(number, "", text, "nobody is listed under this; passed over.")

    # ---- values -----------------------------------------------------------------------------

    def _written_name(self, row: Row) -> str:
        layout = self.layout
        first, last = layout.text(row, "first"), layout.text(row, "last")
        name = layout.text(row, "name")
        if "first" not in layout.columns and last and name:  # headed Name and Surname
            return _spaced(name if name_key(name).endswith(name_key(last)) else f"{name} {last}")
        return _spaced(f"{first} {last}" if first or last else name)

    def _name(self, row: Row, name: str) -> str:
        if not _comma(name):
            return name
        if self.last_first:
            last, first = name.split(",")
            return _spaced(f"{first} {last}")
        self._say(row.number, "name", name, "is this Last, First? Kept as written.", "doubt")
        return name

    def _department(self, row: Row) -> str:
        own = _heading(self.layout.text(row, "department"))
        if own and folded(own) not in _NOTHING:
            self.carried = own
            return own
        return self.carried if self.carries and self.carried else self.heading[1]

    def _phones(self, row: Row) -> list[tuple[str, str]]:
        cells = self.layout.texts(row, "phone")
        if self.mixed:
            cells = [_ADDRESSES.sub(" ", cell) for cell in cells]
            cells = [cell for cell in cells if re.search(r"\d", cell)]
        written = [p for cell in cells for p in split_phones(cell)]
        written = [p for p in written if folded(p) not in _VACANT]
        read = [read_phone(text, self.reading.region) for text in written]
        for text, phone in zip(written, read, strict=True):
            if not phone.good:
                reason = "not a phone number that can be dialled; kept as written."
                self._say(row.number, "phone", text, reason, "doubt")
        ordered = sorted(read, key=lambda phone: not phone.good)
        for phone in ordered[1:]:
            if phone.key != ordered[0].key:
                self._say(
                    row.number, "phone", phone.text, "a second number; there is room for one."
                )
        return [(phone.text, phone.key) for phone in ordered]

    def _emails(self, row: Row) -> list[tuple[str, str]]:
        cells = self.layout.texts(row, "email")
        if self.mixed:
            cells = [found for cell in cells for found in _ADDRESSES.findall(cell)]
        written = [e for cell in cells for e in split_emails(cell)]
        read = [read_email(text) for text in written if folded(text) not in _VACANT]
        for address in read:
            if not address.good:
                reason = "not an e-mail address that mail can reach; kept as written."
                self._say(row.number, "e-mail", address.text, reason, "doubt")
        ordered = sorted(read, key=lambda address: not address.good)
        for address in ordered[1:]:
            if address.key != ordered[0].key:
                reason = "a second address; there is room for one."
                self._say(row.number, "e-mail", address.text, reason)
        return [(address.text, address.key) for address in ordered]

    def _order(self) -> Order:
        meanings = ("start", "finish")
        cells = [cell for row in self.layout.body for m in meanings for cell in self._cells(row, m)]
        order = order_of(cells, month_first=self.reading.month_first)
        open_ = [said(cell) for cell in cells if ambiguous(cell)]
        if open_ and order.known:
            self.reading.read_as.append(f"dates as {order}, as those show that are past the 12th")
        elif open_:
            reason = (
                f"{len(open_)} of the dates can be read two ways, as this one; read as {order}."
            )
            self._say(0, "starts", min(open_), reason, "doubt")
        return order

    def _day(self, row: Row, meaning: str) -> date | None:
        for cell in self._cells(row, meaning):
            day = read_day(cell, self.order)
            if day is None:
                reason = "not a whole date; left blank. Write it as in 2026-07-13."
                self._say(row.number, NAMES[meaning], said(cell), reason, "error")
            return day
        return None

    def _cells(self, row: Row, meaning: str) -> Iterable[str | date]:
        for at in self.layout.columns.get(meaning, ()):
            if at < len(row.cells) and folded(row.text(at)) not in _NOTHING:
                yield row.cells[at]

    def _say(
        self, row: int, column: str, value: str, reason: str, severity: Severity = "note"
    ) -> None:
        self.reading.say(row, column, value, reason, severity, file=self.file)


def same(region: str, field: str, value: Any) -> Any:
    """What two values of a person's field are compared by."""
    match field:
        case "department":
            return department_key(value)
        case "phone":
            return phone_key(read_phone(value, region).text)
        case "email":
            return value.casefold()
        case "start" | "finish":
            return value
    return name_key(value)


def _line(text: str) -> str:
    return "" if folded(text) in _NOTHING else _spaced(text)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _heading(text: str) -> str:
    return _spaced(text).rstrip(":").rstrip()


def _comma(name: str) -> bool:
    """Whether it is written Last, First, and not with a suffix or letters after the name."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) != 2 or not all(parts):
        return False
    letters = parts[1].replace(".", "")
    if letters.casefold() in _SUFFIXES:
        return False
    return not (letters.isupper() and len(letters) <= 5 and not parts[0].isupper())

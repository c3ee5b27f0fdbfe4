"""Any kind as a table for CSV and XLSX: what each meaning puts in a spreadsheet's cells.

Dates are dates, amounts are numbers, and no text can ever be taken for a formula.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from data.errors import BadInput, OfficeError
from data.fields import Link, Meal, Meaning, Money
from data.kind import Kind
from data.record import Record
from data.walltime import clock_text

R = TypeVar("R", bound=Record)

Cell = str | int | Decimal | Fraction | date | datetime | None
"""What a spreadsheet holds; None is an empty cell."""
Resolve = Callable[[str, str], str]
"""(kind, id) -> the words for that record, as in a person's name; the id itself if it dangles."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How this show says what is no plain text: its links, its clock and its zone."""

    resolve: Resolve
    clock: str = "24"
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    style: str = "@"
    """The spreadsheet's number format; @ is text."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet to be written: its name, its columns, and rows as wide as they."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the columns that a field takes up; most take one."""

    cell: Callable[[Any, Meaning, Spelling], Cell]
    style: str = "@"
    suffix: str = ""


def _same(value: Any, *_: object) -> Cell:
    return value  # type: ignore[no-any-return]


def _flag(value: bool, *_: object) -> Cell:
    return "yes" if value else "no"


def _walltime(value: int, _: Meaning, spelling: Spelling) -> Cell:
    return clock_text(value, spelling.clock)


def _moment(value: datetime, _: Meaning, spelling: Spelling) -> Cell:
    return value.astimezone(spelling.zone).replace(tzinfo=None)


def _meal(value: Meal, _: Meaning, spelling: Spelling) -> Cell:
    return " - ".join(clock_text(minutes, spelling.clock) for minutes in (value.out, value.back))


def _link(value: str, meaning: Meaning, spelling: Spelling) -> Cell:
    assert isinstance(meaning, Link)
    return spelling.resolve(meaning.kind, value)


def _words(value: frozenset[str], *_: object) -> Cell:
    return ", ".join(sorted(value, key=lambda w: [(not d.isdigit(), int(d) if d.isdigit() else 0, d)
                                                  for d in re.findall(r"\d+|\D+", w)]))  # fmt: skip


def _eighths(value: int, *_: object) -> Cell:
    return Fraction(value, 8)


def _photos(value: frozenset[str], *_: object) -> Cell:
    return len(value)


def _amount(value: Money, *_: object) -> Cell:
    return value.amount


def _currency(value: Money, *_: object) -> Cell:
    return value.currency


def _tax(value: Money, *_: object) -> Cell:
    return value.tax


SPREAD: dict[str, tuple[_Part, ...]] = {
    "line": (_Part(_same),),
    "prose": (_Part(_same),),
    "phone": (_Part(_same),),
    "email": (_Part(_same),),
    "choice": (_Part(_same),),
    "count": (_Part(_same, "0"),),
    "minutes": (_Part(_same, "0", " (minutes)"),),
    "walltime": (_Part(_walltime),),
    "eighths": (_Part(_eighths, "# ?/8"),),
    "flag": (_Part(_flag),),
    "day": (_Part(_same, "yyyy-mm-dd"),),
    "moment": (_Part(_moment, "yyyy-mm-dd hh:mm"),),
    "link": (_Part(_link),),
    "photos": (_Part(_photos, "0"),),
    "words": (_Part(_words),),
    "looks": (_Part(_photos, "0"),),
    "pages": (_Part(_same),),
    "money": (
        _Part(_amount, "#,##0.00"),
        _Part(_currency, "@", " currency"),
        _Part(_tax, "#,##0.00", " tax"),
    ),
    "meal": (_Part(_meal),),
}
"""Meaning -> the columns it takes up. A meaning that is not here cannot be exported."""


def table_of(
    kind: Kind[R],
    records: Iterable[R],
    resolve: Resolve,
    *,
    clock: str = "24",
    zone: tzinfo = UTC,
) -> Table:
    """Every field of the kind, those its lists show first, in the words of this show."""
    spelling = Spelling(resolve, clock, zone)
    names = dict.fromkeys((*kind.columns, *kind.meanings))
    parts = [(n, kind.meanings[n], part) for n in names for part in SPREAD[kind.meanings[n].name]]
    return Table(
        kind.plural,
        tuple(Column(kind.label(n) + part.suffix, part.style) for n, _, part in parts),
        tuple(
            tuple(
                None
                if (value := getattr(record, n)) is None
                else part.cell(value, meaning, spelling)
                for n, meaning, part in parts
            )
            for record in records
        ),
    )


def to_csv(
    kind: Kind[R],
    records: Iterable[R],
    resolve: Resolve,
    *,
    clock: str = "24",
    zone: tzinfo = UTC,
) -> bytes:
    """CSV that spreadsheet programs open as it is meant: UTF-8 with a mark, commas, CRLF."""
    return csv_of(table_of(kind, records, resolve, clock=clock, zone=zone))


def csv_of(table: Table) -> bytes:
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow([harmless(column.title) for column in table.columns])
    for row in table.rows:
        lines.writerow([cell_text(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def to_xlsx(tables: Iterable[Table]) -> bytes:
    """A workbook with a sheet for each table. OfficeError where Excel files cannot be written."""
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter
    except ImportError as error:
        raise OfficeError(
            "This device cannot write Excel files. Export as CSV, or export at the office.",
            code="no-xlsx",
        ) from error

    book, bold = Workbook(write_only=True), Font(bold=True)
    titles: set[str] = set()
    for table in tables:
        sheet = book.create_sheet(_sheet_title(table.title, titles))
        sheet.freeze_panes = "A2"
        for at, column in enumerate(table.columns):
            longest = max((len(cell_text(row[at])) for row in table.rows[:200]), default=0)
            width = min(max(longest, len(column.title)) + 2, 60)
            sheet.column_dimensions[get_column_letter(at + 1)].width = width
        if table.columns and table.rows:
            last = get_column_letter(len(table.columns))
            sheet.auto_filter.ref = f"A1:{last}{len(table.rows) + 1}"

        sheet.append([_xlsx_cell(sheet, column.title, "@", bold) for column in table.columns])
        for row in table.rows:
            sheet.append(
                [_xlsx_cell(sheet, v, c.style) for v, c in zip(row, table.columns, strict=True)]
            )
    if not titles:
        book.create_sheet("Empty")
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book.save(out)
    return out.getvalue()


def cell_text(cell: Cell) -> str:
    """A cell as CSV text."""
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case datetime():
            return cell.isoformat(" ", "minutes")
        case Fraction():
            # "7/8" alone would be opened as the seventh of August
            text = eighths_text(int(cell * 8))
            return f"0 {text}" if "/" in text and " " not in text else text
    return str(cell)


_FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")
_PHONE = re.compile(r"\+\d{1,3} [\d -]+( ext\. \d+)?")


def harmless(text: str) -> str:
    """Text that a spreadsheet could take for a formula, behind an apostrophe.

    A phone number in its international form cannot be computed and stays as it is.
    """
    return f"'{text}" if _FORMULA.match(text) and not _PHONE.fullmatch(text) else text


def eighths_text(eighths: int) -> str:
    """19 is `2 3/8`."""
    pages, rest = divmod(eighths, 8)
    if not rest:
        return str(pages)
    return f"{pages} {rest}/8" if pages else f"{rest}/8"


def read_eighths(text: str, *, field: str = "pages") -> int:
    """Eighths from `2 3/8`, `2-3/8`, `7/8`, `1`, `2.375`, `1 ½`; BadInput with how to write it."""
    plain = "".join(f" {_VULGAR[c]}" if c in _VULGAR else c for c in text).strip()
    found = re.fullmatch(r"(?:(\d{1,4})(?:\s+|\s*-\s*)?)??(?:(\d{1,3})\s*/\s*(\d))?", plain)
    decimal = re.fullmatch(r"\d{0,4}[.,]\d{1,6}", plain)
    if decimal and len(plain) > 1:
        pages = Fraction(plain.replace(",", "."))
    elif plain and found and found[3] != "0":
        part = Fraction(int(found[2]), int(found[3])) if found[2] else Fraction(0)
        pages = int(found[1] or 0) + part
        if found[1] and part >= 1:
            pages = Fraction(1, 3)  # 2 9/8 is a slip of the pen, not 3 1/8
    else:
        pages = Fraction(1, 3)
    if pages.denominator not in (1, 2, 4, 8) or pages * 8 >= 100_000:
        raise BadInput(f"{text!r} is no page count. Write it as in 2 3/8.", field=field)
    return int(pages * 8)


_VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}
_NOT_IN_XLSX = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _xlsx_cell(sheet: Any, value: Cell, style: str, font: Any = None) -> Any:
    from openpyxl.cell import WriteOnlyCell

    made = WriteOnlyCell(sheet, _xlsx_value(value))
    if isinstance(value, str):
        made.data_type = "s"  # openpyxl would make a formula of what begins with =
    made.number_format = style
    if font is not None:
        made.font = font
    return made


def _xlsx_value(value: Cell) -> Any:
    if isinstance(value, str):
        return _NOT_IN_XLSX.sub("", value)[:32_767]  # the most that Excel takes in a cell
    return float(value) if isinstance(value, Fraction) else value


def _sheet_title(title: str, taken: set[str]) -> str:
    """A name Excel allows, and unlike the others."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip(" '")[:31] or "Sheet"
    name, n = plain, 2
    while name.casefold() in taken:
        name, n = f"{plain[:27]} ({n})", n + 1
    taken.add(name.casefold())
    return name

"""Rows out of a CSV or XLSX file, whatever program saved it.

A row keeps the number it has in the person's own spreadsheet, so that a problem can name it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import struct
import unicodedata
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from data.errors import BadInput, OfficeError

Cell = str | date
"""A cell's text, tidied; or a date where the spreadsheet itself knows that it is one."""

MOST_BYTES = 200 * 2**20
MOST_ROWS = 50_000

_NOT_A_SHEET = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls), or one locked with a password"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a text document"),
    (b"<html", "a web page"),
    (b"<!doctype", "a web page"),
    (b"<?xml", "an XML file"),
)
_IN_A_ZIP = (
    ("xl/workbook.bin", "a binary Excel file (.xlsb)"),
    ("word/document.xml", "a Word document"),
    ("content.xml", "an OpenDocument file"),
    ("Index/Document.iwa", "a Numbers or Pages file"),
)
# What files cut short or changed have been seen to raise out of the two libraries.
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError,
               RuntimeError, LookupError)  # fmt: skip
_BROKEN_BOOK = (*_BROKEN_ZIP, TypeError, AttributeError, SyntaxError, AssertionError)
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200e\u200f\u2060\ufeff"), None)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1c\x1e\x1f]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row with something in it; `number` is the one the spreadsheet shows beside it."""

    number: int
    cells: tuple[Cell, ...]

    def text(self, column: int) -> str:
        return said(self.cells[column]) if column < len(self.cells) else ""

    def filled(self) -> list[str]:
        return [said(cell) for cell in self.cells if cell != ""]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet; `read_as` says how the bytes were understood."""

    title: str
    rows: tuple[Row, ...]
    read_as: str


def said(cell: Cell) -> str:
    """A cell in words, for a person."""
    return cell.isoformat() if isinstance(cell, date) else cell


def read_sheets(name: str, content: bytes) -> tuple[Sheet, ...]:
    """The visible sheets that have any rows, or BadInput that says what the file is instead."""
    if not content.strip():
        raise BadInput(f"{name} is empty. Choose the file that has the list in it.")
    if content[:4] == b"PK\x03\x04":
        sheets = _workbook(name, content)
    else:
        start = content[:64].lstrip().lower()
        for magic, what in _NOT_A_SHEET:
            if start.startswith(magic.lower()):
                raise _no_sheet(name, what)
        sheets = [_from_text(name, content)]
    found = tuple(sheet for sheet in sheets if sheet.rows)
    if not found:
        raise BadInput(f"{name} has no rows. Choose the file that has the list in it.")
    return found


def tidy(text: str) -> str:
    """The same text without what nobody sees; a guard against formulas is taken off again."""
    text = unicodedata.normalize("NFC", text.translate(_UNSEEN)).replace("\xa0", " ").strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


# ---- CSV ------------------------------------------------------------------------------------


def _from_text(name: str, content: bytes) -> Sheet:
    text, encoding = _decode(name, content)
    delimiter = ""
    said_so = re.match(r'"?sep=(.)"?\r?\n', text)
    if said_so:  # Excel's own first line; it does not show it, so it is not counted
        delimiter, text = said_so[1], text[said_so.end() :]
    delimiter = delimiter or _delimiter(text)
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = _rows(name, read)
    except csv.Error as error:
        raise _no_sheet(name, "no list that can be read") from error
    for row in rows:
        if any(isinstance(cell, str) and cell.count("\n") > 20 for cell in row.cells):
            raise BadInput(
                f"Row {row.number} of {name} opens a quotation mark that is never closed. "
                "Take it out, then import again."
            )
    between = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    return Sheet("", rows, f"{encoding}, separated by {between.get(delimiter, delimiter)}")


def _decode(name: str, content: bytes) -> tuple[str, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise _no_sheet(name, "no list that can be read") from error
    try:
        text, encoding = content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        windows, mac = content.decode("cp1252", "replace"), content.decode("mac_roman")
        # "Ren\x8ee" is "Renée" from a Mac and "RenŽe" from Windows: the fewer oddities win.
        if _oddities(windows) > _oddities(mac):
            text, encoding = mac, "Mac Roman"
        else:
            text, encoding = windows, "Windows-1252"
    if _CONTROLS.search(text):
        raise _no_sheet(name, "no text")
    return text, encoding


def _oddities(text: str) -> int:
    """Characters past ASCII that are no letters, or capitals right after a small letter."""
    odd = 0
    for before, char in zip(" " + text, text, strict=False):
        if char > "\x7f" and char not in "’‘“”–—•·…\xa0":
            odd += not char.isalpha() or (char.isupper() and before.islower())
    return odd


def _delimiter(text: str) -> str:
    """The one that cuts the most rows into the same, larger number of cells."""
    return max(",;\t|", key=lambda delimiter: _fit(text[:50_000], delimiter))


def _fit(sample: str, delimiter: str) -> int:
    try:
        rows = islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), 200)
        widths = Counter(len(row) for row in rows if len(row) > 1)
    except csv.Error:
        return 0
    return max((count * (width - 1) for width, count in widths.items()), default=0)


# ---- XLSX -----------------------------------------------------------------------------------


def _workbook(name: str, content: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = {item.filename: item.file_size for item in archive.infolist()}
    except _BROKEN_ZIP as error:
        raise _damaged(name) from error
    if "xl/workbook.xml" not in inside:
        what = next((what for path, what in _IN_A_ZIP if path in inside), "a ZIP file")
        raise _no_sheet(name, what)
    if sum(inside.values()) > MOST_BYTES:
        raise BadInput(f"{name} is too large. Save only the sheet with the list.")
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise OfficeError(
            "This device cannot read Excel files. Save the list as CSV, or import it at the "
            "office.",
            code="no-xlsx",
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and pictures, not of cells
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return [
                Sheet(sheet.title, _rows(name, sheet.iter_rows(values_only=True)), "Excel")
                for sheet in book.worksheets
                if sheet.sheet_state == "visible"
            ]
    except OfficeError:
        raise
    except _BROKEN_BOOK as error:
        raise _damaged(name) from error


# ---- both -----------------------------------------------------------------------------------


def _rows(name: str, raw: Iterable[Iterable[Any]]) -> tuple[Row, ...]:
    rows = []
    for number, values in enumerate(raw, 1):
        cells = [_cell(value) for value in values]
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            rows.append(Row(number, tuple(cells)))
        if len(rows) > MOST_ROWS:
            raise BadInput(f"{name} has more than {MOST_ROWS:,} rows. Import it in parts.")
    return tuple(rows)


def _cell(value: Any) -> Cell:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            midnight = value.time() == time(0)
            return value.date() if midnight else value.isoformat(" ", "minutes")
        case date():
            return value
        case time():
            return value.isoformat("minutes")
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
    text = tidy(str(value))
    return "" if re.fullmatch(r"#(N/A|[A-Z/0]+[!?])", text) else text


def _no_sheet(name: str, what: str) -> BadInput:
    return BadInput(
        f"{name} is {what}, not a list in rows. In the spreadsheet program, save it as "
        "XLSX or CSV, then import that."
    )


def _damaged(name: str) -> BadInput:
    return BadInput(
        f"{name} is damaged and cannot be read. Open it in the spreadsheet program, save it "
        "again, then import that."
    )

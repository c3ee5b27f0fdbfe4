"""Which column means what: by the words of a header row, and by content where words are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from data.imports.dates import Order, read_day
from data.imports.keys import folded, squashed
from data.imports.sheets import Row

Vocabulary = Mapping[str, tuple[str, ...]]
"""Meaning -> the words that head it, most usual first."""

_SEARCHED = 40
"""Rows with something in them among which the header may stand."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet as it was understood: where each meaning stands, and the rows below the header."""

    header: int
    """The header's row number; 0 if there is none."""
    columns: Mapping[str, tuple[int, ...]]
    titles: Mapping[int, str]
    body: tuple[Row, ...]
    guessed: frozenset[int] = field(default=frozenset())
    """Columns that were understood by what is in them."""

    def text(self, row: Row, meaning: str) -> str:
        """The first filled cell under the meaning."""
        return next(iter(self.texts(row, meaning)), "")

    def texts(self, row: Row, meaning: str) -> list[str]:
        return [text for at in self.columns.get(meaning, ()) if (text := row.text(at))]

    def title(self, meaning: str) -> str:
        at = self.columns.get(meaning, ())
        return self.titles[at[0]] if at else meaning

    def understood(self, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """(header, what it was taken for), from left to right; `names` say the meanings."""
        found = sorted((at, meaning) for meaning, ats in self.columns.items() for at in ats)
        return tuple(
            (self.titles[at], names[meaning] + (" (by its content)" if at in self.guessed else ""))
            for at, meaning in found
        )

    def passed_over(self) -> list[str]:
        """Headers of columns that have something in them and were not understood."""
        known = {at for ats in self.columns.values() for at in ats}
        used = {at for row in self.body for at, cell in enumerate(row.cells) if cell != ""}
        return [self.titles[at] for at in sorted(used - known)]


def lay_out(
    rows: Sequence[Row], vocabulary: Vocabulary, *, several: Iterable[str] = ()
) -> Layout | None:
    """The layout by the row that has the most header words, at least two; None if no row has.

    Only meanings in `several` may have more than one column: the leftmost column wins.
    """
    exact = {squashed(word): meaning for meaning, words in vocabulary.items() for word in words}
    best, most = None, 1
    for at, row in enumerate(rows[:_SEARCHED]):
        found = {meaning for text in map(row.text, range(len(row.cells)))
                 if (meaning := _meaning(text, exact))}  # fmt: skip
        if len(found) > most:
            best, most = at, len(found)
    if best is None:
        return None
    header = rows[best]
    columns: dict[str, tuple[int, ...]] = {}
    for at in range(len(header.cells)):
        text = header.text(at)
        meaning = _meaning(text, exact) or _loosely(text, exact)
        if meaning and (meaning in several or meaning not in columns):
            columns[meaning] = (*columns.get(meaning, ()), at)
    body = tuple(row for row in rows[best + 1 :] if not _repeats(row, header))
    return Layout(header.number, columns, titles(header, body), body)


def titles(header: Row | None, body: Iterable[Row]) -> dict[int, str]:
    """Every column's header, or its letter where it has none."""
    width = max((len(row.cells) for row in (*body, *([header] if header else []))), default=0)
    return {
        at: (header.text(at) if header else "").replace("\n", " ") or f"column {letter(at)}"
        for at in range(width)
    }


def letter(at: int) -> str:
    """A, B, ... Z, AA: what the spreadsheet calls the column."""
    before, rest = divmod(at, 26)
    return (letter(before - 1) if before else "") + chr(65 + rest)


def looks_like(texts: Iterable[str]) -> str:
    """`email`, `phone`, `contact` (both in one cell), `day`, `number` or `text`, by most cells."""
    kinds: dict[str, int] = {}
    for text in texts:
        kind = _looks(text)
        kinds[kind] = kinds.get(kind, 0) + 1
    if not kinds:
        return ""
    reach = {"email", "phone", "contact"} & kinds.keys()
    if len(reach) > 1 and sum(kinds[kind] for kind in reach) * 10 >= sum(kinds.values()) * 6:
        return "contact"
    top = max(sorted(kinds), key=lambda kind: kinds[kind])
    return top if kinds[top] * 10 >= sum(kinds.values()) * 6 else "text"


def _looks(text: str) -> str:
    if re.fullmatch(r"\S+@\S+\.\S+", text):
        return "email"
    if "@" in text:
        return "contact"
    if read_day(text, Order(True, False)):
        return "day"
    digits = len(re.sub(r"\D", "", text))
    if 7 <= digits <= 16 and digits * 2 >= len(text):
        return "phone"
    return "number" if re.fullmatch(r"[\d\s.,/#-]+", text) else "text"


def _meaning(text: str, exact: Mapping[str, str]) -> str:
    """By the whole header, without what is in brackets, or by one side of a slash."""
    if not text or len(text) > 60:
        return ""
    plain = re.sub(r"\(.*?\)|\[.*?\]", " ", text)
    for candidate in (text, plain, *re.split(r"[/&\n]| and ", plain)):
        if found := exact.get(squashed(candidate)):
            return found
    return ""


def _loosely(text: str, exact: Mapping[str, str]) -> str:
    """By one of a short header's words: `Mobile no. 2`."""
    words = folded(text).split()
    if len(words) > 4:
        return ""
    return next((exact[word] for word in words if word in exact), "")


def _repeats(row: Row, header: Row) -> bool:
    """Lists made for printing head every page again."""
    return row.filled() == header.filled()

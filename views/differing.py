"""A long text beside the one before it: what was put in stands bold and underlined, what was taken
out is struck through. Signs, not colours, so that everybody can tell them apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

import flet as ft

PUT_IN = ft.TextStyle(weight=ft.FontWeight.W_700, decoration=ft.TextDecoration.UNDERLINE)
WORD = r"\s+|[\w:]+|[^\w\s:]+"
TAKEN_OUT = ft.TextStyle(decoration=ft.TextDecoration.LINE_THROUGH)


def changes(before: str, after: str) -> Iterator[tuple[str, str]]:
    """(sign, words): "=" stands in both, "+" was put in, "-" was taken out. Word by word."""
    old, new = (re.findall(WORD, text) for text in (before, after))
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield "=", "".join(new[c:d])
            continue
        if b > a:
            yield "-", "".join(old[a:b])
        if d > c:
            yield "+", "".join(new[c:d])


def differing(before: str | None, after: str) -> ft.Control:
    """The text with what changed in it; without a text before, the text alone."""
    if before is None:
        return ft.Text(after)
    styles = {"=": None, "+": PUT_IN, "-": TAKEN_OUT}
    spans: list[ft.TextSpan] = []
    for sign, words in changes(before, after):
        if spans and sign == "+" and spans[-1].style is TAKEN_OUT:
            spans.append(ft.TextSpan(" "))  # or the two would read as one word
        spans.append(ft.TextSpan(words, style=styles[sign]))
    return ft.Text(spans=spans, semantics_label=after)

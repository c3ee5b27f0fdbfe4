"""The inbox under headings: one for each thing wanted of a person, and a way to see one alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import flet as ft

from views.safe import act
from views.theme import GAP, SMALL, TITLE


@dataclass(frozen=True)
class Section:
    """Cards of one sort under a heading that says what is wanted of the person."""

    name: str
    says: str
    n: int
    cards: Sequence[ft.Control]


def under_headings(
    sections: Sequence[Section], only: str, choose: Callable[[str], None]
) -> list[ft.Control]:
    """Every section under its heading; where there are several, a line that shows one alone."""
    chosen = [section for section in sections if section.name == only] or sections
    controls: list[ft.Control] = []
    if len(sections) > 1:
        everything = Section("", "", sum(section.n for section in sections), ())
        chips = [_chip(each, chosen, sections, choose) for each in (everything, *sections)]
        controls.append(ft.Row(chips, wrap=True, spacing=GAP, run_spacing=GAP))
    for section in chosen:
        controls += [_head(section), *section.cards]
    return controls


def _chip(
    section: Section,
    chosen: Sequence[Section],
    sections: Sequence[Section],
    choose: Callable[[str], None],
) -> ft.Control:
    selected = chosen is sections if not section.name else [section] == chosen
    label = ft.Text(f"{section.name or 'All'} {section.n}")
    return ft.Chip(
        label=label,
        selected=selected,
        on_select=act(lambda: choose(section.name)),
        key=section.name,
    )


def _head(section: Section) -> ft.Control:
    return ft.Column(
        [
            ft.Text(section.name, theme_style=TITLE, weight=ft.FontWeight.W_600),
            ft.Text(section.says, theme_style=SMALL),
        ],
        spacing=0,
        key=f"head {section.name}",
    )

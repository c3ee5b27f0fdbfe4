"""Meals served, counted by who ate; beside them vehicles and equipment, to be written in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from views.forms import blocks, cells
from views.forms.sheet import GAP, Sheet
from views.forms.table import Column, Table

MEAL_NAMES = ("Breakfast", "Lunch", "2nd meal")


@dataclass(frozen=True, slots=True)
class MealsServed:
    """How many ate, and what it cost; None is a box to write in."""

    name: str
    served_at: datetime | None = None
    crew: int | None = None
    cast: int | None = None
    background: int | None = None
    cost: Decimal | None = None
    currency: str = ""

    @property
    def total(self) -> int | None:
        """Everyone who ate, once all three have been counted."""
        parts = (self.crew, self.cast, self.background)
        return None if None in parts else sum(part or 0 for part in parts)


def meals_and_vehicles(
    sheet: Sheet, served: Sequence[MealsServed], clock: Callable[[datetime | None], str]
) -> None:
    """Two tables side by side: meals served; vehicles and equipment to write in."""
    high = 16.0
    sheet.need(blocks.TITLE_HEIGHT + 12 + high * 5 + GAP)
    top, split = sheet.y, sheet.inner * 0.56
    blocks.title(sheet, "Meals served", width=split)
    meals = Table(
        sheet,
        (
            Column("Meal", 70, bold=True),
            Column("Served at", 50, "centre"),
            Column("Crew", 40, "right"),
            Column("Cast", 40, "right"),
            Column("Background", 50, "right"),
            Column("Total", 40, "right", bold=True),
            Column("Cost", 70, "right"),
        ),
        row_height=high,
        width=split,
    )
    named = {meal.name: meal for meal in served}
    rows = [named.pop(name, MealsServed(name)) for name in MEAL_NAMES] + list(named.values())
    for meal in rows:
        meals.row(_meal(meal, clock))
    meals.end()
    under = sheet.y
    sheet.y = top
    x = sheet.left + split + GAP
    width = sheet.inner - split - GAP
    blocks.title(sheet, "Vehicles and special equipment", x=x, width=width)
    vehicles = Table(
        sheet,
        (
            Column("Description", 130),
            Column("Out", 36, "centre"),
            Column("In", 36, "centre"),
            Column("Miles", 36, "centre"),
            Column("Driver / remarks", 90),
        ),
        row_height=high,
        x=x,
        width=width,
    )
    vehicles.blanks(len(rows))
    vehicles.end()
    sheet.y = max(under, sheet.y) + GAP


def _meal(meal: MealsServed, clock: Callable[[datetime | None], str]) -> tuple[str, ...]:
    cost = " ".join(filter(None, (meal.currency, cells.money(meal.cost, meal.currency))))
    return (
        meal.name,
        clock(meal.served_at),
        cells.count(meal.crew),
        cells.count(meal.cast),
        cells.count(meal.background),
        cells.count(meal.total),
        cost if meal.cost is not None else "",
    )

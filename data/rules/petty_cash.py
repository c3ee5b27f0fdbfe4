"""What an office warns of and asks for in petty cash: its limits, as data it may change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Amounts are in the show's currency; a flag warns, it never blocks."""

    po_above: Decimal = Decimal(500)
    """A slip over it wants a purchase order."""
    nearly_spent: Decimal = Decimal("0.10")
    """Of the float: less left than this part is nearly nothing."""
    two_approve_above: Decimal = Decimal(2500)
    """An envelope over it is audited by one person and approved by another."""
    off_by: Decimal = Decimal("0.00")
    """Cash over or short by more wants an explanation before the envelope is handed in."""
    look_days: int = 60
    """Photos of slips this many days around are compared with a new one."""
    dark_below: int = 90
    """Of 255: the paper of a photo that is too dark to read."""
    sharp_above: float = 0.25
    """Of black on white: the step from one pixel to the next that print still has."""


LIMITS: Final = Limits()

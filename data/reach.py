"""Whom a kind's records concern, told by the kind: its row of the matrix, and whose they are.

A path names a field ("custodian"), a field of the record behind a link ("envelope.custodian"), the
record itself ("@id", of a person), or who wrote it first ("@author"). Of several paths the first
that says something counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reach:
    """`row` of the matrix (data/matrix.py), and in it `part`. Without a row: the office only."""

    row: str = ""
    part: str = ""
    part_field: str = ""
    """The field that says the part, where records of one kind belong to several."""
    owner: tuple[str, ...] = ()
    """Paths to the person the record is about."""
    department: tuple[str, ...] = ()
    """Paths to the department; where none says one, the owner's."""
    unit: tuple[str, ...] = ()
    """Likewise the unit; nothing there means every unit."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """By field that links to a record: the row this one belongs to where that field is filled."""
    one_each: bool = False
    """There is one such record a person, at its natural id and nowhere else."""
    draft: str = ""
    """The field whose "draft" is all that some roles may write."""
    amount: str = ""
    """The field that a limit of money is held against."""
    veiled: tuple[str, ...] = ()
    """Fields covered on a screen until somebody asks to see them, which is noted."""


OFFICE_ONLY = Reach()

"""A form as the office knows it: its name, what it is about, and the paper it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from data.desk import Desk
from data.errors import BadInput


@dataclass(frozen=True, slots=True)
class Paper:
    """A finished file and the name it should have."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A form by its name; `about` is the kind of record that it is filled from."""

    name: str
    title: str
    about: Literal["day", "envelope", "show"]
    make: Callable[[Desk, str], Paper]
    blank: Callable[[Desk], Paper] | None = None

    def make_blank(self, desk: Desk) -> Paper:
        if self.blank is None:
            raise BadInput(f"{self.title} has no blank.")
        return self.blank(desk)

"""A form as the office knows it: its name, what it is about, and the paper it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from data.desk import Desk
from data.errors import BadInput


@dataclass(frozen=True, slots=True)
class Paper:
    """What a form says by now, and the name of its file. `draw` needs the desk no more and may
    take minutes of a thick envelope's photos: a screen has it drawn beside its work."""

    file_name: str
    draw: Callable[[], bytes]

    @property
    def content(self) -> bytes:
        return self.draw()


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

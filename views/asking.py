"""What only the office knows: the edits of a record that are no longer, or never were, here."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import flet as ft

from data.edit import Edit
from data.errors import NoOffice, NotFound, OfficeError
from sync.link import Link
from views.context import use_place, use_state
from views.safe import UNEXPECTED

log = logging.getLogger("callboard.views")

OFFLINE = (
    "Older history is at the office, which cannot be reached now. It comes when this device meets "
    "the office again and you open this once more."
)


@dataclass(frozen=True)
class Told:
    """By record, the edits that the office sent; `words` say why there are none yet."""

    edits: Mapping[str, list[Edit]] = field(default_factory=dict)
    words: str = ""


def use_told(record_ids: Sequence[str]) -> Told:
    """Asks the office for the history of these records, once for each set of them. At the office
    itself there is nobody to ask, and nothing to ask for."""
    link = use_place().link
    told, set_told = use_state(Told())

    async def ask() -> None:
        if not record_ids or link is None:
            return
        set_told(Told(told.edits, "Asking the office for older history..."))
        found: dict[str, list[Edit]] = {}
        try:
            for record_id in record_ids:
                found[record_id] = await _told(link, record_id)
        except NoOffice:
            set_told(Told(found, OFFLINE))
        except OfficeError as error:
            set_told(Told(found, error.sentence))
        except Exception:
            log.exception("asking the office for history")
            set_told(Told(found, UNEXPECTED))
        else:
            set_told(Told(found))

    ft.use_effect(ask, [",".join(record_ids)])
    return told


async def _told(link: Link, record_id: str) -> list[Edit]:
    """The office's edits of a record; none where it has not heard of the record yet."""
    try:
        return await link.history(record_id)
    except NotFound:
        return []

"""What every form needs from the records: the show, the day's head, and the file's name."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import cast

from data.desk import Desk
from data.kinds.calls import shoot_days
from data.kinds.people import called
from data.kinds.production import show_of, zone
from data.kinds.schedule import ShootDay
from data.rules.hours import ClockStyle
from data.walltime import instant
from views.forms.head import Head, Show


def show_facts(desk: Desk) -> Show:
    """The production as it stands at the head of every form."""
    show = show_of(desk)
    return Show(
        title=show.title,
        company=show.company,
        number=show.number,
        zone=show.zone,
        paper="a4" if show.paper == "a4" else "letter",
        clock=cast(ClockStyle, show.clock),
    )


def head_facts(desk: Desk, day: ShootDay | None = None, *, form_no: str = "") -> Head:
    """The head of one form made now by the person at this desk."""
    head = Head(
        form_no=form_no,
        prepared_by=called(desk, desk.user),
        generated_at=desk.now(),
        confidentiality="amber",
    )
    if day is None:
        return head
    last = max((d.number for d in shoot_days(desk, day.unit)), default=0)
    return Head(
        form_no=form_no,
        day=day.date,
        day_number=day.number or None,
        day_count=last or None,
        unit=day.unit,
        prepared_by=called(desk, desk.user),
        generated_at=desk.now(),
        confidentiality="amber",
    )


def at(desk: Desk, day: ShootDay, minutes: int | None) -> datetime | None:
    """A wall time of the day as an instant."""
    return None if minutes is None else instant(day.date, minutes, zone(desk))


def file_name(*parts: object, suffix: str) -> str:
    """A name that every file system takes, and that sorts: no accents, no spaces."""
    text = unicodedata.normalize("NFKD", "-".join(str(part) for part in parts))
    plain = text.translate(str.maketrans("ŁłØøĐđ", "LlOoDd")).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.-]+", "-", plain).strip("-").lower() + suffix

"""Deal memos: what somebody is paid, in a record of its own that few devices hold."""

from __future__ import annotations

from typing import Annotated

from data.desk import Desk
from data.errors import Refused
from data.fields import Cash, Count, Day, Flag, Label, Line, Prose, one_of
from data.kind import Kind
from data.kinds.people import PersonId
from data.reach import Reach
from data.record import Record

STEPS = ("draft", "approved", "signed")
PLACES = ("studio", "distant", "local")
HIRES = ("daily", "weekly", "on_call", "flat", "intern")


class Deal(Record):
    """A crew deal memo. A person may have several, one after another; rates are before tax."""

    person: PersonId
    status: Annotated[str, one_of(*STEPS)] = "draft"
    # the job
    position: Line = ""
    occupation_code: Annotated[Line, Label("Occupation code")] = ""
    hire: Annotated[str, one_of(*HIRES), Label("Hired")] = "weekly"
    start: Annotated[Day | None, Label("Starts")] = None
    finish: Annotated[Day | None, Label("Estimated finish")] = None
    location: Annotated[str, one_of(*PLACES), Label("Studio or distant")] = "local"
    days_a_week: Annotated[Count, Label("Days a week")] = 5
    # the money
    hourly: Annotated[Cash | None, Label("Hourly rate")] = None
    rate: Annotated[Cash | None, Label("Rate")] = None
    rate_for: Annotated[str, one_of("day", "week", "show"), Label("Rate for a")] = "day"
    guaranteed_hours: Annotated[Count, Label("Guaranteed hours")] = 0
    overtime: Annotated[Line, Label("Overtime basis")] = ""
    prep_rate: Annotated[Cash | None, Label("Prep rate")] = None
    wrap_rate: Annotated[Cash | None, Label("Wrap rate")] = None
    sixth_day: Annotated[Cash | None, Label("Sixth day")] = None
    seventh_day: Annotated[Cash | None, Label("Seventh day")] = None
    idle_day: Annotated[Cash | None, Label("Idle day")] = None
    travel_day: Annotated[Cash | None, Label("Travel day")] = None
    kit: Annotated[Cash | None, Label("Kit or box rental")] = None
    kit_for: Annotated[str, one_of("day", "week"), Label("Kit rental for a")] = "day"
    kit_cap: Annotated[Cash | None, Label("Kit rental cap")] = None
    kit_taxable: Annotated[Flag, Label("Kit rental is taxed")] = False
    phone: Annotated[Cash | None, Label("Phone allowance")] = None
    vehicle: Annotated[Cash | None, Label("Vehicle allowance")] = None
    per_diem: Annotated[Cash | None, Label("Per diem")] = None
    hold_fee: Annotated[Cash | None, Label("Hold or kill fee")] = None
    code: Annotated[Line, Label("Account code")] = ""
    kit_code: Annotated[Line, Label("Account code of the kit")] = ""
    # the terms
    travel: Annotated[Line, Label("Travel and lodging")] = ""
    credit: Annotated[Line, Label("Credit wording")] = ""
    notice: Annotated[Line, Label("Notice")] = ""
    terms: Prose = ""
    agent: Line = ""


DEAL = Kind(
    name="deal",
    model=Deal,
    title="Deal memo",
    plural="Deal memos",
    nature="shared",
    columns=("person", "position", "hire", "status", "start"),
    indexed=("person",),
    confidentiality="red",
    search=("position", "code"),
    reach=Reach(
        "rates",
        owner=("person",),
        draft="status",
        veiled=(
            "hourly",
            "rate",
            "prep_rate",
            "wrap_rate",
            "sixth_day",
            "seventh_day",
            "idle_day",
            "travel_day",
            "kit",
            "kit_cap",
            "phone",
            "vehicle",
            "per_diem",
            "hold_fee",
        ),
    ),
)


def approve(desk: Desk, deal: Deal) -> Deal:
    """The draft stands. Whether the person at this desk may say so, the office judges."""
    if deal.status != "draft":
        raise Refused("This deal is no draft any more. Write a new one.", code="not-a-draft")
    return desk.edit(deal, status="approved")

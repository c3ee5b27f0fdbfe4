"""Paper: every form the office lives by. Each says what is true, then draws it with fpdf2."""

from __future__ import annotations

from data.errors import BadInput
from views.forms import badges, envelope, muster, production_report, signin, spreadsheets
from views.forms.paper import Form

SIGN_IN = Form("sign-in", "Sign-in sheet", "day", signin.make, signin.make_blank)
REPORT_BACK = Form(
    "production-report-back",
    "Production report, back",
    "day",
    production_report.make,
    production_report.make_blank,
)
ENVELOPE_FORM = Form(
    "envelope", "Petty cash envelope", "envelope", envelope.make, envelope.make_blank
)
MUSTER = Form("muster", "Muster list", "day", muster.make)
BADGES = Form("badges", "Badges", "show", badges.make)
TIMES = Form("times", "Times as a spreadsheet", "day", spreadsheets.times)
RECEIPTS = Form("receipts", "Receipts as a spreadsheet", "show", spreadsheets.receipts)

FORMS = (SIGN_IN, REPORT_BACK, MUSTER, BADGES, ENVELOPE_FORM, TIMES, RECEIPTS)


def form_named(name: str) -> Form:
    """The form, or BadInput with the names there are."""
    for form in FORMS:
        if form.name == name:
            return form
    raise BadInput(f"There is no form {name!r}. Choose: {', '.join(f.name for f in FORMS)}.")

"""What a slip is chosen from by a tap: the last shops, what they were for, the envelope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import flet as ft

from data.desk import Desk
from data.kinds.envelopes import ENVELOPE, Envelope, is_open
from data.kinds.floats import balance
from data.kinds.people import PERSON
from data.kinds.production import today
from data.kinds.receipt_list import last_vendors
from data.kinds.receipts import CATEGORIES, RECEIPT, Receipt
from data.kinds.vendors import alike
from views.context import here
from views.drafts import Draft
from views.inputs import choose
from views.parts import note
from views.safe import act
from views.theme import GAP
from views.words import money

FEW = 4
"""As many envelopes stand as chips; of more one is chosen from a list."""
LETTERS = 3
"""Fewer of a vendor's name are like too many."""


def next_receipt(desk: Desk) -> Receipt:
    """Today's, in the envelope asked for, else the one this device logged into last, else one's
    own."""
    open_ones = [e.id for e in desk.all(ENVELOPE) if is_open(e)]
    own = [e.id for e in desk.all(ENVELOPE) if is_open(e) and e.custodian == desk.user]
    mine = [r for r in desk.all(RECEIPT) if r.envelope and desk.author(r.id) == desk.user]
    last = max(mine, key=lambda r: str(r.taken), default=None)
    envelope = here().get("envelope") or (last.envelope if last else None)
    if envelope not in open_ones:
        envelope = next((only[0] for only in (own, open_ones) if len(only) == 1), None)
    return Receipt.model_construct(date=today(desk), envelope=envelope, money=None, vendor="")


def after(slip: Receipt) -> Receipt:
    """The next of a pile: the same envelope, day and purse, and nothing else of the last one."""
    same = {name: getattr(slip, name) for name in ("date", "envelope", "paid_by", "card", "holder")}
    return Receipt.model_construct(**same, money=None, vendor="")


def vendor_chips(desk: Desk, draft: Draft) -> list[ft.Control]:
    """The last five shops; while one is typed, the known ones it may be."""
    slips = desk.all(RECEIPT)
    typed = draft.texts["vendor"].strip()
    if len(typed) < LETTERS:
        return _chips(last_vendors(slips), lambda vendor: draft.put("vendor", vendor))
    meant = alike(typed, (slip.vendor for slip in slips))
    if not meant or any(slip.vendor == typed for slip in slips):
        return []
    return [
        note("Known already, if it is the same shop:", icon=ft.Icons.STOREFRONT_OUTLINED),
        *_chips(meant, lambda vendor: draft.put("vendor", vendor)),
    ]


def category_chips(desk: Desk, draft: Draft) -> list[ft.Control]:
    """What the envelope's custodian buys most stands first."""
    chosen = draft.texts["category"]

    def pick(category: str) -> Callable[[], None]:
        return lambda: draft.put("category", "other" if category == chosen else category)

    chips: list[ft.Control] = [
        ft.Chip(
            label=ft.Text(category),
            key=category,
            selected=category == chosen,
            on_select=act(pick(category)),
        )
        for category in categories_of(desk, draft.texts["envelope"])
    ]
    return [ft.Row(chips, spacing=GAP, scroll=ft.ScrollMode.HIDDEN)]


def categories_of(desk: Desk, envelope_id: str) -> list[str]:
    """All but `other`, those of the custodian's own slips first."""
    envelope = desk.find(ENVELOPE, envelope_id or None)
    custodian = envelope.custodian if envelope else None
    theirs = {e.id for e in desk.all(ENVELOPE) if e.custodian == custodian}
    bought = Counter(r.category for r in desk.all(RECEIPT) if r.envelope in theirs)
    return sorted((c for c in CATEGORIES if c != "other"), key=lambda c: -bought[c])


def envelope_choice(desk: Desk, draft: Draft) -> ft.Control:
    """Those that are open, and the one it is in: a custodian's few by a tap."""
    value = draft.texts["envelope"]
    names: dict[str, str] = {person.id: person.name for person in desk.all(PERSON)}
    found = [e for e in desk.all(ENVELOPE) if is_open(e) or e.id == value]
    if 0 < len(found) <= FEW:
        return _few(desk, draft, sorted(found, key=lambda e: e.number))
    named = sorted(
        (f"{e.number} {names.get(e.custodian, '')}, {money(balance(desk, e))} left", e.id)
        for e in found
    )
    options = [("", "No envelope"), *[(record_id, words) for words, record_id in named]]
    return choose("Envelope", options, value, lambda chosen: draft.put("envelope", chosen))


def _few(desk: Desk, draft: Draft, envelopes: Iterable[Envelope]) -> ft.Control:
    chosen = draft.texts["envelope"]

    def chip(envelope: Envelope) -> ft.Control:
        put = "" if envelope.id == chosen else envelope.id
        return ft.Chip(
            label=ft.Text(f"{envelope.number}: {money(balance(desk, envelope))} left"),
            key=envelope.id,
            selected=envelope.id == chosen,
            on_select=act(lambda: draft.put("envelope", put)),
        )

    return ft.Row([chip(e) for e in envelopes], spacing=GAP, scroll=ft.ScrollMode.HIDDEN)


def _chips(names: Iterable[str], pick: Callable[[str], None]) -> list[ft.Control]:
    def chip(name: str) -> ft.Control:
        return ft.Chip(label=ft.Text(name), key=name, on_click=act(lambda: pick(name)))

    chips = [chip(name) for name in names]
    return [ft.Row(chips, spacing=GAP, scroll=ft.ScrollMode.HIDDEN)] if chips else []

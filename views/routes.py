"""Every screen and its address. The tree is built once, at import."""

from __future__ import annotations

import sys

import flet as ft

from views.context import go
from views.frame import Frame
from views.parts import empty, side_button
from views.records.detail import Detail
from views.records.edit import Edit
from views.records.listing import Listing, Lists
from views.safe import part
from views.screens.attendance import Board
from views.screens.background import Background
from views.screens.backup import Backups
from views.screens.badges import Badges
from views.screens.day import DayEdit
from views.screens.devices import DeviceDetail, Devices
from views.screens.door import PairAgain
from views.screens.envelope import EnvelopeDetail
from views.screens.float_new import FloatNew
from views.screens.gate import Gate
from views.screens.here import Here
from views.screens.inbox import Inbox
from views.screens.kiosk import Kiosk
from views.screens.own import OwnDevice
from views.screens.paper import Paper
from views.screens.people import People, PersonPage
from views.screens.petty_cash import PettyCash
from views.screens.phone import Phone
from views.screens.radar import RadarScreen
from views.screens.receipt import ReceiptDetail, ReceiptEdit
from views.screens.receipt_new import ReceiptNew
from views.screens.receipts import Receipts
from views.screens.record_history import RecordHistory
from views.screens.roles import Roles
from views.screens.scan import Scan
from views.screens.setup import Settings
from views.screens.sync import Sync
from views.screens.today import Today
from views.screens.undo import Undo

if sys.platform == "emscripten":  # no spreadsheets, codes, slips or books there
    from views.screens.at_office import AtOffice as Import
    from views.screens.at_office import AtOffice as PairDevice
    from views.screens.at_office import AtOffice as ReadSlip
    from views.screens.at_office import AtOffice as ReceiptExports
else:
    from views.screens.imports import Import
    from views.screens.pair import PairDevice
    from views.screens.read_slip import ReadSlip
    from views.screens.receipt_exports import ReceiptExports


@part
def NotFound() -> ft.Control:
    return empty("There is no such screen.", side_button("To today", lambda: go("/")))


ROUTES = [
    ft.Route(
        component=Frame,
        outlet=True,
        children=[
            ft.Route(index=True, component=Today),
            ft.Route(path="board", component=Board),
            ft.Route(path="receipts", component=Receipts),
            ft.Route(path="lists", component=Lists),
            ft.Route(path="paper", component=Paper),
        ],
    ),
    ft.Route(path="gate", component=Gate),
    ft.Route(path="scan", component=Scan),
    ft.Route(path="kiosk", component=Kiosk),
    ft.Route(path="background", component=Background),
    ft.Route(path="here", component=Here),
    ft.Route(path="radar", component=RadarScreen),
    ft.Route(path="badges", component=Badges),
    ft.Route(path="day/:id", component=DayEdit),
    ft.Route(path="receipt/new", component=ReceiptNew),
    ft.Route(path="receipt/:id", component=ReceiptDetail),
    ft.Route(path="receipt/:id/edit", component=ReceiptEdit),
    ft.Route(path="receipt/:id/read", component=ReadSlip),
    ft.Route(path="receipt-exports", component=ReceiptExports),
    ft.Route(path="petty-cash", component=PettyCash),
    ft.Route(path="envelope/new", component=FloatNew),
    ft.Route(path="envelope/:id", component=EnvelopeDetail),
    ft.Route(path="list/:kind", component=Listing),
    ft.Route(path="list/:kind/new", component=Edit),
    ft.Route(path="list/:kind/:id", component=Detail),
    ft.Route(path="list/:kind/:id/edit", component=Edit),
    ft.Route(path="import/:what", component=Import),
    ft.Route(path="settings", component=Settings),
    ft.Route(path="backup", component=Backups),
    ft.Route(path="sync", component=Sync),
    ft.Route(path="this-phone", component=Phone),
    ft.Route(path="devices", component=Devices),
    ft.Route(path="devices/:id", component=DeviceDetail),
    ft.Route(path="pair", component=PairDevice),
    ft.Route(path="pair-here", component=PairAgain),
    ft.Route(path="own", component=OwnDevice),
    ft.Route(path="people", component=People),
    ft.Route(path="people/:id", component=PersonPage),
    ft.Route(path="roles", component=Roles),
    ft.Route(path="inbox", component=Inbox),
    ft.Route(path="undo", component=Undo),
    ft.Route(path="history/:kind/:id", component=RecordHistory),
]

"""What stands on a phone where the office has a screen that phones do not carry."""

from __future__ import annotations

import flet as ft

from views.context import go
from views.parts import note, sub_view
from views.safe import screen

HERE = (
    "This is done at the office, on its laptop, under Lists. What is done there reaches this phone "
    "by itself the next time they meet."
)
LIST = "To bring in a crew list or a schedule, send the file to the office. "


@screen
def AtOffice() -> ft.View:
    words = LIST + HERE if "what" in ft.use_route_params() else HERE
    return sub_view("At the office", lambda: go("/lists"), [note(words)])

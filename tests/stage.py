"""A stage: real sessions of the app before an audience that only counts what it is sent.

The connection must encode every message: flet takes the snapshot it compares with while encoding,
and without it nothing is ever drawn again. `session.index` is flet's own book of its controls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import flet as ft
import msgpack  # type: ignore[import-untyped]
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page
from flet.messaging.connection import Connection
from flet.messaging.protocol import (
    Message,
    MessageAction,
    configure_encode_object_for_msgpack,
)
from flet.messaging.session import Session
from flet.pubsub.pubsub_hub import PubSubHub

from data.desk import Desk
from views.app import session
from views.context import Face, Place

FIELDS = ("appbar", "leading", "title", "label", "actions", "content", "controls")
"""Where a control has the controls inside it."""

ENCODE: Any = configure_encode_object_for_msgpack(BaseControl)  # type: ignore[no-untyped-call]

SETTLED = 50
"""Turns of the loop after which everything that was to be drawn is drawn."""


class Audience(Connection):
    """What a browser would be sent."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.pubsubhub = PubSubHub()
        self.page_url = "http://stage/"
        self.loop = asyncio.get_running_loop()
        self.bytes = 0
        self.crashes: list[Any] = []

    def send_message(self, message: Message) -> None:
        if message.action == MessageAction.SESSION_CRASHED:
            self.crashes.append(message.body)
        self.bytes += len(msgpack.packb([message.action, message.body], default=ENCODE))


class Window:
    """One session, opened at an address as a phone opens it."""

    def __init__(self, desk: Desk, route: str, face: Face = "office", **more: Any) -> None:
        """`more`: what else the session's place stands on."""
        self.audience = Audience()
        self.session = Session(self.audience)
        page = self.session.page
        told = {"route": route, "width": 390, "height": 844, "platform": "android", "web": True}
        self.session.apply_page_patch({**told, "pwa": False, "debug": False, "wasm": False})
        _context_page.set(page)
        msgpack.packb(self.session.get_page_patch(), default=ENCODE)  # type: ignore[no-untyped-call]
        page.query()
        session(lambda width: Place(desk, face, width, **more))(page)

    async def go(self, route: str) -> None:
        """As the browser tells it, whoever asked for the address."""
        page = self.session.page
        self.session.apply_page_patch({"route": route})
        await self.fire(page, "route_change", {"route": route})

    async def settle(self) -> None:
        for _ in range(SETTLED):
            await asyncio.sleep(0)
        assert not self.audience.crashes

    def controls(self, kind: type[ft.Control] = ft.Control) -> Iterator[Any]:
        """What is on the screen, from the top: flet's book also has what has gone."""
        page = self.session.page
        yield from _under([page.views, [d for d in page._dialogs.controls if d.open]], kind)

    def texts(self) -> list[str]:
        return [text.value for text in self.controls(ft.Text)]

    def named(self, tooltip: str) -> Any:
        (found,) = (c for c in self.controls() if getattr(c, "tooltip", None) == tooltip)
        return found

    def names(self, beginning: str) -> list[str]:
        """The tooltips on the screen that begin so, from the top."""
        told = (getattr(c, "tooltip", None) for c in self.controls())
        return [t for t in told if isinstance(t, str) and t.startswith(beginning)]

    async def tap(self, tooltip: str) -> None:
        await self.fire(self.named(tooltip), "click")

    async def type(self, label: str, text: str) -> None:
        """Into the one field of this label, as the browser tells it."""
        (field,) = (f for f in self.controls(ft.TextField) if f.label == label)
        self.session.apply_patch(field._i, {"value": text})
        await self.fire(field, "change", text)

    def typed(self, label: str) -> str:
        (field,) = (f for f in self.controls(ft.TextField) if f.label == label)
        return str(field.value)

    async def fire(self, control: Any, event: str, data: Any = None) -> None:
        await self.session.dispatch_event(control._i, event, data)
        await self.settle()


def _under(value: Any, kind: type[ft.Control]) -> Iterator[Any]:
    if isinstance(value, BaseControl):
        if isinstance(value, kind):
            yield value
        fields = ("_b",) if value._c == "C" else FIELDS
        for name in fields:
            yield from _under(getattr(value, name, None), kind)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _under(item, kind)

"""Where a session's components find their desk, and the one place where sessions are crossed.

A commit may come from another session's tap or from the link. Setting state there would schedule
the drawing on the wrong session, so a listener runs in a copy of the context it was made in.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar
from urllib.parse import parse_qsl, urlsplit

import flet as ft

from data.desk import Desk
from data.errors import OfficeError
from data.housekeeping import Keeper
from sync.link import Link, LinkState
from views.adapt import Width
from views.browser import Browser
from views.safe import act
from views.wedge import Wedge

if TYPE_CHECKING:
    from sync.exchange import Office  # a device has no use for these
    from sync.pairing import Pairings

log = logging.getLogger("callboard.views")

Feed = Callable[[Callable[[], None]], Callable[[], None]]
"""Calls what it is given whenever there is news, until what it returns is called."""

Face = Literal["office", "device"]

T = TypeVar("T")


class Phones(Protocol):
    """The office's door for phones, as its screens need it."""

    def origin(self) -> str:
        """Where phones open the app; empty: the door is shut."""

    def steps(self) -> tuple[str, ...]:
        """Where they begin, what they compare, what is amiss."""

    def begins(self) -> tuple[str, ...]:
        """Where a phone gets the show's certificate, the surest first; none: it needs none."""

    def fingerprint(self) -> str:
        """Of the show's own authority, for devices to pin; empty: it has none."""

    def recovery(self) -> str:
        """What a laptop needs that takes this one's place."""


@dataclass(frozen=True, eq=False)
class Place:
    """What the screens of one session stand on."""

    desk: Desk
    face: Face
    width: Width
    link: Link | None = None
    office: Office | None = None
    """At the office: what it knows of its devices, and which office it is."""
    addresses: tuple[str, ...] = ()
    """At the office: where devices reach /v1."""
    phones: Phones | None = None
    """At an office with a door for phones."""
    keeper: Keeper | None = None
    """At the office: what makes the backups."""
    browser: Browser | None = None
    """On a phone: the browser that the app runs in."""
    pairings: Pairings | None = None
    """At the office: codes, and who answered them."""
    wiped: str = ""
    """On a device that was wiped before it was opened: why."""
    invited: str = ""
    """On a device that was opened by an office's picture: the code it held."""
    wedge: Wedge = field(default_factory=Wedge)
    """What hears a scanner that types."""
    paper: tuple[Any, ...] = ()
    """The forms that can be printed, handed in by main (fpdf2 is loaded with the first of them)."""


PLACE: Any = ft.create_context(None)


def use_place() -> Place:
    """The session's place; a component outside of it is a mistake of ours."""
    # flet takes a dialog out and puts it in again when another comes, and its components have lost
    # their contexts then; a session has one place for its whole life.
    kept: Any = ft.use_ref(None)
    place = kept.current = ft.use_context(PLACE) or kept.current
    if place is None:
        raise RuntimeError("this component was drawn outside App")
    assert isinstance(place, Place)
    ft.use_state(place.width)  # held, so that a resized or resumed window draws this again
    return place


def use_desk() -> Desk:
    return use_place().desk


def use_records(*kinds: str) -> int:
    """Draws the component again whenever a record of one of `kinds` was committed."""
    desk = use_desk()
    return use_feed(
        lambda bump: desk.store.listen(
            lambda touched: bump() if any(kind in kinds for kind, _ in touched) else None
        )
    )


def use_said(tell: Callable[[], T], *kinds: str) -> T:
    """What `tell` says of the records; drawn again only when a commit of one of `kinds` makes it
    say something else."""
    store = use_desk().store
    return _use_other(
        tell,
        lambda look: store.listen(
            lambda touched: look() if any(kind in kinds for kind, _ in touched) else None
        ),
    )


def use_link_said(tell: Callable[[], T]) -> T:
    """What `tell` says of the link; drawn again only when it says something else."""
    link = use_place().link
    return _use_other(tell, lambda look: link.listen(lambda _: look()) if link else _no_feed)


def use_link_state() -> LinkState | None:
    """The link's state, drawn again when it changes; None at the office."""
    link = use_place().link
    use_feed(lambda bump: link.listen(lambda _state: bump()) if link else _no_feed, later=True)
    return link.state if link else None


def use_office() -> Office | None:
    """The office's half of the sync, drawn again with every commit: devices tell it things that no
    record holds. None on a device."""
    place = use_place()
    use_feed(lambda bump: place.desk.store.listen(lambda _: bump()) if place.office else _no_feed)
    return place.office


def use_keeper() -> Keeper | None:
    """What makes the backups, drawn again as they go on and as time passes; None on a device."""
    keeper = use_place().keeper
    use_feed(lambda bump: keeper.listen(bump) if keeper else _no_feed)
    return keeper


def use_browser() -> Browser | None:
    """The browser around the app, drawn again when it says something new; None at the office."""
    browser = use_place().browser
    use_feed(lambda bump: browser.listen(bump) if browser else _no_feed)
    return browser


def use_pairings() -> Pairings | None:
    """Who is being paired, drawn again when somebody says a code; None on a device."""
    pairings = use_place().pairings
    use_feed(lambda bump: pairings.listen(bump) if pairings else _no_feed)
    return pairings


def _no_feed() -> None:
    return None


def use_feed(subscribe: Feed, *, later: bool = False) -> int:
    """Draws the component again whenever what `subscribe` is given is called, from any session.

    `subscribe` is called once, when the component is mounted; what it returns ends it. `later`:
    after those that are drawn at once, so that a line that was tapped does not wait for a count.
    """
    count, set_count = ft.use_state(0)
    stop: Any = ft.use_ref(None)

    def start() -> None:
        here, loop = contextvars.copy_context(), asyncio.get_running_loop()

        def draw() -> None:
            try:
                here.copy().run(set_count, lambda n: n + 1)
            except Exception:
                log.info("a closed window no longer listens", exc_info=True)
                end()

        def bump() -> None:
            if later and loop.is_running():
                loop.call_soon_threadsafe(draw)
            else:
                draw()

        stop.current = subscribe(bump)

    def end() -> None:
        if stop.current is not None:
            stop.current()
            stop.current = None

    ft.use_effect(start, [], cleanup=end)
    return int(count)


def use_minutes() -> int:
    """Draws the component again with every minute that passes."""
    count, set_count = ft.use_state(0)
    running: Any = ft.use_ref(None)

    async def tick() -> None:
        while True:
            await asyncio.sleep(60)
            set_count(lambda n: n + 1)

    def start() -> None:
        running.current = asyncio.ensure_future(tick())

    ft.use_effect(start, [], cleanup=lambda: running.current and running.current.cancel())
    return int(count)


Ear = Callable[[Callable[[str], None]], Callable[[], None]]
"""Calls what it is given with each text that comes in, until what it returns is called."""


def use_ear(subscribe: Ear, hear: Callable[[str], Any]) -> None:
    """Hands every text to the latest `hear`, in this session, from wherever it comes."""
    latest: Any = ft.use_ref(None)
    latest.current = hear
    stop: Any = ft.use_ref(None)

    answers: Any = ft.use_ref(lambda: set())

    def start() -> None:
        here = contextvars.copy_context()

        def heard(text: str) -> None:
            answer = act(lambda _: latest.current(text))
            task = here.copy().run(lambda: asyncio.ensure_future(answer(None)))
            answers.current.add(task)  # asyncio drops those that nobody holds
            task.add_done_callback(answers.current.discard)

        stop.current = subscribe(heard)

    ft.use_effect(start, [], cleanup=lambda: stop.current and stop.current())


def _use_other(tell: Callable[[], T], news: Feed) -> T:
    """What `tell` says, drawn again only when it says something else after news."""
    said = tell()
    latest: Any = ft.use_ref(None)
    latest.current = (tell, said)

    def differs() -> bool:
        tell_now, before = latest.current
        try:
            return bool(tell_now() != before)
        except OfficeError:
            return True  # drawn again, and the component's own door says why

    use_feed(lambda bump: news(lambda: bump() if differs() else None))
    return said


def use_state(first: T) -> tuple[T, Callable[[Any], None]]:
    """What this component keeps between drawings, and its setter: a value or a function of it."""
    kept: tuple[T, Callable[[Any], None]] = ft.use_state(first)
    return kept


def use_first(make: Callable[[], T]) -> tuple[T, Callable[[Any], None]]:
    """As `use_state`, with the first value made when the component is first drawn."""
    kept: tuple[T, Callable[[Any], None]] = ft.use_state(make)
    return kept


def use_picker(on_files: Callable[[Any], Any] | None = None) -> ft.FilePicker:
    """The component's own file picker; flet drops services that nobody holds.

    The browser must know at the picker's making that somebody listens: a handler set afterwards
    never hears of a file. So the picker is made with one that asks for today's `on_files`.
    """
    latest: Any = ft.use_ref(None)
    latest.current = on_files

    async def answer(event: Any) -> None:
        if latest.current is not None:
            await latest.current(event)

    held: Any = ft.use_ref(lambda: ft.FilePicker(on_result=answer))
    picker: ft.FilePicker = held.current
    return picker


def go(path: str) -> Awaitable[None]:
    """Opens a screen of this session; return it from a handler, or await it."""
    return ft.context.page.push_route(path)


def here() -> dict[str, str]:
    """The words after the ? of the address."""
    ft.use_route_location()
    # Flet's own page.query knows nothing of the address that a window was opened at.
    return dict(parse_qsl(urlsplit(ft.context.page.route).query))

"""Callboard's composition root and command line; the only file that imports everything.

Without a command it opens the office on this laptop. Exit codes: 0 done, 1 refused (the sentence
on standard error says what to do), 2 the command line was not understood.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from data.desk import Desk
from data.errors import BadInput, Busy, OfficeError
from data.files import DiskFolder
from data.housekeeping import Keeper
from data.kinds import ALL
from data.kinds.lending import LENDING
from data.kinds.own import own_device, writer
from data.lock import WriterLock
from data.stamp import Sources
from data.store import Store
from data.wipe import finish_wipe

if sys.platform != "emscripten":  # the phone's archive has no commands
    from data.backup import begun
    from data.restore import finish
    from views.command_line import commands
    from views.commands import (
        bringing,
        check_all,
        export_records,
        list_backups,
        list_records,
        make_backup,
        print_form,
        put_back,
    )

VERSION = "0.1.0"
PORT = 8321
"""Where the office answers when nothing else is asked for."""


def cli(argv: Sequence[str] | None = None) -> None:
    """The command `callboard`."""
    sys.exit(run(argv))


def run(argv: Sequence[str] | None = None) -> int:
    """Carries out one command line and returns its exit code; no traceback reaches a person."""
    parser = commands(VERSION, PORT, DOES)
    words = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        words.do(words)
    except OfficeError as error:
        print(error.sentence, file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        print(f"{error.filename or 'This machine'}: {error.strerror or error}.", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        print()
    return 0


# ---- the three faces ------------------------------------------------------------------------


def _office(words: argparse.Namespace) -> None:
    _open_office(_home(words, "office"), words, screens=True)


def _hub(words: argparse.Namespace) -> None:
    _open_office(_home(words, "office"), words, screens=False)


def _demo(words: argparse.Namespace) -> None:
    from data.sample import lay_out
    from data.sample.plan import ZONE

    def lay_the_sample(desk: Desk) -> None:
        print("Laying out a sample show around today...", flush=True)
        if words.today is not None:
            desk.store.sources.rehearse(words.today, ZONE)
        lay_out(desk)

    with tempfile.TemporaryDirectory(prefix="callboard-demo-") as folder:
        _open_office(Path(folder), words, screens=True, first=lay_the_sample)


def _open_office(
    home: Path,
    words: argparse.Namespace,
    *,
    screens: bool,
    first: Callable[[Desk], object] | None = None,
) -> None:
    """The office copy and /v1, with its screens beside them or without."""
    from sync.exchange import Office
    from sync.hub import routes
    from sync.pairing import Pairings
    from views.app import session
    from views.context import Place
    from views.phone.serving import PhoneApp
    from views.web import listening, serve, web_app

    finish(home)
    store = Store(home, sources=Sources(), hub=True)
    try:
        office = Office(store, rights=True, strangers=False)
        desk = Desk(store, ALL, user="office")
        if first is not None:
            first(desk)
        if not (screens or store.production):
            raise _none_in(home)
        _rehearse(desk, words.today)
        _say_once(store)
        socket, port = listening(words.port or PORT, or_any=first is not None)
        address = f"http://127.0.0.1:{port}"
        token = f"{store.sources.rng.getrandbits(256):064x}"
        store.lock.write_note(what="office", address=address, token=token)
        pairings = Pairings(desk, office, local=token)
        keeper = Keeper(desk, backups=True)
        v1, phone = routes(office, desk.blobs, pairings), PhoneApp()
        # A show that is thrown away has no phones.
        second = None if first or words.no_lan else _second_door(words, desk, v1, phone, token)
        if second is not None:
            office.door = second.reached
        start = session(
            lambda width: Place(
                desk,
                "office",
                width,
                office=office,
                addresses=(address,),
                phones=second,
                keeper=keeper,
                pairings=pairings,
            )
        )
        beside = [keeper.run] if second is None else [keeper.run, second.run]
        app = web_app(
            start if screens else None,
            routes=[*v1, *phone.routes()],
            port=port,
            beside=lambda: _all_of(beside),
        )
        print(f"Callboard is open at {address}  (Ctrl+C closes it)", flush=True)
        serve(app, socket, open_at="" if words.quiet or not screens else address)
    finally:
        store.close()


def _second_door(
    words: argparse.Namespace, desk: Desk, v1: Sequence[Any], phone: Any, local: str
) -> Any:
    """Phones on the same Wi-Fi come in by it; the screens stay on loopback. Who asks for it on the
    command line is refused where it cannot be opened; to everybody else that is only said."""
    from views.lan.opening import Opening

    def say(word: str) -> None:
        print(word, file=sys.stderr, flush=True)

    def make() -> Any:
        from data.kinds.production import show_of
        from views.lan.addresses import Asked, way_to
        from views.lan.office import SecondDoor, right_now
        from views.lan.published import own_addresses

        asked = Asked(
            port=words.lan_port,
            name=words.lan_name,
            certificate=words.tls_cert,
            key=words.tls_key,
            recovery_code=words.recovery_code,
            new_trust=bool(words.new_trust),
        )
        way, said = way_to(
            desk.store,
            _codes(),
            asked,
            ends=lambda: show_of(desk).ends,
            addresses=own_addresses(),
            now=right_now(),
        )
        door = SecondDoor(way, v1, phone, local=local, say=say)
        print("\n".join([*said, *door.steps()]), flush=True)
        return door

    def code() -> str:
        from views.lan.identity import Keeping

        return Keeping(desk.store, _codes()).code

    opening = Opening(desk.store, make, say, code=code)
    of_it = ("lan", "lan_port", "lan_name", "tls_cert", "tls_key", "recovery_code", "new_trust")
    if any(getattr(words, name) for name in of_it):
        opening.open()
    return opening


def _codes() -> Any:
    """The recovery codes that this laptop knows, beside all productions."""
    from platformdirs import user_data_path

    from views.lan.identity import Codes

    return Codes(user_data_path("Callboard", appauthor=False) / "codes")


async def _all_of(works: Sequence[Callable[[], Coroutine[Any, Any, None]]]) -> None:
    """Side by side, until it is cancelled. The fault of one is heard, and the others go on."""
    await asyncio.gather(*(work() for work in works))


def _device(words: argparse.Namespace) -> None:
    """This machine as a device: its own copy, its own screens, and a link to the office."""
    from sync.link import Link
    from views.app import session
    from views.context import Place
    from views.web import listening, serve, web_app

    home = _home(words, "device")
    wiped = finish_wipe(DiskFolder(home))
    store = Store(home, sources=Sources(), hub=False)
    try:
        desk = Desk(store, ALL, user=words.name)
        _rehearse(desk, words.today)
        address, ways, invited = _ways_of(store, words)
        link = Link(store, desk.blobs, address, called=_own_name(desk), app=VERSION, ways=ways)
        _write_as_who_has_it(desk, words.name)
        socket, port = listening(words.port or PORT + 1, or_any=True)
        own = f"http://127.0.0.1:{port}"

        keeper = Keeper(desk, backups=False)

        async def beside() -> None:
            keeping = asyncio.create_task(keeper.run())
            try:
                await link.run()  # ends only when the office had this device wiped
            finally:
                keeping.cancel()

        start = session(
            lambda width: Place(desk, "device", width, link=link, wiped=wiped, invited=invited)
        )
        app = web_app(start, routes=(), port=port, beside=beside)
        print(f"{words.name} is open at {own}  (Ctrl+C closes it)", flush=True)
        serve(app, socket, open_at="" if words.quiet else own)
    finally:
        store.close()


def _ways_of(store: Store, words: argparse.Namespace) -> tuple[str, Any, str]:
    """The office's address as it was given, the ways there, and the code that came with it."""
    from sync.calls import Timings, over_http
    from sync.ways import Ways

    address, pinned, code = words.hub, "", ""
    trusts: Any = True
    if "#" in words.hub or words.hub.startswith("https:"):
        from views.lan.trusted import office_of, trusting

        address, pinned, code = office_of(words.hub)
        trusts = trusting(store, address, pinned, words.ca)
    timings = Timings()
    ways = Ways(store, address, lambda at: over_http(at, timings, trusts=trusts), timings)
    return address, ways, code


def in_browser() -> None:
    """The device app in a browser: assets/web/worker.js calls this when the store's files are open.

    A refusal is said by the page: there is no screen of ours yet.
    """
    import callboard_js as bridge

    try:
        _phone(bridge)
    except OfficeError as error:
        bridge.tell("refused", error.sentence)


def _phone(bridge: Any) -> None:
    """A device as any other, but that its disk and its way to the office are the browser's."""
    import flet as ft
    from pyodide.ffi import create_proxy, to_js

    from data.browser_disk import BrowserFolder
    from data.codes import invited_by
    from data.kinds.production import PRODUCTION
    from data.packed_blobs import PackedBlobs
    from data.photos import QUALITY, wanted
    from data.reading.looks import Small
    from sync.calls import Timings
    from sync.fetch import over_fetch
    from sync.link import Link
    from sync.ways import Ways
    from views.adapt import Width
    from views.app import session
    from views.browser import Browser
    from views.context import Place
    from views.words import short_day, show_title

    start = json.loads(bridge.start)
    folder = BrowserFolder(
        bridge.disk.slots, lambda wanted, add: bridge.disk.grow(wanted, create_proxy(add))
    )
    wiped = finish_wipe(folder)
    store = Store(Path("/callboard"), sources=Sources(), hub=False, folder=folder)
    desk = Desk(store, ALL, user="Phone", blobs=PackedBlobs(folder, Path("/callboard/photos")))

    async def shrink(photo: bytes) -> bytes | None:
        shrunk = await bridge.shrunk(create_proxy(photo), wanted, QUALITY)
        return None if shrunk is None else bytes(shrunk.to_bytes())

    async def grey(photo: bytes, edge: int) -> Small | None:
        drawn = await bridge.grey(create_proxy(photo), edge)
        return None if drawn is None else Small(drawn[0], drawn[1], bytes(drawn[2].to_bytes()))

    browser = Browser(lambda word, value: bridge.tell(word, to_js(value)), shrink, grey)
    browser.note(lost=start["was"] if not (store.production or wiped) else "")

    def remember(_touched: object = None) -> None:
        """Noted outside of the store, so that a store that was thrown away is missed."""
        if store.production and desk.all(PRODUCTION):
            stop()
            browser.remember(f"{show_title(desk)}, opened on {short_day(desk.now().date())}")

    stop = store.listen(remember)
    remember()
    bridge.heard = create_proxy(browser.heard)
    timings = Timings()
    ways = Ways(store, start["office"], lambda at: over_fetch(at, timings), timings)
    link = Link(store, desk.blobs, start["office"], called=_own_name(desk), app=VERSION, ways=ways)
    _write_as_who_has_it(desk, desk.user)
    browser.came_back = link.try_now
    link.listen(lambda state: browser.remember("") if state.wiped else None)
    keeper = Keeper(desk, backups=False)
    browser.beside = [asyncio.ensure_future(work) for work in (link.run(), keeper.run())]

    def place(width: Width) -> Place:
        invited = invited_by(start["url"])
        return Place(
            desk, "device", width, link=link, browser=browser, wiped=wiped, invited=invited
        )

    ft.run(session(place))


# ---- commands -------------------------------------------------------------------------------


def _import(words: argparse.Namespace) -> None:
    _with_records(words, bringing(words.what, words.file, check=words.check))


def _list(words: argparse.Namespace) -> None:
    with _reading(words) as desk:
        list_records(desk, words.kind, as_json=words.json)


def _export(words: argparse.Namespace) -> None:
    with _reading(words) as desk:
        if words.map or words.ledger:
            from views.export_receipts import export_receipts

            export_receipts(desk, words.kind, words.out, mapping=words.map, ledger_as=words.ledger)
        else:
            export_records(desk, words.kind, words.out)


def _read_receipts(words: argparse.Namespace) -> None:
    from views.reading_slips import read_receipts

    read_receipts(words.folder, today=words.today or date.today(), as_json=words.json)


def _print(words: argparse.Namespace) -> None:
    asked = {name: getattr(words, name) for name in ("day", "unit", "envelope", "blank", "out")}
    with _reading(words) as desk:
        print_form(desk, words.form, **asked)


def _backup(words: argparse.Namespace) -> None:
    make_backup(_begun(words), words.to)


def _restore(words: argparse.Namespace) -> None:
    if words.list:
        list_backups(words.place)
    else:
        put_back(_home(words, "office"), words.place, words.as_of)


def _phone_build(words: argparse.Namespace) -> None:
    from views.phone.command import build_phone

    build_phone(words.out, quiet=words.quiet)


def _bundle_make(words: argparse.Namespace) -> None:
    from sync.by_hand import hand_over, news_for
    from views.commands import handed_over

    if words.device:
        news_for(_begun(words), words.device, words.file)
        print(f"{words.file} is for {words.device} alone. Anybody may carry it.")
        return
    handed_over(words.file, hand_over(_home(words, "device"), words.file))


def _bundle_take(words: argparse.Namespace) -> None:
    from sync.by_hand import is_office, read_letters, to_device, to_office
    from sync.sealing import for_office
    from views.commands import letters_taken

    found = read_letters(words.file)
    meant = any(letter.to == "office" for letter in found)
    if not (meant and is_office(_home(words, "office"))):
        print(to_device(_home(words, "device"), found).words())
        return
    file, found = words.file, for_office(found)
    answers = words.answers or file.with_name(f"{file.stem} answers{file.suffix}")
    letters_taken(len(found), to_office(_begun(words), found, answers), answers)


def _check(words: argparse.Namespace) -> None:
    check_all(_begun(words), words.salvage)


# ---- what they stand on ---------------------------------------------------------------------


@contextmanager
def _reading(words: argparse.Namespace) -> Iterator[Desk]:
    """The production as of its last commit, without the writer's lock."""
    store = Store(_begun(words), sources=Sources(), hub=True, reader=True)
    try:
        desk = Desk(store, ALL, user="reader")
        _rehearse(desk, words.today)
        yield desk
    finally:
        store.close()


def _with_records(words: argparse.Namespace, doing: Callable[[Desk], None]) -> None:
    """Changes records here, or through the office that has them open."""
    from sync.exchange import Office

    home = _begun(words)
    try:
        store = Store(home, sources=Sources(), hub=True, holder="command")
    except Busy:
        note = WriterLock(home).note()
        if not note.get("address"):
            raise
        asyncio.run(_through_office(str(note["address"]), str(note.get("token", "")), doing))
        return
    try:
        if not store.production:
            raise _none_in(home)
        Office(store)  # notes this run: else an office put back to an older copy goes unnoticed
        doing(Desk(store, ALL, user="office"))
    finally:
        store.close()


async def _through_office(address: str, token: str, doing: Callable[[Desk], None]) -> None:
    """The office that is running does the writing; this command is a device for a moment."""
    from sync.errand import with_office

    def verb(store: Store, _link: object) -> None:
        doing(Desk(store, ALL, user="office"))

    await with_office(address, Sources(), verb, token=token)


def _say_once(store: Store) -> None:
    if store.cut_aside is not None:
        print(
            f"The last commit was torn by a crash and is put aside in {store.cut_aside}. "
            "Everything that was said to be saved is here.",
            file=sys.stderr,
        )


def _rehearse(desk: Desk, day: date | None) -> None:
    """`--today`: the clock moves by whole days, once, as soon as the show's zone is known."""
    from data.kinds.production import PRODUCTION, zone

    def shift(_touched: object = None) -> None:
        if day is not None and desk.all(PRODUCTION):
            stop()
            desk.store.sources.rehearse(day, zone(desk))

    stop = desk.store.listen(shift)
    shift()


def _write_as_who_has_it(desk: Desk, otherwise: str) -> None:
    """What is written on a device carries its person: its owner, or who has it of a lent one."""

    def look(touched: frozenset[tuple[str, str]] = frozenset()) -> None:
        if not touched or any(kind == LENDING.name for kind, _ in touched):
            desk.user = writer(desk) or otherwise

    desk.store.listen(look)
    look()


def _own_name(desk: Desk) -> str:
    """What the office calls this device; before it is paired, what it is."""
    own = own_device(desk)
    return own.name if own else desk.user


def _begun(words: argparse.Namespace) -> Path:
    """The office's folder, if there is something in it; a command does not begin one."""
    home = _home(words, "office")
    finish(home)
    if not begun(home):
        raise _none_in(home)
    return home


def _none_in(home: Path) -> BadInput:
    return BadInput(f"There is no production in {home}. Open Callboard once to create it.")


def _home(words: argparse.Namespace, face: str) -> Path:
    """The folder asked for, or one in the user's data folder, as each system has it."""
    if words.home is not None:
        return Path(words.home)
    from platformdirs import user_data_path

    return user_data_path("Callboard", appauthor=False) / face


DOES = {
    "office": _office,
    "demo": _demo,
    "hub": _hub,
    "device": _device,
    "import": _import,
    "list": _list,
    "export": _export,
    "read-receipts": _read_receipts,
    "print": _print,
    "backup": _backup,
    "restore": _restore,
    "bundle make": _bundle_make,
    "bundle take": _bundle_take,
    "phone build": _phone_build,
    "check": _check,
}


if __name__ == "__main__":
    cli()

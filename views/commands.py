"""What the commands do and print, once main.py has read the words and found the production."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from data.backup import back_up
from data.backup_choice import choose
from data.check import check
from data.desk import Desk
from data.errors import BadInput, Damaged
from data.kinds.calls import day_on, units
from data.kinds.envelopes import envelope_named
from data.restore import backups_at, chosen, production_in, restore, said
from data.salvage import salvage
from data.stamp import Sources
from data.store import Store
from data.tables import csv_of, to_xlsx
from sync.exchange import Office
from views.words import count

if TYPE_CHECKING:
    from views.forms.paper import Form


# ---- records ----------------------------------------------------------------------------------


def bringing(what: str, file: Path, *, check: bool) -> Callable[[Desk], None]:
    """What brings the list in `file` to a desk. BadInput: there is no such file."""
    from data.imports.crew import plan_crew
    from data.imports.report import carry_out
    from data.imports.schedule import plan_schedule

    if not file.is_file():
        raise BadInput(f"There is no file {file}.")
    content = file.read_bytes()
    make = plan_crew if what == "crew" else plan_schedule

    def bring(desk: Desk) -> None:
        plan = make(desk, file.name, content)
        print("\n".join(plan.lines()))
        if not check:
            carry_out(desk, plan)

    return bring


def list_records(desk: Desk, name: str, *, as_json: bool) -> None:
    kind = desk.kind_named(name)
    records = desk.all(kind)
    if as_json:
        rows = [record.model_dump(mode="json") for record in records]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    from views.show import shown

    for record in records:
        print("\t".join(shown(desk, kind, name, record) for name in kind.columns))


def export_records(desk: Desk, name: str, out: Path | None) -> None:
    from views.forms.spreadsheets import kind_table

    table = kind_table(desk, desk.kind_named(name))
    out = out or Path(f"{name}.xlsx")
    out.write_bytes(csv_of(table) if out.suffix.lower() == ".csv" else to_xlsx([table]))
    print(out)


def print_form(
    desk: Desk,
    name: str,
    *,
    day: date | None,
    unit: str | None,
    envelope: str | None,
    blank: bool,
    out: Path | None,
) -> None:
    from views.forms import form_named

    form = form_named(name)
    if blank:
        paper = form.make_blank(desk)
    else:
        paper = form.make(desk, _about(desk, form, day, unit, envelope))
    out = out or Path(paper.file_name)
    out.write_bytes(paper.content)
    print(out)


def _about(desk: Desk, form: Form, day: date | None, unit: str | None, envelope: str | None) -> str:
    """The id of the record a form is about, from the words on the command line."""
    if form.about == "envelope":
        return envelope_named(desk, envelope or "").id
    if form.about == "day":
        return day_on(desk, day, unit or units(desk)[0]).id
    return ""


# ---- backups ----------------------------------------------------------------------------------


def make_backup(home: Path, to: Path | None) -> None:
    """A backup now; `to` is where they go from now on."""
    now = datetime.now(UTC)
    if to is not None and not choose(home, to, now=now).apart:
        print(
            f"{to} is on the same disk as the production, and lost with it. Choose a stick, a "
            "share or another disk.",
            file=sys.stderr,
        )
    with Bar("Backing up") as bar:
        made = back_up(home, now=now, progress=bar)
    new = f"{made.copied / 1e6:,.1f} MB of it new"
    print(f"Backed up and read back: {_amount(made.records, made.photos)}, {new}.")
    for words in made.notes:
        print(words)


def list_backups(place: Path) -> None:
    for backup in backups_at(place):
        manifest = backup.manifest
        amount = _amount(manifest.records, manifest.photos)
        print(f"{said(manifest.at)}\t{amount}\t{manifest.title}\t{backup.folder}")


def put_back(home: Path, place: Path, as_of: datetime | None) -> None:
    """The backup in place of what is here, as a new epoch: devices bring what came after it."""
    backup = chosen(backups_at(place), production_in(home) or "", as_of)
    with Bar("Putting back") as bar:
        done = restore(backup, home, now=datetime.now(UTC), renew=renew, progress=bar)
    manifest = done.manifest
    print(
        f"{manifest.title or 'The production'} is back as of {said(manifest.at)}: "
        f"{_amount(manifest.records, done.photos)}. "
        "Devices will bring what they have that is newer when they meet this office."
    )
    if done.aside:
        print(f"What was here before is in {home / done.aside}; its photos stayed where they were.")
    if done.lost:
        print(
            f"{count(len(done.lost), 'photo')} of it could not be read there: "
            f"{', '.join(name[:8] for name in done.lost)}. The devices that took them may have "
            "them still."
        )


def check_all(home: Path, salvage_to: Path | None) -> None:
    """Says what is whole and what is damaged, and writes what can be read into a new folder if one
    is named. Damaged, when all is said: not everything is whole."""
    with Bar("Reading") as bar:
        report = check(home, progress=bar)
    for sentence in report.sentences():
        print(sentence)
    if salvage_to is not None:
        _salvage_all(home, salvage_to)
    if not report.good:
        raise Damaged(f"{count(len(report.damaged), 'thing')} in {home} is not as it was written.")


def _salvage_all(home: Path, into: Path) -> None:
    with Bar("Saving what can be read") as bar:
        saved = salvage(home, into, progress=bar)
    if saved.hub:  # a device offers everything by itself
        store = Store(into, sources=Sources(), hub=True, holder="salvage")
        try:
            renew(store)
        finally:
            store.close()
    amount = f"{_amount(saved.records, saved.photos)}, {count(saved.edits, 'edit')}"
    print(f"Saved in {into}: {amount}. Open it with callboard --home {into}.")
    for sentence in saved.lost:
        print(sentence)


def renew(store: Store) -> None:
    """A new epoch: every device offers this office everything again."""
    Office(store).new_epoch()


def _amount(records: int, photos: int) -> str:
    return f"{count(records, 'record')}, {count(photos, 'photo')}"


# ---- letters by hand --------------------------------------------------------------------------


def handed_over(file: Path, letters: int) -> None:
    print(
        f"{count(letters, 'letter')} in {file}. Anybody may carry it to the office; other devices "
        "of the crew show at once what they may see of it."
    )


def letters_taken(letters: int, taken: int, answers: Path) -> None:
    print(f"{count(taken, 'letter')} taken in. Bring {answers} back to the devices.")
    if taken < letters:
        raise BadInput(
            f"{count(letters - taken, 'letter')} could not be opened: lost devices', or changed."
        )


# ---- words as they are typed -------------------------------------------------------------------


def a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date as in 2026-07-13") from error


def a_moment(text: str) -> datetime:
    """By the clock of this laptop."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no moment as in '2026-11-22 14:00'"
        ) from error


def a_port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 2**16:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port, a number up to 65535")


def an_address(text: str) -> str:
    if urlsplit(text).scheme in ("http", "https") and urlsplit(text).netloc:
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is not an address as in http://127.0.0.1:8321")


# ---- a thing that takes its time --------------------------------------------------------------


class Bar:
    """A bar on the terminal, from the second second on; where nobody looks there is none."""

    WIDTH = 30
    PATIENCE_S = 1.0

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._seen = sys.stderr.isatty()
        self._begun = time.monotonic()
        self._drawn = -1

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._drawn >= 0:
            print("\r" + " " * (len(self._doing) + self.WIDTH + 9), end="\r", file=sys.stderr)

    def __call__(self, share: float) -> None:
        percent = int(share * 100)
        if not self._seen or percent == self._drawn:
            return
        if time.monotonic() - self._begun < self.PATIENCE_S:
            return
        self._drawn = percent
        full = "#" * int(share * self.WIDTH)
        line = f"\r{self._doing} [{full:<{self.WIDTH}}] {percent:3} %"
        print(line, end="", file=sys.stderr, flush=True)

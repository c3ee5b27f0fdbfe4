"""A device as it is on a phone: none of the packages that a browser has no build of.

Run in a process of its own: `python -m tests.browser.bare_device work HOME OFFICE PHOTO OUT` does a
morning's work and meets the office; `... open HOME OFFICE PORT` is the command line's own device.
"""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

BARRED = ("PIL", "cryptography", "orjson", "zeroconf", "openpyxl")


class Bar(MetaPathFinder):
    """Says of the barred packages that they are not installed."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        del path, target  # only the name decides
        if name.partition(".")[0] in BARRED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def work(home: Path, office: str, photo: Path, out: Path) -> dict[str, str]:
    """Gets the show, checks in, logs a slip, prints, and brings it all to the office."""
    from data.desk import Desk
    from data.fields import Money
    from data.kinds import ALL
    from data.kinds.attendance import check_in
    from data.kinds.calls import shoot_days
    from data.kinds.floats import issue_float
    from data.kinds.own import writer
    from data.kinds.people import PERSON
    from data.kinds.production import show_of
    from data.kinds.receipts import Receipt, log_receipt
    from data.stamp import Sources
    from data.store import Store
    from sync.link import Link
    from views.forms import ENVELOPE_FORM, REPORT_BACK, SIGN_IN, TIMES

    store = Store(home, sources=Sources(), hub=False)
    try:
        desk = Desk(store, ALL, user="Bare tablet")
        link = Link(store, desk.blobs, office, called="Bare tablet")
        asyncio.run(link.sync_once())
        desk.user = writer(desk)
        day = shoot_days(desk)[0]
        person = desk.all(PERSON)[0]
        check_in(desk, day, person, how="call")
        envelope = issue_float(desk, person, Money.model_validate({"a": "200", "c": "USD"}))
        spent = Money.model_validate({"a": "12.50", "c": "USD"})
        slip = Receipt(date=day.date, vendor="Ferry Hardware", money=spent, envelope=envelope.id)
        kept = log_receipt(desk, slip, photo=photo.read_bytes())
        abouts = {day.id: (SIGN_IN, REPORT_BACK, TIMES), envelope.id: (ENVELOPE_FORM,)}
        for about, forms in abouts.items():
            for form in forms:
                paper = form.make(desk, about)
                (out / f"{form.name}{Path(paper.file_name).suffix}").write_bytes(paper.content)
        asyncio.run(link.sync_once())
        (name,) = kept.photos
        return {
            "title": show_of(desk).title,
            "person": person.name,
            "photo": name,
            "link": link.state.words(),
            "equal": str(link.state.equal),
        }
    finally:
        store.close()


def run(argv: list[str]) -> int:
    sys.meta_path.insert(0, Bar())
    what, home, office, *rest = argv
    if what == "open":
        import main

        (port,) = rest
        words = ["device", "--hub", office, "--quiet", "--port", port]
        return main.run(["--home", home, "--today", "2026-07-13", *words])
    photo, out = rest
    done = work(Path(home), office, Path(photo), Path(out))
    loaded = {name.partition(".")[0] for name in sys.modules}
    print(json.dumps({**done, "loaded": sorted(loaded & set(BARRED))}))
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

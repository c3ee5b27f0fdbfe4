"""`python -m tests.bench NAME [--json FILE]`: prints a table, and writes its rows for a machine."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from tests.bench import checkin, day, lan, phone, receipts, store, sync
from tests.bench.race import course
from tests.bench.race.installed import peers
from tests.bench.rows import table

BENCHES = {
    "checkin": checkin.rows,
    "day": day.rows,
    "lan": lan.rows,
    "phone": phone.rows,
    "receipts": receipts.rows,
    "store": store.rows,
    "sync": sync.rows,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument("--json", type=Path, metavar="FILE")
    beside = "of a sync: beside what others sync with, which is installed for it and removed"
    parser.add_argument("--peers", action="store_true", help=beside)
    parser.add_argument("--quick", action="store_true", help="of --peers: a tenth of it")
    parser.add_argument("--alone", action="store_true", help="of --peers: our own side only")
    words = parser.parse_args()
    if words.peers and words.name != "sync":
        parser.error("--peers is of sync alone")
    said = list[str]()
    if words.peers:
        size = course.QUICK if words.quick else course.WHOLE
        rows, said = course.rows(size, course.alone if words.alone else peers)
    else:
        rows = BENCHES[words.name]()
    print(f"{words.name}, on {machine()}")
    print("".join(f"{line}\n" for line in said) + table(rows))
    if words.json:
        words.json.write_text(json.dumps([row.to_json() for row in rows], indent=1) + "\n")


def machine() -> str:
    size = f"{os.cpu_count()} cores"
    if hasattr(os, "sysconf"):
        size += f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    return size


if __name__ == "__main__":
    main()

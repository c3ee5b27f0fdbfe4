"""`python -m tests.bench NAME [--json FILE]`: prints a table, and writes its rows for a machine."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from tests.bench import checkin, day, lan, phone, receipts, store, sync
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
    words = parser.parse_args()
    rows = BENCHES[words.name]()
    print(f"{words.name}, on {machine()}")
    print(table(rows))
    if words.json:
        words.json.write_text(json.dumps([row.to_json() for row in rows], indent=1) + "\n")


def machine() -> str:
    size = f"{os.cpu_count()} cores"
    if hasattr(os, "sysconf"):
        size += f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    return size


if __name__ == "__main__":
    main()

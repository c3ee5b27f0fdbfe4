"""`callboard read-receipts`: what the office reads on the photos in a folder, and nothing kept."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from data.errors import BadInput, NotAPhoto
from data.reading.eyes import Eyes
from data.reading.slip import Reading, read_slip

PHOTOS = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def read_receipts(folder: Path, *, today: date, as_json: bool) -> None:
    """A row for every photo, by name; a file that is no photo is said and passed over."""
    files = photos_in(folder)
    eyes = Eyes()
    rows = [row for file in files if (row := _row(eyes, file, today, at_once=not as_json))]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))


def photos_in(folder: Path) -> list[Path]:
    """The photos of a folder by name, or BadInput."""
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.")
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in PHOTOS)
    if not found:
        raise BadInput(f"There are no photos (.jpg, .png, .webp) in {folder}.")
    return found


def as_row(name: str, reading: Reading) -> dict[str, Any]:
    """null where nothing was found; the total as text, with its decimals as printed."""
    vendor, day, total = reading.vendor, reading.date, reading.total
    return {
        "file": name,
        "vendor": vendor.value if vendor else None,
        "date": day.value.isoformat() if day else None,
        "total": str(total.value) if total else None,
    }


def _row(eyes: Eyes, file: Path, today: date, *, at_once: bool) -> dict[str, Any] | None:
    try:
        seen = eyes.see(file.read_bytes())
    except NotAPhoto as error:
        print(f"{file.name}: {error.sentence}", file=sys.stderr)
        return None
    row = as_row(file.name, read_slip(seen, latest=today))
    if at_once:
        print("\t".join(str(value or "?") for value in row.values()), flush=True)
    return row

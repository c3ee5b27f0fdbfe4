"""FORMAT.md tells the truth: its example is a journal that opens, and every word in it is used."""

from __future__ import annotations

import re
from pathlib import Path

from data import books, frame
from data.disk import open_db
from data.sealed import _TRAILER_LENGTH

ROOT = Path(__file__).resolve().parents[1]
DOC = (ROOT / "data" / "FORMAT.md").read_text(encoding="utf-8")


def test_the_example_is_the_journal_of_a_plain_database(tmp_path: Path) -> None:
    (example,) = re.findall(r"<!-- example: journal -->\n```\n(.*?)```", DOC, re.DOTALL)
    with open_db(tmp_path / "written") as db:
        db.table("crew").insert({"name": "Zoë Beispiel", "department": "GRIP"})

    assert example.encode() == (tmp_path / "written" / "journal.1").read_bytes()


def test_every_key_of_a_head_is_told() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", DOC, re.MULTILINE))
    code = "".join(Path(str(m.__file__)).read_text(encoding="utf-8") for m in (books, frame))

    assert {
        "put",
        "out",
        "drop",
        "edits",
        "meta",
        "bases",
        "clean",
        "acked",
        "hseq",
        "sums",
    } <= told
    assert all(f'"{key}"' in code for key in told - {"lock"})


def test_the_trailer_is_as_long_as_it_says() -> None:
    assert f"a trailer of {_TRAILER_LENGTH} bytes" in DOC

"""The benchmark of the store says all that the store promises, whatever the figures are."""

from __future__ import annotations

from math import isfinite

import pytest

from tests.bench import receipts, store
from tests.bench.rows import Row, table

PROMISED = {
    "durable insert, median / sqlite": 0.75,
    "durable insert, p99 / sqlite": 0.5,
    "durable insert, median / raw": 1.6,
    "insert CPU / dumps+crc+write": 3.0,
    "update by id / sqlite": 0.95,
    "update by id / tinydb": 0.0002,
    "get by id / sqlite": 0.5,
    "equality, 1 row / sqlite": 0.7,
    "equality AND equality / sqlite": 0.25,
    "range 1 % / sqlite": 0.15,
    "100 updates in one commit / sqlite": 1.0,
    "bulk insert, one commit / sqlite": 0.8,
    "cold open + get + indexed query / json.loads": 0.1,
    "cold open + parse everything / json.loads": 0.8,
    "open 400,000 / json.loads": 0.1,
    "open 400,000, peak memory (budget)": 1.0,
    "size on disk / json bytes": 1.1,
    "longest stall while compacting (budget)": 1.0,
}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return store.rows(300)


def test_every_promise_has_its_row(rows: list[Row]) -> None:
    goals = {row.name: row.goal for row in rows}

    assert goals | PROMISED == goals


def test_every_figure_is_one_with_and_without_orjson(rows: list[Row]) -> None:
    figures = [n for row in rows if row.stdlib for n in (row.ratio, row.stdlib.ratio)]

    assert len(figures) == 2 * len(rows)
    assert all(isfinite(n) and n > 0 for n in figures)


def test_the_table_says_each_by_its_name(rows: list[Row]) -> None:
    told = table(rows).splitlines()[1:]

    assert [True] * len(rows) == [
        line.startswith(row.name) for row, line in zip(rows, told, strict=True)
    ]


@pytest.mark.long
def test_every_promise_of_receipts_has_its_row() -> None:
    goals = {row.name.split(" / ")[0]: row.goal for row in receipts.rows(200, 4, 3)}

    assert goals == {
        "log_receipt verb": 6.0,
        "filter and sort 200 receipts": 1.0,
        "a key in the form beside 200 receipts": 1.0,
        "envelope of 4 photos": 1.5,
        "book of 3 pages, memory": 1.0,
        "photo 12 MP to stored": 0.35,
        "total wrong, of 6 slips": 1.0,
        "date wrong, of 6 slips": 1.0,
        "vendor wrong, of 6 slips": 1.0,
        "nine slips in ten read within": 1.0,
    }

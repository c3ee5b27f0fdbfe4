"""Phone numbers, addresses, dates and names as they are typed, one by one."""

from __future__ import annotations

from datetime import date

import pytest

from data.imports.contacts import read_email, read_phone, split_phones
from data.imports.dates import Order, order_of, read_day
from data.imports.keys import department_key, name_key

US = Order(month_first=True, known=True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("505-686-7143 cell", "+1 505-686-7143"),
        ("213.259.2022", "+1 213-259-2022"),
        ("(c) 818 726 0909", "+1 818-726-0909"),
        ("M: 8184833065", "+1 818-483-3065"),
        ("+1 575 204 2841", "+1 575-204-2841"),
        ("505 686 7143 x12", "+1 505-686-7143 ext. 12"),
        ("+44 (0)20 7946 0018", "+44 20 7946 0018"),
    ],
)
def test_phones_are_kept_in_one_form(text: str, kept: str) -> None:
    assert (kept, True) == (read_phone(text, "US").text, read_phone(text, "US").good)
    assert kept == read_phone(kept, "GB").text


@pytest.mark.parametrize(
    "text", ["686-7143", "ask the office", "1-800-FLOWERS", "12", "505-686-71433"]
)
def test_an_unreadable_phone_is_kept_as_written(text: str) -> None:
    phone = read_phone(text, "US")

    assert (text, False) == (phone.text, phone.good)


def test_two_phones_in_a_cell_are_two_and_a_slash_inside_one_is_not() -> None:
    assert split_phones("505-686-7143 / 505-686-7144") == ["505-686-7143", "505-686-7144"]
    assert split_phones("089/1234567") == ["089/1234567"]


@pytest.mark.parametrize(
    ("text", "kept", "good"),
    [
        ("mailto:a@example.com", "a@example.com", True),
        ("Ada Vargas <A.Vargas@example.com>", "A.Vargas@example.com", True),
        (".schafer@example.com", ".schafer@example.com", False),
        ("a..b@example.com", "a..b@example.com", False),
        ("a@example", "a@example", False),
        ("a at example.com", "a at example.com", False),
    ],
)
def test_addresses_are_judged_and_never_mended(text: str, kept: str, good: bool) -> None:
    assert (kept, good) == (read_email(text).text, read_email(text).good)


@pytest.mark.parametrize(
    "text",
    ["2026-07-13", "07/13/2026", "13/07/2026", "13.07.2026", "13.7.26", "13-Jul-26", "13 July 2026",
     "Mon 13 Jul 2026", "Monday, July 13, 2026", "July 13th, 2026", "7-13-26", "20260713", "46216",
     "2026-07-13T00:00:00", "Jul-13-2026", "13Jul26"],
)  # fmt: skip
def test_dates_are_read_as_offices_write_them(text: str) -> None:
    assert date(2026, 7, 13) == read_day(text, US)


@pytest.mark.parametrize(
    "text", ["", "TBD", "7/13", "32/13/2026", "2026-13-13", "next Monday", "13"]
)
def test_half_a_date_is_no_date(text: str) -> None:
    assert read_day(text, US) is None


def test_cells_that_disagree_leave_the_order_open() -> None:
    assert not order_of(["13/07/2026", "07/13/2026"], month_first=True).known


def test_names_and_departments_compare_without_dress() -> None:
    assert name_key("Łukasz  O’Brien-Sørby") == name_key("LUKASZ O'BRIEN SORBY")
    assert department_key("Art Dept.") == department_key("ART DEPARTMENT")
    assert department_key("Hair & Makeup") == department_key("HAIR AND MAKE-UP")
    assert department_key("Grip") != department_key("Rigging Grip")

"""The sign-in sheet: everyone is on it once, by department, with room to sign and to walk on."""

import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from views.forms.head import Head, Show
from views.forms.signin import SignInDepartment, SignInFacts, SignInPerson, blank, draw

ZONE = ZoneInfo("America/Denver")
DAY = date(2026, 6, 9)
SHOW = Show("Copper Mountain", zone="America/Denver")
HEAD = Head(form_no="26-SI-0001", generated_at=datetime(2026, 6, 9, 11, tzinfo=UTC))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, 9, tzinfo=ZONE) + timedelta(hours=hour, minutes=minute)


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def facts(*people: SignInPerson, show: Show = SHOW, expected: int | None = None) -> SignInFacts:
    department = SignInDepartment("Locations", people)
    return SignInFacts(show, HEAD, DAY, (department,), background_expected=expected)


def test_every_name_position_and_call_is_on_the_sheet() -> None:
    text = texts(
        draw(
            facts(
                SignInPerson("Łukasz Dąbrowski", "Key Asst. Location Manager", at(6, 30)),
                SignInPerson("Nguyễn Thị Minh Khai", "Driver", call_code="O/C"),
                SignInPerson("Zoë Ibrahim", "Location Manager", at(6, 48), came=at(6, 41)),
                SignInPerson("Siobhán O'Brien", "2nd AD", at(6), came=at(5, 55), left=at(19)),
            )
        )
    )[0]

    for wanted in ("Łukasz Dąbrowski", "Key Asst. Location Manager", "6:30A", "O/C"):
        assert wanted in text
    for wanted in ("Nguyễn Thị Minh Khai", "Zoë Ibrahim", "6:41A", "Siobhán O'Brien", "7:00P"):
        assert wanted in text
    assert "Locations" in text
    assert "Tue 9 Jun 2026" in text


def test_past_midnight_prints_on_the_work_days_clock() -> None:
    show = Show("Copper Mountain", zone="America/Denver", clock="24")
    person = SignInPerson("Zoë Ibrahim", "Gaffer", at(18), left=at(28, 30))

    text = texts(draw(facts(person, show=show)))[0]

    assert "18:00" in text
    assert "28:30" in text


def test_a_hundred_and_twenty_people_are_all_there_on_numbered_pages() -> None:
    departments = tuple(
        SignInDepartment(
            f"Department {n}",
            tuple(
                SignInPerson(f"Person {n}-{m}.", "Key Asst. Location Manager") for m in range(10)
            ),
        )
        for n in range(12)
    )
    pages = texts(draw(SignInFacts(SHOW, HEAD, DAY, departments)))
    text = "\n".join(pages)

    assert all(text.count(f"Person {n}-{m}.") == 1 for n in range(12) for m in range(10))
    assert all("Crew sign-in sheet".upper() in page for page in pages)
    assert [f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * 5


def test_background_is_expected_but_not_yet_counted() -> None:
    text = texts(draw(facts(expected=45)))[0]

    assert "Background expected" in text
    assert "45" in text
    assert "Background signed in" in text


def test_walk_ons_have_lines_at_the_end() -> None:
    assert "Additional crew, day players and visitors" in texts(draw(facts()))[0]


def test_nobody_called_is_still_a_sheet() -> None:
    assert len(texts(draw(SignInFacts(SHOW, HEAD, DAY, ())))) == 1


def test_a_blank_sheet_has_the_departments_and_room_for_all_its_rows() -> None:
    pages = texts(blank(SHOW, departments=("Grip", "Electric"), rows=80))

    assert len(pages) == 3
    assert "Grip" in pages[0]
    assert "Electric" in "".join(pages)
    assert "Date ____" in pages[0]


def test_a_blank_sheet_fits_one_page() -> None:
    assert len(texts(blank(SHOW))) == 1


def test_the_same_facts_give_the_same_bytes() -> None:
    once = facts(SignInPerson("Zoë Ibrahim", "Gaffer", at(6)))

    assert draw(once) == draw(once)

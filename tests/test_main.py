"""The command line: what it prints and refuses, and that it works beside a running office."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

import main
from data.backup import back_up
from data.backup_choice import choose
from data.blobs import Blobs
from data.kinds import ALL
from data.stamp import Sources
from data.store import Store
from sync.exchange import Office
from tests.browser.processes import LISTS, Face, command, demo, listed, new_show, office
from views.command_line import commands
from views.commands import Bar

CSV, XLSX = LISTS / "crew_list.csv", LISTS / "crew_list.xlsx"
SCHEDULE = LISTS / "shooting_schedule.csv"
PHOTO = LISTS / "receipts" / "009.jpg"
CREW = 109
COMMANDS = commands(main.VERSION, main.PORT, main.DOES)
"""People in both lists, each counted once."""

WHEN = datetime(2026, 7, 13, 18, 0, tzinfo=UTC)

Said = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    new_show(tmp_path / "show")
    return tmp_path / "show"


@pytest.fixture(scope="module")
def crewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A show with both lists in it; the tests that share it only read."""
    home: Path = tmp_path_factory.mktemp("crewed") / "show"
    new_show(home)
    assert run("--home", str(home), "import", "crew", str(CSV)) == 0
    assert run("--home", str(home), "import", "schedule", str(SCHEDULE)) == 0
    return home


def run(*words: str) -> int:
    """One command line in this process; argparse leaves by SystemExit."""
    try:
        return main.run(words)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command that went well printed."""

    def tell(home: Path, *words: str) -> str:
        assert run("--home", str(home), *words) == 0
        return capsys.readouterr().out

    return tell


# ---- import ---------------------------------------------------------------------------------


def test_a_crew_list_comes_in_once_however_often_it_is_imported(home: Path, said: Said) -> None:
    assert f"{CREW} new people" in said(home, "import", "crew", str(CSV))
    assert len(json.loads(said(home, "list", "person", "--json"))) == CREW

    assert "new" not in said(home, "import", "crew", str(XLSX)).splitlines()[0]
    people = said(home, "list", "person", "--json")
    assert len(json.loads(people)) == CREW

    assert "Nothing to change." in said(home, "import", "crew", str(CSV))
    assert people == said(home, "list", "person", "--json")


def test_check_says_the_same_and_writes_nothing(home: Path, said: Said) -> None:
    told = said(home, "import", "crew", "--check", str(CSV))
    assert f"{CREW} new people" in told
    assert json.loads(said(home, "list", "person", "--json")) == []

    assert told == said(home, "import", "crew", str(CSV))


def test_what_is_doubtful_is_named_with_its_file_and_row(home: Path) -> None:
    told = command(home, "import", "crew", str(CSV))

    assert "crew_list.csv, row 112: name: Petra Park: on this list twice" in told
    assert "crew_list.csv, row 23: e-mail:" in told


def test_a_schedule_brings_its_days_and_scenes(crewed: Path, said: Said) -> None:
    assert len(json.loads(said(crewed, "list", "day", "--json"))) == 22
    assert len(json.loads(said(crewed, "list", "scene", "--json"))) == 92

    assert "Nothing to change." in said(crewed, "import", "schedule", "--check", str(SCHEDULE))


# ---- list and print -------------------------------------------------------------------------


def test_a_list_is_a_json_array_of_records(
    crewed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in ALL:
        assert run("--home", str(crewed), "list", kind.name, "--json") == 0
        records = json.loads(capsys.readouterr().out)

        assert isinstance(records, list)
        assert all(record["id"] for record in records)


def test_a_list_for_people_has_a_line_for_each_record(crewed: Path, said: Said) -> None:
    lines = said(crewed, "list", "person").splitlines()

    assert len(lines) == CREW
    assert any(line.startswith("Renée Kowalski\tPRODUCTION\t") for line in lines)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("sign-in", ["--day", "2026-07-13"]),
        ("sign-in", ["--blank"]),
        ("production-report-back", ["--day", "2026-07-14"]),
        ("production-report-back", ["--blank"]),
        ("envelope", ["--blank"]),
    ],
)
def test_a_form_is_printed_as_pdf(
    crewed: Path, tmp_path: Path, said: Said, form: str, words: list[str]
) -> None:
    out = tmp_path / "paper.pdf"

    told = said(crewed, "print", form, *words, "--out", str(out))

    text = "".join(page.extract_text() for page in PdfReader(out).pages)
    assert told.strip() == str(out)
    assert "Night Ferry".upper() in text.upper()
    assert ("Kowalski" in text) == ("--day" in words)


def test_paper_without_a_name_gets_the_name_of_its_form(
    crewed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run("--home", str(crewed), "print", "sign-in", "--day", "2026-07-13") == 0

    (paper,) = tmp_path.glob("*.pdf")
    assert PdfReader(io.BytesIO(paper.read_bytes())).pages


def test_today_moves_the_day_that_is_printed(crewed: Path, tmp_path: Path) -> None:
    out = tmp_path / "paper.pdf"

    assert (
        run("--home", str(crewed), "--today", "2026-07-14", "print", "sign-in", "--out", str(out))
        == 0
    )

    assert "14" in PdfReader(out).pages[0].extract_text()


# ---- which production -----------------------------------------------------------------------


def test_home_says_which_production(home: Path, crewed: Path) -> None:
    assert listed(home, "person") == []
    assert len(listed(crewed, "person")) == CREW


def test_without_home_it_is_the_folder_of_this_user(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = home.parent / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: data)
    data.mkdir()
    home.rename(data / "office")

    assert run("list", "production", "--json") == 0

    assert json.loads(capsys.readouterr().out)[0]["title"] == "Night Ferry"


def test_the_demo_opens_with_a_show_in_it_and_leaves_the_users_own_alone(home: Path) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    with (
        demo(home) as sample,
        urllib.request.urlopen(sample.address, timeout=30) as answer,
    ):
        page = answer.read().decode()

    assert "<title>Callboard</title>" in page
    assert "flutter" in page
    assert "Traceback" not in sample.said()
    assert before == {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


# ---- beside a running office ----------------------------------------------------------------


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    home: Path = tmp_path_factory.mktemp("running") / "show"
    new_show(home)
    with office(home) as face:
        yield face
    assert "Traceback" not in face.said()


def test_a_list_needs_no_lock(running: Face, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--home", str(running.home), "list", "production", "--json") == 0

    assert json.loads(capsys.readouterr().out)[0]["title"] == "Night Ferry"


def test_an_import_goes_through_the_office_that_runs(running: Face) -> None:
    said = command(running.home, "import", "crew", str(CSV))
    assert f"{CREW} new people" in said
    assert len(listed(running.home, "person")) == CREW

    assert "Nothing to change." in command(running.home, "import", "crew", str(CSV))
    assert len(listed(running.home, "person")) == CREW


def test_a_second_office_is_told_who_holds_the_first(running: Face) -> None:
    note = json.loads((running.home / "office.json").read_text())

    said = command(running.home, "--quiet", code=1)

    assert f"open in another Callboard (process {note['pid']})" in said
    assert note["address"] == running.address
    assert len(said.splitlines()) == 1


def test_a_taken_port_is_said_with_what_to_do(running: Face, tmp_path: Path) -> None:
    said = command(tmp_path / "other", "--quiet", "--port", str(running.port), code=1)

    assert said == f"Port {running.port} is taken by another program. Close it, or choose --port.\n"


def test_a_backup_is_made_beside_the_office_that_runs(running: Face, tmp_path: Path) -> None:
    (tmp_path / "STICK").mkdir()
    said = command(running.home, "backup", "--to", str(tmp_path / "STICK"))
    assert "Backed up and read back" in said

    command(tmp_path / "fresh", "restore", str(tmp_path / "STICK"))
    assert listed(running.home, "person") == listed(tmp_path / "fresh", "person")


def test_nothing_is_put_back_under_a_running_office(running: Face, tmp_path: Path) -> None:
    (tmp_path / "STICK").mkdir()
    command(running.home, "backup", "--to", str(tmp_path / "STICK"))
    said = command(running.home, "restore", str(tmp_path / "STICK"), code=1)

    assert "open in another Callboard" in said
    assert "Use that window, or close it." in said


# ---- backups --------------------------------------------------------------------------------


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "STICK").mkdir()
    return tmp_path / "STICK"


def test_a_backup_is_made_and_put_back(home: Path, stick: Path, said: Said, tmp_path: Path) -> None:
    told = said(home, "backup", "--to", str(stick))
    assert told.startswith("Backed up and read back: 1 record, no photos, 0.0 MB of it new.")
    said(home, "import", "crew", str(CSV))
    said(home, "backup")

    told = said(tmp_path / "fresh", "restore", str(stick))
    assert told.startswith("Night Ferry is back as of 20")
    assert "Devices will bring what they have that is newer" in told
    assert listed(home, "person") == listed(tmp_path / "fresh", "person")


def test_a_backup_is_chosen_by_its_time(home: Path, stick: Path, said: Said) -> None:
    choose(home, stick, now=WHEN)
    back_up(home, now=WHEN)
    said(home, "import", "crew", str(CSV))
    back_up(home, now=WHEN + timedelta(days=1))

    lines = said(home, "restore", str(stick), "--list").splitlines()
    moments = [line.split("\t")[0] for line in lines]
    assert len(listed(home, "person")) == CREW
    told = said(home, "restore", str(stick), "--as-of", moments[1])
    assert "What was here before is in " in told
    assert listed(home, "person") == []
    said(home, "restore", str(stick))
    assert len(listed(home, "person")) == CREW


def test_a_place_on_the_same_disk_is_said(
    home: Path, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--home", str(home), "backup", "--to", str(stick)) == 0

    assert "is on the same disk as the production, and lost with it" in capsys.readouterr().err


def test_without_a_place_it_says_how_to_choose_one(home: Path) -> None:
    said = command(home, "backup", code=1)

    assert "No backup place is chosen" in said
    assert "callboard backup --to FOLDER" in said


def test_a_photo_that_is_lost_there_is_named(home: Path, stick: Path, said: Said) -> None:
    name = Blobs(home / "photos").keep(b"slip")
    said(home, "backup", "--to", str(stick))
    (there,) = stick.rglob(name)
    there.write_bytes(b"spoilt")

    told = said(home.with_name("fresh"), "restore", str(stick))
    assert f"1 photo of it could not be read there: {name[:8]}." in told


def test_a_production_of_a_snapshot_is_found(home: Path, said: Said) -> None:
    store = Store(home, sources=Sources(), hub=True)
    store.storage.compact()
    store.close()
    assert not (home / "journal.1").exists()

    assert "Night Ferry" in said(home, "list", "production")


def test_a_restore_that_a_crash_cut_off_is_finished_by_the_next_command(
    home: Path, stick: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(home, "backup", "--to", str(stick))
    said(home, "import", "crew", str(CSV))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", _killed)
        assert run("--home", str(home), "restore", str(stick)) == 0  # as Ctrl+C ends it
    assert len(listed(home, "person")) == 0


def test_a_whole_production_is_said_to_be_whole(home: Path, said: Said) -> None:
    told = said(home, "check")

    assert "journal.1: " in told
    assert "add up to their sums" in told


def test_damage_is_said_and_what_can_be_read_is_saved(
    home: Path, tmp_path: Path, said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    said(home, "import", "crew", str(CSV))
    content = bytearray((home / "journal.1").read_bytes())
    content[-5] ^= 1
    (home / "journal.1").write_bytes(content)

    assert run("--home", str(home), "check", "--salvage", str(tmp_path / "saved")) == 1
    out, err = capsys.readouterr()
    assert "journal.1 is damaged at byte " in out
    assert f"Saved in {tmp_path / 'saved'}: " in out
    assert err == f"1 thing in {home} is not as it was written.\n"
    assert [show["title"] for show in listed(tmp_path / "saved", "production")] == ["Night Ferry"]


def test_what_was_salvaged_begins_a_new_epoch(home: Path, tmp_path: Path, said: Said) -> None:
    said(home, "check", "--salvage", str(tmp_path / "saved"))
    epochs = []
    for folder in (home, tmp_path / "saved"):
        store = Store(folder, sources=Sources(), hub=True)
        epochs.append(Office(store).store.meta["epoch"])
        store.close()

    assert [epoch.split(".")[0] for epoch in epochs] == ["1", "2"]


def _killed(_path: Path, _to: Path) -> Path:
    raise KeyboardInterrupt


def test_where_somebody_looks_there_is_a_bar_after_a_second(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter([0.0, 0.5, 1.5, 1.6, 1.7])
    monkeypatch.setattr("time.monotonic", lambda: next(ticks))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with Bar("Backing up") as bar:
        for share in (0.1, 0.5, 0.5, 1.0):
            bar(share)
    drawn = capsys.readouterr().err.split("\r")

    assert drawn[1:3] == [
        f"Backing up [{'#' * 15:<30}]  50 %",
        f"Backing up [{'#' * 30:<30}] 100 %",
    ]
    assert drawn[3].strip() == ""


# ---- words that are wrong -------------------------------------------------------------------

REFUSED = [
    (["list", "people"], "There is no kind 'people'. Choose: person, "),
    (["print", "callsheet"], "There is no form 'callsheet'. Choose: sign-in, "),
    (["print", "sign-in", "--day", "2030-01-01"], "The Main unit has no shoot day on Tue 1 Jan."),
    (["print", "sign-in", "--unit", "Ninth"], "no shoot day"),
    (["print", "envelope"], "Name an envelope by its number: there are none yet."),
    (["print", "times", "--blank"], "has no blank"),
    (["print", "sign-in", "--blank", "--out", "no/such/folder/x.pdf"], "No such file or directory"),
    (["import", "crew", "no-such-list.csv"], "There is no file no-such-list.csv."),
    (["import", "crew", str(LISTS)], "There is no file"),
    (["import", "crew", str(PHOTO)], "is a picture, not a list"),
    (["restore", str(LISTS)], "There are no backups in"),
    (["restore", "no-such-place"], "There are no backups in no-such-place."),
    (["backup", "--to", "no-such-place"], "There is no folder"),
    (["import", "schedule", str(CSV)], "No columns of days and scenes were found"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED)
def test_a_refusal_is_one_sentence_and_exit_code_1(
    crewed: Path, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("--home", str(crewed), *words)
    out, err = capsys.readouterr()

    assert code == 1
    assert out == ""
    assert sentence in err
    assert len(err.splitlines()) == 1


MISREAD = [
    (["frobnicate"], "invalid choice: 'frobnicate'"),
    (["--today", "2026-13-01", "list", "person"], "'2026-13-01' is not a date as in 2026-07-13"),
    (["--today", "tomorrow"], "'tomorrow' is not a date"),
    (["--port", "99999"], "'99999' is not a port"),
    (["--port", "-1"], "'-1' is not a port"),
    (["demo", "--port", "eighty"], "'eighty' is not a port"),
    (["device"], "required: --hub"),
    (["device", "--hub", "the office"], "'the office' is not an address"),
    (["device", "--hub", "ftp://127.0.0.1"], "is not an address"),
    (["import", "weather", "list.csv"], "invalid choice: 'weather'"),
    (["import", "crew"], "required: file"),
    (["list"], "required: kind"),
    (["print"], "required: form"),
    (["restore"], "required: FOLDER"),
    (["restore", "x", "--as-of", "yesterday"], "'yesterday' is no moment as in '2026-11-22 14:00'"),
    (["--no-such-option"], "unrecognized arguments: --no-such-option"),
]


@pytest.mark.parametrize(("words", "sentence"), MISREAD)
def test_words_that_cannot_be_read_are_named_and_exit_code_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(*words)
    out, err = capsys.readouterr()

    assert code == 2
    assert out == ""
    assert err.startswith("usage: callboard")
    assert sentence in err.splitlines()[-1]


def test_a_folder_without_a_production_says_how_to_make_one(tmp_path: Path) -> None:
    said = command(tmp_path / "empty", "list", "person", code=1)

    assert said.startswith(f"There is no production in {tmp_path / 'empty'}.")
    assert "Open Callboard once to create it." in said
    assert not (tmp_path / "empty").exists()


def test_a_home_that_is_a_file_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    said = command(tmp_path / "file", "--quiet", code=1)

    assert said == (
        f"{tmp_path / 'file'} is a file; a production is a folder. Choose another name.\n"
    )


def test_import_into_nothing_makes_no_half_production(tmp_path: Path) -> None:
    assert run("--home", str(tmp_path / "empty"), "import", "crew", str(CSV)) == 1

    assert not (tmp_path / "empty").exists()


# ---- help -----------------------------------------------------------------------------------


DOES = {
    "demo": "A full sample show around today",
    "hub": "The office copy without screens",
    "device": "This machine as a tablet or phone",
    "import": "A crew list or a schedule",
    "list": "The records of a kind",
    "export": "The records of a kind as a spreadsheet",
    "read-receipts": "The vendor, date and total on photos of slips, as suggestions",
    "print": "A form as PDF or XLSX",
    "backup": "A copy at a second place",
    "bundle": "What a device owes its office as a sealed file",
    "restore": "A backup in place of what is here",
    "phone": "The app that phones open",
    "check": "Every byte of the production read",
}


@pytest.mark.parametrize("name", DOES)
def test_help_of_every_command_names_what_it_does(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--help") == 0
    overview = " ".join(capsys.readouterr().out.split())
    assert run(name, "--help") == 0
    own = " ".join(capsys.readouterr().out.split())

    assert DOES[name] in own
    assert DOES[name].lower() in overview.lower()


def test_help_was_asked_of_every_command() -> None:
    (known,) = [a for a in COMMANDS._actions if a.metavar == "COMMAND"]

    assert set(DOES) == set(known.choices or ())


def test_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0

    assert f"callboard {main.VERSION}\n" == capsys.readouterr().out


@pytest.mark.parametrize("words", [["--port", "9000", "demo"], ["demo", "--port", "9000"]])
def test_an_option_counts_before_the_command_and_after_it(words: list[str]) -> None:
    assert COMMANDS.parse_args(words).port == 9000

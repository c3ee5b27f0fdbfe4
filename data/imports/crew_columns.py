"""What the columns of a crew list are called, and what they look like without a header."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from data.imports.columns import Layout, lay_out, looks_like, titles
from data.imports.keys import department_key, folded, squashed
from data.imports.sheets import Row

HEADERS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "full name", "crew member", "crew name", "employee", "employee name",
             "contact name", "person", "crew", "names", "name of crew", "nom", "nombre"),
    "first": ("first name", "first", "given name", "forename", "vorname", "prénom", "fname"),
    "last": ("last name", "last", "surname", "family name", "nachname", "lname", "apellido"),
    "department": ("department", "dept", "dpt", "dep", "team", "section", "abteilung",
                   "département", "departamento", "crew dept"),
    "position": ("position", "title", "job title", "job", "role", "occupation", "function",
                 "classification", "crew position", "post held", "funktion", "fonction", "cargo"),
    "phone": ("phone", "mobile", "cell", "cell phone", "mobile phone", "telephone", "tel", "ph",
              "phone number", "cell number", "mobile number", "cellphone", "phone no", "tel no",
              "mobile no", "phone 1", "phone 2", "contact number", "handy", "telefon", "portable",
              "home phone", "home", "work phone", "cell 2", "other phone", "alt phone"),
    "email": ("email", "e mail", "email address", "mail", "courriel", "correo"),
    "start": ("start", "start date", "starts", "date started", "first day", "hire date", "on",
              "start work", "begin", "begins", "from", "arrives", "beginn"),
    "finish": ("finish", "finish date", "end", "end date", "ends", "last day", "wrap date",
               "wrap", "until", "to", "finishes", "ende"),
    "unit": ("unit", "shooting unit"),
    "union": ("union", "union local", "local", "guild", "union status", "affiliation",
              "union non union"),
    "diet": ("diet", "dietary", "dietary requirements", "dietary needs", "allergies", "meal",
             "food", "dietary restrictions", "diet allergies"),
    "reports_to": ("reports to", "report to", "supervisor", "manager", "boss"),
    "character": ("character", "cast no", "cast number", "cast"),
}  # fmt: skip

NAMES: Mapping[str, str] = {
    "name": "name", "first": "first name", "last": "last name", "department": "department",
    "position": "position", "phone": "phone", "email": "e-mail", "start": "starts",
    "finish": "finishes", "unit": "unit", "union": "union / local", "diet": "diet",
    "reports_to": "reports to", "character": "character",
}  # fmt: skip

_BY_CONTENT = {"", "contact", "contacts", "contactinfo", "contactdetails", "details", "info"}
"""Headers that do not say what their column holds."""

_DEPARTMENT_NAMES = (
    "Production, Production Office, Office, Producers, Writers, Directors, Direction,"
    "Assistant Directors, ADs, AD, Accounting, Accounts, Art, Set Decoration, Set Dec,"
    "Set Dressing, Property, Props, Camera, Video, Video Assist, VTR, Playback, DIT, Sound,"
    "Script, Continuity, Grip, Rigging Grip, Electric, Electrical, Lighting, Set Lighting,"
    "Rigging Electric, Costume, Wardrobe, Hair, Make-up, Hair & Make-up, HMU, Locations,"
    "Transportation, Transport, Construction, Paint, Scenic, Greens, Special Effects, SFX,"
    "Visual Effects, VFX, Stunts, Armory, Catering, Craft Service, Catering / Craft Service,"
    "Medic, Medical, Safety, Health & Safety, Medic / Safety, Casting, Extras, Background,"
    "Post, Post Production, Editorial, Editing, Music, Publicity, Stills, Security, Animals,"
    "Wranglers, Marine, Aerial, Drone, Cast, Stand-ins, Legal, Clearances, Travel, Second Unit,"
    "2nd Unit, Additional Photography, Intimacy, Choreography, Studio Teachers, Dialect"
)
_DEPARTMENTS = frozenset(department_key(name) for name in _DEPARTMENT_NAMES.split(","))
_DEPARTMENT_WORDS = frozenset(folded(_DEPARTMENT_NAMES).split()) | {
    "crew", "team", "unit", "dept", "department", "staff", "and", "splinter", "main", "additional",
}  # fmt: skip
_WORK_WORDS = (
    "director manager coordinator coord assistant asst pa ad operator grip gaffer electrician "
    "designer supervisor producer driver mixer boom editor accountant medic chef dresser costumer "
    "loader dit master buyer carpenter foreman artist captain scout technician tech head key best "
    "boy upm secretary clerk photographer leadman props utility rigger swing make up hair stylist "
    "services service craft stunt casting associate dolly script camera ac 1st 2nd 3rd lead "
    "runner trainee executive unit production set art sound costume location transportation"
)
_WORK = frozenset(_WORK_WORDS.split())


def crew_layout(rows: Sequence[Row]) -> Layout | None:
    """How the sheet's columns are understood; None if it has no names in it."""
    layout = lay_out(rows, HEADERS, several=("phone", "email"))
    if layout is None:
        body = tuple(rows)
        layout = Layout(0, {}, titles(None, body), body)
    layout = _guess(layout)
    if not layout.columns.keys() & {"name", "first", "last"} or len(layout.columns) < 2:
        return None
    if not layout.header and not layout.columns.keys() & {"phone", "email"}:
        return None  # words beside words may be anything
    return layout


def known_department(text: str) -> bool:
    """Whether it is a department's usual name, or made up of the words of such names."""
    words = folded(text).split()
    return department_key(text.rstrip(":")) in _DEPARTMENTS or (
        len(words) > 1 and _DEPARTMENT_WORDS.issuperset(words)
    )


def _guess(layout: Layout) -> Layout:
    """Adds what unnamed columns are by what is in them."""
    taken = {at for ats in layout.columns.values() for at in ats}
    full = [row for row in layout.body if len(row.filled()) > 1]
    open_ = {
        at: [text for row in full if (text := row.text(at))]
        for at, title in layout.titles.items()
        if at not in taken and (title.startswith("column ") or squashed(title) in _BY_CONTENT)
    }
    columns = dict(layout.columns)
    words: dict[int, list[str]] = {}
    for at, texts in open_.items():
        match looks_like(texts):
            case "email" | "phone" as meaning:
                columns[meaning] = (*columns.get(meaning, ()), at)
            case "contact":
                columns["phone"] = (*columns.get("phone", ()), at)
                columns["email"] = (*columns.get("email", ()), at)
            case "day" if "start" not in columns:
                columns["start"] = (at,)
            case "text":
                words[at] = texts
    mail = " ".join(
        layout_text for row in full for layout_text in row.filled() if "@" in layout_text
    )
    _guess_words(columns, words, set(re.findall(r"[a-z]{3,}", folded(mail))))
    guessed = {at for ats in columns.values() for at in ats} - taken
    return Layout(layout.header, columns, layout.titles, layout.body, frozenset(guessed))


def _guess_words(
    columns: dict[str, tuple[int, ...]], words: dict[int, list[str]], in_mail: set[str]
) -> None:
    """Which of the columns of words has names, departments, positions."""
    if not columns.keys() & {"name", "first", "last"} and words:
        scores = {
            at: _share(texts, lambda t: _name_like(t, in_mail)) for at, texts in words.items()
        }
        best = max(words, key=lambda at: (scores[at], len(set(words[at])), -at))
        if scores[best] >= 0.5:
            columns["name"] = (best,)
            del words[best]
        else:
            _guess_first_last(columns, words, in_mail)
    if "department" not in columns and words:
        scores = {at: _share(texts, known_department) for at, texts in words.items()}
        best = max(words, key=lambda at: (scores[at], -at))
        if scores[best] >= max(0.5, _share(words[best], _work_like)):
            columns["department"] = (best,)
            del words[best]
    if "position" not in columns and words:
        scores = {at: _share(texts, _work_like) for at, texts in words.items()}
        best = max(words, key=lambda at: (scores[at], -at))
        if scores[best] >= 0.5:
            columns["position"] = (best,)


def _guess_first_last(
    columns: dict[str, tuple[int, ...]], words: dict[int, list[str]], in_mail: set[str]
) -> None:
    """Two columns side by side with a single word in most cells; addresses show the last name."""
    single = [at for at in sorted(words) if _share(words[at], lambda t: len(t.split()) == 1) > 0.6
              and _share(words[at], known_department) < 0.5]  # fmt: skip
    for one, two in pairwise(single):
        if two == one + 1:
            mailed = [_share(words[at], lambda t: folded(t) in in_mail) for at in (one, two)]
            first, last = (two, one) if mailed[0] > mailed[1] else (one, two)
            columns["first"], columns["last"] = (first,), (last,)
            del words[one], words[two]
            return


def _share(texts: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(test(text) for text in texts) / len(texts)


def _name_like(text: str, in_mail: set[str]) -> bool:
    words = folded(text).split()
    if not 2 <= len(words) <= 5 or re.search(r"\d", text) or known_department(text):
        return False
    return bool(in_mail & set(words)) or not _WORK & set(words)


def _work_like(text: str) -> bool:
    return bool(_WORK & set(folded(text).split()))

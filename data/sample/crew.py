"""The made-up people: who is on the crew list in which position, and who plays whom."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from data.kinds.calls import CAST_DEPARTMENT
from data.kinds.people import CastMember, Person
from data.sample.plan import Plan, Stage
from data.sample.sizes import Size


def _listed(text: str) -> list[str]:
    return text.split(", ")


FIRST = _listed(
    "Łukasz, Zoë, Siobhán, Thuỳ, Renée, Farid, Wen, Petra, Carlos, Olu, Hugo, Katarzyna, "
    "Amara, Dana, Nia, Nadia, Paola, Noé, Fiona, Yusuf, Marisol, Tadeo, Ingrid, Kofi, "
    "Leilani, Björn, Chioma, Désirée, Emre, Gwen, Håkon, Isidro, Jun, Kwame, Lucía, Mateus, "
    "Niamh, Oksana, Priya, Quentin, Rosalind, Søren, Tamsin, Ulises, Vera, Winona, Xiomara, "
    "Yara, Zeynep, Anselm, Beatriz, Cormac, Delphine, Elif, Fergus, Greta, Hana, Ivo, Jaya, "
    "Kit"
)
LAST = _listed(
    "Kowalski, Nguyễn, Olsen, Ueda, Park, Cho, Reyes, Kim, Moreau, Eriksen, Singh, Ivanova, "
    "Yamada, Kaya, Haddad, Okafor, Brandt, Szabó, Tsosie, Quintana, Lindqvist, Adeyemi, "
    "Ferreira, Grünwald, Hoang, Ibáñez, Jansen, Kovač, Lefèvre, Mbeki, Nakai, O’Dowd, Petrov, "
    "Quirke, Rosário, Sandoval, Tafoya, Urbina, Vigil, Whitehorse, Xu, Yazzie, Zając, "
    "Archuleta, Begay, Castellanos, Dvořák, Estévez, Fonseca, Gallegos, Hernández, Ishikawa, "
    "Jiménez, Krüger, Lucero, Maestas, Nasser, Ortega, Peña, Rahman"
)
CHARACTERS = _listed(
    "ROSA, SHERIFF DALE, WES, THE DRIFTER, ABUELA, NINA, DEPUTY COLE, PASTOR BELL, MOTEL "
    "CLERK, TRUCKER, LITTLE MATEO, DINER COOK, RADIO VOICE, NURSE, SCIENTIST, BANKER, THE "
    "TWIN, WAITRESS, BUS DRIVER, CHOIR LEADER, RANCH HAND, STATE TROOPER"
)
DIETS = ("", "", "", "", "", "vegetarian", "vegan", "gluten free", "halal", "no nuts")
UNIONS = ("", "IATSE 480", "IATSE 600", "Teamsters 492", "DGA", "NON")

Row = tuple[str, str, int]

OFFICE: tuple[Row, ...] = (
    ("PRODUCTION", "Unit Production Manager", 1),
    ("PRODUCTION", "Production Coordinator", 1),
    ("PRODUCTION", "Asst. Production Coordinator", 1),
    ("PRODUCTION", "Production Secretary", 1),
    ("PRODUCTION", "Office PA", 2),
    ("ACCOUNTING", "Production Accountant", 1),
    ("ACCOUNTING", "1st Asst. Accountant", 1),
    ("ACCOUNTING", "Payroll Accountant", 1),
    ("ACCOUNTING", "Accounting Clerk", 1),
    ("CASTING", "Casting Director", 1),
    ("CASTING", "Extras Casting", 1),
    ("EDITORIAL", "Editor", 1),
    ("EDITORIAL", "Asst. Editor", 1),
)
SET: tuple[Row, ...] = (
    ("DIRECTION", "Director", 1),
    ("DIRECTION", "Script Supervisor", 1),
    ("ASSISTANT DIRECTORS", "1st AD", 1),
    ("ASSISTANT DIRECTORS", "2nd AD", 1),
    ("ASSISTANT DIRECTORS", "2nd 2nd AD", 1),
    ("ASSISTANT DIRECTORS", "Key Set PA", 1),
    ("ASSISTANT DIRECTORS", "Set PA", 2),
    ("CAMERA", "Director of Photography", 1),
    ("CAMERA", "A Camera Operator", 1),
    ("CAMERA", "1st AC", 1),
    ("CAMERA", "2nd AC", 1),
    ("CAMERA", "DIT", 1),
    ("GRIP", "Key Grip", 1),
    ("GRIP", "Best Boy Grip", 1),
    ("GRIP", "Dolly Grip", 1),
    ("GRIP", "Grip", 1),
    ("ELECTRIC", "Gaffer", 1),
    ("ELECTRIC", "Best Boy Electric", 1),
    ("ELECTRIC", "Set Lighting Technician", 2),
    ("SOUND", "Sound Mixer", 1),
    ("SOUND", "Boom Operator", 1),
    ("ART", "Production Designer", 1),
    ("SET DRESSING", "Set Decorator", 1),
    ("SET DRESSING", "On-Set Dresser", 1),
    ("PROPS", "Prop Master", 1),
    ("PROPS", "Asst. Prop Master", 1),
    ("COSTUMES", "Costume Designer", 1),
    ("COSTUMES", "Key Costumer", 1),
    ("COSTUMES", "Set Costumer", 1),
    ("HAIR & MAKEUP", "Key Makeup Artist", 1),
    ("HAIR & MAKEUP", "Key Hair Stylist", 1),
    ("LOCATIONS", "Location Manager", 1),
    ("LOCATIONS", "Key Asst. Location Manager", 1),
    ("TRANSPORTATION", "Transportation Captain", 1),
    ("TRANSPORTATION", "Driver", 1),
    ("CATERING", "Chef", 1),
    ("CRAFT SERVICE", "Craft Service", 1),
    ("MEDIC", "Set Medic", 1),
)
PREP: tuple[Row, ...] = (
    ("CONSTRUCTION", "Construction Coordinator", 1),
    ("CONSTRUCTION", "Foreman", 1),
    ("CONSTRUCTION", "Carpenter", 4),
    ("CONSTRUCTION", "Scenic Painter", 2),
    ("GRIP", "Rigging Key Grip", 1),
    ("ELECTRIC", "Rigging Gaffer", 1),
)
LATER: tuple[Row, ...] = (
    ("STUNTS", "Stunt Coordinator", 1),
    ("SPECIAL EFFECTS", "SFX Coordinator", 1),
    ("SPECIAL EFFECTS", "SFX Technician", 1),
    ("VISUAL EFFECTS", "On-Set VFX Supervisor", 1),
    ("POST PRODUCTION", "Post Coordinator", 1),
    ("PUBLICITY", "Stills Photographer", 1),
)
DAILY: tuple[tuple[str, str], ...] = (
    ("GRIP", "Grip (daily)"),
    ("ELECTRIC", "Set Lighting Technician (daily)"),
    ("ASSISTANT DIRECTORS", "Set PA (daily)"),
    ("COSTUMES", "Costumer (daily)"),
    ("TRANSPORTATION", "Driver (daily)"),
    ("HAIR & MAKEUP", "Makeup Artist (daily)"),
    ("SET DRESSING", "Swing (daily)"),
    ("CAMERA", "B Camera Operator (daily)"),
    ("CAMERA", "B Camera 1st AC (daily)"),
)
HANDFUL = (
    "Production Coordinator",
    "Production Secretary",
    "1st Asst. Accountant",
    "Director",
    "1st AD",
    "2nd AD",
    "Key Set PA",
    "Director of Photography",
    "1st AC",
    "Key Grip",
    "Gaffer",
    "Sound Mixer",
    "Production Designer",
    "Prop Master",
    "Key Makeup Artist",
)
"""The crew of a short film."""
OFFICE_UNIT = "Office"
"""Those who work at the production office are called to no shooting unit."""


@dataclass(frozen=True, slots=True)
class Names:
    """Full names, each given out once."""

    _left: Iterator[str]

    @classmethod
    def shuffled(cls, rng: random.Random) -> Names:
        every = [f"{first} {last}" for first in FIRST for last in LAST]
        # These four test every screen and font, so each show has them.
        known = ["Łukasz Zając", "Thuỳ Nguyễn", "Zoë Lefèvre", "Siobhán O’Dowd"]
        rng.shuffle(every)
        return cls(iter(known + [name for name in every if name not in known]))

    def next(self) -> str:
        return next(self._left)


def crew(
    rng: random.Random, names: Names, size: Size, dates: tuple[date, ...], today: date
) -> list[Person]:
    """Everybody who is on the crew list or was booked for a day or two, in the list's order."""
    first, last, done = dates[0], dates[-1], dates[max(0, dates.index(today) - 6)]
    soon = dates[min(len(dates) - 1, dates.index(today) + 3)]
    prep, wrap = first - timedelta(days=35), last + timedelta(days=14)
    people = [
        *_rows(rng, names, OFFICE, prep, wrap, size.times, unit=OFFICE_UNIT),
        *_rows(rng, names, SET, first - timedelta(days=10), last, size.times),
        *_rows(rng, names, PREP, first - timedelta(days=28), done, size.times),
        *_rows(rng, names, LATER, soon, last, size.times),
    ]
    for i in range(size.dailies):
        department, position = DAILY[min(i % 13, rng.randrange(len(DAILY)))]
        start = dates[i * len(dates) // size.dailies]
        finish = start + timedelta(days=rng.choice((0, 1, 1, 2)))
        people.append(_person(rng, names.next(), department, position, start, finish))
    return people


def plan_lists(plan: Plan, stage: Stage, people: list[Person], names: Names) -> None:
    """The crew list is typed in three sittings, the cast list when it is cast."""
    desk = stage.office
    third = len(people) // 3
    for sitting, part in enumerate(
        (people[:third], people[third : 2 * third], people[2 * third :])
    ):
        plan.at(stage.before(35 - 12 * sitting), 10 * 60 + 20, partial(_type_in, stage, part))

    def cast() -> None:
        with desk.gesture():
            for number in range(1, stage.size.cast + 1):
                name = names.next()
                person = desk.add(
                    _person(
                        stage.rng, name, CAST_DEPARTMENT, "Cast", stage.before(7), stage.dates[-1]
                    )
                )
                character = CHARACTERS[(number - 1) % len(CHARACTERS)]
                again = (number - 1) // len(CHARACTERS)
                desk.add(
                    CastMember(
                        number=number,
                        character=f"{character} {again + 1}" if again else character,
                        performer=name,
                        person=person.id,
                    )
                )

    plan.at(stage.before(9), 15 * 60, cast)


def _type_in(stage: Stage, people: list[Person]) -> None:
    with stage.office.gesture():
        for person in people:
            stage.office.add(person)


def _rows(
    rng: random.Random,
    names: Names,
    rows: tuple[Row, ...],
    start: date,
    finish: date,
    times: int,
    unit: str = "",
) -> list[Person]:
    return [
        _person(rng, names.next(), department, position, start, finish, unit)
        for department, position, n in rows
        for _ in range(n * times or position in HANDFUL)
    ]


def _person(
    rng: random.Random,
    name: str,
    department: str,
    position: str,
    start: date,
    finish: date,
    unit: str = "",
) -> Person:
    area = rng.choice(("505", "575", "213", "310", "818"))
    return Person(
        name=name,
        department=department,
        position=position,
        # 555-0100 to 0199 are nobody's numbers.
        phone=f"+1 {area} 555 {rng.randrange(100, 200):04d}",
        email=f"{_plain(name)}@example.com",
        start=start,
        finish=finish,
        unit=unit,
        union="" if unit else rng.choice(UNIONS),
        diet=rng.choice(DIETS),
    )


def _plain(name: str) -> str:
    """A name in the letters that an e-mail address takes."""
    letters = unicodedata.normalize("NFKD", name.casefold().translate({0x142: "l", 0xF8: "o"}))
    return "".join(
        c for c in letters.replace(" ", ".") if c.isascii() and (c.isalpha() or c == ".")
    )

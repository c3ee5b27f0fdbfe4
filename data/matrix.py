"""Who may see and write what, as a table: what an office would pin to the wall.

A cell is clauses with `;` between them: letters, parts, whose, on what condition.

    R reads  W writes  C adds new ones, and no more     RW, C, ...   - nothing at all
    R:passport,visa      only these parts of the row
    own                  what is about the reader (their child's, their envelope, their hires)
    department           of the reader's department        cast   of the people in the cast
    unit                 of the reader's unit, and what is every unit's
    listed               the reader is on that list of the show
    draft                writes only while it is a draft
    expiring             only by a role that was given for a limited time
    limited              writes only up to an amount; `limited:5000` says which
    custody              keeps the file; what is in it is not theirs to write
    off                  not until the show says so

Rows marked `our` are not in the table that offices use; they are what this app holds besides.
Where that table says only whose ("own"), a letter was chosen: W where the person fills it in.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Role(NamedTuple):
    name: str
    title: str


class Row(NamedTuple):
    """A sort of data: its name, its title for people, its class, the parts it falls into."""

    name: str
    title: str
    confidentiality: str
    parts: tuple[str, ...] = ("",)
    our: bool = False


ROLES: Final = (
    Role("upm", "Producer, UPM"),
    Role("poc", "Production coordinator"),
    Role("apoc", "Assistant coordinator"),
    Role("travel", "Travel coordinator"),
    Role("office_pa", "Office PA"),
    Role("ad", "Assistant director"),
    Role("dept_head", "Department head"),
    Role("crew", "Crew and cast"),
    Role("casting", "Casting"),
    Role("accounts", "Accounts, payroll"),
    Role("medic", "Medic, health and safety"),
)

ROWS: Final = (
    Row("contacts", "Call sheet, map and work contacts", "green"),
    Row("home", "Home address and emergency contact", "amber", ("home", "emergency")),
    Row("rates", "Rates and deal memos", "red"),
    Row("ids", "Tax id and bank account", "red", ("ids", "mask")),
    Row("copies", "I-9 and passport copies", "red", ("i9", "passport", "visa", "flag")),
    Row("diet", "Diet and allergies", "amber", ("person", "catering")),
    Row("medical", "Injuries and treatment", "red", ("detail", "summary", "witness", "claim")),
    Row("minors", "Minors' permits and school", "amber"),
    Row("hotel", "Hotel, room and cars of the cast", "amber", ("stay", "task", "cost")),
    Row("script", "Script and schedule", "amber", ("script", "schedule", "sides", "distribution")),
    Row("costs", "Purchase orders, costs and petty cash", "amber"),
    Row("applicants", "Applicants and interviews", "amber"),
    Row("incidents", "Incident reports", "amber", ("report", "claim")),
    Row("show", "The show's settings", "green", our=True),
    Row(
        "steps",
        "Audit, approval and posting of petty cash",
        "amber",
        ("audit", "approve", "post"),
        our=True,
    ),
    Row("times", "Who came and went when", "amber", our=True),
    Row("roles", "Roles, and who holds them", "amber", ("grant", "cell"), our=True),
    Row(
        "devices",
        "Devices, and who has them",
        "amber",
        ("device", "lending", "left", "lost", "retired", "void"),
        our=True,
    ),
    Row("pins", "PINs for lent tablets", "amber", our=True),
    Row("access", "Who saw, printed and exported what", "amber", our=True),
    Row("waiting", "Edits that wait for the office", "amber", our=True),
)

TABLE: Final = """
contacts   | upm RW           | poc RW                | apoc RW         | travel R
           | office_pa R      | ad RW                 | dept_head R     | crew R unit
           | casting R        | accounts R            | medic R
home       | upm R            | poc RW                | apoc RW         | travel R
           | office_pa R:emergency | ad R:emergency   | dept_head R:emergency department
           | crew RW own      | casting R cast        | accounts -      | medic R:emergency
rates      | upm RW           | poc RW draft          | apoc -          | travel -
           | office_pa -      | ad -                  | dept_head R department off
           | crew R own       | casting RW cast draft | accounts RW     | medic -
ids        | upm R:mask       | poc R:mask            | apoc -          | travel -
           | office_pa -      | ad -                  | dept_head -     | crew RW own
           | casting -        | accounts RW           | medic -
copies     | upm -            | poc RW:flag           | apoc -          | travel R:passport expiring
           | office_pa -      | ad -                  | dept_head -
           | crew RW:i9,passport,visa own ; R:flag own
           | casting R:visa   | accounts RW           | medic -
diet       | upm R            | poc R                 | apoc R          | travel R
           | office_pa R:catering | ad R              | dept_head -     | crew RW own
           | casting R cast   | accounts -            | medic R
medical    | upm R:summary    | poc R custody         | apoc -          | travel -
           | office_pa -      | ad -                  | dept_head R:witness department
           | crew R own       | casting -             | accounts R:claim | medic RW
minors     | upm R            | poc R                 | apoc R          | travel R
           | office_pa -      | ad RW                 | dept_head -     | crew R own
           | casting RW       | accounts R            | medic -
hotel      | upm R            | poc R                 | apoc R          | travel RW
           | office_pa R:task own | ad R              | dept_head -     | crew R own
           | casting -        | accounts R:cost       | medic -
script     | upm R            | poc RW                | apoc RW         | travel -
           | office_pa RW:distribution | ad RW        | dept_head R     | crew R listed
           | casting R:sides  | accounts -            | medic -
costs      | upm RW           | poc RW                | apoc RW limited | travel RW own
           | office_pa RW own | ad -                  | dept_head RW department
           | crew RW own      | casting RW own        | accounts RW     | medic -
applicants | upm R            | poc RW                | apoc R          | travel -
           | office_pa -      | ad -                  | dept_head RW department
           | crew -           | casting RW cast       | accounts -      | medic -
incidents  | upm R            | poc R custody         | apoc R          | travel -
           | office_pa -      | ad C                  | dept_head C     | crew C ; R own
           | casting -        | accounts R:claim      | medic RW
show       | upm RW           | poc RW                | apoc RW         | travel R
           | office_pa R      | ad R                  | dept_head R     | crew R
           | casting R        | accounts R            | medic R
steps      | upm W            | poc W:audit,approve   | apoc W:audit    | travel -
           | office_pa -      | ad -                  | dept_head -     | crew -
           | casting -        | accounts W            | medic -
times      | upm RW           | poc RW                | apoc RW         | travel -
           | office_pa RW     | ad RW                 | dept_head RW department
           | crew R own       | casting R cast        | accounts R      | medic R
roles      | upm RW           | poc RW:grant ; R:cell | apoc R          | travel R own
           | office_pa R own  | ad R own              | dept_head R own | crew R own
           | casting R own    | accounts R own        | medic R own
devices    | upm R ; C:lending,left,lost,retired,void
           | poc R ; C:lending,left,lost,retired,void
           | apoc R ; C:lending,left,lost,retired,void
           | travel R own ; C:lending,lost own        | office_pa R own ; C:lending,lost own
           | ad R own ; C:lending,lost own            | dept_head R own ; C:lending,lost own
           | crew R own ; C:lending,lost own          | casting R own ; C:lending,lost own
           | accounts R own ; C:lending,lost own      | medic R own ; C:lending,lost own
pins       | upm RW own       | poc RW own            | apoc RW own     | travel RW own
           | office_pa RW own | ad RW own             | dept_head RW own | crew RW own
           | casting RW own   | accounts RW own       | medic RW own
access     | upm R ; C own    | poc R ; C own         | apoc C own      | travel C own
           | office_pa C own  | ad C own              | dept_head C own | crew C own
           | casting C own    | accounts C own        | medic C own
waiting    | upm R own        | poc R own             | apoc R own      | travel R own
           | office_pa R own  | ad R own              | dept_head R own | crew R own
           | casting R own    | accounts R own        | medic R own
"""

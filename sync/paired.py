"""How a device is paired: what it says and is told, and its own half of that.

The code is said, the office is waited for, and what it gave is kept. The office's half is in
pairing.py, which no phone has.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from data.codes import read_code
from data.store import Store
from data.wipe import begin_anew
from sync.calls import Answer, Call, refusal
from sync.wire import Known, Line, Message, Short

WAIT = 25.0
DOORS = frozenset({"unpaired", "device-lost", "device-left", "device-retired"})
"""Why an office does not let a device in; each has a screen with what to do."""


class Pair(Message):
    """A device says the code; then, with the same ticket, asks what the office said."""

    name: ClassVar[str] = "pair"
    ticket: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """The device's own secret, fresh for each code."""
    code: Short = ""
    """Empty: it only asks again."""
    called: Line = ""
    device: Annotated[str, Field(pattern=r"^[0-9a-f-]{0,36}$")] = ""
    """The id that this installation has given itself."""
    production: Short = ""


class Paired(Message):
    """What the office said: it is asked still, or here is what the device goes by from now on."""

    name: ClassVar[str] = "paired"
    rows: ClassVar[Mapping[str, str]] = {"d": "before"}
    outcome: Literal["waiting", "paired"]
    device: Short = ""
    token: Short = ""
    production: Short = ""
    called: Line = ""
    person: Short = ""
    """Whose it is; empty: it is lent."""
    lent_to: Short = ""
    """The role that whoever has it works by."""
    department: Line = ""
    unit: Line = ""
    before: tuple[Known, ...] = ()
    """What the person had paired before, with what of it never came."""


def asking(store: Store, code: str, called: str) -> Generator[Call, Answer, Paired]:
    """Until the office has said yes. BadInput: a slip in the code. Any call may be made twice."""
    ticket = f"{store.sources.rng.getrandbits(256):064x}"
    said = Pair(
        ticket=ticket,
        code=read_code(code),
        called=called,
        device=store.meta.get("device", ""),
        production=store.production,
    )
    paired = _read((yield Call("POST", "/v1/pair", said.to_bytes())))
    again = Pair(ticket=ticket, production=store.production).to_bytes()
    while paired.outcome == "waiting":
        paired = _read((yield Call("POST", f"/v1/pair?wait={WAIT:g}", again, wait=WAIT)))
    return paired


def keep(store: Store, paired: Paired) -> None:
    """What the device goes by from now on, in one commit."""
    told = paired.model_dump(include={"person", "lent_to", "department", "unit", "called"})
    own: dict[str, Any] = {"device": paired.device, "token": paired.token, "name": paired.called}
    if store.meta.get("device") != paired.device:
        own["letter"] = ""
    before = [known.model_dump() for known in paired.before]
    store.set_meta(**own, paired={**told, "before": before})
    begin_anew(store.storage.folder)


def _read(answer: Answer) -> Paired:
    if answer.status != 200:
        raise refusal(answer)
    return Paired.from_bytes(answer.content)

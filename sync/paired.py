"""On a device: the code is said, the office is waited for, and what it gave is kept."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from data.codes import read_code
from data.store import Store
from data.wipe import begin_anew
from sync.calls import Answer, Call, refusal
from sync.pairing import Pair, Paired

WAIT = 25.0
DOORS = frozenset({"unpaired", "device-lost", "device-left", "device-retired"})
"""Why an office does not let a device in; each has a screen with what to do."""


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
    begin_anew(store.home)


def _read(answer: Answer) -> Paired:
    if answer.status != 200:
        raise refusal(answer)
    return Paired.from_bytes(answer.content)

"""A device written from sync/PROTOCOL.md alone, with nothing of ours: it says hello, pushes, pulls
and merges. If this text and that one agree, a stranger can write the third.

    python tests/stranger.py http://127.0.0.1:8551 7KQ2M-9XHBD      what the office has, one a line

The code is on the office's screen.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import time
import urllib.request
import uuid
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

Ask = Callable[[str, str, bytes | None, str], bytes]
"""(method, path, body, token) -> the answer's body."""
State = dict[str, Any]


def pack(*lines: Any) -> bytes:
    return zlib.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines))


def unpack(content: bytes) -> list[Any]:
    return [json.loads(line) for line in zlib.decompress(content).splitlines()]


def over_http(address: str) -> Ask:
    def ask(method: str, path: str, body: bytes | None, token: str) -> bytes:
        kind = {"content-type": "application/vnd.callboard", "authorization": f"Bearer {token}"}
        request = urllib.request.Request(address + path, body, kind, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read())

    return ask


# ---- states: opened into dots, joined, closed again ---------------------------------------------


def opened(raw: State) -> dict[str, Any]:
    """Everything that stands, as (field, element) -> dot -> value; the life too; and the marks."""
    dots = [(row[0], row[1]) for row in raw["d"]]
    stands: dict[tuple[str, str, str], dict[Any, Any]] = {
        ("life", "", ""): {dots[i]: True for i in raw["l"]}
    }
    for name, body in raw["c"].items():
        if isinstance(body, list):
            stands[("cell", name, "")] = {dots[i]: value for i, value in body}
        else:
            for element, where in body.items():
                stands[("set", name, element)] = {dots[i]: True for i in where}
    marks = {(row[0], row[1]): row[2:] for row in raw["d"]}
    return {"id": raw["id"], "t": raw["t"], "vv": raw["vv"], "stands": stands, "marks": marks}


def closed(state: dict[str, Any]) -> State:
    stands = {place: live for place, live in state["stands"].items() if live}
    order = sorted({dot for live in stands.values() for dot in live})
    at = {dot: i for i, dot in enumerate(order)}
    fields: dict[str, Any] = {}
    for (what, name, element), live in stands.items():
        if what == "cell":
            fields[name] = [[at[dot], live[dot]] for dot in sorted(live)]
        elif what == "set":
            fields.setdefault(name, {})[element] = sorted(at[dot] for dot in live)
    life = sorted(at[dot] for dot in stands.get(("life", "", ""), ()))
    table = [[*dot, *state["marks"][dot]] for dot in order]
    return {
        "id": state["id"],
        "t": state["t"],
        "d": table,
        "vv": state["vv"],
        "l": life,
        "c": fields,
    }


def join(one: State, two: State) -> State:
    a, b = opened(one), opened(two)

    def kept(place: Any) -> dict[Any, Any]:
        ours, theirs = a["stands"].get(place, {}), b["stands"].get(place, {})
        left = {d: v for d, v in ours.items() if d in theirs or d[1] > b["vv"].get(d[0], 0)}
        return left | {d: v for d, v in theirs.items() if d in ours or d[1] > a["vv"].get(d[0], 0)}

    marks = b["marks"] | a["marks"]
    for dot in a["marks"].keys() & b["marks"].keys():
        times = [m[dot][1] for m in (a["marks"], b["marks"]) if m[dot][1] is not None]
        marks[dot] = [marks[dot][0], min(times, default=None), marks[dot][2]]
    vv = {r: max(a["vv"].get(r, 0), b["vv"].get(r, 0)) for r in a["vv"].keys() | b["vv"].keys()}
    places = a["stands"].keys() | b["stands"].keys()
    stands = {place: kept(place) for place in places}
    return closed({**a, "vv": vv, "marks": marks, "stands": stands})


def digest(state: State) -> str:
    text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def shown(state: State, name: str) -> Any:
    """The value to show first: latest by order time, or else stamp, then replica, then n."""
    live = state["c"].get(name, [])
    rank = [(row[2] if row[3] is None else row[3], row[0], row[1]) for row in state["d"]]
    return max(live, key=lambda cell: rank[cell[0]])[1] if live else None


# ---- the device ---------------------------------------------------------------------------------


class Stranger:
    def __init__(self, ask: Ask, name: str) -> None:
        self.way, self.name, self.device = ask, name, str(uuid.uuid4())
        self.user, self.token = name, ""
        self.replica, self.n, self.offset, self.stamp = uuid.uuid4().hex[:16], 0, 0, 0
        self.states: dict[str, State] = {}
        self.bases: dict[str, State] = {}
        self.edits: list[dict[str, Any]] = []
        self.head: dict[str, Any] = {"production": "", "letter": "", "mark": ""}
        self.cursor = ""
        self.equal = False

    def write(self, kind: str, record_id: str, **values: Any) -> None:
        empty = {"id": record_id, "t": kind, "d": [], "vv": {}, "l": [], "c": {}}
        state = opened(self.states.get(record_id, empty))
        self.n += 1
        dot = (self.replica, self.n)
        self.stamp = max(int(time.time() * 1000) + self.offset, self.stamp + 1)
        mark = [self.stamp, None, self.user]
        over = {name: [*state["stands"].get(("cell", name, ""), ())] for name in values}
        edit: dict[str, Any] = {
            "dot": dot,
            "mark": mark,
            "g": uuid.uuid4().hex[:16],
            "id": record_id,
            "t": kind,
        }
        edit |= {"f": values, "x": {name: dots for name, dots in over.items() if dots}}
        self.edits.append(edit | {"lx": [*state["stands"][("life", "", "")]]})
        state["stands"] |= {("cell", name, ""): {dot: value} for name, value in values.items()}
        state["stands"][("life", "", "")] = {dot: True}
        state["vv"] = {**state["vv"], self.replica: self.n}
        state["marks"][dot] = mark
        self.states[record_id] = closed(state)

    def ask(self, method: str, path: str, body: bytes | None) -> bytes:
        return self.way(method, path, body, self.token)

    def pair(self, code: str) -> None:
        """Says the code, and waits until the office has said yes."""
        pair = {"m": "pair", "ticket": secrets.token_hex(32), "called": self.name}
        code = code.replace("-", "").upper()
        path, said = "/v1/pair", pack({**pair, "code": code, "device": self.device})
        told: dict[str, Any] = {"outcome": "waiting"}
        while told["outcome"] == "waiting":
            told = unpack(self.ask("POST", path, said))[0]
            path, said = "/v1/pair?wait=25", pack(pair)
        self.device, self.token, self.user = told["device"], told["token"], told["person"]

    def sync(self) -> None:
        asked = int(time.time() * 1000)
        hello: dict[str, Any] = {
            "m": "hello",
            "device": self.device,
            "called": self.name,
            "cursor": self.cursor,
        }
        hello |= {**self.head, "wall": asked, "replicas": {self.replica: self.n}}
        welcome = unpack(self.ask("POST", "/v1/hello", pack(hello)))[0]
        now = int(time.time() * 1000)
        self.offset = welcome["time"] - (asked + now) // 2 if now - asked < 2000 else self.offset
        self.head = {key: welcome[key] for key in self.head}
        self.run = welcome["run"]
        self.push()
        if not self.cursor:
            self.fill()
        self.pull()

    def push(self) -> None:
        owed = [state for i, state in self.states.items() if state != self.bases.get(i)]
        head = {"m": "push", "run": self.run, "device": self.device, "mine": [self.replica]}
        for at in range(0, max(len(owed), len(self.edits)), 200):
            states, edits = owed[at : at + 200], self.edits[at : at + 200]
            lines = [head, *({"e": edit} for edit in edits), *({"s": state} for state in states)]
            for line in unpack(self.ask("POST", "/v1/push", pack(*lines)))[1:]:
                verdict = line.get("r", {"outcome": "aside"})
                if verdict["outcome"] in ("ok", "merged"):
                    sent = next(state for state in states if state["id"] == verdict["id"])
                    self.take(verdict.get("state") or sent, sent)
        self.edits = []

    def take(self, state: State, *also: State) -> None:
        """The office has this state."""
        if not state["vv"]:  # buried
            self.states[state["id"]] = self.bases[state["id"]] = state
            return
        for held in (self.bases, self.states):
            for one in (state, *also):
                held[one["id"]] = join(held[one["id"]], one) if one["id"] in held else one

    def fill(self) -> None:
        after, more = "", True
        while more:
            path = f"/v1/snapshot?{urlencode({'run': self.run, 'after': after})}"
            head, *lines = unpack(self.ask("GET", path, None))
            self.cursor = self.cursor or head["mark"]
            after, more = head["after"], head["more"]
            for line in lines:
                self.take(line["s"])

    def pull(self) -> None:
        more = True
        while more:
            asked = {"run": self.run, "cursor": self.cursor, "device": self.device}
            head, *lines = unpack(self.ask("GET", f"/v1/changes?{urlencode(asked)}", None))
            for line in lines:
                self.take(line["s"])
            self.cursor, self.head["mark"], more = head["next"], head["mark"], head["more"]
        total = sum(int(digest(state), 16) for state in self.bases.values()) % 2**128
        self.equal = head["roots"] == [len(self.bases), f"{total:x}"]


if __name__ == "__main__":
    stranger = Stranger(over_http(sys.argv[1]), "Stranger")
    if len(sys.argv) > 2:
        stranger.pair(sys.argv[2])
    stranger.sync()
    for state in stranger.states.values():
        print(state["t"], state["id"], {name: shown(state, name) for name in state["c"]})
    print("equal" if stranger.equal else "not equal")

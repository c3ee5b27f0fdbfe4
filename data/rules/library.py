"""The packs we ship, and which of them are a person's: by their union, the show's date, its tier.

Words of the union column are read as people write them ("IATSE 600", "Local 728", "SAG"). What is
not understood is never guessed: then only the law is reckoned, and the choice says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from data.rules.pack import RulePack
from data.rules.reading import changed, pack_of
from data.rules.why import Step, Steps

SHIPPED: Final = (
    "sag-theatrical-tv-principal",
    "sag-tv-three-day",
    "sag-short-ulb-principal",
    "sag-background",
    "iatse-2021-tv-studio",
    "iatse-2021-features-distant",
    "iatse-2024-tv-studio",
    "iatse-2024-features-distant",
    "teamsters-399",
    "pact-bectu-2017",
    "pact-bectu-2023",
    "us-california",
    "us-federal",
    "gb-working-time",
    "us-california-minors",
    "us-new-york-minors",
    "sample-commercial",
    "sample-canada-a",
    "sample-technician-b",
)
"""In the order a person should see them. `packs/` holds each as NAME.json."""

NON_UNION: Final = ("non", "non union", "nonunion", "none", "no", "n a", "na", "nu")


@dataclass(frozen=True, slots=True)
class Stack:
    """Law, agreement and deal of one person; of each topic the most favourable counts."""

    packs: tuple[RulePack, ...] = ()
    minors: tuple[RulePack, ...] = ()
    steps: Steps = ()
    understood: bool = True
    """False: the union column says something no pack answers to, so only the law is reckoned."""

    @property
    def meal_packs(self) -> tuple[RulePack, ...]:
        """Those that say when meals are due; a law that gives way only where no agreement does."""
        told = [pack for pack in self.packs if pack.meals is not None]
        agreed = any(pack.kind != "law" for pack in told)
        return tuple(p for p in told if not (agreed and p.meals is not None and p.meals.gives_way))

    @property
    def agreement(self) -> RulePack | None:
        return next((pack for pack in self.packs if pack.kind == "agreement"), None)


@cache
def shipped() -> tuple[RulePack, ...]:
    """Every pack, read once."""
    return tuple(pack_of(_told(name)) for name in SHIPPED)


def text_of(name: str) -> str:
    return files("data.rules").joinpath("packs", f"{name}.json").read_text(encoding="utf-8")


def pack(pack_id: str) -> RulePack:
    """One pack by its id; KeyError if there is none."""
    return {each.id: each for each in shipped()}[pack_id]


@cache
def _told(name: str) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(text_of(name))
    return told


@lru_cache(maxsize=1024)
def stack_for(
    union: str,
    on: date,
    *,
    jurisdiction: str = "",
    tier: str = "",
    background: bool = False,
) -> Stack:
    """A person's packs. `jurisdiction` is where they work, as US-CA or GB; `tier` is the show's,
    as tv, theatrical, low-budget."""
    law = _law(jurisdiction, on)
    minors = tuple(
        each for each in shipped() if each.minors and each.jurisdiction == jurisdiction
        and each.holds_on(on)
    )  # fmt: skip
    agreement, said, understood = _agreement(union, on, tier, background)
    steps = [said, *_law_steps(law, jurisdiction), *_giving_way(law, agreement)]
    packs = tuple(each for each in (law, agreement) if each is not None)
    steps += [Step("{} ({})", (each.name, each.status), each.cites("edition")) for each in packs]
    return Stack(packs, minors, tuple(steps), understood)


def with_deal(stack: Stack, changes: Mapping[str, Any]) -> Stack:
    """The stack with a person's own deal on it: what their agreement says, with what they bettered.

    `changes` are parts of a pack as its file writes them: {"rest": {"daily": 720}}.
    """
    base = stack.agreement or (stack.packs[-1] if stack.packs else None)
    told = dict(_told(base.id)) if base is not None else dict(_NO_AGREEMENT)
    deal = pack_of(changed(told, changes))
    deal = replace(deal, id=f"{deal.id}+deal", kind="deal", name=f"deal on {deal.name}")
    said = Step("their own deal changes: {}", (", ".join(sorted(changes)),), deal.cites("deal"))
    return replace(stack, packs=(*stack.packs, deal), steps=(*stack.steps, said))


_NO_AGREEMENT: Final[Mapping[str, Any]] = {
    "id": "no-agreement",
    "version": 1,
    "name": "no agreement",
    "kind": "deal",
    "jurisdiction": "",
    "source": "their deal memo",
    "effective_from": "1970-01-01",
}


# ---- the words of the union column ------------------------------------------------------------


def _agreement(
    union: str, on: date, tier: str, background: bool
) -> tuple[RulePack | None, Step, bool]:
    words = plain(union)
    if not words:
        return None, Step("no union is written for them: law only"), True
    if words in NON_UNION:
        return None, Step("non-union: law only"), True
    named = [each for each in shipped() if not each.sample and _answers(each, words)]
    if not named:
        return None, Step('no pack is known for "{}": law only. Ask payroll', (union,)), False
    kept = [each for each in named if each.holds_on(on)]
    if not kept:
        said = 'no pack for "{}" holds on {}: law only. Ask payroll'
        return None, Step(said, (union, on.isoformat())), False
    kept = [each for each in kept if each.background == _is_background(words, background)] or kept
    chosen = next((each for each in kept if tier in each.tiers), kept[0])
    said = '"{}" is read as {}'
    if tier not in chosen.tiers and len(kept) > 1:
        said += ', the first of {}: the tier "{}" has no pack of its own'
    return chosen, Step(said, (union, chosen.name, len(kept), tier)), True


def plain(text: str) -> str:
    """Small letters and digits, one space between: "I.A.T.S.E. #600" is "iatse 600"."""
    text = re.sub(r"\b(?:\w\.){2,}\w?", lambda found: found[0].replace(".", ""), text)
    return " ".join(re.findall(r"[^\W\d_]+|\d+", text.casefold()))


def _answers(pack: RulePack, words: str) -> bool:
    """A pack answers to whole words of its own, and to a local's number beside "local" or them."""
    padded = f" {words} "
    named = any(f" {name} " in padded for name in pack.names)
    numbers = {int(word) for word in words.split() if word.isdecimal()}
    if not pack.locals:
        return named
    local = bool(numbers & set(pack.locals))
    if named:
        return local or pack.any_local
    return local and (words.isdecimal() or words.split()[0] in ("local", "loc", "lu", "l"))


def _is_background(words: str, background: bool) -> bool:
    said = {"background", "bg", "extra", "extras", "atmosphere"}
    return background or bool(said & set(words.split()))


# ---- the law ----------------------------------------------------------------------------------


def _law(jurisdiction: str, on: date) -> RulePack | None:
    """The law of the place, or of the country it is in."""
    for place in (jurisdiction, jurisdiction.partition("-")[0]):
        for each in shipped():
            is_law = each.kind == "law" and each.minors is None
            if is_law and each.jurisdiction == place and each.holds_on(on):
                return each
    return None


def _law_steps(law: RulePack | None, jurisdiction: str) -> list[Step]:
    if law is None:
        said = "no pack for the law of {}: hours are counted, nothing is priced by law"
        return [Step(said, (jurisdiction or "the place, which is not set",))]
    if law.jurisdiction != jurisdiction:
        return [Step("no pack for {}: the law of {} is taken", (jurisdiction, law.jurisdiction))]
    return []


def _giving_way(law: RulePack | None, agreement: RulePack | None) -> list[Step]:
    if law is None or law.meals is None or not law.meals.gives_way:
        return []
    if agreement is None or agreement.meals is None:
        return []
    said = "the agreement has meal terms of its own: those of {} give way"
    return [Step(said, (law.name,), law.cites("meal premium", law.meals.citation))]

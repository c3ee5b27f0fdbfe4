"""Whatever happens to roles, records, devices and lines: after a sync a device holds nothing that
its people may not see, unless it is not at the office yet, and no edit is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from data.errors import OfficeError
from tests.scopes_pairings import Devices


def never(*_: Any, **__: Any) -> bool:
    return False


def nothing(*_: Any, **__: Any) -> None:
    return None


def run(examples: int, steps: int = 25, *, shrink: bool = True) -> None:
    """No power is cut here, so nothing waits for the disk: that is the simulator's part."""
    chance = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
        suppress_health_check=list(HealthCheck),
    )
    with patch("data.files.sync_file", nothing), patch("data.files.sync_folder", nothing):
        run_state_machine_as_test(Devices, settings=chance)


def test_no_record_outlives_its_scope_and_no_edit_is_lost() -> None:
    run(20)


@pytest.mark.long
def test_nor_in_many_more_shows() -> None:
    run(300, 40)


def _none_of_them(filling: Mapping[str, Any]) -> dict[str, str]:
    return {"only": "[]"} if "only" in filling else {}


WRONG: dict[str, tuple[str, Callable[..., Any]]] = {
    "the office tells nobody what is gone": ("sync.view.View._is_gone", never),
    "a new scope is taken up without the old one's records going": (
        "sync.holding.Holding._unsent",
        lambda holding: set(holding.store.ids()),
    ),
    "files are not written anew": ("data.leaving.rewrite", nothing),
    "nobody moves a record": ("data.placing.Placing._moved_by", lambda *_: iter(())),
    "new buckets are not filled": ("sync.session.only", _none_of_them),
    "what is unsent goes too": ("sync.holding.Holding._unsent", lambda _: set()),
    "what was purged is taken again": ("data.store.Store.is_purged", never),
    "a lost device is let in": ("sync.pairing.Pairings.status", lambda *_: "active"),
    "a device that is paired again is another one": (
        "sync.pairing.Pairings._may_keep",
        lambda *_: "",
    ),
    "a wipe leaves the journal": ("data.wipe._clear", nothing),
}


@pytest.mark.long
@pytest.mark.parametrize("wrong", WRONG)
def test_the_machine_finds_what_is_wrong(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*WRONG[wrong])
    with pytest.raises((AssertionError, OfficeError)):
        run(400, shrink=False)  # it ends with the first find

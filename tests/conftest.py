"""What every test may ask for: a clock that stands still, chance with a seed, stores and a desk."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.desk import Desk
from data.kinds import ALL
from data.stamp import Clock, Sources
from data.store import Store
from tests.company import Company
from tests.small_show import SmallShow, Wall, made_up


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run what takes minutes, and no more")
    parser.addoption("--kills", type=int, default=200, help="writers killed by tests/crash")


def pytest_configure(config: pytest.Config) -> None:
    if sys.platform != "emscripten":  # the phone's Python runs the tests that make nothing up
        _set_chance(long=config.getoption("--long"))


def _set_chance(*, long: bool) -> None:
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "ours",
        max_examples=500 if long else 200,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("ours")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --long what the plain run leaves out, and nothing twice."""
    long = bool(config.getoption("--long"))
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        runs = (item.get_closest_marker("long") is not None) == long
        (kept if runs else left).append(item)
    if long:  # the phones' long chain begins at once, the other browsers come when a core is free
        kept.sort(key=lambda item: chain_of(item.nodeid) == BROWSERS)
    if left or long:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A core takes a file's tests together; the browser's tests go one by one, in the long run the
    phones' on one core and the others' on another."""
    from xdist.scheduler import LoadScopeScheduling

    long = bool(config.getoption("--long"))

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            chain = chain_of(nodeid)
            return chain if long or chain not in (PHONES, BROWSERS) else BROWSERS

    return ByFile(config, log)


BROWSERS, PHONES = "browsers", "phones"


def chain_of(nodeid: str) -> str:
    """What one core does one after another: a file's tests, or a browser's."""
    if nodeid.startswith("tests/browser/test_phone"):
        return PHONES
    return BROWSERS if nodeid.startswith("tests/browser/") else nodeid.split("::")[0]


@pytest.fixture
def wall() -> Wall:
    """The clock everybody is handed; it stands at 06:30 on the show's day until it is turned."""
    return Wall()


@pytest.fixture
def sources(wall: Wall) -> Sources:
    return Sources(clock=Clock(wall), rng=random.Random(1))


@pytest.fixture
def hub(tmp_path: Path, sources: Sources) -> Iterator[Store]:
    """An empty office copy."""
    store = Store(tmp_path / "office", sources=sources, hub=True)
    yield store
    store.close()


@pytest.fixture
def device(tmp_path: Path, wall: Wall) -> Iterator[Store]:
    """An empty copy on a phone, with chance of its own."""
    sources = Sources(clock=Clock(wall), rng=random.Random(2))
    store = Store(tmp_path / "phone", sources=sources, hub=False)
    yield store
    store.close()


@pytest.fixture
def desk(hub: Store) -> Desk:
    """A desk at the office without any records."""
    return Desk(hub, ALL, user="Amara")


@pytest.fixture
def show(desk: Desk, wall: Wall) -> SmallShow:
    """The small show, on the morning of its second shoot day."""
    return made_up(desk, wall)


@pytest.fixture
def company(show: SmallShow, tmp_path: Path) -> Iterator[Company]:
    """The small show's office, and devices to come."""
    made = Company(show, tmp_path / "devices")
    yield made
    made.close()

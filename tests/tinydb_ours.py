"""A pytest plugin under which TinyDB's own suite runs on our table and our storage.

Every table is a RecordTable. Our storage stands in where the suite asks for none, and where its
`db` fixture says JSONStorage; a test that names JSONStorage itself keeps it.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from tinydb import TinyDB
from tinydb.middlewares import CachingMiddleware
from tinydb.storages import MemoryStorage, Storage

from data.disk import RecordTable
from data.storage import JournalStorage

in_fixture: dict[str, type] = {"memory": MemoryStorage, "json": JournalStorage}
"""By the fixture's parameter: the storage its databases are to have."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--behind-cache", action="store_true", help="in the fixture, a cache before it"
    )


def pytest_configure(config: pytest.Config) -> None:
    TinyDB.table_class = RecordTable  # type: ignore[assignment]
    TinyDB.default_storage_class = JournalStorage  # type: ignore[assignment]
    if config.getoption("--behind-cache"):
        in_fixture["json"] = CachingMiddleware


def pytest_plugin_registered(plugin: object) -> None:
    """The suite's conftest is loaded: what its fixture calls JSONStorage is ours."""
    if isinstance(plugin, ModuleType) and plugin.__name__.endswith("conftest"):
        vars(plugin)["JSONStorage"] = _ours


def pytest_runtest_call(item: pytest.Function) -> None:
    """A fixture that hands out something else, in a later TinyDB, would prove nothing of ours."""
    if "db" in item.fixturenames:
        db: Any = item.funcargs["db"]
        assert type(db.storage) is in_fixture[str(item.callspec.params["db"])]
        assert type(db.table(db.default_table_name)) is RecordTable


def _ours(*args: Any, **options: Any) -> Storage:
    cache: Any = CachingMiddleware
    behind = in_fixture["json"] is CachingMiddleware
    made = cache(JournalStorage) if behind else JournalStorage
    storage: Storage = made(*args, **options)
    return storage

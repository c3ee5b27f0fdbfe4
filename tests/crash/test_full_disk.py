"""A disk that is full to the brim: a real one where this machine lets us make one, and everywhere a
limit to the length of files; the same is asked of both."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir

import pytest

from tests.crash.brim import PLACES, may_mount, ran
from tests.crash.gestures import SORTS

HERE = [place for place in PLACES if place != "file-system" or may_mount(Path(gettempdir()))]


@pytest.mark.parametrize("place", HERE)
@pytest.mark.parametrize("sort", SORTS)
def test_a_full_disk_refuses_in_words_loses_nothing_and_goes_on_when_freed(
    sort: str, place: str, tmp_path: Path
) -> None:
    told = ran(place, sort, tmp_path)

    assert told["wrong"] == []
    assert {"Not saved: the disk is full. Free some space, then do it again."} == set(
        told["refusals"]
    )
    assert len(told["refusals"]) >= 3
    assert told["taken when freed"]
    assert told["given up"]
    assert all("The journal could not be made shorter" in said for said in told["given up"])

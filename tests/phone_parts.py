"""The phone app as the office hands it out, made once for all tests that need it."""

from __future__ import annotations

import functools

from views.phone.build import Built, Parts, build
from views.phone.serving import cache_folder


@functools.cache
def built() -> Built:
    """The app of this code; the packages come from this machine's cache or the package index."""
    return build(cache_folder(), Parts.here(), lambda _share, _words: None)

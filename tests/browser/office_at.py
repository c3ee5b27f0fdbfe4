"""The command line on a laptop of a test's network: `... office_at ADDRESSES WORD...`.

Which networks the machine of a test has is chance, and whether names lead anywhere there. Here the
laptop has these addresses, and names of the kind that shows have lead to this machine.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Callable
from typing import Any

import main
from views.lan import published


def with_addresses(text: str) -> None:
    """Must come before anything asks for them."""
    here = frozenset(map(ipaddress.ip_address, text.split(",")))
    published.own_addresses = lambda: here


def with_names() -> None:
    sys.modules["uvloop"] = None  # type: ignore[assignment]  # it would look names up by itself
    before: Callable[..., Any] = socket.getaddrinfo

    def found(host: Any, *words: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        return before("127.0.0.1" if name.endswith(".local") else host, *words, **more)

    socket.getaddrinfo = found


if __name__ == "__main__":
    with_addresses(sys.argv[1])
    with_names()
    main.cli(sys.argv[2:])

"""The command line on a laptop that has the addresses of a test: `... office_at ADDRESSES WORD...`.

Which networks the machine of a test has is chance; a phone that comes by an address must find one.
"""

from __future__ import annotations

import ipaddress
import sys

import main
from views.lan import published


def with_addresses(text: str) -> None:
    """Must come before anything asks for them."""
    here = frozenset(map(ipaddress.ip_address, text.split(",")))
    published.own_addresses = lambda: here


if __name__ == "__main__":
    with_addresses(sys.argv[1])
    main.cli(sys.argv[2:])

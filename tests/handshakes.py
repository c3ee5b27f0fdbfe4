"""One TLS handshake over loopback, as a phone makes it: one authority is trusted, and no other."""

from __future__ import annotations

import socket
import ssl
import threading

from views.lan.authority import Pair
from views.lan.identity import server_context


def trusting(authority: Pair, *, strict: bool = False) -> ssl.SSLContext:
    """A client that has installed this authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority.certificate)
    if strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def shake(client: ssl.SSLContext, shown: Pair | ssl.SSLContext, name: str) -> bytes:
    """The certificate that was accepted for `name`. ssl.SSLError: it was not."""
    server = server_context(shown) if isinstance(shown, Pair) else shown
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        thread = threading.Thread(target=_answer, args=(listening, server), daemon=True)
        thread.start()
        try:
            with (
                socket.create_connection(listening.getsockname(), timeout=20) as plain,
                client.wrap_socket(plain, server_hostname=name) as line,
            ):
                return line.getpeercert(binary_form=True) or b""
        finally:
            thread.join(20)


def _answer(listening: socket.socket, server: ssl.SSLContext) -> None:
    plain, _ = listening.accept()
    plain.settimeout(20)
    with plain:
        try:
            server.wrap_socket(plain, server_side=True).close()
        except OSError:
            return  # the client would not: that is what the test looks at, on its side

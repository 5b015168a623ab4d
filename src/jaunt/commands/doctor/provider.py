"""Who writes the code."""

import socket
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from jaunt import codes
from jaunt.commands.doctor.finding import Finding, failed
from jaunt.config import JauntConfig
from jaunt.errors import JauntError
from jaunt.generate.model import SERVER_HINT
from jaunt.generate.providers.choice import make_backend

_CONNECT_SECONDS = 2.0


def provider(config: JauntConfig) -> Iterator[Finding]:
    """Check that the provider can be used as configured; the key itself is never shown, nor sent."""
    try:
        backend = make_backend(config)
    except JauntError as error:
        yield failed("provider", error)
        return
    named = " ".join(filter(None, [config.llm.provider, config.llm.model]))
    yield Finding("ok", "provider", named + (f", {backend.key_variable} is set" if backend.key_variable else ""))
    if backend.own_server:
        yield _server(backend.own_server)
    for text, hint in backend.warnings():
        yield Finding("warn", "provider", text, hint, codes.PROVIDER)


def _server(url: str) -> Finding:
    """Open a connection to a server and close it: nothing is sent."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    where = f"{host}:{port}"
    if _is_proxied(parts):
        return Finding("ok", "server", f"{where} is reached by a proxy; not tried")
    try:
        socket.create_connection((host, port), timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        return Finding("fail", "server", f"{where} does not answer: {reason}", SERVER_HINT, codes.SERVER)
    return Finding("ok", "server", f"{where} answers")


def _is_proxied(parts: SplitResult) -> bool:
    """Whether a server is reached by a proxy, as `client_options` has it: this machine never is."""
    host = parts.hostname or ""
    if host in ("127.0.0.1", "::1", "localhost") or proxy_bypass(host):
        return False
    proxies = getproxies()
    return parts.scheme in proxies or "all" in proxies

"""The proxy that a server is reached by, if the environment, or the system's settings, name one."""

from urllib.parse import urlsplit

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def proxy_for(url: str) -> str | None:
    """Return the proxy's URL, None to go without; this machine itself is reached without.

    As in curl, `http_proxy`, `https_proxy` and `all_proxy` name it, and `no_proxy` the hosts that need none.
    """
    from urllib.request import getproxies, proxy_bypass  # an HTTP client and more, for one question

    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in _THIS_MACHINE or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")

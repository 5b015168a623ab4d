"""What the values of keys may be: each function returns what is wrong with a value, or None."""

import json
import keyword
import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

CONFIG_VERSION = 1

OWN_FIELDS = frozenset({"messages", "model", "stream", "system"})
"""The fields of a request that `llm.options` can't set."""

LOOPBACK = "loopback"
"""The network that ends at this machine."""

OPENED_FOR_TESTS = ("network", "env", "read", "write")
"""The keys of [sandbox] that may be given for single test modules."""

DEEPEST_OPTION = 100
"""In tables and lists: an SDK handles them by recursion."""


def at_least(minimum: int) -> Callable[[int], str | None]:
    """Return the check that refuses what is less than `minimum`."""
    return lambda value: f"must be at least {minimum}, is {value}" if value < minimum else None


def one_of(*words: str) -> Callable[[str], str | None]:
    """Return the check that refuses all but some words."""
    return lambda value: None if value in words else f"must be one of {', '.join(words)}, is {json.dumps(value)}"


def not_negative(value: float) -> str | None:
    """Refuse what is below 0, or no finite number."""
    return None if 0 <= value < math.inf else f"must be 0 or more, is {value}"


def share(value: float | None) -> str | None:
    """Refuse what is no share of a whole: below 0, or above 1."""
    return None if value is None or 0 <= value <= 1 else f"must be from 0 to 1, is {value}"


def positive(value: float) -> str | None:
    """Refuse 0 and what is below, or no finite number."""
    return None if 0 < value < math.inf else f"must be more than 0, is {value}"


def variable_name(value: str) -> str | None:
    """Refuse what can't be the name of an environment variable."""
    # The value is not shown: it may be the key itself.
    ok = not value or re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value)
    return None if ok else "must be the name of an environment variable, not the key itself"


def http_url(value: str) -> str | None:
    """Refuse what can't be the URL of a server, or holds a password."""
    # The value is not shown: it may hold a password.
    ok = not value or re.fullmatch(r"https?://[^/@\s]+(/\S*)?", value)
    if not ok:
        return "must be http:// or https:// and a host, without user name or password"
    try:
        possible = value.isprintable() and urlsplit(value).port != 0
    except ValueError:
        possible = False
    return None if possible else "has a host, a port or a character that no URL can have"


def store_url(value: str) -> str | None:
    """Refuse what names no protocol, or holds a password."""
    if not value or re.fullmatch(r"[a-z][a-z0-9+]*://([^/@:\s]+@)?[^@\s?#]+", value):
        return None
    return "must be a URL such as s3://bucket/prefix, without a password or a token: those belong into the environment"


def cluster_address(value: str) -> str | None:
    """Refuse what is no address of a scheduler, as Dask writes them."""
    if not value or re.fullmatch(r"(tcp|tls|ucx|wss?)://[^/@\s]+:\d+(/\S*)?", value):
        return None
    return f"must be an address such as tcp://host:8786, is {json.dumps(value)}"


def allowed_network(value: bool | str) -> str | None:
    """Refuse what says of no network how far it is open."""
    return (
        None
        if isinstance(value, bool) or value == LOOPBACK
        else f'must be true, false or "{LOOPBACK}", is {json.dumps(value)}'
    )


def opened_sandboxes(table: dict[str, Any]) -> str | None:
    """Refuse what is no table of tables that open the sandbox of some test modules further."""
    for name, given in table.items():
        if not isinstance(given, dict):
            return f"expected a table for {json.dumps(name)}, got {json.dumps(given, default=str)[:60]}"
        for key, value in given.items():
            if key not in OPENED_FOR_TESTS:
                return f"{json.dumps(name)} has the key {key}, which is none of {', '.join(OPENED_FOR_TESTS)}"
            is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
            wrong = allowed_network(value) if key == "network" else None if is_list else "must be a list of strings"
            if wrong:
                return f"{json.dumps(name)}: {key} {wrong}"
    return None


def package_name(value: str) -> str | None:
    """Refuse what can't be the name of a package."""
    ok = value.isidentifier() and not keyword.iskeyword(value)
    return None if ok else f"must be a name that Python can import, is {json.dumps(value)}"


def request_options(value: dict[str, Any]) -> str | None:
    """Refuse fields that jaunt sets itself, and what can't be sent as JSON."""
    own = sorted(value.keys() & OWN_FIELDS)
    if own:
        return f"{own[0]} is set by jaunt itself"
    if _depth(value) > DEEPEST_OPTION:
        return "must be less deeply nested"
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return "must be what JSON can hold: no dates, no nan"
    return None


def instructions(entries: list[str]) -> str | None:
    """Refuse blank instructions."""
    return None if all(each.strip() for each in entries) else "has an instruction without any text"


def instruction_table(table: dict[str, Any]) -> str | None:
    """Refuse what is no table of instructions, one or a list each."""
    for name, found in table.items():
        entries = [found] if isinstance(found, str) else found
        if not isinstance(entries, list) or not all(isinstance(each, str) for each in entries):
            return f"expected a string or a list of strings for {json.dumps(name)}, got {type(found).__name__}"
        if problem := instructions(entries):
            return f"{json.dumps(name)} {problem}"
    return None


def _depth(value: object) -> int:
    """Return how many tables and lists stand in each other; without a call for each, which Python limits."""
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth


def readable_version(value: int) -> str | None:
    """Refuse a format that this jaunt doesn't know."""
    return None if value == CONFIG_VERSION else f"is {value}, this jaunt reads version {CONFIG_VERSION}"


_CLOSED = {
    "builtins",
    "ctypes",
    "importlib",
    "multiprocessing",
    "os",
    "shutil",
    "socket",
    "subprocess",
    "sys",
    "threading",
}


def allowed_calls(patterns: list[str]) -> str | None:
    """Return what is wrong with patterns of calls: none may open what reaches out of the process, or all there is."""
    for pattern in patterns:
        head = pattern.partition(".")[0]
        if "." not in pattern or not head.isidentifier():
            return f"must be dotted paths that begin with a module, such as 'attrs.field': {pattern!r}"
        if head in _CLOSED and re.search(r"[*?[]", pattern):
            return f"must name each function of {head} by itself, without a pattern: {pattern!r}"
    return None

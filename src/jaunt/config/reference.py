"""The reference of keys, as their fields document them; `jaunt.checks.reference` adds those of checks."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, get_type_hints

from jaunt.config.key import keys_of
from jaunt.config.reading import TYPE_NAMES, without_none
from jaunt.config.schema import JauntConfig


class Key(NamedTuple):
    """A key: its name with those of its sections, the default as in TOML ("" if there is none), type and meaning."""

    name: str
    type: str
    default: str
    doc: str


def all_keys(table: type[Any] = JauntConfig, prefix: str = "") -> Iterator[Key]:
    """Yield the keys of a section and of those in it, in the order in which they are declared."""
    annotations = get_type_hints(table)
    blank = table()
    for each in keys_of(table):
        name = f"{prefix}{each.name}"
        if "section" in each.metadata:
            yield from all_keys(each.metadata["section"], f"{name}.")
            continue
        default = getattr(blank, each.name)
        wanted = TYPE_NAMES[without_none(annotations[each.name])] + (", or one" if each.metadata["or_one"] else "")
        yield Key(name, wanted, "" if default in (None, "", [], {}) else json.dumps(default), each.metadata["doc"])


def reference(keys: Iterable[Key]) -> str:
    """Return keys as a table in Markdown, a row each."""
    rows = [("key", "is", "default", "says"), ("---", "---", "---", "---")]
    rows += [(f"`{k.name}`", k.type, f"`{k.default}`" if k.default else "", k.doc) for k in keys]
    return "".join(f"| {' | '.join(row)} |\n".replace("|  |", "| |") for row in rows)


def sections() -> list[str]:
    """Return the names of the sections, in order."""
    return list(dict.fromkeys(key.name.partition(".")[0] for key in all_keys() if "." in key.name))


def key_lines(keys: Iterable[Key], section: str = "") -> Iterator[str]:
    """Yield keys, or those of a section, as lines for a terminal: `llm.timeout = 600.0`, and below what it says."""
    for key in keys:
        if not section or key.name.startswith(f"{section}."):
            yield f"{key.name} = {key.default}" if key.default else key.name
            yield f"    {key.doc} ({key.type})"

"""Evidence: what the checks have shown of the code of specs, as plain data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Evidence = Mapping[str, Mapping[str, Any]]
"""What stands behind the code of specs, by name: what was tried -> how many of it held, or in a word what came of it.

It says what was run, not what the spec has: {"examples": 3, "properties": 1, "robustness": "held"}.
"""
NO_EVIDENCE: Evidence = MappingProxyType({})


def added(*parts: Evidence) -> dict[str, dict[str, Any]]:
    """Return all that several checks say of the specs."""
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        for name, facts in part.items():
            found.setdefault(name, {}).update(facts)
    return found

"""Characters and comments that no candidate may have."""

import re
import unicodedata

_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")

_WHOLE_FILE = re.compile(
    r"^[ \t]*#[ \t]*((?:ruff|flake8)[ \t]*:[ \t]*noqa|(?:mypy|pyright|ty|type)[ \t]*:[ \t]*ignore)\b", re.M
)


def text_errors(source: str) -> list[str]:
    """Return what a text may not hold: characters that hide its meaning, comments that silence its checks."""
    found = [
        (match.start(), f"{_character(match[0])} changes how the line is shown; write it as \\u{ord(match[0]):04x}")
        for match in _BIDIRECTIONAL.finditer(source)
    ]
    found += [
        (match.start(1), f"`# {match[1]}` silences a check in the whole module; correct what it finds")
        for match in _WHOLE_FILE.finditer(source)
    ]
    return [f"line {source.count(chr(10), 0, start) + 1}: {problem}" for start, problem in sorted(found)]


def _character(char: str) -> str:
    return f"the invisible character U+{ord(char):04X} ({unicodedata.name(char)})"

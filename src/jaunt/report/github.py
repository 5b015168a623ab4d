"""Annotations: errors in the form that GitHub shows beside the line that they are about."""

import os
import re
from pathlib import Path

from jaunt.text.coded import code_of

_LINE = r":(?P<line>\d+)(?::(?P<column>\d+))?"
_FIRST = re.compile(rf"\A(?P<file>[^:]+\.\w+){_LINE}")  # a name with spaces can't be told in the midst of a text
_PLACE = re.compile(rf"(?P<file>[^\s:]+\.\w+){_LINE}")
_FILE = re.compile(r"(?P<file>[^\s:]+\.\w+)(?=[:\s])")


def annotation(level: str, text: str, at: str = "") -> str:
    """Return a line that shows a text beside the line that it begins with, or `at`, or what else it names of files.

    `level` is "error" or "warning". Only files that exist are named. Paths are made relative to the repository's
    folder, which GitHub tells in GITHUB_WORKSPACE, else to the working directory. The code of a text is its title.
    """
    tried = [(_FIRST, text), (_FIRST, at), (_FILE, f"{at}:"), (_PLACE, text), (_FILE, text)]
    named = (match for form, where in tried for match in form.finditer(where))
    found = next((match for match in named if Path(match["file"]).is_file()), None)
    place = {}
    if found is not None:
        place = {"file": _from_the_repository(found["file"])}
        groups = found.groupdict()
        place |= {word: groups[name] for word, name in (("line", "line"), ("col", "column")) if groups.get(name)}
    if code := code_of(text):
        place["title"] = code
    fields = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    return f"::{level} {fields}::{_message(text)}" if fields else f"::{level}::{_message(text)}"


def without_commands(text: str, token: str) -> str:
    """Return text that others wrote, in which GitHub looks for no commands; `token` is one that nobody can guess."""
    return f"::stop-commands::{token}\n{text}\n::{token}::"


def _from_the_repository(file: str) -> str:
    top = os.environ.get("GITHUB_WORKSPACE") or os.curdir
    return os.path.relpath(file, top).replace(os.sep, "/")


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")

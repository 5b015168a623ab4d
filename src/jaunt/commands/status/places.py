"""Where one spec stands, and where its code does: a file and a line each."""

import re
from typing import NamedTuple

from jaunt.files.plain import read_plain
from jaunt.project.project import Project
from jaunt.spec_ref import code_name


class Places(NamedTuple):
    """The places of a spec and of its code, "path:line"; of code that is not there, ""."""

    spec: str
    code: str


def places_of(project: Project, module: str, name: str) -> Places:
    """Return where the spec `name` of a module is defined, and its code."""
    spec_module = project.modules[module]
    entry = next(each for each in spec_module.entries if each.qualname == name)
    source = project.texts.source(entry)
    code = code_name(name)
    line = source.definitions[code].lineno
    return Places(f"{spec_module.file.path}:{line}", _code_place(project.generated_name(module), code))


def _code_place(path: str, name: str) -> str:
    """Return where a generated file defines a name; of several definitions, as of overloads, the last one counts.

    The text is searched: to parse it would take longer than all else.
    """
    try:
        text = read_plain(path).decode("utf-8", "replace")
    except OSError:
        return ""
    found = [*re.finditer(rf"^(?:async +def|def|class) +{re.escape(name)}\b", text, re.MULTILINE)]
    line = text.count("\n", 0, found[-1].start()) + 1 if found else 0
    return f"{path}:{line}" if line else ""

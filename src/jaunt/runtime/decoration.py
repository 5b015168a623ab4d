"""What a spec is decorated with, as its file tells: asked only where it is not built, to say what will help."""

# ruff: noqa: PTH123 - see loader.py

import sys

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from typing import Any

    from jaunt.registry import SpecEntry


def unseen_decorator(entry: "SpecEntry") -> str:
    """Return the decorator by which code makes something a spec that no build sees, with its file and line.

    A build reads files and runs none: it knows jaunt's decorators by their names, and by names that they are given.
    Return "" where one of them is there, and where that can't be told.
    """
    try:
        with open(entry.source_file, encoding="utf-8") as file:
            lines = file.read().split("\n")
    except (OSError, ValueError):
        return ""
    found = _decorators(lines, entry.qualname.removesuffix(".setter").removesuffix(".deleter").rpartition(".")[2])
    namespace = vars(sys.modules[entry.module]) if entry.module in sys.modules else {}
    if not found or not namespace or any(_is_jaunts(text, namespace) for _, text in found):
        return ""
    line, text = found[-1]
    return f"{text} at {entry.source_file}:{line}"


def _decorators(lines: "list[str]", name: str) -> "list[tuple[int, str]]":
    """Return the decorators of a definition, from above, each with its line, counted from 1."""
    heads = tuple(f"{word} {name}{end}" for word in ("def", "async def", "class") for end in "(:[")
    at = next((number for number, line in enumerate(lines) if line.lstrip().startswith(heads)), 0)
    margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    found = []
    for number in range(at - 1, -1, -1):
        line = lines[number]
        if line.startswith(f"{margin}@"):
            found.append((number + 1, line.strip()))
        elif not line.strip() or not line.startswith((f"{margin} ", f"{margin})", f"{margin}]", f"{margin}#")):
            break  # what else is above it is no part of a decorator
    return found[::-1]


def _is_jaunts(decorator: str, namespace: "dict[str, Any]") -> bool:
    """Whether a decorator, as it is written, is jaunt's own, or a name that was given to one of jaunt's."""
    head, *rest = decorator[1:].partition("(")[0].partition("#")[0].strip().split(".")
    value = namespace.get(head)
    for name in rest:
        value = getattr(value, name, None)
    return getattr(value, "__module__", None) == "jaunt.runtime"

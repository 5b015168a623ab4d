"""Specs that have a body of their own: told before a model is asked, as generated code takes the body's place."""

import ast
from collections.abc import Iterator
from contextlib import suppress

from jaunt.errors import JauntDiscoveryError
from jaunt.project.project import Project
from jaunt.syntax.source import Function, is_stub, read_source


def replaced_lines(project: Project, module: str) -> Iterator[str]:
    """Yield a line, with file, line and what to do, for each function among the specs of a module with a body."""
    if not project.scan:
        return
    entries = [entry for entry in project.modules[module].entries if entry.kind == "magic"]
    with suppress(JauntDiscoveryError):  # that is told of elsewhere
        source = read_source(module, project.modules[module].path, project.handed)
        for entry in entries:
            node = source.definitions.get(entry.qualname)
            if isinstance(node, Function) and (line := _first_line_of_code(node)):
                yield (
                    f"{source.path}:{line}: {entry.spec_ref} has a body, which generated code replaces (to keep it "
                    f"as the code, take off the decorator and run: jaunt adopt {entry.spec_ref})"
                )


def _first_line_of_code(function: Function) -> int:
    """Return the line at which a function's body does something; 0 for a stub, or one that only raises an error."""
    code = [each for each in function.body if not _is_open(each)]
    return 0 if not code or (len(code) == 1 and isinstance(code[0], ast.Raise)) else code[0].lineno


def _is_open(statement: ast.stmt) -> bool:
    """Whether a statement says nothing, or stands for a body to come; a `yield` tells that it is a generator's."""
    if isinstance(statement, ast.If) and isinstance(statement.test, ast.Constant) and not statement.test.value:
        return all(map(_is_open, statement.body)) and not statement.orelse
    return is_stub(statement) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant | ast.Yield)
    )

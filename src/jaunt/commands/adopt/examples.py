"""Examples of what functions do today: calls that the project makes, and drawn ones, run in the sandbox.

A function that gives the same in two runs, in processes that hash strings in other ways, may have doctests. Those
are recorded that run lines which no other one does, then those with other results.
"""

import ast
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from jaunt.commands.adopt.arguments import arguments_for
from jaunt.commands.adopt.homes import text_of
from jaunt.commands.adopt.target import Person
from jaunt.commands.eject.scopes import names_of
from jaunt.paths import PACKAGE
from jaunt.process.python import python_command
from jaunt.project.project import Project
from jaunt.sandbox.program import Program
from jaunt.sandbox.sandbox import Sandbox
from jaunt.syntax.source import ModuleSource

_ENOUGH, _MOST = 3, 6  # of a function; more than enough where each runs other lines
_SECONDS = 20
_OF_THE_MOMENT = frozenset(
    """now utcnow today time time_ns monotonic perf_counter localtime gmtime strftime environ getenv getcwd urandom
    uuid1 uuid4 random randint randrange choice choices shuffle sample getpid input open id hash""".split()  # noqa: SIM905
)
"""Names of what gives another value at another time or place."""
_UNFIT = re.compile(r"""\\|\"{3}|'{3}|"$""")
"""What would end a docstring, or mean something else in it."""


def find_examples(project: Project, person: Person, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the lines of a doctest for each function that has an example; nothing is written."""
    source = person.source
    fit = [
        name for name in names if "." not in name and _takes_examples(source, name) and _is_of_no_moment(source, name)
    ]
    calls = [(name, text) for name in fit for text in arguments_for(project, source, name)]
    runs = [_run(project, source.module, calls, seed) for seed in ("1", "2")] if calls else []
    found: dict[str, list[Shown]] = {}
    odd: set[str] = set()
    for (name, _), *shown in zip(calls, *runs, strict=True) if calls else ():
        odd |= {name} if shown[0].text != shown[1].text else set()
        if shown[0].text:
            found.setdefault(name, []).append(shown[0])
    found = {name: shown for name, shown in found.items() if name not in odd}
    return {name: [line for each in _telling(shown) for line in each.text] for name, shown in found.items()}


class Shown(NamedTuple):
    """What a call gave: the lines of a doctest, and which lines of code it ran."""

    text: Sequence[str]
    ran: frozenset[int] = frozenset()


def _telling(shown: Sequence[Shown]) -> list[Shown]:
    """Return, in order, the examples that tell most: those that run other lines than all others, then other results."""
    chosen: list[Shown] = []
    while len(chosen) < _MOST:
        ran, results = {line for each in chosen for line in each.ran}, {each.text[-1] for each in chosen}
        rest = [each for each in shown if each not in chosen]
        best = max(rest, key=lambda each: (len(each.ran - ran), each.text[-1] not in results), default=None)
        if best is None or (len(chosen) >= _ENOUGH and not best.ran - ran):
            break
        chosen.append(best)
    return [each for each in shown if each in chosen]


def _takes_examples(source: ModuleSource, name: str) -> bool:
    """Whether a function has no examples yet, and no docstring, or one in triple quotes, on lines of its own."""
    if "." in name:  # it would take an instance
        return False
    node = source.definitions[name]
    text = ast.get_docstring(node)
    segment = ast.get_source_segment(source.text, node.body[0]) or ""
    alone = node.body[0].lineno > node.lineno and (
        text is None or len(node.body) < 2 or _end(node.body[0]) < node.body[1].lineno
    )
    return alone and (text is None or (">>>" not in text and segment[-3:] in ('"""', "'''")))


def _end(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _is_of_no_moment(source: ModuleSource, name: str) -> bool:
    """Whether a function, and what it uses of its module, names nothing that gives another value at another time."""
    node = source.definitions[name]
    if not isinstance(node, ast.FunctionDef):
        return False
    seen, pending = {name}, [name]
    while pending:
        found = source.definitions.get(pending.pop())
        if found is None or found not in source.tree.body:
            continue
        words = {n.attr for n in ast.walk(found) if isinstance(n, ast.Attribute)}
        used = names_of(text_of(source, found)).used
        if (words | used) & _OF_THE_MOMENT:
            return False
        pending += used - seen
        seen |= used
    return True


def _run(project: Project, module: str, calls: Sequence[tuple[str, str]], seed: str) -> list[Shown]:
    """Make the calls in the sandbox; return what each gives, nothing for all of them if that failed."""
    limits = replace(project.config.sandbox, seconds=min(_SECONDS, project.config.sandbox.seconds))
    with tempfile.TemporaryFile() as results:
        program = Program(
            python_command("jaunt.commands.adopt.example_child", str(results.fileno()), options=("-P", "-B")),
            cwd=project.root,
            pythonpath=[*project.bases(), PACKAGE.rpartition("/")[0]],
            stdin=json.dumps({"module": module, "calls": calls}).encode() + b"\n",
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8", "JAUNT_GENERATED_DIR": project.generated_dir},
            pass_fds=[results.fileno()],
        )
        Sandbox(limits).run(program)
        results.seek(0)
        text = results.read()
    try:
        shown = json.loads(text)
    except ValueError:  # it ended before its end: by a limit, say
        shown = None
    fits = isinstance(shown, list) and len(shown) == len(calls)
    return [_read(each) for each in shown] if fits else [Shown(()) for _ in calls]


def _read(found: object) -> Shown:
    """Return an answer, which the project's own code could have written, if its lines are few and harmless."""
    match found:
        case [list() as text, list() as ran] if len(text) in (2, 4) and all(isinstance(line, int) for line in ran):
            if all(isinstance(line, str) and line.isprintable() and not _UNFIT.search(line) for line in text):
                return Shown(tuple(text), frozenset(ran))
    return Shown(())

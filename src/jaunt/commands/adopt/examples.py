"""Examples of what functions do today: calls that the project makes, and drawn ones, run in the sandbox.

A function that gives the same in two runs, in processes that hash strings in other ways, may have doctests. Those
are recorded that run lines which no other one does, then those with other results.
"""

import ast
import json
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from jaunt.commands.adopt.calls import Call, calls_of
from jaunt.commands.adopt.methods import methods_of, nodes_of
from jaunt.commands.adopt.target import Person
from jaunt.files.listing import ModuleFile
from jaunt.paths import PACKAGE
from jaunt.process.python import python_command
from jaunt.project.project import Project
from jaunt.sandbox.program import Program
from jaunt.sandbox.sandbox import Sandbox
from jaunt.syntax.source import Function, ModuleSource
from jaunt.text.counts import counted

_ENOUGH, _MOST = 3, 6  # of a function; more than enough where each runs other lines
_SECONDS = 20
_LONGEST_WHY = 120
_MAKERS = ("__init__", "__new__", "__post_init__", "__attrs_post_init__")
_OF_THE_MOMENT = frozenset(
    """now utcnow today time time_ns monotonic perf_counter localtime gmtime strftime environ getenv getcwd urandom
    uuid1 uuid4 random randint randrange choice choices shuffle sample getpid input open id hash""".split()  # noqa: SIM905
)
"""Names of what gives another value at another time or place."""
_UNFIT = re.compile(r"""\\|\"{3}|'{3}|"$""")
"""What would end a docstring, or mean something else in it."""


def find_examples(
    project: Project, person: Person, names: Sequence[str]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the lines of a doctest for each function that has an example, and why others have none.

    Nothing is written.
    """
    source = person.source
    nodes, calls = nodes_of(source, names), list[Call]()
    missing: dict[str, str] = {}
    for name in names:
        why = _takes_none(source, nodes[name]) or _of_the_moment(source, name, nodes[name])
        found = why or calls_of(project, source, name)
        if isinstance(found, str):
            missing[name] = found
        else:
            calls += found
    runs = [_run(project, person.file, calls, seed) for seed in ("1", "2")] if calls else []
    shown: dict[str, list[Shown]] = {}
    odd: set[str] = set()
    for call, first, second in zip(calls, *runs, strict=True) if calls else ():
        odd |= {call.name} if first.text != second.text else set()
        shown.setdefault(call.name, []).append(first)
    for name, each in shown.items():
        if name in odd:
            missing[name] = "it gives other values from run to run"
        elif not any(one.text for one in each):
            why, _ = Counter(one.why for one in each).most_common(1)[0]
            missing[name] = f"of {counted(len(each), 'call')} none could be shown: {why}"
    lines = {
        name: [line for each in _telling([one for one in all if one.text]) for line in each.text]
        for name, all in shown.items()
        if name not in missing
    }
    return lines, {name: missing[name] for name in names if name in missing}


class Shown(NamedTuple):
    """What a call gave: the lines of a doctest, which lines of code it ran, and why there are none to be shown."""

    text: Sequence[str]
    ran: frozenset[int] = frozenset()
    why: str = ""


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


def _takes_none(source: ModuleSource, node: Function) -> str:
    """Return why a docstring can take no examples, "" if it can: there is none, or it is on lines of its own."""
    text = ast.get_docstring(node)
    if text is not None and ">>>" in text:
        return "it has examples"
    segment = ast.get_source_segment(source.text, node.body[0]) or ""
    alone = node.body[0].lineno > node.lineno and (
        text is None or len(node.body) < 2 or _end(node.body[0]) < node.body[1].lineno
    )
    fits = alone and (text is None or segment[-3:] in ('"""', "'''"))
    return "" if fits else "its docstring is not in triple quotes, on lines of its own"


def _end(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _of_the_moment(source: ModuleSource, name: str, node: Function) -> str:
    """Return why a function may give another value at another time, by what it and what it uses name; "" if not."""
    method = methods_of(source).get(name)
    own = {each.node.name: each.node for each in methods_of(source).values() if method and each.owner == method.owner}
    seen: set[ast.AST] = {node}
    pending: list[ast.AST] = [node, *(own[each] for each in _MAKERS if each in own)]
    while pending:
        found = pending.pop()
        words, used = _words(found)
        told = sorted((words | used) & _OF_THE_MOMENT)
        if told:
            return f"it uses {told[0]}, so it may give another value at another time or place"
        new: list[ast.stmt | None] = [*map(source.definitions.get, used), *map(own.get, words)]
        new += [each for owner in new if isinstance(owner, ast.ClassDef) for each in owner.body if _makes(each)]
        pending += [each for each in new if isinstance(each, Function) and each not in seen]
        seen.update(pending)
    return ""


def _words(function: ast.AST) -> tuple[set[str], set[str]]:
    """Return the attributes that a function reads, and the names that it has from elsewhere."""
    nodes = [*ast.walk(function)]
    own = {n.arg for n in nodes if isinstance(n, ast.arg)}
    own |= {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    return {n.attr for n in nodes if isinstance(n, ast.Attribute)}, {
        n.id for n in nodes if isinstance(n, ast.Name)
    } - own


def _makes(statement: ast.stmt) -> bool:
    return isinstance(statement, Function) and statement.name in _MAKERS


def _run(project: Project, file: ModuleFile, calls: Sequence[Call], seed: str) -> list[Shown]:
    """Make the calls in the sandbox; return what each gives, nothing for all of them if that failed."""
    limits = replace(project.config.sandbox, seconds=min(_SECONDS, project.config.sandbox.seconds))
    with tempfile.TemporaryFile() as results:
        program = Program(
            python_command("jaunt.commands.adopt.example_child", str(results.fileno()), options=("-P", "-B")),
            cwd=project.root,
            pythonpath=[*dict.fromkeys([file.base, *project.bases()]), PACKAGE.rpartition("/")[0]],
            stdin=json.dumps({"module": file.name, "calls": calls}).encode() + b"\n",
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
    return [_read(each) for each in shown] if fits else [Shown((), why="the run ended before its end") for _ in calls]


def _read(found: object) -> Shown:
    """Return an answer, which the project's own code could have written, if its lines are few and harmless."""
    match found:
        case [[], list(), str() as why] if why.isprintable():
            return Shown((), why=why[:_LONGEST_WHY])
        case [list() as text, list() as ran, str()] if len(text) in (2, 4) and all(isinstance(n, int) for n in ran):
            if all(isinstance(line, str) and line.isprintable() and not _UNFIT.search(line) for line in text):
                return Shown(tuple(text), frozenset(ran))
    return Shown((), why="what it gives fits no docstring")

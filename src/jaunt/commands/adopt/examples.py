"""Examples of what functions do today: calls that the project itself makes with literals, run in the sandbox.

What comes out the same in two runs, in processes that hash strings in other ways, is recorded as a doctest.
"""

import ast
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from jaunt.commands.adopt.homes import text_of
from jaunt.commands.adopt.target import Person
from jaunt.commands.eject.scopes import names_of
from jaunt.errors import JauntDiscoveryError
from jaunt.files.listing import find_files
from jaunt.files.plain import read_plain
from jaunt.paths import PACKAGE
from jaunt.process.python import python_command
from jaunt.project.project import Project
from jaunt.sandbox.program import Program
from jaunt.sandbox.sandbox import Sandbox
from jaunt.syntax.source import Function, ModuleSource, last_name, parse_source

_MOST = 3  # of a function
_MOST_TRIED = 24
_SECONDS = 20
_LONGEST = 60  # arguments, as text
_OF_THE_MOMENT = frozenset(
    """now utcnow today time time_ns monotonic perf_counter localtime gmtime strftime environ getenv getcwd urandom
    uuid1 uuid4 random randint randrange choice choices shuffle sample getpid input open id hash""".split()  # noqa: SIM905
)
"""Names of what gives another value at another time or place."""
_UNFIT = re.compile(r"""\\|\"{3}|'{3}|"$""")
"""What would end a docstring, or mean something else in it."""
_DRAWN: Mapping[str, Sequence[str]] = {
    "str": ("''", "'a'", "'Hello, World!'"),
    "int": ("0", "1", "10"),
    "float": ("0.0", "1.5"),
    "bool": ("True", "False"),
    "bytes": ("b''", "b'ab'"),
    "list": ("[]",),
    "dict": ("{}",),
    "Iterable": ("[]",),
    "Sequence": ("[]",),
}
"""Arguments for functions that nothing calls with literals, by annotation."""


def find_examples(project: Project, person: Person, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the lines of a doctest for each function that has an example; nothing is written."""
    source = person.source
    fit = [name for name in names if _takes_examples(source, name) and _is_of_no_moment(source, name)]
    calls = [(name, text) for name in fit for text in _arguments(project, source, name)]
    runs = [_run(project, source.module, calls, seed) for seed in ("1", "2")] if calls else []
    found: dict[str, list[str]] = {}
    counts = dict.fromkeys(fit, 0)
    for (name, _), *shown in zip(calls, *runs, strict=True) if calls else ():
        if shown[0] and shown[0] == shown[1] and counts[name] < _MOST:
            found.setdefault(name, []).extend(shown[0])
            counts[name] += 1
    return found


def _takes_examples(source: ModuleSource, name: str) -> bool:
    """Whether a function has no examples yet, and no docstring, or one in triple quotes, on lines of its own."""
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


def _arguments(project: Project, source: ModuleSource, name: str) -> list[str]:
    """Return the texts of arguments to try a function with: those of calls that there are, or some by annotation."""
    found = list(dict.fromkeys(_called_with(project, source.module, name)))
    return (found or list(_drawn(source, name)))[:_MOST_TRIED]


def _called_with(project: Project, module: str, name: str) -> Iterator[str]:
    """Yield the texts of the arguments of calls with literals alone, those in tests first."""
    files = find_files(project.roots, generated_dir=project.generated_dir)
    for file in sorted(files, key=lambda each: each.kind != "test"):
        data = read_plain(file.path)
        if name.encode() not in data:
            continue
        try:
            other = parse_source(file.name, str(file.path), data)
        except JauntDiscoveryError:
            continue
        for node in ast.walk(other.tree):
            if isinstance(node, ast.Call) and other.dotted(node.func) == f"{module}.{name}":
                text = ast.unparse(node)[len(ast.unparse(node.func)) + 1 : -1]
                if _is_plain(node) and len(text) <= _LONGEST and "\\" not in text and '"""' not in text:
                    yield text


def _is_plain(call: ast.Call) -> bool:
    if any(keyword.arg is None for keyword in call.keywords):
        return False
    return all(_is_literal(each) for each in [*call.args, *(keyword.value for keyword in call.keywords)])


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _drawn(source: ModuleSource, name: str) -> Iterator[str]:
    node = source.definitions[name]
    assert isinstance(node, Function)
    arguments = [*node.args.posonlyargs, *node.args.args]
    needed = arguments[: len(arguments) - len(node.args.defaults)]
    values = [_DRAWN.get(last_name(each.annotation), ()) for each in needed]
    if needed and all(values) and all(node.args.kw_defaults):
        for number in range(max(map(len, values))):
            yield ", ".join(each[number % len(each)] for each in values)


def _run(project: Project, module: str, calls: Sequence[tuple[str, str]], seed: str) -> list[list[str]]:
    """Make the calls in the sandbox; return what each shows, nothing for all of them if that failed."""
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
    return [each if _are_lines(each) else [] for each in shown] if fits else [[] for _ in calls]


def _are_lines(found: object) -> bool:
    """Whether an answer, which the code of the project could have written itself, is a few lines that do no harm."""
    if not isinstance(found, list) or len(found) not in (2, 4):
        return False
    return all(isinstance(line, str) and line.isprintable() and not _UNFIT.search(line) for line in found)

"""What still passes: all checks on code as it stands, and what is remembered of that, so that it is not checked again.

`.jaunt/verified.json` holds a digest for each module that passed: of its files, of all that they were checked against,
and of what checked them. Where it is missing or damaged, the checks take their time.
"""

import hashlib
import importlib
import json
import os
import re
import sys
import sysconfig
from collections import Counter
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jaunt import __version__
from jaunt.checks.tools.tool import ToolError, find_tool
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import ensure_state_folder
from jaunt.files.json_record import read_record, write_record
from jaunt.files.plain import read_plain
from jaunt.header import parse_header, split_header
from jaunt.plan.module_work import project_work
from jaunt.plan.plan import Plan
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.report.console import error_line
from jaunt.report.wording import located_error
from jaunt.spec_ref import SpecRef, module_of
from jaunt.specs.dag import toposort
from jaunt.text.coded import with_code
from jaunt.text.counts import counted

if TYPE_CHECKING:
    from jaunt.generate.check import Examination

_FILE = Path(".jaunt", "verified.json")
_VERSION = 1
_CHECKED = re.compile(r"^# jaunt:checked_digest=(\S+)", re.MULTILINE)
_SETTINGS = ("jaunt.toml", "pyproject.toml", "ruff.toml", ".ruff.toml", "ty.toml")


@frozen
class Verified:
    """Module -> the digest of what passed; module -> how many examples and properties that ran, as "2 0"."""

    passed: Mapping[str, str] = field(default_factory=dict)
    ran: Mapping[str, str] = field(default_factory=dict)


class Verification(NamedTuple):
    """What checks of code as it stands came to: what fails, module -> errors, and the seconds that each module took.

    A module that was known to pass took none, and is not among those. `ran` is that of `Verified`.
    """

    failed: dict[str, list[str]]
    seconds: dict[str, float]
    ran: Mapping[str, str]


def verify(plan: Plan, among: Container[str]) -> Verification:
    """Put the code of those of a plan's modules that may stay through all checks.

    An error names file and line. Code that has to be generated anyway is left out. Generated tests that are to be
    verified are run, too: what they use may have moved in a way that nothing but their run tells. Nothing is written
    but what is remembered for the next time.
    """
    project = plan.project
    texts = {
        m: text for m, f in plan.freshness.items() if f.action in ("keep", "verify") and (text := _text(project, m))
    }
    digests = _digests(plan, texts)
    known = _read(project.root)
    changed = {m: text for m, text in texts.items() if known.passed.get(m) != digests[m]}
    asked = {m: split_header(text)[1] for m, text in changed.items() if m in among}
    failed: dict[str, list[str]] = {}
    examinations = _examined(project, asked)
    for module, examined in examinations.items():
        located = partial(located_error, path=project.generated_path(module), text=texts[module])
        errors = [located(error) for error in examined.errors]
        if examined.fault is not None:
            errors.append(with_code(f"{module}: {error_line(examined.fault)}", examined.fault))
        if errors:
            failed[module] = errors
    sound = texts.keys() - failed.keys()
    moved = [m for m in asked if m in sound and plan.freshness[m].action == "verify" and project.kind_of(m) == "test"]
    failed |= _failing(project, [m for m in moved if project.dag[m] <= sound])
    passed = {m: digests[m] for m in texts if m not in failed and (m in asked or m not in changed)}
    ran = {m: known.ran[m] if m in known.ran and m not in asked else _what_ran(project, m) for m in passed}
    _keep(project, Verified(passed, ran), known, plan)
    return Verification(failed, {module: examined.seconds for module, examined in examinations.items()}, ran)


def _what_ran(project: Project, module: str) -> str:
    if project.kind_of(module) != "build":
        return "0 0"
    evidence = importlib.import_module("jaunt.checks.behaviour.evidence")  # as above
    shown = evidence.shown_by_docstrings(project_work(project, module), project.config.verify).values()
    counts = sum((Counter(facts) for facts in shown), Counter[str]())
    return f"{counts['examples']} {counts['properties']}"


def what_passed(plan: Plan, ran: Mapping[str, str]) -> str:
    """Return what is to be said of a plan whose code passes all checks: how many examples and properties those ran."""
    counts = [ran[module].split() for module in plan.freshness if module in ran]
    examples, number = (sum(int(each[place]) for each in counts) for place in (0, 1))
    said = counted(examples, "example")
    said += f" and {number:,} propert{'y' if number == 1 else 'ies'}" if number else ""
    return f"all checks passed, {said} among them"


def _examined(project: Project, asked: Mapping[str, str]) -> "Mapping[str, Examination]":
    if not asked:
        return {}
    verification = importlib.import_module("jaunt.build.verification")  # 0.1 s, for nothing where all is known
    return verification.examine(project, asked, jobs=project.config.build.jobs)


def failing_tests(plan: Plan, *, known: Container[str] = ()) -> list[str]:
    """Run the generated tests of a plan's modules, as far as there are any and none is `known`; return what fails."""
    project = plan.project
    tests = [m for m in plan.freshness if project.kind_of(m) == "test" and project.generated_path(m).is_file()]
    return [each for errors in _failing(project, [m for m in tests if m not in known]).values() for each in errors]


def _failing(project: Project, tests: Collection[str]) -> dict[str, list[str]]:
    """Run generated test modules; return what fails, each with file and line where those are known, by module.

    What is of none of them counts for the first.
    """
    if not tests:
        return {}
    project_tests = importlib.import_module("jaunt.testing.project_tests")
    places = {str(project.generated_path(m).relative_to(project.root)): m for m in tests}
    found: dict[str, list[str]] = {}
    result = project_tests.run_project_tests(project, modules=tests)
    located = {str(each): each.located(project.root) for each in result.found}
    for failure in result.failures:
        module = places.get(failure.partition("::")[0], min(tests))
        found.setdefault(module, []).append(located.get(failure, failure))
    return found


def _text(project: Project, module: str) -> str:
    try:
        return read_plain(project.generated_path(module)).decode("utf-8", "replace")
    except OSError:
        return ""


def _digests(plan: Plan, texts: Mapping[str, str]) -> dict[str, str]:
    """Return what tells whether the checks of a module would say the same again, by module; of those below it too."""
    project, files = plan.project, _Files()
    common = _common(project)
    found: dict[str, str] = {}
    sound = plan.freshness.keys() - project.problems.keys()  # the modules of a cycle have a problem each
    for module in toposort({m: project.dag[m] & sound for m in sound}):
        text = texts.get(module, "")
        below = [found.get(dep, "") for dep in sorted(project.dag[module])]
        bases = project.bases_from(project.modules[module].base)
        world = [f"{ref} {files.of_module(module_of(SpecRef(ref)), bases)}" for ref in sorted(_refs(text))]
        own = files.digest(project.modules[module].path)
        found[module] = _hash([common, project.digests.get(module, ""), own, *below, *world, text])
    return {module: found[module] for module in texts if module in found}


def _refs(text: str) -> Collection[str]:
    """Return the references that a header has of what code was checked against besides; it is not parsed for that."""
    head = text.partition("\n\n")[0]
    if "# jaunt:checked_against=" in head:  # as an earlier version wrote them
        return (parse_header(text) or {}).get("checked_against", {})
    return _CHECKED.findall(head)


class _Files:
    """The digests of the files that code is checked against, each read once."""

    def __init__(self) -> None:
        self._read: dict[str, str] = {}

    def digest(self, path: str) -> str:
        """Return the digest of a file's content, "" if there is none."""
        if path not in self._read:
            try:
                self._read[path] = hashlib.sha256(read_plain(path)).hexdigest()
            except OSError:
                self._read[path] = ""
        return self._read[path]

    def of_module(self, module: str, bases: Sequence[Path]) -> str:
        """Return the digest of the file of a module of the project, found in `bases`; "" if it is none."""
        below = module.replace(".", os.sep)
        for base in bases:
            stem = f"{base}{os.sep}{below}"
            for path in (f"{stem}.py", f"{stem}/__init__.py"):
                if found := self.digest(path):
                    return found
        return ""


def _common(project: Project) -> str:
    """Return the digest of what counts for all modules: settings, versions of tools and of what is installed."""
    files = _Files()
    settings = [files.digest(str(project.root / name)) for name in _SETTINGS]
    config = project.config.config_file
    tools = [*_tools(), sys.version, __version__, sysconfig.get_platform()]
    return _hash([*settings, files.digest(str(config)) if config else "", repr(project.config.verify), *tools])


def _tools() -> Iterator[str]:
    """Yield what tells the programs that check from others, and whether anything was installed since."""
    for name in ("ruff", "ty"):
        with suppress(ToolError, OSError):
            status = find_tool(name).stat()
            yield f"{name} {status.st_size} {status.st_mtime_ns}"
    for folder in sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}):
        with suppress(OSError):
            yield f"{folder} {Path(folder).stat().st_mtime_ns}"


def _hash(parts: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _read(root: Path) -> Verified:
    try:
        return read_record(root / _FILE, Verified, version=_VERSION)
    except (OSError, ValueError):
        return Verified()


def _keep(project: Project, new: Verified, old: Verified, plan: Plan) -> None:
    others = {m: d for m, d in old.passed.items() if m in project.modules and m not in plan.freshness}
    ran = {module: text for module, text in old.ran.items() if module in others}
    kept = Verified({**others, **new.passed}, {**ran, **new.ran})
    if kept == old:
        return
    with suppress(JauntWriteError):
        ensure_state_folder(project.root)
        write_record(project.root / _FILE, kept, within=project.root, version=_VERSION, durable=False)

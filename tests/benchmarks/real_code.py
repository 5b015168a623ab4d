"""What jaunt makes of code that is there: installed libraries, with their own code as the model's answer.

    python tests/benchmarks/real_code.py [NAME ...] [--sample N] [--quick | --in-place] [--tests NAME=FOLDER ...]
                                         [--details] [--json FILE] [--keep FOLDER]

Each public function and each class of a library becomes a spec, alone in a copy of its module; its own code is the
recorded answer, and the default checks look at it. Whatever they refuse is code that works: the table tells how much
that is, and by which rule. Then whole modules are built in place: all definitions that passed are specs at once, the
library is imported from that project, and its tests (a `tests` folder in the package, or `--tests`) run against it and
against the original. NAME is an installed distribution in pure Python; nothing of the library's own installation is
changed.
"""

import argparse
import contextlib
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from real_baseline import EXAMPLE_SECONDS, failing_examples, run, run_tests, type_errors
from real_specs import Definition, Function, Module, answer_text, fit_together, public_definitions, spec_text

LIBRARIES = ["boltons", "more-itertools", "toolz", "cachetools", "semver", "humanize", "sortedcontainers", "isodate"]
SETTINGS = """\
version = 1

[build]
max_attempts = 1

[llm]
provider = "recorded"
recordings = "recordings"
"""
ABOVE = "or write it above jaunt's)"  # what is told of a decorator that a spec can't have below jaunt's
MOST_TESTS = 10  # to be listed of a library
TYPES_AS_WARNINGS = """
[verify]
ty = "warn"
"""
RECORDING = """\
# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module={module}
# jaunt:module_digest=sha256:{digest}

{text}"""


@dataclass(frozen=True)
class Spec:
    """One definition made a spec: the module that it is from, its name and line, and the spec module that has it."""

    library: str
    module: str
    name: str
    kind: str
    line: int
    spec_module: str


@dataclass(frozen=True)
class Refusal:
    """What one message says against a spec, or against a whole module in place; `rule` is it without names."""

    library: str
    module: str
    name: str
    kind: str
    line: int
    check: str
    rule: str
    message: str


@dataclass
class InPlace:
    """What came of a library's modules in place; `chosen` are the names of the specs by module.

    `by_hand` are definitions that are no specs though they could be alone: they need what is bound too late, or a
    message named them. `refusals` and `warnings` are of the first build, `refused` the modules that no further build
    of the same project built; `imports` says why built ones can't be imported. `original` and `built` count what became
    of the library's own tests, `different` maps those that end otherwise with the built modules to how they end.
    """

    chosen: dict[str, list[str]]
    by_hand: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    warnings: list[Refusal] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    imports: dict[str, str] = field(default_factory=dict)
    tests: str = ""
    original: Mapping[str, int] = field(default_factory=dict)
    built: Mapping[str, int] = field(default_factory=dict)
    different: dict[str, str] = field(default_factory=dict)

    def leave_out(self, module: str, names: Collection[str]) -> None:
        """Leave some definitions of a module as they were written."""
        self.by_hand += (f"{module}.{name}" for name in sorted(names))
        self.chosen[module] = [name for name in self.chosen[module] if name not in names]


@dataclass
class Library:
    """An installed library: its version, its files below site-packages, its modules, and what was found out.

    `type_errors` are what ty finds in it as it is: the module, the definition ("*": any), the rule or the message.
    """

    name: str
    version: str
    site: Path
    files: list[Path]
    modules: dict[str, tuple[Path, Module]] = field(default_factory=dict)
    specs: list[Spec] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    type_errors: set[tuple[str, str, str]] = field(default_factory=set)
    refusals: list[Refusal] = field(default_factory=list)
    tried_alone: bool = False
    in_place: InPlace | None = None

    def refused(self, kind: str = "") -> set[Spec]:
        """Return the specs, of a kind or of both, that something was said against."""
        told = {(each.module, each.name) for each in self.refusals}
        return {s for s in self.specs if (s.module, s.name) in told and kind in ("", s.kind)}

    def refused_by_types(self, kind: str = "", *checks: str) -> set[Spec]:
        """Return those of them that `checks` alone, "ty" and "ty*" by default, said something against."""
        others = {(each.module, each.name) for each in self.refusals if each.check not in (checks or ("ty", "ty*"))}
        return {s for s in self.refused(kind) if (s.module, s.name) not in others}


# --- libraries ---------------------------------------------------------------------------------------


def find_library(name: str) -> Library:
    """Return an installed library; ends the program, saying what to do, if it isn't there or not in pure Python."""
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise SystemExit(f"{name} is not installed: {sys.executable} -m pip install {name}") from None
    files = [Path(f) for f in distribution.files or () if not _is_left_out(Path(f))]
    if any(file.suffix in {".so", ".pyd"} for file in files):
        raise SystemExit(f"{name} is not pure Python: it has compiled modules")
    library = Library(name, distribution.version, Path(str(distribution.locate_file(""))), files)
    for file in sorted(f for f in files if f.suffix == ".py" and not {"tests", "test"} & {*f.parts}):
        parts = file.with_suffix("").parts
        is_package = parts[-1] == "__init__"
        if parts[-1] != "__main__":
            text = (library.site / file).read_text(encoding="utf-8")
            module = Module(".".join(parts[:-1] if is_package else parts), is_package, text)
            library.modules[module.name] = (file, module)
    return library


def _is_left_out(file: Path) -> bool:
    return ".." in file.parts or "__pycache__" in file.parts or file.parts[0].endswith((".dist-info", ".pth"))


def choose_specs(library: Library, sample: int | None) -> None:
    """Fill in which definitions of a library may become specs, the first `sample` of them, and why others can't."""
    for name, (_, module) in library.modules.items():
        found, unfit = public_definitions(module)
        library.left_out |= {f"{name}.{definition}": reason for definition, reason in unfit.items()}
        library.specs += (_spec(library, name, definition) for definition in found)
    library.specs = library.specs[:sample]


def leave_out_failing(library: Library, source: Path) -> None:
    """Take out the specs that are no right code as they stand, told by what is in the project's folder `source`."""
    definitions: dict[str, list[str]] = {}
    for spec in library.specs:
        definitions.setdefault(spec.module, []).append(spec.name)
    failing = failing_examples(source, definitions)
    for spec in list(library.specs):
        if reason := failing.get(spec.module, {}).get(spec.name):
            library.left_out[f"{spec.module}.{spec.name}"] = reason
            library.specs.remove(spec)


def _spec(library: Library, module: str, name: str) -> Spec:
    file, source = library.modules[module]
    node = source.definitions[name]
    kind = "function" if isinstance(node, Function) else "class"
    spec_module = ".".join([*file.parent.parts, f"{file.stem.strip('_')}__{name}"])
    return Spec(library.name, module, name, kind, node.lineno, spec_module)


# --- projects ----------------------------------------------------------------------------------------


def jaunt(root: Path, *arguments: str) -> dict[str, Any]:
    """Run jaunt in a project and return what it prints with --json; ends the program if that is nothing."""
    ran = run([sys.executable, "-m", "jaunt", *arguments, "--root", str(root), "--json", "--quiet"], root)
    try:
        return json.loads(ran.stdout)
    except ValueError:
        raise SystemExit(f"jaunt {' '.join(arguments)} failed: {ran.stderr or ran.stdout}") from None


def copy_library(library: Library, root: Path, settings: str = "") -> Path:
    """Make a project of a library's files; returns the folder that its modules are imported from.

    It declares what the library does, for its extras too.
    `settings` stand in its jaunt.toml below those that all projects have.
    """
    source = root / "src"
    for file in library.files:
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        (source / file).write_bytes((library.site / file).read_bytes())
    requirements = metadata.requires(library.name) or []
    plain = [each for each in requirements if "extra ==" not in each]
    extra = [each.partition(";")[0].strip() for each in requirements if each not in plain]
    declared = f"dependencies = {json.dumps(plain)}\n[project.optional-dependencies]\nall = {json.dumps(extra)}\n"
    (root / "pyproject.toml").write_text(f'[project]\nname = "{library.name}"\nversion = "1"\n{declared}')
    (root / "recordings").mkdir(parents=True)
    (root / "jaunt.toml").write_text(SETTINGS + settings)
    return source


@dataclass(frozen=True)
class Built:
    """What was said by spec module: against those that failed, and as warnings about those that did not."""

    failed: dict[str, list[str]]
    warned: dict[str, list[str]]


def build(root: Path, answers: Mapping[str, str]) -> Built:
    """Build a project from answers, by spec module; what a dry run tells already begins with "before any call: "."""
    planned = jaunt(root, "build", "--dry-run")
    if "modules" not in planned:
        raise SystemExit(f"jaunt build --dry-run failed: {planned}")
    for step in planned["modules"]:
        text = RECORDING.format(module=step["module"], digest=step["digest"], text=answers[step["module"]])
        (root / "recordings" / f"{step['module']}.py").write_text(text, encoding="utf-8")
    found = Built({name: [f"before any call: {problem}"] for name, problem in planned["problems"].items()}, {})
    for module in jaunt(root, "build")["modules"]:
        name, status = module["module"], module["status"]
        if status in {"generated", "fresh"}:
            found.warned[name] = module.get("warnings", [])
        elif name not in found.failed:
            found.failed[name] = module.get("errors") or [status]
    return found


def build_one_by_one(library: Library, root: Path) -> None:
    """Build each spec of a library, alone in a copy of its module, and note what is refused."""
    source = copy_library(library, root)
    paths = {spec: source.joinpath(*spec.spec_module.split(".")).with_suffix(".py") for spec in library.specs}
    for spec, path in paths.items():
        file, module = library.modules[spec.module]
        path.write_text(module.text, encoding="utf-8")
        stub = library.site / file.with_suffix(".pyi")
        if stub.is_file():
            path.with_suffix(".pyi").write_bytes(stub.read_bytes())
    note_type_errors(library, source, {path.relative_to(source): spec for spec, path in paths.items()})
    for spec, path in paths.items():
        path.write_text(spec_text(library.modules[spec.module][1], [spec.name]), encoding="utf-8")
    leave_out_failing(library, source)  # with all files there, as examples look at them, too
    for spec in paths.keys() - set(library.specs):
        paths[spec].unlink()
    modules = {spec: library.modules[spec.module][1] for spec in library.specs}
    told_to_move = {
        name for name, problem in jaunt(root, "build", "--dry-run").get("problems", {}).items() if ABOVE in problem
    }
    for spec in (spec for spec in library.specs if spec.spec_module in told_to_move):
        paths[spec].write_text(spec_text(modules[spec], [spec.name], below=True), encoding="utf-8")
    failed = build(
        root, {s.spec_module: answer_text(modules[s], [s.name], s.spec_module) for s in library.specs}
    ).failed
    for spec in library.specs:
        library.refusals += refusals_of(library, spec, failed.get(spec.spec_module, []))
    leave_out_unimportable(library, root, paths)
    library.tried_alone = True


def leave_out_unimportable(library: Library, root: Path, paths: Mapping[Spec, Path]) -> None:
    """Take out the specs whose modules can't be there twice, as they tell somebody of themselves: nor can a copy."""
    gated = {(each.module, each.name) for each in library.refusals if each.check == "gate"}
    for spec in [each for each in library.specs if (each.module, each.name) in gated]:
        paths[spec].write_text(library.modules[spec.module][1].text, encoding="utf-8")
        if _import_problems(root, root / "src", [spec.spec_module]):
            library.left_out[f"{spec.module}.{spec.name}"] = "a copy of its module cannot be imported"
            library.specs.remove(spec)
            found = [each for each in library.refusals if (each.module, each.name) != (spec.module, spec.name)]
            library.refusals[:] = found


def note_type_errors(library: Library, source: Path, copies: Mapping[Path, Spec] | None = None) -> None:
    """Note what ty finds in a library as it is: in a definition by its rule, between them by its message.

    So it does with the `copies` of modules that are to have a spec each, as their classes are not those of the others:
    what counts is in the definition that the spec is to be made of.
    """
    names = {file: name for name, (file, _) in library.modules.items()}
    for each in type_errors(source):
        spec = (copies or {}).get(each.file)
        module = spec.module if spec else names.get(each.file)
        statements = library.modules[module][1].tree.body if module else ()
        nodes = [statement for statement in statements if isinstance(statement, Definition)]  # overloads, too
        around = next((n.name for n in nodes if n.lineno <= each.line <= (n.end_lineno or 0)), None)
        if spec is None or around in (None, spec.name):
            told = [(around, each.rule), ("*", each.rule)] if around else [("*", each.message)]
            library.type_errors |= {(module, *pair) for pair in told if module}


# --- in place ----------------------------------------------------------------------------------------


def build_in_place(library: Library, root: Path, tests: Path | None) -> None:
    """Build the modules of a library with all specs at once, import them, and run the library's tests.

    Left out are the specs that were refused alone, but for those that ty alone refuses: here it only warns.
    """
    source = copy_library(library, root, TYPES_AS_WARNINGS)
    if not library.tried_alone:
        note_type_errors(library, source)
        leave_out_failing(library, source)
    refused = library.refused() - library.refused_by_types()
    chosen: dict[str, list[str]] = {}
    for spec in library.specs:
        if spec not in refused:
            chosen.setdefault(spec.module, []).append(spec.name)
    found = InPlace(chosen)
    answers = _write_specs(library, source, found)
    last = first = build(root, answers)
    while last.failed:
        again = build(root, answers)
        if len(again.failed) < len(last.failed) or _leave_out_named(found, again):
            answers = _write_specs(library, source, found)
            last = again
        else:
            break
    for name in last.failed:  # the others are to be imported
        file, module = library.modules[name]
        (source / file).write_text(module.text, encoding="utf-8")
    found.refused = sorted(last.failed)
    for name in chosen:
        spec = Spec(library.name, name, "", "module", 1, name)
        found.refusals += refusals_of(library, spec, first.failed.get(name, []))
        found.warnings += refusals_of(library, spec, first.warned.get(name, []), only="ty")
    found.imports = _import_problems(root, source, [name for name in chosen if name not in last.failed])
    _compare_tests(library, found, root, tests)
    library.in_place = found


def _write_specs(library: Library, source: Path, found: InPlace) -> dict[str, str]:
    """Write the spec modules in place and return the answers to them; what can't be a spec stays by hand."""
    answers = {}
    for name, wanted in found.chosen.items():
        file, module = library.modules[name]
        names = fit_together(module, wanted)
        found.leave_out(name, set(wanted) - set(names))
        (source / file).write_text(spec_text(module, names) if names else module.text, encoding="utf-8")
        if names:
            answers[name] = answer_text(module, names, name)
    return answers


def _leave_out_named(found: InPlace, built: Built) -> bool:
    """Leave by hand what the messages against a module begin with, or say is not built; returns whether they name any.

    They are examples and modules that need each other while they are imported: no order of building helps. Of two such
    modules, the one of fewer specs stays as it is.
    """
    named: set[tuple[str, str]] = set()
    for module, errors in built.failed.items():
        named |= {(module, re.split(r"[.:]", error, maxsplit=1)[0]) for error in errors}
        named |= {pair for error in errors for pair in re.findall(r"([\w.]+):(\w+) is not built", error)}
        circles = [match for error in errors for match in re.findall(r"^([\w.]+) and ([\w.]+) use each other", error)]
        named |= {
            (smaller, name)
            for circle in circles
            for smaller in [_smaller(found, circle)]
            for name in found.chosen[smaller]
        }
    wanted = {(module, name) for module, name in named if name in found.chosen.get(module, ())}
    for module, name in wanted:
        found.leave_out(module, {name})
    return bool(wanted)


def _smaller(found: InPlace, modules: Collection[str]) -> str:
    return min(modules, key=lambda name: len(found.chosen.get(name, ())))


def _import_problems(root: Path, source: Path, modules: Sequence[str]) -> dict[str, str]:
    """Return why modules can't be imported from the project, each in a process of its own."""
    found = {}
    for name in modules:
        command = [sys.executable, "-c", f"import {name} as module; assert 'src' in module.__file__, module.__file__"]
        ran = run(command, root, seconds=EXAMPLE_SECONDS, source=source)
        if ran.returncode:
            found[name] = (ran.stderr.strip().splitlines() or ["failed"])[-1]
    return found


def _compare_tests(library: Library, found: InPlace, root: Path, tests: Path | None) -> None:
    """Run a library's tests, if there are any, against the built modules and against the original; note both."""
    inside = {library.site / f.parent for f in library.files if f.parent.name in {"tests", "test"}}
    folders = [tests] if tests else sorted(inside)
    original = copy_library(library, root / "original")
    before, after = dict[str, Counter[str]](), dict[str, Counter[str]]()
    for number, folder in enumerate(folders):
        before |= run_tests(folder, root / f"original-{number}", original)
        after |= run_tests(folder, root / f"built-{number}", root / "src")
    found.tests = " ".join(map(str, folders))
    found.original, found.built = (dict(sum(each.values(), Counter())) for each in (before, after))
    for test in {**before, **after}:
        built, expected = (_in_words(each.get(test, {})) for each in (after, before))
        if built != expected:
            found.different[test] = f"{built}, with the original {expected}"


def _in_words(outcomes: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "none ran"


# --- rules -------------------------------------------------------------------------------------------

_TOOL = re.compile(r"(ruff|ty): ")
_OF_SPEC = re.compile(r": ty: .* \[([\w-]+)\]; every answer would have it too")
_MESSAGE = re.compile(r"^ty: line \d+: | \[[\w-]+\](?:: `.*`)?$")  # what stands around ty's own words
_NAMED = [
    (re.compile(r"(?<![\w])/[\w./-]+\.pyi?(?::\d+)?:? ?"), ""),  # paths
    (re.compile(r"`[^`]*`"), "`...`"),
    (re.compile(r"(?<!\w)'[^']*'|\"[^\"]*\""), "'...'"),
    (re.compile(r"\bline \d+( of the candidate)?"), "line N"),
    (re.compile(r"\b[A-Za-z_]\w*(?:[.:]\w+)+"), "NAME"),
    (re.compile(r"\b0x[0-9a-f]+\b|\b\d+\b"), "N"),
]


def refusals_of(library: Library, spec: Spec, errors: Sequence[str], *, only: str = "") -> Iterator[Refusal]:
    """Yield the messages against a spec, each with the check that it is from and the rule; those of one check alone.

    The check is "ty*" where ty says as much of the library's own file, or of the copy that was to have the spec.
    """
    known = [*spec.name.split(), *filter(None, [spec.spec_module])]
    for error in errors:
        if error.startswith("the last candidate and its errors are in "):
            continue  # a remark
        check, rule = _check_and_rule(error, known)
        if only not in ("", check):
            continue
        told = {(spec.module, spec.name or "*", rule), (spec.module, "*", _MESSAGE.sub("", error))}
        if check == "ty" and told & library.type_errors:
            check = "ty*"
        yield Refusal(spec.library, spec.module, spec.name, spec.kind, spec.line, check, rule, error)


def _check_and_rule(error: str, names: Sequence[str]) -> tuple[str, str]:
    head = error.splitlines()[0] if error else "(nothing)"
    if match := _OF_SPEC.search(head):
        return "ty", match[1]
    if match := _TOOL.match(head):
        code = re.search(r"\[([\w-]+)\](?:: `.*)?$", head) or re.search(r"\b([A-Z]+\d+)\b", head)
        return match[1], code[1] if code else head
    check = "static"
    if head.startswith("before any call: "):
        check, head = "plan", head.removeprefix("before any call: ")
    elif re.search(r": the example in \S+:\d+ fails$", head):
        check, got = "examples", re.search(r"^    got: (\w+):", error, re.M)
        head += f": {got[1]}" if got else ""
    elif head.startswith("importing "):
        check = "examples"
    elif ": cannot be imported: " in head:
        check = "gate"  # the spec module itself
    head = re.sub(r"^line \d+: ", "", head)
    head = head.partition(" (run: ")[0]
    head = re.sub(r"^(?:[A-Za-z_]\w*(?:\.\w+)*): ", "", head) if check != "plan" else head
    for pattern, text in _NAMED:
        head = pattern.sub(text, head)
    for name in names:
        head = re.sub(rf"\b{re.escape(name)}\b", "NAME", head)
    return check, head.strip()


_PLURAL = {"function": "functions", "class": "classes"}

# --- what is told ------------------------------------------------------------------------------------


def print_libraries(libraries: Sequence[Library]) -> None:
    """Print how much of each library was tried and refused, and the sums."""
    print(f"{'':<24}" + "".join(f"{kind:>10}{'refused':>16}{'by ty* alone':>14}" for kind in _PLURAL.values()))
    rows = [(f"{each.name} {each.version}", [each]) for each in libraries]
    for title, part in [*rows, ("all", libraries)] if len(rows) > 1 else rows:
        print(f"{title:<24}{''.join(_cells(part, kind) for kind in _PLURAL)}")
    print("ty*: ty says the same of the library's own file, or of the copy of it before it had a spec, without jaunt")
    reasons = Counter(reason.partition(":")[0] for each in libraries for reason in each.left_out.values())
    for reason, count in reasons.most_common():
        print(f"left out: {count} as {reason}")


def _cells(libraries: Sequence[Library], kind: str) -> str:
    tried = sum(spec.kind == kind for each in libraries for spec in each.specs)
    refused = sum(len(each.refused(kind)) for each in libraries)
    by_types = sum(len(each.refused_by_types(kind, "ty*")) for each in libraries)
    return f"{tried:>10}{refused:>8} {100 * refused / max(tried, 1):5.1f} %{by_types:>14}"


def print_rules(refusals: Sequence[Refusal]) -> None:
    """Print, for each rule, how many definitions it refused, and how many of these no other rule did."""
    rules: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for each in refusals:
        rules.setdefault((each.check, each.rule), set()).add((each.module, each.name))
    against = Counter(definition for definitions in rules.values() for definition in definitions)
    print(f"\n{'refused':>8}{'alone':>7}  {'check':<9} rule")
    for (check, rule), definitions in sorted(rules.items(), key=lambda item: (-len(item[1]), item[0])):
        alone = sum(against[definition] == 1 for definition in definitions)
        print(f"{len(definitions):>8}{alone:>7}  {check:<9} {rule}")


def print_in_place(libraries: Sequence[Library]) -> None:
    """Print what came of whole modules in place, and of the libraries' own tests."""
    print("\nwhole modules in place")
    places = [(library.name, library.in_place) for library in libraries if library.in_place]
    for name, found in places:
        refused = len({each.module for each in found.refusals})
        by_hand = f" ({len(found.by_hand)} more left by hand)" if found.by_hand else ""
        specs = sum(map(len, found.chosen.values()))
        print(
            f"  {name}: {len(found.chosen)} modules of {specs} specs{by_hand}; refused at first: {refused}, "
            f"after further builds: {len(found.refused)}; not importable: {len(found.imports)}"
        )
        for module, problem in found.imports.items():
            print(f"    not importable: {module}: {problem}")
        if found.tests:
            print(f"    its tests: {_in_words(found.built)}; with the original: {_in_words(found.original)}")
        for test, outcome in list(found.different.items())[:MOST_TESTS]:
            print(f"    otherwise: {test}: {outcome}")
        if len(found.different) > MOST_TESTS:
            print(f"    otherwise: {len(found.different) - MOST_TESTS} more")
    print_rules([refusal for _, found in places for refusal in found.refusals])
    print("\nwarnings in place")
    print_rules([warning for _, found in places for warning in found.warnings])


def print_details(libraries: Sequence[Library]) -> None:
    """Print each refused definition, and each module refused in place, with what was said against it."""
    for library in libraries:
        for each in [*library.refusals, *(library.in_place.refusals if library.in_place else [])]:
            print(f"\n{each.module}:{each.line}: {each.name} ({each.kind}), {each.check}\n    {each.message}")


def write_json(file: Path, libraries: Sequence[Library]) -> None:
    """Write all that was found out."""
    facts = [
        {
            "name": each.name,
            "version": each.version,
            "functions": {
                "tried": sum(s.kind == "function" for s in each.specs),
                "refused": len(each.refused("function")),
            },
            "classes": {"tried": sum(s.kind == "class" for s in each.specs), "refused": len(each.refused("class"))},
            "left_out": each.left_out,
            "refusals": [asdict(refusal) for refusal in each.refusals],
            "in_place": asdict(each.in_place) if each.in_place else None,
        }
        for each in libraries
    ]
    file.write_text(json.dumps({"libraries": facts}, indent=1) + "\n", encoding="utf-8")


# --- the program -------------------------------------------------------------------------------------


def main() -> None:
    """Read the options, try the libraries, tell what came of it."""
    arguments = read_arguments()
    tests = {name: Path(folder).absolute() for name, folder in (each.split("=", 1) for each in arguments.tests)}
    libraries = [find_library(name) for name in arguments.names or LIBRARIES]
    with contextlib.ExitStack() as stack:
        keep = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jaunt-real-code-")))
        for library in libraries:
            begin = time.perf_counter()
            choose_specs(library, arguments.sample)
            if not arguments.in_place:
                build_one_by_one(library, keep.absolute() / library.name)
            if not arguments.quick:
                build_in_place(library, keep.absolute() / f"{library.name}-in-place", tests.get(library.name))
            print(f"{library.name}: {time.perf_counter() - begin:.1f} s", file=sys.stderr)
    if not arguments.in_place:
        print_libraries(libraries)
        print_rules([refusal for library in libraries for refusal in library.refusals])
    if not arguments.quick:
        print_in_place(libraries)
    if arguments.details:
        print_details(libraries)
    if arguments.json:
        write_json(arguments.json, libraries)


def read_arguments() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"distributions (default: {' '.join(LIBRARIES)})")
    parser.add_argument("--sample", type=int, metavar="N", help="the first N definitions of each library")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--quick", action="store_true", help="one spec a module alone, nothing in place")
    mode.add_argument("--in-place", action="store_true", help="whole modules in place alone")
    parser.add_argument("--tests", action="append", default=[], metavar="NAME=FOLDER", help="a library's own tests")
    parser.add_argument("--details", action="store_true", help="list each refused definition and its messages")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that was found out")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the projects in a folder that is empty")
    return parser.parse_args()


if __name__ == "__main__":
    main()

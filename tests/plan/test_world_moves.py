"""Handwritten code of other modules counts by its shape: which modules move when one name changes in one way.

Random projects, against a slow reference of the test's own that knows the projects as data alone.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import write_files

from jaunt.config import load_config
from jaunt.files import listing
from jaunt.plan.plan import Plan, make_plan
from jaunt.plan.reasons import ReasonKind
from jaunt.project.project import load_project, remember

HOMES = ("app.base", "app.models", "app.errors")
SPECS = ("app.one", "app.two", "app.three")


@dataclass(frozen=True)
class Symbol:
    """A handwritten name: its kind, what it is made of and the types of its fields, as numbers of earlier symbols.

    `edit` is what was done to it, "" for nothing.
    """

    number: int
    home: str
    kind: str
    same: frozenset[int]
    types: frozenset[int]
    edit: str = ""

    @property
    def name(self) -> str:
        return f"Name{self.number}"


@dataclass(frozen=True)
class SpecFile:
    """A spec module: what it imports, by number, and the way; what its code imports besides."""

    imports: Mapping[int, str]
    code: frozenset[int]


# Of what is done to a symbol: whether that counts, for each kind that it can be done to.
COUNTS = {
    "class": ("field renamed", "field added", "default", "method signature", "method added", "first line", "decorated"),
    "function": ("parameter", "result", "first line", "async"),
    "constant": ("value",),
}
COUNTS_NOT = {
    "class": ("body", "comment", "later line", "private method", "quotes", "method moved"),
    "function": ("body", "comment", "later line"),
    "constant": ("comment", "spaces"),
}


def render(symbol: Symbol, symbols: list[Symbol]) -> str:
    """Return the text of a symbol, with its edit."""
    edit = symbol.edit
    types = [symbols[n].name for n in sorted(symbol.types)]
    same = [symbols[n].name for n in sorted(symbol.same)]
    head = "Another line." if edit == "first line" else "A line."
    doc = f'"""{head}\n\n    {"Other words." if edit == "later line" else "More words."}\n    """'
    comment = "# why\n" if edit == "comment" else ""
    if symbol.kind == "constant":
        value = " | ".join([*same, "None"]) if same else "2" if edit == "value" else "1"
        value = f"{value} | int" if same and edit == "value" else value
        return f"{comment}{symbol.name}{'  =  ' if edit == 'spaces' else ' = '}{value}\n"
    body = "return 2" if edit == "body" else "return 1"
    if symbol.kind == "function":
        parameters = ", ".join([f"p{i}: {t}" for i, t in enumerate(types)] + ["q: int"] * (edit == "parameter"))
        start = "async def" if edit == "async" else "def"
        result = "str" if edit == "result" else "int"
        return f"{comment}{start} {symbol.name}({parameters}) -> {result}:\n    {doc}\n    {body}\n"
    quote = "'" if edit == "quotes" else '"'
    fields = [f"    field{i}: {t}" for i, t in enumerate(types)]
    fields += [f"    {'renamed' if edit == 'field renamed' else 'plain'}: str = {quote}x{quote}"]
    fields += [f"    more: int = {2 if edit == 'default' else 1}"] + ["    extra: int = 0"] * (edit == "field added")
    argument = ", by: int" if edit == "method signature" else ""
    methods = [f"    def get(self{argument}) -> int:\n        {body}", "    def put(self) -> None:\n        pass"]
    methods += ["    def new(self) -> None:\n        pass"] * (edit == "method added")
    methods += ["    def _own(self) -> None:\n        pass"] * (edit == "private method")
    methods = methods[::-1] if edit == "method moved" else methods
    decorator = "@final\n" if edit == "decorated" else ""
    return "\n".join(
        [f"{comment}{decorator}class {symbol.name}({', '.join(same)}):", f"    {doc}", *fields, *methods, ""]
    )


def files_of(symbols: list[Symbol], specs: Mapping[str, SpecFile]) -> dict[str, str]:
    """Return the project's files."""
    files = {"jaunt.toml": PLAIN, "src/app/__init__.py": ""}
    for home in HOMES:
        own = [s for s in symbols if s.home == home]
        foreign = {n for s in own for n in s.same | s.types if symbols[n].home != home}
        imports = [f"from {symbols[n].home} import {symbols[n].name}\n" for n in sorted(foreign)]
        text = "".join(["from typing import final\n", *imports, "\n\n", *(render(s, symbols) + "\n\n" for s in own)])
        files[f"src/{home.replace('.', '/')}.py"] = text
    passed_on = [f"from {s.home} import {s.name}\n" for s in symbols]
    files["src/app/api.py"] = "".join(passed_on)
    files["src/app/stars.py"] = "".join(f"from {home} import *\n" for home in HOMES)
    for module, spec in specs.items():
        files[f"src/{module.replace('.', '/')}.py"] = render_spec(spec, symbols)
    return files


def render_spec(spec: SpecFile, symbols: list[Symbol]) -> str:
    lines, names = ["import jaunt\n"], []
    for number, way in sorted(spec.imports.items()):
        symbol = symbols[number]
        home = {"re-export": "app.api", "stars": "app.stars"}.get(way, symbol.home)
        if way == "module":
            lines.append(f"import {home} as m{number}\n")
            names.append(f"m{number}.{symbol.name}")
        elif way == "docstring":
            names.append(f"{symbol.home}.{symbol.name}")
        else:
            lines.append(f"from {home} import {symbol.name} as n{number}\n")
            names.append(f"n{number}" if way != "unspoken" else "")
    said = " ".join(f"`{name}`" for name in names if name)
    return "".join([*lines, f'\n\n@jaunt.magic\ndef work() -> int:\n    """Return 1. {said}"""\n    ...\n'])


def code_of(spec: SpecFile, symbols: list[Symbol]) -> str:
    imports = [f"from {symbols[n].home} import {symbols[n].name}\n" for n in sorted(spec.code)]
    return "".join([*imports, "\n\ndef work() -> int:\n    return 1\n"])


def reached(spec: SpecFile, symbols: list[Symbol]) -> set[int]:
    """The slow reference: the names that a spec module reaches, and those that its code imports."""

    def whole(start: set[int]) -> set[int]:
        found = set(start)
        while True:
            more = {n for each in found for n in symbols[each].same} | found
            if more == found:
                return found
            found = more

    first = whole({*spec.imports})
    second = whole({n for each in first for n in symbols[each].types})
    return first | second | spec.code


@st.composite
def projects(draw: st.DrawFn) -> tuple[list[Symbol], dict[str, SpecFile]]:
    count = draw(st.integers(4, 9))
    homes = sorted((draw(st.sampled_from(HOMES)) for _ in range(count)), key=HOMES.index)
    symbols: list[Symbol] = []
    for number, home in enumerate(homes):
        kind = draw(st.sampled_from(["class", "class", "class", "function", "constant"]))
        classes = [s.number for s in symbols[-3:] if s.kind == "class"]
        base = draw(st.sampled_from([*classes[:1], -1, -1])) if kind != "function" else -1
        earlier = [s.number for s in symbols[-3:] if s.kind != "function"]
        types = (
            draw(st.sets(st.sampled_from(earlier), min_size=1, max_size=2))
            if earlier and kind != "constant"
            else set[int]()
        )
        symbols.append(Symbol(number, home, kind, frozenset({base} - {-1}), frozenset(types - {base})))
    numbers = st.integers(0, count - 1)
    ways = st.sampled_from(["from", "module", "re-export", "stars", "docstring", "unspoken"])
    specs = {
        module: SpecFile(
            draw(st.dictionaries(numbers, ways, max_size=2)), frozenset(draw(st.sets(numbers, max_size=1)))
        )
        for module in SPECS
    }
    return symbols, specs


@pytest.fixture(autouse=True, scope="module")
def _files_may_be_young() -> Iterator[None]:
    """Take files into the scan cache at once: nothing is edited while it is read."""
    patch = pytest.MonkeyPatch()
    patch.setattr(listing, "GRANULARITY_NS", 0)
    yield
    patch.undo()


def moved(root: Path) -> dict[str, set[str]]:
    """Return the modules for which a handwritten name has moved, with the references, by a scan with a cache.

    Scans without one, and with the cache that this one leaves, say the same.
    """
    plans = [plan_of(root)]
    plans.append(plan_of(root))
    (root / ".jaunt/scan.jsonl").unlink()
    plans.append(plan_of(root))
    found = [
        {
            module: {reason.subject for reason in freshness.reasons if reason.kind is ReasonKind.HANDWRITTEN_CHANGED}
            for module, freshness in plan.freshness.items()
            if freshness.reasons
        }
        for plan in plans
    ]
    assert found[0] == found[1] == found[2]
    return found[0]


def plan_of(root: Path) -> Plan:
    project = load_project(load_config(root=root))
    plan = make_plan(project)
    remember(project, plan.found_fresh, make_folder=True)
    return plan


@settings(max_examples=25)
@given(projects(), st.data())
def test_one_change_to_one_name_moves_the_modules_that_reach_it(
    project: tuple[list[Symbol], dict[str, SpecFile]], data: st.DataObject
) -> None:
    symbols, specs = project
    root = Path(tempfile.mkdtemp())
    try:
        write_files(root, files_of(symbols, specs))
        outcomes = build_with(root, FakeBackend({m: [code_of(s, symbols)] for m, s in specs.items()}))
        assert {o.errors for o in outcomes.values()} == {()}
        assert moved(root) == {}
        for _ in range(5):
            chosen = data.draw(st.sampled_from(symbols))
            edit = data.draw(st.sampled_from([*COUNTS[chosen.kind], *COUNTS_NOT[chosen.kind]]))
            edited = [replace(s, edit=edit) if s is chosen else s for s in symbols]
            write_files(root, files_of(edited, specs))
            counts = edit in COUNTS[chosen.kind]
            expected = {m for m, s in specs.items() if counts and chosen.number in reached(s, symbols)}
            found = moved(root)
            assert found.keys() == expected, (chosen, edit)
            ref = f"{chosen.home}:{chosen.name}"
            assert all(refs == {ref} for refs in found.values())
            write_files(root, files_of(symbols, specs))
            assert moved(root) == {}
    finally:
        shutil.rmtree(root)

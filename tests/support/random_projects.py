"""Random projects as plain data: their specs, their text in many equivalent forms, and edits to them.

Nothing here knows how jaunt reads a project. `Spec` holds what a person wrote down as the contract; `render` writes it
in one of the forms that mean the same, drawn by a seed.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

# Modules that are further down may use those above them.
NAMES = ("app.a", "solo", "app.sub.b", "app.c", "lib.d", "app.sub.deep.e", "tests.test_f")
SPARE_NAMES = ("app.g", "app.sub.h", "lib.i")
WAYS = ("docstring", "annotation", "body", "deps")
WORDS = ("Count the words.", "Count all words.\n\n    Even empty ones:\n      none", "It's \\d, and a # sign.", "")


@dataclass(frozen=True)
class Method:
    """A method of a class spec."""

    name: str
    doc: str
    default: str


@dataclass(frozen=True)
class Spec:
    """What a spec promises; `uses` are other specs, by their numbers, each with the way in which it is used."""

    number: int
    name: str
    doc: str = WORDS[0]
    parameters: tuple[tuple[str, str, str], ...] = (("x", "int", "1"),)
    returns: str = "int"
    prompt: str | None = None
    infer: bool | None = None
    uses: frozenset[tuple[int, str]] = frozenset()
    methods: tuple[Method, ...] | None = None  # None: a function
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    """A spec module; its specs by number. `seed` draws the form of its text."""

    specs: Mapping[int, Spec] = field(default_factory=dict)
    seed: int = 0


Project = Mapping[str, Module]


def home_of(project: Project) -> dict[int, str]:
    """Return spec number -> module."""
    return {number: name for name, module in project.items() for number in module.specs}


def all_specs(project: Project) -> dict[int, Spec]:
    """Return spec number -> spec."""
    return {number: spec for module in project.values() for number, spec in module.specs.items()}


def local_name(project: Project, user: str, number: int) -> str:
    """Return what the module `user` calls a spec: its name at home, and elsewhere one that outlives its renaming."""
    return all_specs(project)[number].name if home_of(project)[number] == user else f"u{number}"


def docstring_of(project: Project, user: str, spec: Spec) -> str:
    """Return the whole docstring of a spec in the module `user`."""
    mentions = [local_name(project, user, n) for n, way in sorted(spec.uses) if way == "docstring"]
    return "\n\n".join([text for text in (spec.doc, *(f"    Uses `{m}`." for m in mentions)) if text])


# --- edits --------------------------------------------------------------------------------------------


def start(size: int, seed: int) -> Project:
    """Return a project of `size` modules, each with a few specs that use each other and those above."""
    rng = random.Random(seed)
    project: Project = {name: Module(seed=rng.randrange(10**6)) for name in NAMES[:size]}
    for edit in ("add spec", "add spec", "use", "use", "prompt", "doc", "parameter"):
        for at in range(size):
            project = apply(project, edit, at, rng.randrange(10**6))
    return project


def apply(project: Project, edit: str, at: int, seed: int) -> Project:
    """Return the project after one edit, of its module number `at`; an edit that has no object changes nothing."""
    name = sorted(project, key=_level)[at % len(project)]
    return EDITS[edit](project, name, random.Random(seed))


def _change_spec(change: Callable[[Project, str, Spec, random.Random], Spec]) -> "Edit":
    def edit(project: Project, name: str, rng: random.Random) -> Project:
        module = project[name]
        if not module.specs:
            return project
        number = rng.choice(sorted(module.specs))
        specs = {**module.specs, number: change(project, name, module.specs[number], rng)}
        return {**project, name: replace(module, specs=specs)}

    return edit


def _level(name: str) -> int:
    """Return how far down a module is: it may use what is above it. A spare name takes the place of its neighbour."""
    return NAMES.index(name) * 2 if name in NAMES else SPARE_NAMES.index(name) * 4 + 1


def _add_spec(project: Project, name: str, rng: random.Random) -> Project:
    number = max(all_specs(project), default=0) + 1
    spec = Spec(number, f"f{number}")
    if not name.startswith("tests.") and rng.random() < 0.3:
        methods = (Method("add", WORDS[0], "1"), Method("take", WORDS[1], '"a"'))
        spec = Spec(number, f"C{number}", methods=methods, attributes=("size: int = 0", "label = 'a'"))
    module = project[name]
    return {**project, name: replace(module, specs={**module.specs, number: spec})}


def _delete_specs(project: Project, numbers: set[int]) -> Project:
    """Remove specs and every use of them; a module without specs is none any more."""
    kept = {}
    for name, module in project.items():
        specs = {
            number: replace(spec, uses=frozenset(u for u in spec.uses if u[0] not in numbers))
            for number, spec in module.specs.items()
            if number not in numbers
        }
        if specs:
            kept[name] = replace(module, specs=specs)
    return kept or project


def _delete_spec(project: Project, name: str, rng: random.Random) -> Project:
    return _delete_specs(project, {rng.choice(sorted(project[name].specs))})


def _delete_module(project: Project, name: str, rng: random.Random) -> Project:
    return _delete_specs(project, set(project[name].specs))


def _add_module(project: Project, _: str, rng: random.Random) -> Project:
    free = [name for name in (*NAMES, *SPARE_NAMES) if name not in project]
    if not free:
        return project
    name = rng.choice(free)
    return _add_spec({**project, name: Module(seed=rng.randrange(10**6))}, name, rng)


def _rename_module(project: Project, name: str, rng: random.Random) -> Project:
    """Give a module another name at which it still stands between those that it uses and those that use it."""
    order = sorted(project, key=_level)
    at = order.index(name)
    low = _level(order[at - 1]) if at else -1
    high = _level(order[at + 1]) if at + 1 < len(order) else 10**6
    free = [n for n in (*NAMES, *SPARE_NAMES) if low < _level(n) < high and n != name and n[:5] != "tests"]
    if not free or name.startswith("tests."):
        return project
    new = rng.choice(free)
    return {new if n == name else n: module for n, module in project.items()}


def _use(project: Project, name: str, spec: Spec, rng: random.Random) -> Spec:
    homes = home_of(project)
    usable = [n for n, home in homes.items() if n != spec.number and _level(home) <= _level(name)]
    usable = [n for n in usable if not homes[n].startswith("tests.") or homes[n] == name]
    if not usable:
        return spec
    return replace(
        spec, uses=spec.uses | {(rng.choice(usable), rng.choice(WAYS if spec.methods is None else WAYS[:1]))}
    )


def _unuse(project: Project, name: str, spec: Spec, rng: random.Random) -> Spec:
    return replace(spec, uses=spec.uses - {rng.choice(sorted(spec.uses))}) if spec.uses else spec


def _parameter(project: Project, name: str, spec: Spec, rng: random.Random) -> Spec:
    new = (rng.choice("xyz"), rng.choice(["int", "str", "list[int]"]), rng.choice(["1", "'a'", "None", "(1, 2)"]))
    others = tuple(p for p in spec.parameters if p[0] != new[0])
    return replace(spec, parameters=(*others, new) if rng.random() < 0.7 else others or (new,))


def _method(project: Project, name: str, spec: Spec, rng: random.Random) -> Spec:
    if spec.methods is None:
        return spec
    first, *rest = spec.methods
    changes = (
        replace(spec, methods=(replace(first, doc=rng.choice(WORDS)), *rest)),
        replace(spec, methods=(replace(first, default=rng.choice(["1", "2"])), *rest)),
        replace(spec, methods=(*rest, first)),  # the order of methods says nothing
        replace(spec, attributes=spec.attributes[::-1]),
    )
    return rng.choice(changes)


def _reformat_all(project: Project, _: str, rng: random.Random) -> Project:
    return {n: replace(project[n], seed=rng.randrange(10**6)) for n in rng.sample([*project], len(project))}


Edit = Callable[[Project, str, random.Random], Project]

EDITS: Mapping[str, Edit] = {
    "doc": _change_spec(lambda p, n, spec, rng: replace(spec, doc=rng.choice(WORDS))),
    "returns": _change_spec(lambda p, n, spec, rng: replace(spec, returns=rng.choice(["int", "str", "None"]))),
    "prompt": _change_spec(lambda p, n, spec, rng: replace(spec, prompt=rng.choice([None, "Be brief.", "Be quick."]))),
    "infer": _change_spec(lambda p, n, spec, rng: replace(spec, infer=rng.choice([None, True, False]))),
    "name": _change_spec(lambda p, n, spec, rng: replace(spec, name=f"{spec.name.rstrip('_')}{rng.choice(['', '_'])}")),
    "parameter": _change_spec(_parameter),
    "use": _change_spec(_use),
    "unuse": _change_spec(_unuse),
    "method": _change_spec(_method),
    "add spec": _add_spec,
    "delete spec": _delete_spec,
    "add module": _add_module,
    "delete module": _delete_module,
    "rename module": _rename_module,
    "reformat": lambda p, n, rng: {**p, n: replace(p[n], seed=rng.randrange(10**6))},
    "reformat all": _reformat_all,
}


# --- text ---------------------------------------------------------------------------------------------


def render(project: Project) -> dict[str, bytes]:
    """Return the files of a project, path -> content."""
    files = {f"{'' if name.startswith('tests.') else 'src/'}{name.replace('.', '/')}.py": name for name in project}
    homes, specs = home_of(project), all_specs(project)
    shared = [f"from {homes[n]} import {specs[n].name} as u{n}" for n in sorted(specs)]
    return {
        "jaunt.toml": b"",
        "src/app/__init__.py": b"",
        "src/app/api.py": "\n".join(shared).encode(),  # handwritten, and on the way from one module to another
        **{path: _Form(project, name).text() for path, name in files.items()},
    }


class _Form:
    """One module's text, in the form that its seed draws."""

    def __init__(self, project: Project, name: str) -> None:
        self._project = project
        self._name = name
        self._module = project[name]
        self._rng = random.Random(f"{name} {self._module.seed}")
        kind = "test" if name.startswith("tests.") else "magic"
        self._jaunt, self._decorator = self._rng.choice(
            [
                ("import jaunt", f"jaunt.{kind}"),
                ("import jaunt as j", f"j.{kind}"),
                (f"from jaunt import {kind}", kind),
                (f"from jaunt import {kind} as m", "m"),
                (f"from jaunt.runtime import {kind} as m", "m"),
                (f"import jaunt\nmake = jaunt.{kind}", "make"),
            ]
        )
        self._indent = self._rng.choice(["    ", "  ", "\t"])
        self._constants: list[str] = []

    def text(self) -> bytes:
        specs = list(self._module.specs.values())
        used = {n for spec in specs for n, _ in spec.uses} - self._module.specs.keys()
        imports = [self._jaunt, *(self._import(n) for n in sorted(used))]
        definitions = [self._comment() + self._definition(spec) for spec in self._shuffled(specs)]
        helper = self._rng.choice(["", "def _helper(a):\n    return [a]\n", "if True:\n    LIMIT = 3\n"])
        parts = [self._comment(), *self._shuffled(imports), *self._constants, helper, *definitions]
        text = f"\n{self._rng.choice(['', chr(10)])}".join(parts) + "\n"
        if self._rng.random() < 0.2:
            text = text.replace("\n", "\r\n")
        return text.encode("utf-8-sig" if self._rng.random() < 0.1 else "utf-8")

    def _shuffled(self, items: list) -> list:
        return self._rng.sample(items, len(items))

    def _comment(self) -> str:
        return self._rng.choice(["", "", "# A remark.\n", "#: `not_a_spec` (1)\n\n"])

    def _import(self, number: int) -> str:
        """Import another module's spec under the name `u<number>`, directly or by way of the module `app.api`."""
        home, name, alias = home_of(self._project)[number], all_specs(self._project)[number].name, f"u{number}"
        forms = [f"from {home} import {name} as {alias}", f"from {home} import (\n    {name} as {alias},\n)"]
        forms += [f"import {home} as other{number}\n{alias} = other{number}.{name}"]
        forms += [f"try:\n    from {home} import {name} as {alias}\nfinally:\n    pass"]
        forms += [f"from app.api import {alias}", f"import app.api\n{alias} = app.api.{alias}"]
        if home.startswith("app.") and self._name.startswith("app."):
            dots = "." * self._name.count(".")
            forms += [f"from {dots}{home.removeprefix('app.')} import {name} as {alias}"]
        return self._rng.choice(forms)

    def _definition(self, spec: Spec) -> str:
        head = f"@{self._decorator}{self._arguments(spec)}\n"
        if spec.methods is not None:
            return f"{head}class {spec.name}{self._rng.choice(['', '()'])}:\n{self._class_body(spec)}"
        uses = {way: [self._local(n) for n, w in sorted(spec.uses) if w == way] for way in WAYS}
        annotations = [(f"p{i}", name, "None") for i, name in enumerate(uses["annotation"])]
        parameters = [self._parameter(*p) for p in (*spec.parameters, *annotations)]
        body = self._body(docstring_of(self._project, self._name, spec), [f"{name}(1)" for name in uses["body"]])
        return f"{head}def {spec.name}({self._joined(parameters)}) -> {spec.returns}:\n{body}"

    def _local(self, number: int) -> str:
        return local_name(self._project, self._name, number)

    def _parameter(self, name: str, annotation: str, default: str) -> str:
        return self._rng.choice([f"{name}: {annotation} = {self._value(default)}", f"{name} : {annotation}={default}"])

    def _value(self, default: str) -> str:
        if default[0] in "\"'":
            return repr(default[1:-1]) if self._rng.random() < 0.5 else f'"{default[1:-1]}"'
        return self._rng.choice([default, f"({default})"])

    def _joined(self, parts: list[str]) -> str:
        if self._rng.random() < 0.3:
            return "\n" + "".join(f"{self._indent * 2}{part},  # a remark\n" for part in parts)
        return ", ".join(parts)

    def _body(self, doc: str, calls: Sequence[str] = (), depth: int = 1) -> str:
        indent = self._indent * depth
        lines = [self._docstring(doc, indent)] if doc else []
        if calls:
            lines += calls
        elif not lines or self._rng.random() < 0.7:
            stub = ["...", "pass", "raise NotImplementedError", 'raise NotImplementedError("later")', "...; pass"]
            lines.append(self._rng.choice(stub))
        return "".join(f"{indent}{line}\n" for line in lines)

    def _docstring(self, text: str, indent: str) -> str:
        text = text.replace("\n    ", f"\n{indent}").replace("\\", "\\\\")
        lead, tail = self._rng.choice([("", ""), ("\n" + indent, "\n" + indent), ("", "  \n\n")])
        quotes = self._rng.choice(['"""', "'''"])
        return f"{quotes}{lead}{text.strip()}{tail}{quotes}"

    def _class_body(self, spec: Spec) -> str:
        assert spec.methods is not None
        doc = docstring_of(self._project, self._name, spec)
        lines = [f"{self._indent}{self._docstring(doc, self._indent)}"] if doc else []
        lines += [f"{self._indent}{attribute}" for attribute in spec.attributes]
        for method in self._shuffled(list(spec.methods)):
            head = f"{self._indent}def {method.name}(self, x=({method.default})) -> int:\n"
            lines.append(head + self._body(method.doc, depth=2).rstrip("\n"))
        return "\n".join(lines) + "\n"

    def _arguments(self, spec: Spec) -> str:
        deps = [n for n, way in sorted(spec.uses) if way == "deps"]
        arguments = [f"deps={self._deps(spec, deps)}"] if deps else []
        arguments += [f"prompt={self._prompt(spec)}"] if spec.prompt else []
        arguments += [f"infer_deps={spec.infer}"] if spec.infer is not None else []
        return f"({self._joined(self._shuffled(arguments))})" if arguments else self._rng.choice(["", "()"])

    def _deps(self, spec: Spec, numbers: list[int]) -> str:
        homes, specs = home_of(self._project), all_specs(self._project)
        named = [
            self._rng.choice([self._local(n), repr(f"{homes[n]}:{specs[n].name}"), repr(f"{homes[n]}.{specs[n].name}")])
            for n in self._shuffled(numbers)
        ]
        listed = self._rng.choice(["[{}]", "({},)", "[{}, ]"]).format(", ".join(named))
        # A constant that names specs of this module would have to follow them.
        if self._rng.random() < 0.3 and not set(numbers) & self._module.specs.keys():
            self._constants.append(f"DEPS_{spec.number} = {listed}")
            return f"DEPS_{spec.number}"
        return named[0] if len(named) == 1 and self._rng.random() < 0.3 else listed

    def _prompt(self, spec: Spec) -> str:
        text = spec.prompt or ""
        forms = [repr(text), f'"{text[:3]}" "{text[3:]}"', f'"{text[:3]}" + "{text[3:]}"', f'("{text}")']
        if self._rng.random() < 0.3:
            self._constants.append(f"PROMPT_{spec.number} = {forms[0]}")
            return f"PROMPT_{spec.number}"
        return self._rng.choice(forms)

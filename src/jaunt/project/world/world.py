"""The world of one spec module: what of the project its specs reach, in the form in which a model is shown it."""

import ast
import hashlib
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field

from jaunt.process.frozen import frozen
from jaunt.project.world.lookup import Lookup, Meant
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef
from jaunt.syntax.shapes import Shape
from jaunt.syntax.source import ModuleSource

WORLD_LIMIT = 16_000
"""The most characters of handwritten code of other modules in one prompt."""
_MOST_OF_SYMBOL = 6_000
_WORD = re.compile(r"[^\W\d]\w*")


@frozen
class World:
    """What the specs of a module reach of other modules.

    `shown` are the shapes of handwritten names, by the import that gives them (`from app.models import Invoice`), and
    `left_out` the references of those that would have been too much. `specs` are the specs that are reached and that
    none of the module's own depends on, `digests` those of all handwritten names, by reference, as a header has them.
    `modules` are those that the spec module imports from.
    """

    shown: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    specs: Mapping[SpecRef, SpecEntry] = field(default_factory=dict)
    modules: Sequence[str] = ()
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The digest of what is shown, 16 hex digits, "" if that is nothing."""
        if not self.shown:
            return ""
        text = "\n".join([*(f"{line}\n{code}" for line, code in self.shown.items()), *self.left_out])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


NO_WORLD = World()


def find_world(lookup: Lookup, module: str, references: Iterable[str], dependencies: Collection[SpecRef]) -> World:
    """Return the world of a spec module; `references` are the dotted paths that its specs mention.

    `dependencies` are the specs that it depends on anyhow: the types in their signatures are a part of it.
    """
    source = lookup.source(module)
    if source is None:
        return NO_WORLD
    found = _Reached(lookup, module)
    words, imports = {*_WORD.findall(source.text)}, imports_of(source)
    modules = [*dict.fromkeys(_module_of(lookup, path) for path in imports)]
    found.follow([*imports, *references], words)
    found.follow(_spoken_of(lookup, modules, words), words)
    found.follow_types([*sorted(dependencies), *found.specs])
    shown, left_out = _shown(found, source)
    return World(
        shown=shown,
        left_out=left_out,
        specs={ref: entry for ref, entry in found.specs.items() if ref not in dependencies},
        modules=[name for name in modules if not _is_known_anyhow(name) and name != module],
        digests={ref: digest for path in found.paths for ref, digest in lookup.digests(path)},
    )


def imports_of(source: ModuleSource) -> list[str]:
    """Return the dotted paths that a module imports outside of functions; `app.models.*` for all of a module."""
    found = []
    for statement in source.statements:
        if isinstance(statement, ast.Import):
            found += [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            found += [f"{source.absolute(statement)}.{alias.name}" for alias in statement.names]
    return found


def _module_of(lookup: Lookup, path: str) -> str:
    """Return the module that an import names, or takes a name from."""
    meant = lookup.find(path)
    return path if meant is not None and meant == Meant("module", path) else path.rpartition(".")[0] or path


def _is_known_anyhow(module: str) -> bool:
    return module.partition(".")[0] in {*sys.stdlib_module_names, "jaunt"}


def _spoken_of(lookup: Lookup, modules: Iterable[str], words: Collection[str]) -> list[str]:
    """Return the names of modules, as paths, that occur among `words` and are no plain ones: a body may need them."""
    found = ((module, name) for module in modules for name in lookup.public(module))
    paths = [f"{m}.{name}" for m, name in found if name in words and (name.lower() != name or "_" in name[1:])]
    return [path for path in paths if (meant := lookup.find(path)) is not None and meant.kind == "symbol"]


class _Reached:
    """What is reached from a spec module: `paths`, by which each name is found, `shapes` and `specs`."""

    def __init__(self, lookup: Lookup, module: str) -> None:
        self._lookup = lookup
        self._module = module
        self.paths: dict[str, None] = {}
        self.shapes: dict[Meant, Shape] = {}
        self.imported_as: dict[Meant, str] = {}
        self.specs: dict[SpecRef, SpecEntry] = {}

    def follow(self, paths: Iterable[str], words: Collection[str]) -> None:
        """Add what paths mean, and the types of its fields; of a whole module the names among `words`, or all."""
        types = list[str]()
        for path in dict.fromkeys(paths):
            meant = self._lookup.find(path.removesuffix(".*"))
            if meant is None:
                continue
            if meant.kind == "module":
                inside = self._members(meant.module, words)
                types += [each for member in inside for each in self._add(member)]
            else:
                types += self._add(path)
        self._add_all(types)

    def follow_types(self, specs: Iterable[SpecRef]) -> None:
        """Add the types in the signatures of specs of other modules."""
        for ref in specs:
            self._add_all(self._lookup.spec_types(ref))

    def _members(self, module: str, words: Collection[str]) -> list[str]:
        """Return the public names of a module as paths: those among `words`, or all of them if none is."""
        public = [name for name in self._lookup.public(module) if self._is_passed_on(f"{module}.{name}")]
        return [f"{module}.{name}" for name in [name for name in public if name in words] or public]

    def _is_passed_on(self, path: str) -> bool:
        found = self._lookup.find(path)
        return found is not None and found.kind != "module"

    def _add_all(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._add(path)

    def _add(self, path: str) -> list[str]:
        """Add what a path means, with what is a part of that, such as its bases; return the types of its fields."""
        types, pending = list[str](), [path]
        while pending:
            current = pending.pop()
            meant = self._lookup.find(current)
            if meant is None or meant.kind == "module" or meant.module == self._module:
                continue
            if meant.kind == "spec":
                spec = self._lookup.specs(meant.module)[meant.name]
                self.specs[spec.spec_ref] = spec
                continue
            self.paths[current] = None
            if meant not in self.shapes:
                shape = self._lookup.shape(meant)
                if shape is None:
                    continue
                self.shapes[meant] = shape
                self.imported_as[meant] = self._import_home(current, meant)
                pending += shape.same[::-1]
            types += self.shapes[meant].types
        return types

    def _import_home(self, path: str, meant: Meant) -> str:
        """Return the module to import a name from: the one that a path names, if it has the name as it is."""
        home = self._lookup.home_of(path) or meant.module
        return home if path[len(home) + 1 :].partition(".")[0] == meant.name else meant.module


def _shown(found: _Reached, source: ModuleSource) -> tuple[dict[str, str], list[str]]:
    """Return the shapes by import, as many as there is room for, and the references of the others."""
    room, kept, left_out = WORLD_LIMIT, list[Meant](), list[str]()
    for meant, shape in found.shapes.items():
        size = min(len(shape.text), _MOST_OF_SYMBOL)
        if size > room:
            left_out.append(meant.ref)
            continue
        room -= size
        kept.append(meant)
    homes: dict[str, list[Meant]] = {}
    for meant in kept:
        homes.setdefault(found.imported_as[meant], []).append(meant)
    shown = {}
    for home in sorted(homes):
        ordered = sorted(homes[home], key=lambda m: (m.module, found.shapes[m].line))
        named = {m.name: None for m in ordered if not m.name.startswith("_") or m.name in source.bindings}
        line = f"from {home} import {', '.join(named)}" if named else f"in {home}, not to be imported"
        shown[line] = "\n\n".join(_text(found.shapes[m]) for m in ordered)
    return shown, left_out


def _text(shape: Shape) -> str:
    if len(shape.text) <= _MOST_OF_SYMBOL:
        return shape.text
    head = shape.text[:_MOST_OF_SYMBOL].rpartition("\n")[0]
    return f"{head}\n    # {shape.text.count(chr(10)) - head.count(chr(10))} more lines are left out here"

"""What dotted paths mean in a project's files: handwritten names with their shapes, specs and modules."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from jaunt.errors import JauntDiscoveryError
from jaunt.project.kept.snapshot import Record
from jaunt.project.name_lookup import places_of
from jaunt.project.reading import Reader
from jaunt.project.world.bound import Bound
from jaunt.project.world.recorded import shape_digest
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, code_name, import_name, module_of, qualname_of
from jaunt.syntax.shapes import Shape, handwritten_nodes, shape_of
from jaunt.syntax.shapes.given import given_names
from jaunt.syntax.source import ModuleSource, Names, read_source

Parts = Mapping[str, str]
"""What a shape is made of, each with its digest."""

_STANDS_FOR = "stands for"
_LONGEST_TRACE = 32  # re-exports that lead on for ever


_MOST_SOURCES, _MOST_SHAPES = 64, 1_000  # of those that many modules reach; a syntax tree is large
_MOST_PATHS = 256  # a module's imports and mentions, which are looked up several times

_Binds = Callable[[str, str], Sequence[str]]

Key = TypeVar("Key")
Value = TypeVar("Value")


def _remembered(known: dict[Key, Value], key: Key, find: Callable[[Key], Value], most: int) -> Value:
    """Return what is known of a key, or else find it, and forget the older half beyond `most`."""
    if key not in known:
        if len(known) >= most:
            for oldest in [*known][: most // 2]:
                known.pop(oldest, None)
        known[key] = find(key)
    return known[key]


class Meant(NamedTuple):
    """What a dotted path means: a handwritten name ("symbol") or a spec of a module, or a "module" as a whole."""

    kind: Literal["symbol", "spec", "module"]
    module: str
    name: str = ""

    @property
    def ref(self) -> str:
        """The reference: `app.models:Invoice`."""
        return f"{self.module}:{self.name}"


class Lookup:
    """Finds what dotted paths mean among the files that a scan has listed; nothing is imported.

    A file that has not changed since an earlier scan is not parsed for its names and shapes: `reader` knows them.
    `entries_of` returns a module's specs. `shapes` are the records of the files that were parsed, by path.
    """

    def __init__(self, reader: Reader, bases: Sequence[Path], entries_of: Callable[[str], Sequence[SpecEntry]]) -> None:
        self._reader = reader
        self._bases = bases
        self._entries_of = entries_of
        self._paths: dict[str, str | None] = {}
        self._names: dict[str, Names | None] = {}
        self._parts: dict[str, Mapping[str, Parts]] = {}
        self._sources: dict[str, ModuleSource | None] = {}
        self._shown: dict[Meant, Shape | None] = {}
        self._spec_types: dict[SpecRef, Sequence[str]] = {}
        self._specs: dict[str, Mapping[str, SpecEntry]] = {}
        self._found: dict[str, Meant | None] = {}
        self._bound = Bound(self.names)
        self.shapes: dict[str, Record] = {}

    def path_of(self, module: str) -> str | None:
        """Return the file of a module of the project, None for any other."""
        if module not in self._paths:
            listed = self._reader.listing.stamps
            self._paths[module] = next((path for path in places_of(module, self._bases) if path in listed), None)
        return self._paths[module]

    def source(self, module: str) -> ModuleSource | None:
        """Return a module of the project, parsed; None if there is none that can be. The last few are remembered."""
        return _remembered(self._sources, module, self._read_source, _MOST_SOURCES)

    def _read_source(self, module: str) -> ModuleSource | None:
        path = self.path_of(module)
        try:
            return read_source(module, path, self._reader.handed) if path is not None else None
        except JauntDiscoveryError:
            return None  # reported where it is imported

    def names(self, module: str) -> Names | None:
        """Return what a module's names are bound to."""
        if module not in self._names:
            path = self.path_of(module)
            self.parts(module)
            record = self.shapes.get(path, self._reader.record_of(path)) if path is not None else {}
            self._names[module] = Names(*record["bound"]) if "bound" in record else None
        return self._names[module]

    def public(self, module: str) -> list[str]:
        """Return the public names that a module defines, binds or takes from another one by `*`."""
        return self._bound.public(module, lambda each: [*self.parts(each), *self.specs(each)])

    def parts(self, module: str) -> Mapping[str, Parts]:
        """Return the shapes of a module's handwritten names, as they are compared."""
        if module not in self._parts:
            path = self.path_of(module)
            known = self._reader.record_of(path).get("shapes") if path is not None else None
            self._parts[module] = known if known is not None else self._parts_in(self.source(module))
        return self._parts[module]

    def _parts_in(self, source: ModuleSource | None) -> Mapping[str, Parts]:
        if source is None:
            return {}
        found = {name: shape_of(source, nodes).parts for name, nodes in handwritten_nodes(source).items()}
        self.shapes[source.path] = {"shapes": found, "bound": list(given_names(source))}
        return found

    def shape(self, meant: Meant) -> Shape | None:
        """Return the shape of a handwritten name, None if it can't be read; the last ones are remembered."""
        return _remembered(self._shown, meant, self._read_shape, _MOST_SHAPES)

    def _read_shape(self, meant: Meant) -> Shape | None:
        source = self.source(meant.module)
        nodes = handwritten_nodes(source).get(meant.name) if source is not None else None
        return shape_of(source, nodes) if source is not None and nodes else None

    def spec_types(self, ref: SpecRef) -> Sequence[str]:
        """Return the dotted paths in the signature of a spec; the last ones are remembered."""
        return _remembered(self._spec_types, ref, self._read_spec_types, _MOST_SHAPES)

    def _read_spec_types(self, ref: SpecRef) -> Sequence[str]:
        source, name = self.source(import_name(module_of(ref))), code_name(qualname_of(ref))
        if source is None or name not in source.definitions:
            return ()
        shape = shape_of(source, [*source.overloads_of(name), source.definitions[name]])
        return (*shape.same, *shape.types)

    def specs(self, module: str) -> Mapping[str, SpecEntry]:
        """Return a module's specs by name; the last ones are remembered."""
        return _remembered(self._specs, module, self._read_specs, _MOST_SHAPES)

    def _read_specs(self, module: str) -> Mapping[str, SpecEntry]:
        return {entry.qualname: entry for entry in self._entries_of(module)}

    def find(self, path: str) -> Meant | None:
        """Return what a dotted path, or the beginning of it, means in the project; None for what is none of it.

        The last answers are remembered.
        """
        return _remembered(self._found, path, self._find, _MOST_PATHS)

    def _find(self, path: str) -> Meant | None:
        return self._trace(path, self._bound.here)[0]

    def files_of(self, ref: str) -> list[str]:
        """Return the files that tell what a reference means."""
        ways = (self._trace(ref.replace(":", "."), bound)[1] for bound in (self._bound.here, self._bound.anywhere))
        return [path for module in dict.fromkeys(chain(*ways)) if (path := self.path_of(module)) is not None]

    def _trace(self, path: str, bound: _Binds) -> tuple[Meant | None, list[str]]:
        """Return what a dotted path means, and the modules that this was looked up in."""
        pending, seen, modules = [path], set[str](), list[str]()
        while pending and len(seen) < _LONGEST_TRACE:
            current = pending.pop()
            module = self.home_of(current)
            if current in seen or module is None:
                continue
            seen.add(current)
            modules.append(module)
            name, dot, rest = current[len(module) + 1 :].partition(".")
            if not name:
                return Meant("module", module), modules
            if name in self.specs(module):
                return Meant("spec", module, name), modules
            if name in self.parts(module):
                return Meant("symbol", module, name), modules
            pending += [f"{each}{dot}{rest}" for each in bound(module, name)][::-1]
        return None, modules

    def home_of(self, path: str) -> str | None:
        """Return the longest beginning of a dotted path that is a module of the project."""
        while path and self.path_of(path) is None:
            path = path.rpartition(".")[0]
        return path or None

    def digests(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield a reference and its digest for what a dotted path means by hand: for a re-export both of them.

        Where a condition decides on it, that is what its text binds last, as headers are for all platforms, and what
        is shown on this one.
        """
        here = self.find(path)
        meant = self._trace(path, self._bound.anywhere)[0] if self._bound.is_any_decided else here
        if here is not None and here.kind == "symbol" and here != meant:
            yield here.ref, shape_digest(self.parts(here.module)[here.name])
        if meant is None or meant.kind != "symbol":
            return
        home = self.home_of(path)
        passed_on = f"{home}:{path[len(home or '') + 1 :].partition('.')[0]}"
        if passed_on != meant.ref and home is not None:
            yield passed_on, shape_digest({_STANDS_FOR: meant.ref})
        yield meant.ref, shape_digest(self.parts(meant.module)[meant.name])

    def digest(self, ref: str) -> str | None:
        """Return today's digest of a handwritten name, or of what stands for one; None if there is none any more."""
        return dict(self.digests(ref.replace(":", "."))).get(ref)

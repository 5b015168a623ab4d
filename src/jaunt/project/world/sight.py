"""What the modules of each distribution see: where they look modules up, and which of several with one name they mean.

A workspace may have two packages with a `tests/test_cart.py` each. Both are imported as `tests.test_cart`, each where
its own folder comes first; the project knows them as `tests.test_cart@packages-shop` and so on.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from jaunt.config.declared import Distributions
from jaunt.process.frozen import frozen
from jaunt.project.name_lookup import SourceFiles
from jaunt.spec_ref import SpecRef, import_name, module_of, qualname_of
from jaunt.specs.graph import SpecFinder


@frozen
class Sight:
    """What the modules of one distribution see.

    `bases` are the folders that they look modules up in, in order; `names` are those that the project has for the
    modules of which there are several, by the names that they are imported by.
    """

    bases: tuple[Path, ...]
    names: Mapping[str, str]

    def name_of(self, module: str) -> str:
        """Return the project's name of the module that an import of `module` gives."""
        return self.names.get(module, module)

    def ref_of(self, ref: str) -> SpecRef:
        """Return the project's reference of the spec that code, or a header, names by `ref`."""
        module = module_of(ref)
        return SpecRef(f"{self.names[module]}:{qualname_of(ref)}") if module in self.names else SpecRef(ref)

    def sees(self, name: str) -> bool:
        """Whether an import gives the module that has a name in the project, not another one of several."""
        return self.name_of(import_name(name)) == name


class Sights:
    """The sights of a project's distributions; `names` are those of its modules in the project."""

    def __init__(self, distributions: Distributions, names: Iterable[str]) -> None:
        listed = [*names]
        self._distributions = distributions
        self._apart: dict[str, list[str]] = {import_name(name): [] for name in listed if "@" in name}
        for name in listed if self._apart else ():
            if import_name(name) in self._apart:
                self._apart[import_name(name)].append(name)
        self._known: dict[Path, Sight] = {}

    def of(self, base: Path) -> Sight:
        """Return what the modules see whose names start from a folder."""
        found = self._distributions
        owner = found.owners.get(base, found.root) if found.are_several else found.root
        if owner not in self._known:
            bases = found.order_from(owner)
            order = [*dict.fromkeys(found.tag_of(each) for each in bases)] if self._apart else []
            seen = {
                module: min(names, key=lambda name: order.index(name.partition("@")[2]))
                for module, names in self._apart.items()
            }
            self._known[owner] = Sight(bases, seen)
        return self._known[owner]


class Seen(NamedTuple):
    """What a module sees of specs, and of the project's files."""

    sight: Sight
    finder: SpecFinder
    files: SourceFiles


class Finders:
    """What each module sees: `base_of` returns the folder that a module's name starts from.

    `by_path` returns the specs of one sight by their dotted paths.
    """

    def __init__(
        self,
        sights: Sights,
        files: SourceFiles,
        by_path: Callable[[Sight], Mapping[str, SpecRef]],
        base_of: Callable[[str], Path],
    ) -> None:
        self._sights = sights
        self._files = files
        self._by_path = by_path
        self._base_of = base_of
        self._known: dict[int, Seen] = {}
        self._by_module: dict[str, Seen] = {}

    def of(self, module: str) -> Seen:
        """Return what a module sees."""
        if module not in self._by_module:
            self._by_module[module] = self._of(module)
        return self._by_module[module]

    def _of(self, module: str) -> Seen:
        sight = self._sights.of(self._base_of(module))
        if id(sight) not in self._known:
            files = self._files.seen_from(sight.bases)
            self._known[id(sight)] = Seen(sight, SpecFinder(self._by_path(sight), files.names_of), files)
        return self._known[id(sight)]

    def finder(self, module: str) -> SpecFinder:
        """Return what finds the specs that a module means."""
        return self.of(module).finder

"""What docstrings have in backticks and nothing binds: told before a model is asked, as it will not be shown it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path

from jaunt.errors import JauntDiscoveryError
from jaunt.project.project import Project
from jaunt.spec_ref import code_name, qualname_of
from jaunt.specs.unbound import Unbound, unbound_names
from jaunt.syntax.source import ModuleSource, read_source


def unbound_lines(project: Project, modules: Iterable[str]) -> Iterator[str]:
    """Yield a line, with file, line and what to do, for each name of the specs of some modules that nothing binds."""
    names = UnboundNames(project)
    for module in modules:
        yield from names.lines(module)


class UnboundNames:
    """Tells of names that nothing binds, module by module."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._named = _SpecNames(project)
        self._attributes = _Attributes(project.bases())

    @property
    def asked(self) -> int:
        """How many names other modules were asked about: what is told of these depends on them, too."""
        return self._named.asked

    def lines(self, module: str) -> Iterator[str]:
        """Yield a line, with file, line and what to do, for each name of a module's specs that nothing binds."""
        source = _source(self._project, module)
        for entry in self._project.modules[module].entries if source else ():
            assert source is not None
            if code_name(entry.qualname) in source.definitions:
                for found in unbound_names(source, entry.qualname, self._named.refs):
                    if found.elsewhere or not self._attributes.has(source, found.name):
                        yield _line(source, found)


def _source(project: Project, module: str) -> ModuleSource | None:
    with suppress(JauntDiscoveryError):  # that is told of elsewhere
        return read_source(module, project.modules[module].path, project.handed) if project.scan else None
    return None


def _line(source: ModuleSource, found: Unbound) -> str:
    homes = " or ".join(ref.partition(":")[0] for ref in found.elsewhere)
    way = f"import it from {homes}" if homes else "import it, or write it without backticks"
    return f"{source.path}:{found.line}: {found.spec}: nothing in the module binds `{found.name}` ({way})"


class _SpecNames:
    """Knows the references of the project's specs by their names, once it is asked."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.asked = 0

    def refs(self, name: str) -> tuple[str, ...]:
        """Return the references of the specs of a name."""
        self.asked += 1
        return tuple(self._named.get(name, ()))

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        named: dict[str, list[str]] = {}
        for ref in sorted(self._project.specs):
            named.setdefault(qualname_of(ref), []).append(ref)
        return named


class _Attributes:
    """Knows the fields and methods of what a module imports from the project: a docstring may speak of them."""

    def __init__(self, bases: Iterable[Path]) -> None:
        self._bases = [*bases]
        self._read = cache(self._words)

    def has(self, source: ModuleSource, name: str) -> bool:
        """Whether a module that `source` imports from has a word that is no name at its top."""
        paths = {path.rpartition(".")[0] for path in source.bindings.values()} | set(source.bindings.values())
        return any(name in self._read(path) for path in paths - {source.module})

    def _words(self, module: str) -> frozenset[str]:
        below = module.replace(".", "/")
        for path in (base / file for base in self._bases for file in (f"{below}.py", f"{below}/__init__.py")):
            with suppress(JauntDiscoveryError):
                source = read_source(module, str(path))
                top = {*source.bindings, *source.constants}
                return frozenset(re.findall(r"[^\W\d]\w*", source.text)) - top
        return frozenset()

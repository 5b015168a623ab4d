"""What is written by hand beside a module's specs: it decides, with the contract, what may be taken from the store.

The prompt shows it, so an answer may hold its numbers, and no project may get those of another one.
"""

import ast
import hashlib
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import lru_cache

from jaunt.plan.freshness import Counted
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.world.world import NO_WORLD, World
from jaunt.registry import SpecEntry
from jaunt.spec_ref import import_name
from jaunt.specs.texts import SpecTexts
from jaunt.syntax.canonical import canonical
from jaunt.syntax.imported import imported_paths
from jaunt.syntax.source import ModuleSource, assignment_targets, last_name, parse_or_none

_TYPE_VARIABLES = {"TypeVar", "ParamSpec", "TypeVarTuple"}  # generated code has its own, and that means the same


@frozen
class Beside:
    """The handwritten part of a spec module.

    `digest` is one of its syntax and of what the specs reach in other modules, 16 hex digits, "" if there is neither;
    `instructions` are the digests of what the project asks for besides;
    `earlier` is that of the syntax alone, by which versions before this one kept things. `names` are those it binds
    that may hold what is this project's own, each with the dotted paths that mean the same. `counted` returns today's
    digest of what code may have been checked against besides, by reference.
    """

    digest: str = ""
    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    earlier: str = ""
    instructions: frozenset[str] = frozenset()
    counted: Counted | None = field(default=None, compare=False, repr=False)

    def holds_still(self, against: Mapping[str, str]) -> bool:
        """Return whether all that code was checked against is as it was then."""
        counted = self.counted
        return counted is None or all(counted(ref, digest) == digest for ref, digest in against.items())

    def was_instructed(self, provenance: Mapping[str, str]) -> bool:
        """Return whether code was asked for under all of today's instructions, or accepted by a person."""
        return "accepted_by" in provenance or self.instructions <= {*provenance.get("instructions", "").split()}

    def apart_from(self, specs: Collection[str]) -> "Beside":
        """Return it without the names that stand for these specs: what they say is in the contract already.

        A spec may be imported from a package that it is below, which passes it on.
        """
        names = {
            n: paths for n, paths in self.names.items() if not any(_stands_for(p, s) for p in paths for s in specs)
        }
        return replace(self, names=names)

    def serves(self, source: str) -> bool:
        """Return whether code takes all of these names from where they are, so that none of them can be baked in.

        That is what makes an entry of a store from before the digest one of this project too: it may have been
        written beside other constants.
        """
        tree = parse_or_none(source)
        if tree is None:
            return False
        used = imported_paths(ModuleSource("", "", source, tree))
        return all(not used.isdisjoint(paths) for paths in self.names.values())


NOTHING = Beside()


def beside_of(
    entries: Sequence[SpecEntry],
    texts: SpecTexts,
    dependencies: Collection[str],
    counted: Counted | None = None,
    world: World = NO_WORLD,
) -> Beside:
    """Return what is written by hand beside the specs of one module; raises as `SpecTexts.handwritten` does.

    `dependencies` are the specs, of other modules, that they depend on; `counted` is as in `Beside`;
    `world` is what they reach in other modules.
    """
    if not entries:
        return replace(NOTHING, counted=counted)
    found = beside_specs(texts.handwritten(entries[0]), import_name(entries[0].module)).apart_from(dependencies)
    whole = _digest(f"{found.digest} {world.digest}") if world.digest else found.digest
    return replace(found, digest=whole, earlier=found.digest, counted=counted)


def beside_work(work: ModuleWork) -> Beside:
    """Return what is written by hand beside the specs of one module's work; raises as `beside_of`."""
    found = beside_of(work.entries, work.texts, work.dependencies, work.fingerprint.counted, work.find_world())
    return replace(found, instructions=instruction_digests(work.find_instructions()))


def instruction_digests(texts: Iterable[str]) -> frozenset[str]:
    """Return the digest of each instruction, 16 hex digits."""
    return frozenset(map(_digest, texts))


def instruction_fields(work: ModuleWork) -> dict[str, str]:
    """Return the field of a header that notes which instructions code is asked for under; none, if there are none."""
    digests = instruction_digests(work.find_instructions())
    return {"instructions": " ".join(sorted(digests))} if digests else {}


@lru_cache(maxsize=256)  # a module's is asked for before, while and after it is built
def beside_specs(text: str, module: str) -> Beside:
    """Return the handwritten part of the spec module `module`, from its text without the specs."""
    tree = parse_or_none(text)
    if tree is None or not text.strip():
        return Beside(_digest(text) if text.strip() else "")
    statements = [each for statement in tree.body for each in _imports_apart(statement)]
    imports = sorted({canonical(each) for each in statements if isinstance(each, ast.Import | ast.ImportFrom)})
    others = [each for each in statements if not isinstance(each, ast.Import | ast.ImportFrom)]
    names = dict(_names(ModuleSource(module, "", text, tree)))
    return Beside(_digest("\n".join([*imports, canonical(others)])), names)


def _stands_for(path: str, spec: str) -> bool:
    package, _, name = path.rpartition(".")
    module, _, qualname = spec.partition(":")
    return name == qualname and f"{module}.".startswith(f"{package}.")


def _imports_apart(statement: ast.stmt) -> list[ast.stmt]:
    """Return an import of several names as one of each: sorting and joining imports changes nothing."""
    if isinstance(statement, ast.Import):
        return [ast.Import([alias]) for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        return [ast.ImportFrom(statement.module, [alias], statement.level) for alias in statement.names]
    return [statement]


def _names(source: ModuleSource) -> Iterator[tuple[str, Collection[str]]]:
    for statement in source.statements:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for name, path in source.imports(statement).items():
                if path.partition(".")[0] not in sys.stdlib_module_names:
                    yield name, {path, f"{source.module}.{name}"}
            continue
        bound = [name] if isinstance(name := getattr(statement, "name", None), str) else []
        value = getattr(statement, "value", None)
        if not (isinstance(value, ast.Call) and last_name(value) in _TYPE_VARIABLES):
            nodes = (node for target in assignment_targets(statement) for node in ast.walk(target))
            bound += [node.id for node in nodes if isinstance(node, ast.Name)]
        yield from ((name, {f"{source.module}.{name}"}) for name in bound if not name.startswith("__"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

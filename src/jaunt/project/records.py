"""The records of a snapshot: what a scan keeps of one source file, as plain data, and back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from jaunt.files.listing import ModuleFile
from jaunt.project.kept.snapshot import Record
from jaunt.project.module import Part
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef
from jaunt.specs.contract import Contract
from jaunt.specs.spec_module import SpecModule
from jaunt.syntax.source import Names


class Link(NamedTuple):
    """What a spec is linked to: its decorator's `deps` as resolved, all it depends on, and its graph digest."""

    resolved: Sequence[SpecRef] | None
    dependencies: Sequence[SpecRef]
    digest: str


def names_record(names: Names) -> Record:
    """Return the record of a file that holds no spec."""
    return {"names": names.bindings, "stars": list(names.star_imports)}


def names_in(record: Record) -> Names | None:
    """Return the names that a record holds, None if it has none."""
    return Names(record["names"], record["stars"]) if "names" in record else None


def module_record(module: SpecModule, links: Mapping[str, Link] | None) -> Record:
    """Return the record of a spec module without a problem; `links` are by the names of its specs."""
    specs = {}
    for entry in module.entries:
        contract = module.contracts[entry.qualname]
        specs[entry.qualname] = [entry.decorator_kwargs, *vars(contract).values()]
    assert module.names is not None  # only a module that can't be read has none
    return {
        **names_record(module.names),
        "kind": module.kind,
        "unread": module.unread,
        "elsewhere": module.elsewhere,
        "computed": sorted(module.computed),
        "specs": specs,
        "links": links,
    }


def module_in(record: Record, file: ModuleFile) -> SpecModule | None:
    """Return the spec module that a record describes, None for a file without specs."""
    if "specs" not in record:
        return None
    path = str(file.path)
    entries, contracts = [], {}
    for name, (arguments, parts, references, documented, handwritten) in record["specs"].items():
        entries.append(
            SpecEntry(record["kind"], SpecRef(f"{file.name}:{name}"), file.name, name, path, None, arguments)
        )
        contracts[name] = Contract(parts, tuple(references), documented, handwritten)
    return SpecModule(
        name=file.name,
        file=file,
        kind=record["kind"],
        entries=tuple(entries),
        contracts=contracts,
        unread=record["unread"],
        names=names_in(record),
        elsewhere=record["elsewhere"],
        computed=frozenset(record["computed"]),
    )


def links_in(record: Record) -> Iterator[tuple[str, Link]]:
    """Yield the names of a record's specs, each with what it is linked to."""
    for name, link in record["links"].items():
        yield name, Link(*link)


def part_line(part: Part) -> str:
    """Return what a snapshot keeps of a linked module, as JSON."""
    links = {
        entry.qualname: Link(entry.decorator_kwargs.get("deps"), sorted(part.graph[ref]), part.digests[ref])
        for ref, entry in part.specs.items()
    }
    return json.dumps(module_record(part.module, links))

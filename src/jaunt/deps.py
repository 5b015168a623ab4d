"""Dependencies: the graph of specs, the DAG of their modules, and the orders on them."""

from collections.abc import Mapping

from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef
from jaunt.specs.contract import Contract, contract_of
from jaunt.specs.dag import toposort
from jaunt.specs.graph import collapse_to_module_dag, link_specs
from jaunt.specs.texts import entry_source

__all__ = ["build_spec_graph", "collapse_to_module_dag", "entry_contract", "toposort"]


def build_spec_graph(specs: Mapping[SpecRef, SpecEntry], *, infer_default: bool) -> dict[SpecRef, set[SpecRef]]:
    """Return each spec's direct dependencies among `specs`.

    They are the decorator's `deps` and, where `infer_deps` (else `infer_default`) says so, the specs that the
    signature, the body or the docstring of the spec mention. A reference to something outside `specs` is no
    edge. Raises JauntDiscoveryError if a source file can't be read or `deps` holds what is no reference.
    """
    return link_specs(specs, {ref: entry_contract(entry) for ref, entry in specs.items()}, infer_default=infer_default)


def entry_contract(entry: SpecEntry) -> Contract:
    """Return the contract of a registered spec, read from its source file.

    Raises JauntDiscoveryError if the file can't be read or no longer defines the spec.
    """
    return contract_of(entry_source(entry), entry.qualname)

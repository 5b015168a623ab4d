"""What has changed in a module's contract since its code was generated."""

from jaunt.build.memory.history import History
from jaunt.errors import JauntDiscoveryError
from jaunt.project.project import Project
from jaunt.report import diffs
from jaunt.specs.texts import extract_source_segment


def contract_diff(project: Project, module: str, digest: str | None) -> str | None:
    """Return the diff from the contract of the digest in a module's header to today's; None if that is not kept."""
    record = History(project.root).get(project.kind_of(module), module)
    if record is None or f"sha256:{record.digest}" != digest:
        return None
    own = {entry.spec_ref for entry in project.modules[module].entries if entry.spec_ref in project.specs}
    outside = {dep for ref in own for dep in project.graph.get(ref, ())} - own
    try:
        today = {ref: extract_source_segment(project.specs[ref]) for ref in own | outside}
    except JauntDiscoveryError:
        return None  # the file has changed meanwhile, or is broken: its error says more
    return diffs.contract_diff(record.contract, dict(today), "when it was built", "today")

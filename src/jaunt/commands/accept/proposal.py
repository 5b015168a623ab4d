"""What a person wants to be taken for a module's code, and where it is: edited, moved, or simply still right."""

from collections.abc import Collection, Iterator
from pathlib import Path

from jaunt import codes
from jaunt.build.write import normalize_source
from jaunt.errors import JauntRefusedError
from jaunt.files.plain import read_plain
from jaunt.header import parse_header, split_header
from jaunt.plan.freshness import Freshness, judge
from jaunt.plan.module_work import ModuleWork
from jaunt.plan.orphans import find_orphans
from jaunt.plan.reasons import ReasonKind
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.report.console import relative_paths, some
from jaunt.report.wording import all_reasons, build_command
from jaunt.spec_ref import SpecRef, qualname_of


@frozen
class Proposal:
    """Code for one module, in the generated file `path` with the content `text`.

    `was` is the module that the header names, if that is another one: the spec module was renamed or moved. Code that
    nobody edited keeps its form.
    """

    work: ModuleWork
    path: Path
    text: str
    was: str = ""
    is_edited: bool = True

    @property
    def source(self) -> str:
        """The code, without the header, as it would be written."""
        return normalize_source(split_header(self.text)[1])


def propose(project: Project, work: ModuleWork, *, unchanged: bool) -> Proposal | None:
    """Return what there is to accept for a module, None if its code is accepted or fresh already.

    With `unchanged`, it is code that nobody touched, for a contract that has moved. Raises JauntRefusedError if there
    is nothing that could be accepted.
    """
    path = work.path if work.path.exists() else _moved_file(project, work)
    text = _read(work, path)
    freshness = judge(text, work.fingerprint)
    fields = parse_header(text)
    was = fields["source_module"] if fields is not None and fields["source_module"] != work.imported_as else ""
    if fields is None:
        again = f"`{build_command(work.kind)} --force --target {work.module}`"
        raise JauntRefusedError(
            f"{path}: without its header nobody can tell what this code was made for",
            hint=f"put the header's lines back, or {again} replaces the file",
            code=codes.NOT_ACCEPTED,
        )
    if freshness.state == "edited" or was:
        return Proposal(work, path, text, was)
    if not freshness.stale:
        return None
    if freshness.state == "conflict" or not unchanged:
        raise JauntRefusedError(
            f"{work.module} was not edited by hand: {all_reasons(freshness)}",
            hint=_instead(work, freshness),
            code=codes.NOT_ACCEPTED,
        )
    return Proposal(work, path, text, is_edited=False)


def _instead(work: ModuleWork, freshness: Freshness) -> str:
    command = build_command(work.kind)
    if freshness.state == "conflict":
        return f"merge it, or run: {command}"
    accepted = freshness.state == "accepted"
    again = f"{command} --force --target {work.module}" if accepted else command
    return f"run: {again}; or, if the code is still right: jaunt accept --unchanged {work.module}"


def _read(work: ModuleWork, path: Path) -> str:
    try:
        return read_plain(path).decode("utf-8")
    except FileNotFoundError:
        raise JauntRefusedError(
            f"{work.module} is not built: there is nothing to accept",
            hint=f"run: {build_command(work.kind)}",
            code=codes.NOT_ACCEPTED,
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise JauntRefusedError(
            f"{path} cannot be read: {error}", hint="make it a readable UTF-8 file", code=codes.NOT_ACCEPTED
        ) from error


def _moved_file(project: Project, work: ModuleWork) -> Path:
    """Return the generated file of the spec module that this one was, by its specs; else the module's own file.

    Raises JauntRefusedError if there are several that it may have been.
    """
    names = set(work.names)
    alike = [
        orphan.path for orphan in find_orphans(project) if orphan.kind == work.kind and _specs(orphan.path) == names
    ]
    if len(alike) > 1:
        exact = [path for path in alike if _contracts(path) == work.fingerprint.spec_digests]
        alike = exact if len(exact) == 1 else alike
    if len(alike) > 1:
        raise JauntRefusedError(
            f"{work.module}: several files have its specs: {some([relative_paths(str(path)) for path in alike])}",
            hint=f"move the right one to {relative_paths(str(work.path))}, then accept it",
            code=codes.NOT_ACCEPTED,
        )
    return alike[0] if alike else work.path


def _header(path: Path) -> dict[str, object]:
    try:
        return parse_header(read_plain(path).decode("utf-8", "replace")) or {}
    except OSError:
        return {}


def _specs(path: Path) -> Collection[str]:
    refs = _header(path).get("spec_refs", [])
    return {qualname_of(SpecRef(str(ref))) for ref in refs} if isinstance(refs, list) else set()


def _contracts(path: Path) -> object:
    return _header(path).get("spec_digests")


def told_reasons(proposal: Proposal) -> Iterator[str]:
    """Yield what is told besides of code that was accepted: where it comes from, and that its contract has moved."""
    if proposal.was:
        yield f"it was {proposal.was}"
    freshness = judge(proposal.text, proposal.work.fingerprint)
    moved = [r for r in freshness.reasons if r.kind not in (ReasonKind.EDITED, ReasonKind.OTHER_HEADER)]
    if moved and not proposal.was:
        yield f"for today's contract: {all_reasons(Freshness('stale', tuple(moved), stale=True))}"

"""Reasons: why a module is not fresh, as data. The words for them are chosen where they are printed."""

from dataclasses import field
from enum import Enum
from typing import NamedTuple

from jaunt.process.frozen import frozen


class ReasonKind(Enum):
    """What a reason is about; each kind has its line of words in `jaunt.report.wording`."""

    UNBUILT = "unbuilt"
    """There is no generated file, or an empty one."""
    FORCED = "forced"
    """Somebody asked for the module to be generated anew."""
    BROKEN = "broken"
    """The module can't be built; `detail` says why."""
    UNREADABLE = "unreadable"
    """The generated file `subject` can't be read; `detail` is what the system says."""
    UNPARSABLE = "unparsable"
    """The generated code is no Python any more; `detail` says where."""
    ORPHANED = "orphaned"
    """The spec module `subject`, which the file was generated for, is gone."""
    EDITED = "edited"
    """A person edited the generated file."""
    NO_HEADER = "no header"
    """The generated file has no header, so that a person wrote it, or took the header away."""
    CONFLICT = "conflict"
    """Git has left conflict markers in the generated file."""
    ACCEPTED = "accepted"
    """A person has taken the code over as theirs."""
    OTHER_HEADER = "other header"
    """The file's header is that of the module `subject`, of the kind `detail`."""
    CONTRACT_CHANGED = "contract changed"
    """The contract is another one than in the header, which doesn't tell what differs."""
    SPEC_ADDED = "spec added"
    SPEC_REMOVED = "spec removed"
    SPEC_CHANGED = "spec changed"
    """Of the spec `subject`, or its method `member`, `parts` are other ones than in the header."""
    DEPENDENCY_ADDED = "dependency added"
    DEPENDENCY_REMOVED = "dependency removed"
    DEPENDENCY_CHANGED = "dependency changed"
    """The contract of the spec `subject`, which the module depends on, is another one than in the header."""
    USED_CHANGED = "used changed"
    """The contract of the spec `subject`, which the code uses undeclared, is another one than in the header."""
    HANDWRITTEN_CHANGED = "handwritten changed"
    """What is written by hand as `subject` is other than when the code was checked, which may have it baked in."""
    DEPENDENCY_STALE = "dependency stale"
    """The module `subject`, which the module depends on, is to be generated."""
    DEPENDENCY_REBUILT = "dependency rebuilt"
    """The code of the module `subject`, which the module depends on, is other than when the module was checked."""


class PartChange(NamedTuple):
    """A part of a contract that differs, by name: `docstring`, `method size`; `change` is "added", "removed" or ""."""

    name: str
    change: str = ""


@frozen
class Reason:
    """One reason why a module is not fresh; which of the fields it has is said at its kind.

    `subject` is a spec, a module or a file; `member` names a method of the spec; `parts` are sorted by name.
    """

    kind: ReasonKind
    subject: str = ""
    member: str = ""
    parts: tuple[PartChange, ...] = ()
    detail: str = ""
    is_reworded: bool = field(default=False, compare=False)
    """Whether no more than the words of the spec's docstring moved: no example, no property."""

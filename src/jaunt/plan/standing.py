"""The code as it stands: whether it may stay, as the first candidate of a module that is to be verified."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jaunt.files.plain import read_plain
from jaunt.header import parse_header, split_header
from jaunt.plan.freshness import Freshness, judge
from jaunt.plan.reasons import ReasonKind
from jaunt.process.frozen import frozen

if TYPE_CHECKING:  # a status of fresh modules reads no source
    from jaunt.plan.module_work import ModuleWork

ACCEPTED_FIELDS = ("accepted_by", "accepted_at")
WRITTEN_FIELDS = ("written_by", "written_at")
PROVENANCE_FIELDS = (*ACCEPTED_FIELDS, "instructions", *WRITTEN_FIELDS)
"""The fields of a header that say where code came from, and that go where it goes: into the store, and back."""

STAMPED_FIELD, UNRUN = "stamped", "unrun"
"""The line of a test that passed all checks again since it was written: those don't run it, so that its run, whenever
that is, may still tell that it doesn't fit what it uses."""

_MAY_STAY = ("keep", "verify", "judge")


@frozen
class StandingCode:
    """A generated file, `text`, whose code may stay as it is.

    `moved` says whether anything that it was checked against is other than then: else there is nothing to do.
    `is_to_be_judged`: its contract was reworded, and the model has to be asked whether it may stay.
    """

    text: str
    moved: bool
    is_to_be_judged: bool = False

    @property
    def source(self) -> str:
        """The code, without the header."""
        return split_header(self.text)[1]

    @cached_property
    def accepted(self) -> dict[str, str]:
        """The fields of the header that say who accepted the code, and when; none, if nobody did."""
        return accepted_fields(parse_header(self.text))

    @cached_property
    def provenance(self) -> dict[str, str]:
        """The fields of the header that say who accepted the code, and which instructions it was asked for under."""
        return provenance_fields(parse_header(self.text))


def provenance_fields(header: Mapping[str, Any] | None) -> dict[str, str]:
    """Return PROVENANCE_FIELDS of a header, as far as it has them, without what would draw on a terminal."""
    found = {name: str(header[name]) for name in PROVENANCE_FIELDS if name in header} if header else {}
    return {name: "".join(c if c.isprintable() else "?" for c in text) for name, text in found.items()}


def accepted_fields(header: Mapping[str, Any] | None) -> dict[str, str]:
    """Return ACCEPTED_FIELDS of a header, as far as it has them."""
    return {name: text for name, text in provenance_fields(header).items() if name in ACCEPTED_FIELDS}


def standing_code(work: "ModuleWork", freshness: Freshness | None) -> StandingCode | None:
    """Return a module's code as it stands, None if it has to be generated, or if a person has to be asked.

    `freshness` is that of the plan; what its dependencies are now, with those before it built, is looked at here.
    """
    if freshness is None or freshness.action not in _MAY_STAY:
        return None
    try:
        text = read_plain(work.path).decode()
    except (OSError, UnicodeDecodeError):
        return None
    judged = judge(text, work.fingerprint)
    if judged.state == "edited" or judged.action not in _MAY_STAY:
        return None
    if judged.action == "judge":
        return StandingCode(text, moved=True, is_to_be_judged=True)
    codes, recorded = work.dependency_codes(), judged.dependency_codes
    rebuilt = {reason.subject for reason in freshness.reasons if reason.kind is ReasonKind.DEPENDENCY_STALE}
    known = {module: code for module, code in recorded.items() if module in work.code_paths}
    is_as_it_was = judged.action == "keep" and rebuilt <= known.keys() and known.items() <= codes.items()
    return StandingCode(text, moved=not is_as_it_was)

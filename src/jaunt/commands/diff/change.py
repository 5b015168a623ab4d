"""Changes: a module's code and contract before and after its last build, as unified diffs."""

from dataclasses import dataclass
from pathlib import Path

from jaunt.build.history import LastBuild
from jaunt.commands.diff.lost import removed_behaviour
from jaunt.files.plain import read_plain
from jaunt.header import Kind, parse_header, split_header
from jaunt.plan.freshness import contract_changes
from jaunt.report.diffs import contract_diff, unified_diff
from jaunt.report.wording import reason_texts


@dataclass(frozen=True)
class Change:
    """What a module's last build changed.

    `reason` is what had changed in the contract, empty for a first build and for one that was asked for with
    `--force`; `lost` is what the code no longer has; `contract` and `code` are unified diffs, empty without a change.
    """

    kind: Kind
    module: str
    path: Path
    first: bool
    reason: str
    lost: tuple[str, ...]
    contract: str
    code: str


def make_change(record: LastBuild, path: Path, *, shown: str) -> Change:
    """Return the change that a record describes; `path` is the generated file, `shown` its name in the diff."""
    try:
        now = read_plain(path).decode("utf-8", "replace")
    except OSError:
        now = ""  # it was removed since
    before = split_header(record.before)[1]
    after = split_header(now)[1]
    old, new = parse_header(record.before), parse_header(now)
    first = not record.before
    reasons = contract_changes(old, new) if old and new else ()
    return Change(
        kind=record.kind,
        module=record.module,
        path=path,
        first=first,
        reason="; ".join(reason_texts(reasons, beside=record.module)),
        lost=() if first else tuple(removed_behaviour(before, after)),
        contract=contract_diff(record.contract_before or record.contract, record.contract),
        code=unified_diff(before, after, shown),
    )

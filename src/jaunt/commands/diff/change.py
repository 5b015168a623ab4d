"""Changes: a module's code and contract before and after its last build, as unified diffs."""

import ast
from pathlib import Path
from typing import Literal

from jaunt.build.memory.history import LastBuild
from jaunt.commands.diff.lost import removed_behaviour
from jaunt.files.plain import read_plain
from jaunt.header import Kind, parse_header, split_header
from jaunt.plan.freshness import contract_changes
from jaunt.process.frozen import frozen
from jaunt.report.diffs import contract_diff, unified_diff
from jaunt.report.wording import reason_texts
from jaunt.syntax.body import is_body_edited
from jaunt.syntax.source import parse_or_none

Nature = Literal["code", "docstrings", "layout", "nothing"]
"""What differs of two texts of code: what it does, its docstrings alone, its comments and layout alone, or nothing."""


@frozen
class Change:
    """What a module's last build changed.

    `reason` is what had changed in the contract, or who adopted code where none was before; empty for a first build and
    for one that was asked for with `--force`. `lost` is what the code no longer has; `contract` and `code` are unified
    diffs, empty without a change. `nature` is what the change of the code is one of. `edited` tells that a person has
    edited the code since.
    """

    kind: Kind
    module: str
    path: Path
    first: bool
    reason: str
    lost: tuple[str, ...]
    contract: str
    code: str
    nature: Nature = "code"
    edited: bool = False


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
    reasons = reason_texts(contract_changes(old, new) if old and new else (), beside=record.module)
    if first and new and "adopted_by" in new:
        reasons = [f"adopted by {new['adopted_by']}"]
    return Change(
        kind=record.kind,
        module=record.module,
        path=path,
        first=first,
        reason="; ".join(reasons),
        lost=() if first else tuple(removed_behaviour(before, after)),
        contract=contract_diff(record.contract_before or record.contract, record.contract),
        code=unified_diff(before, after, shown),
        nature=nature_of(before, after),
        edited=is_body_edited(new or {}, after),
    )


def nature_of(before: str, after: str) -> Nature:
    """Return what differs of two texts; of one that doesn't parse, the code."""
    if before == after:
        return "nothing"
    old, new = parse_or_none(before), parse_or_none(after)
    if old is None or new is None:
        return "code"
    if ast.dump(old) == ast.dump(new):
        return "layout"
    return "docstrings" if ast.dump(_without_docstrings(old)) == ast.dump(_without_docstrings(new)) else "code"


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body[:1] = [ast.Pass()] if len(node.body) == 1 else []
    return tree

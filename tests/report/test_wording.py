"""The words for reasons: each kind has its own, and a reader is told enough, but no more."""

from pathlib import Path

import pytest

from jaunt.errors import JauntError
from jaunt.plan.drift import Drift
from jaunt.plan.reasons import PartChange, Reason, ReasonKind
from jaunt.report.wording import drift_error, reason_text, reason_texts, with_spec_names

SLUGIFY = "app.slug:slugify"


@pytest.mark.parametrize("kind", ReasonKind)
def test_every_kind_of_reason_has_words_of_its_own(kind: ReasonKind) -> None:
    def text(of: ReasonKind) -> str:
        return reason_text(Reason(of, "the subject", parts=(PartChange("a part"),), detail="the detail"))

    assert text(kind)
    assert text(kind) not in {text(other) for other in ReasonKind if other is not kind}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ("body", "body"),
        ("body docstring prompt", "body, docstring, prompt"),
        ("body deps docstring prompt", "body, deps, docstring and 1 more"),
    ],
)
def test_beside_its_module_a_spec_goes_without_its_name_and_with_few_parts(parts: str, said: str) -> None:
    names = parts.split()
    changed = Reason(ReasonKind.SPEC_CHANGED, SLUGIFY, parts=tuple(map(PartChange, names)))
    assert reason_text(changed, beside="app.slug") == f"spec changed: slugify ({said})"
    assert reason_text(changed) == f"spec changed: {SLUGIFY} ({', '.join(names)})"
    assert reason_text(changed, beside="app.page") == f"spec changed: {SLUGIFY} ({said})"


def test_a_method_stands_behind_its_class_and_a_part_tells_what_became_of_it() -> None:
    parts = (PartChange("method area", "added"), PartChange("method size", "removed"))
    assert reason_text(Reason(ReasonKind.SPEC_CHANGED, "app:Box", "size", (PartChange("signature"),))) == (
        "spec changed: app:Box.size (signature)"
    )
    assert reason_text(Reason(ReasonKind.SPEC_CHANGED, "app:Box", parts=parts), beside="app") == (
        "spec changed: Box (method area added, method size removed)"
    )


def test_a_dependency_is_named_in_full() -> None:
    assert reason_text(Reason(ReasonKind.DEPENDENCY_CHANGED, SLUGIFY), beside="app.slug") == (
        f"dependency changed: {SLUGIFY}"
    )


def test_stale_dependencies_are_one_text_and_all_others_one_each() -> None:
    stale = [Reason(ReasonKind.DEPENDENCY_STALE, name) for name in ("app.a", "app.b")]
    removed = [Reason(ReasonKind.DEPENDENCY_REMOVED, f"app.{name}:f") for name in "cd"]
    assert reason_texts([Reason(ReasonKind.EDITED), *stale, *removed]) == [
        "edited by hand",
        "dependency is stale: app.a, app.b",
        "dependency removed: app.c:f",
        "dependency removed: app.d:f",
    ]


def test_words_of_others_may_hold_anything() -> None:
    assert reason_text(Reason(ReasonKind.BROKEN, detail="{subject}; {0} %s")) == "{subject}; {0} %s"


@pytest.mark.parametrize(
    ("state", "reasons", "stale", "hint"),
    [
        ("unbuilt", [ReasonKind.UNBUILT], True, "run: jaunt build"),
        ("stale", [ReasonKind.CONTRACT_CHANGED], True, "run: jaunt build"),
        ("fresh", [ReasonKind.UNPARSABLE], False, "run: jaunt build --force --target app.m"),
        ("edited", [ReasonKind.EDITED], False, "run: jaunt accept app.m, or jaunt build --force --target app.m"),
        (
            *("edited", [ReasonKind.EDITED, ReasonKind.SPEC_ADDED], True),
            "run: jaunt accept app.m, or jaunt build --force --target app.m",
        ),
        ("edited", [ReasonKind.NO_HEADER], True, "run: jaunt build --force --target app.m"),
        (
            *("accepted", [ReasonKind.SPEC_ADDED], True),
            "run: jaunt accept --unchanged app.m, or jaunt build --force --target app.m",
        ),
        ("verify", [ReasonKind.USED_CHANGED], False, "run: jaunt build, which makes no call if it passes"),
        ("broken", [ReasonKind.UNREADABLE], True, "make it readable, or remove it"),
        ("orphaned", [ReasonKind.ORPHANED], False, "run: jaunt clean --orphans"),
        ("orphaned", [ReasonKind.ORPHANED, ReasonKind.EDITED], False, "run: jaunt clean --orphans --force"),
    ],
)
def test_what_has_drifted_is_told_with_the_command_that_helps(
    state: str, reasons: list[ReasonKind], stale: bool, hint: str
) -> None:
    found = tuple(Reason(kind) for kind in reasons)
    assert drift_error(Drift("app.m", "build", state, Path("m.py"), found, stale)).hint == hint
    problem = JauntError("cycle", hint="cut it")
    assert drift_error(Drift("app.m", "build", state, Path("m.py"), found, stale, problem)) is problem


def test_what_is_said_of_a_method_names_it_as_its_class_does_but_for_code() -> None:
    said = "Cart__total: 1, not `Cart__total`: missing 'Cart__total__setter', def Cart__total, Cart__totals"
    told = "Cart.total: 1, not `Cart__total`: missing 'Cart.total.setter', def Cart__total, Cart__totals"
    assert with_spec_names(said, ["Cart.total", "Cart.total.setter", "plain"]) == told

"""A module built in parts: at most `max_specs_a_call` specs a call, the first build too."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import EXAMPLES, PLAIN, build_with
from projects import edit, write_files
from said import RunIn

from jaunt.generate.base import ModuleSpecContext
from jaunt.header import split_header

GENERATED = "src/app/__generated__/many.py"
SPEC = '\n\n@jaunt.magic\ndef {name}(x: int) -> int:\n    """Return {text}.{example}"""\n    ...\n'


class Parts(FakeBackend):
    """Writes each spec that it is asked for; `bodies` are their results, the last one of a list again and again."""

    def __init__(self, bodies: Mapping[str, list[str]] | None = None) -> None:
        super().__init__()
        self.bodies = {name: list(each) for name, each in (bodies or {}).items()}
        self.asked: list[list[str]] = []
        self.kept: list[set[str]] = []
        self.before: list[str] = []

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        self.asked.append([*ctx.expected_names])
        self.kept.append({ref.partition(":")[2] for ref in ctx.kept_sources})
        self.before.append(ctx.previous_source)
        self.told.append(extra_error_context)
        texts = []
        for name in ctx.expected_names:
            bodies = self.bodies.get(name, ["x"])
            body = bodies.pop(0) if len(bodies) > 1 else bodies[0]
            texts.append(f"def {name}(x: int) -> int:\n    return {body}\n")
        return "\n\n".join(texts)


def make(root: Path, names: Mapping[str, str], most: int, *, config: str = PLAIN, examples: bool = False) -> Path:
    specs = "".join(
        SPEC.format(name=n, text=text, example=f"\n\n    >>> {n}(2)\n    2\n    " if examples else "")
        for n, text in names.items()
    )
    settings = f"{config}[build]\nmax_attempts = 3\nmax_specs_a_call = {most}\n"
    write_files(root, {"jaunt.toml": settings, "src/app/__init__.py": "", "src/app/many.py": f"import jaunt\n{specs}"})
    return root


SEVEN = {f"f{n}": f"x, number {n}" for n in range(7)}


class Remarking(Parts):
    """Says something of each spec that it is asked for."""

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        code = await super().generate_module(ctx, extra_error_context=extra_error_context)
        return f"{code}\n\n# ADVISORIES\n# - {ctx.expected_names[0]}: what of 0?\n"


def test_what_is_said_of_each_part_is_told(tmp_path: Path) -> None:
    outcome = build_with(make(tmp_path, dict([*SEVEN.items()][:3]), 1), Remarking())["app.many"]
    assert [*outcome.advisories] == ["f0: what of 0?", "f1: what of 0?", "f2: what of 0?"]


@pytest.mark.parametrize("order", ["deps-first", "eager"])
@pytest.mark.parametrize(("most", "sizes"), [(3, [3, 3, 1]), (1, [1] * 7), (7, [7]), (100, [7])])
def test_a_first_build_asks_for_few_specs_a_call(tmp_path: Path, most: int, sizes: list[int], order: str) -> None:
    backend = Parts()
    outcome = build_with(make(tmp_path, SEVEN, most), backend, order=order)["app.many"]
    assert (outcome.ok, outcome.attempts) == (True, len(sizes))
    assert [len(each) for each in backend.asked] == sizes
    assert sorted(name for each in backend.asked for name in each) == sorted(SEVEN)
    assert all({*asked} | kept == {*SEVEN} for asked, kept in zip(backend.asked, backend.kept, strict=True))
    assert {*backend.before} == {""}
    text = (tmp_path / GENERATED).read_text()
    assert [f"def {name}(" in text for name in SEVEN] == [True] * 7


def test_what_specs_use_comes_before_them(tmp_path: Path) -> None:
    backend = Parts()
    build_with(make(tmp_path, {"a": "what `b` gives", "b": "what `c` gives", "c": "x"}, 1), backend)
    assert backend.asked == [["c"], ["b"], ["a"]]


def test_specs_that_use_one_another_are_asked_for_as_well(tmp_path: Path) -> None:
    backend = Parts()
    outcome = build_with(make(tmp_path, {"a": "what `b` gives", "b": "what `a` gives", "c": "x"}, 1), backend)
    assert outcome["app.many"].ok
    assert sorted(name for each in backend.asked for name in each) == ["a", "b", "c"]


def test_the_part_that_is_to_blame_is_asked_for_again_and_told_why(tmp_path: Path) -> None:
    backend = Parts({"f3": ["0", "x"]})
    root = make(tmp_path, SEVEN, 2, config=EXAMPLES, examples=True)
    assert build_with(root, backend)["app.many"].ok
    assert len(backend.asked) == 5
    (again,) = backend.asked[4:]
    assert "f3" in again
    assert backend.told[4] is not None
    assert "f3" in str(backend.told[4])
    assert (root / GENERATED).read_text().count("return x") == 7


def test_parts_that_never_pass_end_after_the_attempts(tmp_path: Path) -> None:
    backend = Parts({"f3": ["0", "1", "3"]})
    outcome = build_with(make(tmp_path, SEVEN, 2, config=EXAMPLES, examples=True), backend)["app.many"]
    assert not outcome.ok
    assert len(backend.asked) == 4 + 2, "the whole once, and twice the part that is to blame"
    assert not (tmp_path / GENERATED).exists()


def test_what_has_moved_of_a_built_module_is_asked_for_in_parts_and_the_rest_stays(tmp_path: Path) -> None:
    root = make(tmp_path, SEVEN, 100)
    build_with(root, Parts({"f0": ["  x"]}))
    edit(root / "jaunt.toml", "max_specs_a_call = 100", "max_specs_a_call = 2")
    for name in ("f1", "f2", "f3"):
        edit(root / "src/app/many.py", f"x, number {name[1:]}.", f"x, number {name}.")
    backend = Parts({name: ["x + 0"] for name in SEVEN})
    assert build_with(root, backend)["app.many"].ok
    assert [len(each) for each in backend.asked] == [2, 1]
    text = split_header((root / GENERATED).read_text())[1]
    assert text.count("x + 0") == 3
    assert "return   x" in text


def test_the_dry_run_counts_the_calls(tmp_path: Path, run_in: RunIn) -> None:
    said = run_in(make(tmp_path, SEVEN, 3), "build", "--dry-run")
    assert "3 calls of the model" in said.out

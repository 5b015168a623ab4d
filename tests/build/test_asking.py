"""A change costs what it changes: of a built module the specs that moved are asked for, the rest stays to the byte."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with
from projects import edit, write_files
from said import RunIn

from jaunt.build.memory.history import History
from jaunt.build.project_settings import project_settings
from jaunt.build.run import run_plan
from jaunt.commands.shared.steps import plan_for
from jaunt.config import load_config
from jaunt.engine.job import Outcome
from jaunt.generate.base import ModuleSpecContext
from jaunt.generate.prompt import load_templates, render_messages
from jaunt.header import split_header
from jaunt.project.project import load_project

GENERATED = "src/app/__generated__/calc.py"
SPEC = '''

@jaunt.magic
def {name}({parameters}) -> int:
    """Return {text}."""
    ...
'''


def spec(name: str, text: str, parameters: str = "x: int") -> str:
    return SPEC.format(name=name, text=text, parameters=parameters)


CALC = f"import jaunt\n{spec('one', 'x plus 1')}{spec('two', 'x plus 2')}{spec('three', 'twice what `two` gives')}"
ANSWER = """\
from math import floor

_STEP = 1


def _plus(x: int, by: int) -> int:
    return x + by  # shared


def one(x: int) -> int:
    return  _plus(x, _STEP)


# Not simply one twice.
def two(x: int) -> int:
    return _plus(x, floor(2.5))


def three(x: int) -> int:
    return 2 * two(x)
"""


class Answers(FakeBackend):
    """Answers a module with given sources, one a call; `asked` are the names that each call was for."""

    def __init__(self, *sources: str) -> None:
        super().__init__({"app.calc": sources} if sources else None)
        self.asked: list[list[str]] = []
        self.given: list[ModuleSpecContext] = []

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        self.asked.append(sorted(ctx.expected_names))
        self.given.append(ctx)
        return await super().generate_module(ctx, extra_error_context=extra_error_context)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of one module of three specs, built."""
    write_files(tmp_path, {"jaunt.toml": PLAIN, "src/app/__init__.py": "", "src/app/calc.py": CALC})
    assert build_with(tmp_path, Answers(ANSWER))["app.calc"].status == "generated"
    return tmp_path


def code(root: Path) -> str:
    return split_header((root / GENERATED).read_text())[1]


def change(root: Path, old: str, new: str) -> None:
    edit(root / "src/app/calc.py", old, new)


def rebuild(root: Path, *answers: str) -> Answers:
    backend = Answers(*answers)
    outcome = build_with(root, backend)["app.calc"]
    assert outcome.status == "generated", outcome.errors
    assert build_with(root, Answers("raise SystemExit")) == {}  # all is fresh now
    return backend


def test_a_reworded_spec_alone_is_asked_for_and_the_rest_stays(root: Path) -> None:
    change(root, "x plus 1", "x plus one")
    backend = rebuild(root, "def one(x: int) -> int:\n    return _plus(x, 1)\n")
    assert backend.asked == [["one"]]
    assert code(root) == ANSWER.replace("    return  _plus(x, _STEP)\n", "    return _plus(x, 1)\n").replace(
        "_STEP = 1\n\n\n", "\n"
    )


def test_the_prompt_has_the_spec_its_code_and_what_is_shared_and_no_other_code(root: Path) -> None:
    change(root, "x plus 1", "x plus one")
    context = rebuild(root, "def one(x: int) -> int:\n    return _plus(x, 1)\n").given[0]
    prompt = render_messages(context, load_templates())[1].content
    assert "Required names: `one`\n" in prompt
    assert "x plus one" in prompt
    assert "return  _plus(x, _STEP)" in prompt
    assert "return x + by  # shared" in prompt
    assert "leave them out of your answer" in prompt
    assert "def two(x: int) -> int:" in prompt
    assert "floor(2.5)" not in prompt
    assert "2 * two(x)" not in prompt


def test_a_spec_of_the_module_that_uses_a_moved_one_is_asked_for_too(root: Path) -> None:
    change(root, "x plus 2", "x plus two")
    answer = "def two(x: int) -> int:\n    return x + 2\n\n\ndef three(x: int) -> int:\n    return two(x) * 2\n"
    backend = rebuild(root, answer)
    assert backend.asked == [["three", "two"]]
    assert "    return  _plus(x, _STEP)\n" in code(root)
    assert "floor" not in code(root)


def test_a_new_spec_is_one_call_for_it_alone(root: Path) -> None:
    (root / "src/app/calc.py").write_text(CALC + spec("four", "4", ""))
    backend = rebuild(root, "def four() -> int:\n    return 4\n")
    assert backend.asked == [["four"]]
    assert code(root) == f"{ANSWER}\n\ndef four() -> int:\n    return 4\n"


def test_a_removed_spec_is_no_call_and_takes_its_code_along(root: Path) -> None:
    change(root, spec("one", "x plus 1"), "")
    backend = rebuild(root)
    assert backend.asked == []
    assert "def one" not in code(root)
    assert "_STEP" not in code(root)
    assert "    return _plus(x, floor(2.5))\n" in code(root)


def test_a_renamed_spec_is_one_call_for_the_new_name(root: Path) -> None:
    change(root, "def one", "def uno")
    backend = rebuild(root, "def uno(x: int) -> int:\n    return _plus(x, 1)\n")
    assert backend.asked == [["uno"]]
    assert "def one" not in code(root)


def test_a_whole_module_as_the_answer_changes_no_other_definition(root: Path) -> None:
    change(root, "x plus 1", "x plus one")
    whole = ANSWER.replace("_plus(x, _STEP)", "_plus(x, 1)").replace("2 * two(x)", "two(x) + two(x)")
    rebuild(root, whole)
    assert "    return 2 * two(x)\n" in code(root)


def test_a_helper_that_others_use_stays_and_the_model_is_told_so(root: Path) -> None:
    change(root, "x plus 1", "x plus one")
    changed = (
        "def _plus(x: int, by: int) -> int:\n    return x - by\n\n\ndef one(x: int) -> int:\n    return _plus(x, -1)\n"
    )
    backend = rebuild(root, changed, "def one(x: int) -> int:\n    return x + 1\n")
    assert backend.asked == [["one"], ["one"]]
    assert "_plus is used by two too, and has to stay as it is" in str(backend.told[1])
    assert "    return x + by  # shared\n" in code(root)


def fails(root: Path, backend: Answers) -> Sequence[str]:
    outcome = build_with(root, backend)["app.calc"]
    assert outcome.status == "failed"
    return outcome.errors


def test_where_no_answer_fits_the_whole_module_is_not_asked_for_unless_wanted(root: Path) -> None:
    before = (root / GENERATED).read_bytes()
    change(root, "x plus 1", "x plus one")
    wrong = "def other() -> int:\n    return 1\n"
    backend = Answers(wrong)
    errors = fails(root, backend)
    assert backend.asked == [["one"]] * 3
    assert "`jaunt build --force --target app.calc` asks for the whole module" in str(errors)
    assert (root / GENERATED).read_bytes() == before
    (root / "jaunt.toml").write_text(f"{PLAIN}[build]\nwhole_module_fallback = true\n")
    backend = Answers(wrong, wrong, wrong, ANSWER.replace("_STEP = 1", "_STEP = 01 * 1").replace("01", "1"))
    assert build_with(root, backend)["app.calc"].status == "generated"
    assert backend.asked == [["one"]] * 3 + [["one", "three", "two"]]


@pytest.mark.parametrize("case", ["all moved", "no header of specs", "handwritten moved"])
def test_the_whole_module_is_asked_for_where_no_part_of_it_can_stay(case: str, root: Path) -> None:
    if case == "all moved":
        for old, new in (("x plus 1", "x + 1"), ("x plus 2", "x + 2")):
            change(root, old, new)
    elif case == "no header of specs":
        file = root / GENERATED
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith("# jaunt:spec_digest=")))
        change(root, "x plus 1", "x plus one")
    else:
        change(root, "import jaunt\n", "import jaunt\n\nSTEP = 1\n")
        change(root, "x plus 1", "x plus `STEP`")
        rebuild(root, "def one(x: int) -> int:\n    return x + 1\n")
        change(root, "STEP = 1", "STEP = 2")
        change(root, "x plus 2", "x plus 3")
    backend = rebuild(root, ANSWER)
    assert backend.asked[0] == ["one", "three", "two"]


def test_a_dependency_whose_contract_moved_asks_for_the_specs_that_use_it(root: Path) -> None:
    write_files(root, {"src/app/base.py": f"import jaunt\n{spec('base', '7', '')}"})
    uses = "import jaunt\nfrom app.base import base\n" + spec("plain", "3", "") + spec("based", "what `base` gives", "")
    write_files(root, {"src/app/calc.py": uses})
    plain = "def plain() -> int:\n    return  3\n\n\n"
    first = f"from app.base import base\n\n\n{plain}def based() -> int:\n    return base()\n"
    assert build_with(root, Answers(first))["app.calc"].status == "generated"
    edit(root / "src/app/base.py", "Return 7", "Return 8")
    backend = Answers("from app.base import base\n\n\ndef based() -> int:\n    return 0 + base()\n")
    assert build_with(root, backend)["app.calc"].status == "generated"
    assert backend.asked == [["base"], ["based"]]
    assert "    return  3\n" in code(root)
    assert "    return 0 + base()\n" in code(root)


def test_the_store_gives_back_what_a_splice_made(root: Path) -> None:
    change(root, "x plus 1", "x plus one")
    rebuild(root, "def one(x: int) -> int:\n    return _plus(x, 1)\n")
    spliced = code(root)
    change(root, "x plus one", "x plus 1")
    assert rebuild(root).asked == []
    change(root, "x plus 1", "x plus one")
    assert rebuild(root).asked == []
    assert code(root) == spliced


def test_the_history_keeps_the_whole_contract(root: Path) -> None:
    change(root, "x plus 1", "x plus one")
    rebuild(root, "def one(x: int) -> int:\n    return _plus(x, 1)\n")
    record = History(root).get("build", "app.calc")
    assert record is not None
    assert sorted(record.contract) == ["app.calc:one", "app.calc:three", "app.calc:two"]


def test_a_test_module_is_built_by_spec_too(root: Path) -> None:
    test_spec = '@jaunt.test\ndef {0}() -> None:\n    """`one` of {1} is {2}."""\n    ...\n\n\n'
    text = (
        "import jaunt\nfrom app.calc import one\n\n\n"
        + test_spec.format("test_a", 1, 2)
        + test_spec.format("test_b", 2, 3)
    )
    write_files(root, {"tests/__init__.py": "", "tests/test_calc.py": text})
    whole = (
        "from app.calc import one\n\n\ndef test_a() -> None:\n    assert one(1)  ==  2\n\n\n"
        "def test_b() -> None:\n    assert one(2) == 3\n"
    )
    backend = FakeBackend({"tests.test_calc": [whole]})
    assert build_with(root, backend, kind="test")["tests.test_calc"].status == "generated"
    edit(root / "tests/test_calc.py", "of 2 is 3", "of 5 is 6")
    answer = "from app.calc import one\n\n\ndef test_b() -> None:\n    assert one(5) == 6\n"
    backend = FakeBackend({"tests.test_calc": [answer]})
    assert build_with(root, backend, kind="test")["tests.test_calc"].status == "generated"
    assert backend.contexts["tests.test_calc"].expected_names == ["test_b"]
    assert "    assert one(1)  ==  2\n" in (root / "tests/__generated__/test_calc.py").read_text()


def test_one_of_fifty_specs_is_one_definition(tmp_path: Path) -> None:
    specs = "".join(spec(f"f{n}", f"x plus {n}") for n in range(50))
    write_files(tmp_path, {"jaunt.toml": PLAIN, "src/app/__init__.py": "", "src/app/calc.py": f"import jaunt\n{specs}"})
    answer = "\n\n".join(f"def f{n}(x: int) -> int:\n    return  x + {n}\n" for n in range(50))
    build_with(tmp_path, Answers(answer))
    change(tmp_path, "x plus 17.", "x plus seventeen.")
    backend = rebuild(tmp_path, "def f17(x: int) -> int:\n    return x + 17\n")
    assert backend.asked == [["f17"]]
    assert code(tmp_path) == answer.replace("return  x + 17\n", "return x + 17\n")


def test_a_dry_run_names_what_would_be_asked_for(root: Path, run_in: RunIn) -> None:
    change(root, "x plus 1", "x plus one")
    said = run_in(root, "build", "--dry-run")
    assert "spec changed: one (docstring): 1 of 3 specs" in said.lines[0]
    (step,) = run_in(root, "build", "--dry-run", "--json").facts["modules"]
    assert step["asked"] == ["one"]
    change(root, spec("one", "x plus one"), "")
    said = run_in(root, "build", "--dry-run")
    assert said.lines[0].split()[:3] == ["1", "free", "app.calc"]
    assert "0 calls of the model" in said.lines[-1]


# --- specs that are forced by name -------------------------------------------------------------------


@pytest.fixture
def calc(tmp_path: Path) -> Path:
    """Return the root of a project whose module is built."""
    write_files(tmp_path, {"jaunt.toml": PLAIN, "src/app/__init__.py": "", "src/app/calc.py": CALC})
    build_with(tmp_path, Answers(ANSWER))
    return tmp_path


AGAIN = "def two(x: int) -> int:\n    return x + 1 + 1\n"


def force(root: Path, backend: Answers, *targets: str) -> Outcome:
    project = load_project(load_config(root=root))
    plan = plan_for(project, targets, kinds=("build",), force=True)
    return asyncio.run(run_plan(plan, project_settings(plan, backend, force=True), jobs=1))["app.calc"]


def test_one_spec_that_is_forced_is_asked_for_alone_and_the_rest_stays(calc: Path) -> None:
    backend = Answers(AGAIN)
    assert force(calc, backend, "app.calc:two").ok
    assert [list(ctx.expected_names) for ctx in backend.contexts.values()] == [["two"]]
    before, after = ANSWER, split_header((calc / GENERATED).read_text())[1]
    assert "return x + 1 + 1" in after
    for part in ("return  _plus(x, _STEP)", "return x + by  # shared", "    return 2 * two(x)"):
        assert part in before
        assert part in after


@pytest.mark.parametrize("targets", [("app.calc",), ("app.calc", "app.calc:two"), ("src/app/calc.py", "app.calc:two")])
def test_a_module_that_is_forced_is_asked_for_as_a_whole(calc: Path, targets: tuple[str, ...]) -> None:
    backend = Answers(ANSWER)
    assert force(calc, backend, *targets).ok
    assert len(backend.contexts["app.calc"].expected_names) == 3


def test_what_has_moved_is_asked_for_with_what_is_forced(calc: Path) -> None:
    edit(calc / "src/app/calc.py", "x plus 1", "x plus one")
    backend = Answers(f"{AGAIN}\n\ndef one(x: int) -> int:\n    return x + 1\n")
    assert force(calc, backend, "app.calc:two").ok
    assert list(backend.contexts["app.calc"].expected_names) == ["one", "two"]


def test_a_spec_of_a_module_without_code_is_asked_for_with_the_whole_of_it(calc: Path) -> None:
    (calc / GENERATED).unlink()
    backend = Answers(ANSWER)
    assert force(calc, backend, "app.calc:two").ok
    assert len(backend.contexts["app.calc"].expected_names) == 3


def test_edits_by_hand_are_not_passed_off_as_generated(calc: Path) -> None:
    edit(calc / GENERATED, "return  _plus(x, _STEP)", "return 1 + x")
    backend = Answers(AGAIN)
    outcome = force(calc, backend, "app.calc:two")
    assert (outcome.ok, backend.calls) == (False, [])
    assert "was edited by hand, so that two alone can't be asked for" in outcome.errors[0]
    assert "return 1 + x" in (calc / GENERATED).read_text()


def test_what_a_person_accepted_stays_theirs(calc: Path, run_in: RunIn) -> None:
    edit(calc / GENERATED, "return  _plus(x, _STEP)", "return 1 + x")
    assert run_in(calc, "accept", "app.calc").code == 0
    assert force(calc, Answers(AGAIN), "app.calc:two").ok
    text = (calc / GENERATED).read_text()
    assert "return 1 + x" in text
    assert "return x + 1 + 1" in text
    assert "accepted" in run_in(calc, "status", "-v").out


def test_the_dry_run_tells_what_is_forced(calc: Path, run_in: RunIn) -> None:
    said = run_in(calc, "build", "--dry-run", "--json", "--force", "--target", "app.calc:two")
    assert [(each["module"], each["asked"]) for each in said.facts["modules"]] == [("app.calc", ["two"])]

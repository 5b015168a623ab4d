"""Modules that need each other's code as they are imported, or in examples: which answer is first decides nothing."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import EXAMPLES, build_with
from projects import write_files

from jaunt.build.turns import PatientCheck, Turns
from jaunt.engine.job import Outcome
from jaunt.errors import JauntGenerationError
from jaunt.generate.check import Checked, FunctionCheck


def spec(name: str, *, head: str = "") -> str:
    docstring = f"Return it loud.\n\n    >>> {name}('a')\n    'A'\n    "
    return f'import jaunt\n{head}\n\n@jaunt.magic\ndef {name}(x: str) -> str:\n    """{docstring}"""\n'


LOUD = "def {}(x: str) -> str:\n    return x.upper()\n"
IDS = {"src/app/ids.py": spec("make_id")}
LATE = {
    "spec module": (
        {"src/app/a.py": spec("either", head="from app.ids import make_id\nNONE = make_id('none')\n")},
        "from app.a import NONE\n\n\ndef either(x: str) -> str:\n    return x.upper() or NONE\n",
    ),
    "package": (
        {
            "src/app/__init__.py": "from app.ids import make_id\nNONE = make_id('none')\n",
            "src/app/a.py": spec("either"),
        },
        LOUD.format("either"),
    ),
    "handwritten at import": (
        {
            "src/app/helper.py": "from app.ids import make_id\nTABLE = {each: make_id(each) for each in 'ab'}\n",
            "src/app/a.py": spec("either", head="from app.helper import TABLE\n"),
        },
        "from app.a import TABLE\n\n\ndef either(x: str) -> str:\n    return TABLE[x]\n",
    ),
    "handwritten in a call": (
        {
            "src/app/helper.py": "from app.ids import make_id\ndef loud(x): return make_id(x)\n",
            "src/app/a.py": spec("either", head="from app.helper import loud\n"),
        },
        "from app.helper import loud\n\n\ndef either(x: str) -> str:\n    return loud(x)\n",
    ),
    "candidate": (
        {"src/app/a.py": spec("either")},
        "from app.ids import make_id\n\n\ndef either(x: str) -> str:\n    return make_id(x)\n",
    ),
    "error from it": (
        {
            "src/app/helper.py": (
                "from app.ids import make_id\ndef loud(x):\n    try: return make_id(x)\n"
                "    except Exception as error: raise ValueError from error\n"
            ),
            "src/app/a.py": spec("either"),
        },
        "from app.helper import loud\n\n\ndef either(x: str) -> str:\n    return loud(x)\n",
    ),
}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("needed", ["ids", "_ids"], ids=["the later one", "the earlier one"])
@pytest.mark.parametrize("way", LATE)
def test_the_outcome_does_not_depend_on_which_answer_comes_first(
    way: str, needed: str, jobs: int, tmp_path: Path
) -> None:
    files, code = LATE[way]
    module = f"app.{needed}"
    for path, text in {"jaunt.toml": EXAMPLES, "src/app/__init__.py": "", **IDS, **files}.items():
        write_files(tmp_path, {path.replace("ids", needed): text.replace("app.ids", module)})
    backend = FakeBackend({"app.a": [code.replace("app.ids", module)], module: [LOUD.format("make_id")]})
    outcomes = build_with(tmp_path, backend, jobs=jobs)
    assert {name: outcome.errors for name, outcome in outcomes.items()} == {"app.a": (), module: ()}
    assert sorted(backend.calls) == sorted(["app.a", module])  # one call each
    assert build_with(tmp_path, backend) == {}


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_needed_and_fails_fails_its_user(jobs: int, tmp_path: Path) -> None:
    files, code = LATE["spec module"]
    write_files(tmp_path, {"jaunt.toml": EXAMPLES, "src/app/__init__.py": "", **IDS, **files})
    backend = FakeBackend({"app.a": [code], "app.ids": ["nothing = 1"]})
    outcomes = build_with(tmp_path, backend, jobs=jobs)
    assert outcomes["app.a"].errors == ("dependency failed: app.ids",)
    assert "app.a" not in backend.calls


def test_a_target_whose_import_needs_what_is_not_built_costs_no_call(tmp_path: Path) -> None:
    files, code = LATE["spec module"]
    write_files(tmp_path, {"jaunt.toml": EXAMPLES, "src/app/__init__.py": "", **IDS, **files})
    backend = FakeBackend({"app.a": [code], "app.ids": [LOUD.format("make_id")]})
    (error,) = build_with(tmp_path, backend, targets=["app.a"])["app.a"].errors
    assert error.endswith("and that is not built (run: jaunt build --target app.ids)")
    assert backend.calls == []
    build_with(tmp_path, backend, targets=["app.ids"])
    assert build_with(tmp_path, backend, targets=["app.a"])["app.a"].status == "generated"


# --- the order itself, without a project ---


def run(waits: Mapping[str, list[str]], needs: Mapping[str, list[str]], first: str, fails: str = "") -> list[str]:
    """Build modules that need others on the way; return the order in which they ended, failures with "!"."""
    ended: list[str] = []

    async def all_of_it() -> None:
        async def build(module: str) -> Outcome:
            try:
                for needed in needs.get(module, ()):
                    await turns.require(module, needed)
                if module == fails:
                    raise JauntGenerationError("no")
            except JauntGenerationError:
                ended.append(f"{module}!")
                return Outcome("failed")
            ended.append(module)
            return Outcome("generated")

        async with Turns(build, waits) as turns:
            await turns.build(first)
            for module in waits:
                await turns.build(module)

    asyncio.run(asyncio.wait_for(all_of_it(), 20))
    return ended


def test_what_is_needed_is_built_in_the_place_of_its_user_after_all_that_it_comes_after() -> None:
    waits: dict[str, list[str]] = {"a": [], "b": ["c"], "c": []}
    assert run(waits, {"a": ["b"]}, "a") == ["c", "b", "a"]
    assert run(waits, {"a": ["b"]}, "b") == ["c", "b", "a"]
    assert run(waits, {"a": ["b"]}, "a", fails="c") == ["c!", "a!"]  # b is not begun


@pytest.mark.parametrize("first", ["a", "b", "c"])
def test_modules_that_need_each_other_fail_and_nothing_hangs(first: str) -> None:
    circle = {"a": ["b"], "b": ["c"], "c": ["a"]}
    assert sorted(run({name: [] for name in "abc"}, circle, first)) == ["a!", "b!", "c!"]
    assert sorted(run({"a": [], "b": ["a"], "c": []}, {"a": ["b"]}, first)) == ["a!", "c"]


def test_a_check_is_asked_again_only_for_what_it_lacks_anew() -> None:
    asked: list[int] = []
    lacking = [["b"], ["b", "c"], ["b", "c"]]

    async def check(source: str) -> Checked:
        asked.append(1)
        return Checked(source, [f"attempt {len(asked)}"], unbuilt=lacking[len(asked) - 1])

    async def built(_: str) -> Outcome:
        return Outcome("generated")

    async def all_of_it() -> Checked:
        async with Turns(built, {name: [] for name in "abc"}) as turns:
            return await PatientCheck(FunctionCheck(check), "a", turns)("x = 1")

    assert asyncio.run(all_of_it()).errors == ["attempt 3"]


def importer(name: str, imported: str, docstring: str = "Return it.") -> str:
    """Return a spec module that imports a spec of another one, and says nothing of it."""
    late = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.{imported} import {imported}\n"
    return f'{late}import jaunt\n\n\n@jaunt.magic\ndef {name}(x: str) -> str:\n    """{docstring}"""\n'


def test_a_module_comes_after_those_whose_specs_it_imports(tmp_path: Path) -> None:
    files = {"src/app/__init__.py": "", "src/app/a.py": importer("a", "m"), "src/app/m.py": importer("m", "z")}
    write_files(tmp_path, {"jaunt.toml": EXAMPLES, **files, "src/app/z.py": spec("z")})
    backend = FakeBackend({f"app.{name}": [LOUD.format(name)] for name in "amz"})
    outcomes = build_with(tmp_path, backend)
    assert backend.calls == ["app.z", "app.m", "app.a"]
    assert {o.errors for o in outcomes.values()} == {()}


def test_modules_that_import_one_another_are_built_and_one_that_fails_takes_no_other_along(tmp_path: Path) -> None:
    files = {"src/app/__init__.py": "", "src/app/a.py": importer("a", "b"), "src/app/b.py": importer("b", "a")}
    write_files(
        tmp_path, {"jaunt.toml": EXAMPLES, **files, "src/app/c.py": importer("c", "d"), "src/app/d.py": spec("d")}
    )
    backend = FakeBackend(
        {**{f"app.{name}": [LOUD.format(name)] for name in "abc"}, "app.d": ["def d(x: str) -> str: 1"]}
    )
    outcomes = build_with(tmp_path, backend)
    assert {m: o.status for m, o in outcomes.items()} == {
        "app.a": "generated",
        "app.b": "generated",
        "app.c": "generated",
        "app.d": "failed",
    }


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_module_that_needs_the_code_of_one_that_lets_it_pass_gets_it(jobs: int, tmp_path: Path) -> None:
    user = "Return it.\n\n    >>> from app.a import a\n    >>> b(a('x'))\n    'X'\n    "
    files = {"src/app/__init__.py": "", "src/app/a.py": importer("a", "b"), "src/app/b.py": importer("b", "b", user)}
    write_files(tmp_path, {"jaunt.toml": EXAMPLES, **files})
    backend = FakeBackend({f"app.{name}": [LOUD.format(name)] for name in "ab"})
    outcomes = build_with(tmp_path, backend, jobs=jobs)
    assert {m: (o.status, o.attempts, o.errors) for m, o in outcomes.items()} == {
        "app.a": ("generated", 1, ()),
        "app.b": ("generated", 1, ()),
    }

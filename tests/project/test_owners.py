"""Modules of one name in several distributions of a project: each is its owner's, and the project tells them apart."""

import json
import shutil
from pathlib import Path
from textwrap import dedent

import pytest
from projects import edit, record, write_files
from said import RunIn

from jaunt.config import load_config
from jaunt.errors import JauntConfigError
from jaunt.plan.module_work import project_work
from jaunt.project.project import load_project, remember, select_target, select_targets
from jaunt.spec_ref import SpecRef

WORKSPACE = """\
[tool.jaunt.paths]
source_roots = ["packages/*/src"]
test_roots = ["packages/*/tests"]

[tool.jaunt.llm]
provider = "recorded"
recordings = "recordings"

[tool.jaunt.verify]
robustness = "off"
ruff = "off"
ty = "off"
doctests = false
"""


def member(name: str, function: str, constant: str, **further: str) -> dict[str, str]:
    """Return the files of a package that has the modules which the others have: `app.util`, `app.consts`, tests."""
    own = f"packages/{name}"
    files = {
        "pyproject.toml": f"[project]\nname = '{name}'\nversion = '1'\n",
        "src/app/__init__.py": "",
        "src/app/consts.py": f"{constant}\n",
        "src/app/util.py": f'''\
            import jaunt
            from app.consts import {constant.split()[0]}


            @jaunt.magic
            def {function}(text: str) -> str:
                """Return `text` after `{constant.split()[0]}`."""
                ...
            ''',
        "tests/__init__.py": "",
        "tests/helpers.py": f"def {function}_input() -> str:\n    return 'x'\n",
        "tests/test_x.py": f'''\
            import jaunt
            from app.util import {function}
            from tests.helpers import {function}_input


            @jaunt.test
            def test_{function}() -> None:
                """`{function}({function}_input())` is "{constant[-2]}x"."""
            ''',
        **further,
    }
    return {f"{own}/{path}": dedent(text) for path, text in files.items()}


SHOP = member("shop", "price", "SIGN = '$'")
MAIL = member("mail", "greet", "MARK = '@'")
ANSWERS = {
    "app.util@packages-shop": "from app.consts import SIGN\n\n\ndef price(text: str) -> str:\n    return SIGN + text\n",
    "app.util@packages-mail": "from app.consts import MARK\n\n\ndef greet(text: str) -> str:\n    return MARK + text\n",
    "tests.test_x@packages-shop": "from app.util import price\nfrom tests.helpers import price_input\n\n\n"
    'def test_price() -> None:\n    assert price(price_input()) == "$x"\n',
    "tests.test_x@packages-mail": "from app.util import greet\nfrom tests.helpers import greet_input\n\n\n"
    'def test_greet() -> None:\n    assert greet(greet_input()) == "@x"\n',
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    write_files(tmp_path, {"pyproject.toml": WORKSPACE, **SHOP, **MAIL})
    return tmp_path


def test_each_owner_has_its_module_and_what_that_names(workspace: Path) -> None:
    project = load_project(load_config(root=workspace))
    assert project.problems == {}
    assert [*project.modules] == sorted(ANSWERS)
    for owner, function in (("shop", "price"), ("mail", "greet")):
        tests, code = f"tests.test_x@packages-{owner}", f"app.util@packages-{owner}"
        assert project.generated_path(code) == workspace / f"packages/{owner}/src/app/__generated__/util.py"
        assert project.generated_path(tests) == workspace / f"packages/{owner}/tests/__generated__/test_x.py"
        assert project.graph[SpecRef(f"{tests}:test_{function}")] == {f"{code}:{function}"}
        assert [*project.world_of(tests).digests] == [f"tests.helpers:{function}_input"]
        assert project.bases_from(workspace / f"packages/{owner}")[:2] == [
            workspace / f"packages/{owner}",
            workspace / f"packages/{owner}/src",
        ]


def test_tests_of_folders_without_init_are_in_a_package_of_their_own(workspace: Path) -> None:
    # Or else `pytest packages/shop` finds two files test_x.py, and refuses the second.
    for owner in ("shop", "mail"):
        (workspace / f"packages/{owner}/tests/__init__.py").unlink()
    project = load_project(load_config(root=workspace))
    for owner in ("shop", "mail"):
        below = project_work(project, f"tests.test_x@packages-{owner}").packages_below
        assert below == workspace / f"packages/{owner}/tests"


def test_what_an_earlier_scan_left_has_them_apart_too_until_an_owner_goes(workspace: Path) -> None:
    config = load_config(root=workspace)
    remember(load_project(config), make_folder=True)
    util = workspace / "packages/mail/src/app/util.py"
    edit(util, "Return `text`", "Give `text`")
    again = load_project(config)
    assert again.scan is not None
    shutil.rmtree(workspace / ".jaunt")
    anew = load_project(config)
    assert again.digests == anew.digests
    assert again.graph == anew.graph
    remember(anew, make_folder=True)
    (workspace / "packages/mail/pyproject.toml").unlink()
    moved = load_project(config)
    assert sorted(moved.modules) == ["app.util", "app.util@packages-shop", "tests.test_x", "tests.test_x@packages-shop"]


def test_one_that_uses_another_distribution_gets_what_that_one_has(workspace: Path) -> None:
    """A package without the name sees that of the distribution that it declares, not the first one of the name."""
    spec = "import jaunt\nfrom app.util import price\n@jaunt.magic(deps=[price])\ndef sell() -> str:\n    '''Sell.'''\n"
    web = {
        "pyproject.toml": "[project]\nname = 'web'\ndependencies = ['shop']\n",
        "src/web.py": spec,
        "src/app/z.py": "",
    }
    write_files(workspace, {f"packages/web/{path}": text for path, text in web.items()})
    project = load_project(load_config(root=workspace))
    assert project.problems == {}
    assert project.graph[SpecRef("web:sell")] == {"app.util@packages-shop:price"}


def test_a_name_of_several_names_all_of_them(workspace: Path) -> None:
    project = load_project(load_config(root=workspace))
    assert select_targets(project, ["app.util"]) == {"app.util@packages-mail", "app.util@packages-shop"}
    assert select_target(project, "app.util:greet") == "app.util@packages-mail"
    assert select_target(project, "app.util@packages-shop:price") == "app.util@packages-shop"
    with pytest.raises(JauntConfigError, match=r"'app\.util' names 2 modules") as told:
        select_target(project, "app.util")
    assert told.value.hint == "choose app.util@packages-mail or app.util@packages-shop"
    with pytest.raises(JauntConfigError, match="unknown target"):
        select_targets(project, ["app.util:nobody"])


def test_two_folders_of_one_owner_are_no_two_modules(workspace: Path) -> None:
    for owner in ("shop", "mail"):
        (workspace / f"packages/{owner}/pyproject.toml").unlink()
    project = load_project(load_config(root=workspace))
    assert sorted(project.problems) == ["app.util", "tests.test_x"]
    assert "both are the module 'app.util'" in str(project.problems["app.util"])


def test_they_are_built_tested_and_checked_and_one_more_costs_the_others_nothing(
    workspace: Path, run_in: RunIn
) -> None:
    mail, aside = workspace / "packages/mail", workspace / "mail"
    mail.rename(aside)
    record(workspace, {name.partition("@")[0]: text for name, text in ANSWERS.items() if name.endswith("shop")})
    assert run_in(workspace, "test").code == 0
    alone = {path: path.read_bytes() for path in (workspace / "packages/shop").rglob("__generated__/*.py")}
    aside.rename(mail)
    record(workspace, {name: text for name, text in ANSWERS.items() if name.endswith("mail")})

    said = run_in(workspace, "test", "--json")
    assert said.code == 0
    facts = json.loads(said.out)
    assert {each["module"]: each["status"] for each in facts["modules"]} == {
        name: "fresh" if name.endswith("shop") else "generated" for name in ANSWERS
    }
    assert facts["tests"]["tests"] == 2
    assert {path: path.read_bytes() for path in alone} == alone
    header = (mail / "tests/__generated__/test_x.py").read_text()
    assert "# jaunt:source_module=tests.test_x\n" in header
    assert "@packages" not in header
    assert run_in(workspace, "check", "--verify").code == 0
    edit(mail / "tests/helpers.py", "greet_input()", "greet_input(n: int = 1)")
    assert run_in(workspace, "status").lines[-1] == "3 fresh, 1 verify"

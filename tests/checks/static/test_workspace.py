"""Several distributions in one project: what each declares is what its code may import."""

import sys
from pathlib import Path
from textwrap import dedent

import pytest
from projects import write_files

from jaunt.checks.static.check import make_check
from jaunt.config import load_config
from jaunt.config.declared import Distributions, declared_modules, owner_of
from jaunt.plan.module_work import project_work
from jaunt.project.project import load_project

SPEC = "import jaunt\n\n\n@jaunt.magic\ndef {name}(n: int) -> int:\n    '''Return `n`.'''\n    ...\n"
ROOT = """\
[tool.jaunt.paths]
source_roots = ["packages/*/src"]
test_roots = ["tests"]

[tool.uv.workspace]
members = ["packages/*"]
"""


def distribution(name: str, *requires: str) -> str:
    """Return a pyproject.toml of PEP 621."""
    return f"[project]\nname = '{name}'\nversion = '1'\ndependencies = {list(requires)!r}\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Two packages: `shop-web` declares `shop-core` and doit, which declares nothing."""
    write_files(
        tmp_path,
        {
            "pyproject.toml": ROOT,
            "packages/core/pyproject.toml": distribution("shop-core"),
            "packages/core/src/core/__init__.py": "",
            "packages/core/src/core/money.py": SPEC.format(name="cents"),
            "packages/web/pyproject.toml": distribution("shop.web", "Shop_Core>=1", "doit"),
            "packages/web/src/web/__init__.py": "",
            "packages/web/src/web/page.py": SPEC.format(name="render"),
        },
    )
    return tmp_path


def refused(root: Path, module: str, name: str, line: str) -> list[str]:
    """Return what is wrong with the imports of code for a module."""
    project = load_project(load_config(root=root))
    work = project_work(project, module)
    check = make_check(project, "error").for_module(work)
    from jaunt.checks.static.check import static_findings  # the check itself is one of asyncio's

    code = f"{line}\n\n\ndef {name}(n: int) -> int:\n    return n\n"
    return [e for e in static_findings(code, check.work, check.allowed).errors if "import" in e]


@pytest.mark.parametrize(
    ("module", "name", "line", "is_fine"),
    [
        ("web.page", "render", "import doit", True),
        ("core.money", "cents", "import doit", False),
        ("web.page", "render", "from core.money import cents", True),
        ("web.page", "render", "import core", True),
        ("core.money", "cents", "import web.page", False),
        ("core.money", "cents", "import core", True),
        ("core.money", "cents", "import json", True),
        ("web.page", "render", "import numpy", False),
    ],
)
def test_the_nearest_pyproject_says_what_code_may_import(
    workspace: Path, module: str, name: str, line: str, is_fine: bool
) -> None:
    assert (refused(workspace, module, name, line) == []) is is_fine


@pytest.mark.parametrize("place", ["acme/core/__init__.py", "acme/eu/core/__init__.py", "acme/core.py"])
def test_a_dependency_whose_package_lies_in_a_namespace_may_be_imported(workspace: Path, place: str) -> None:
    write_files(
        workspace,
        {
            "packages/acme/pyproject.toml": distribution("acme-core"),
            f"packages/acme/src/{place}": "N = 1\n",
            "packages/web/pyproject.toml": distribution("shop.web", "acme-core"),
        },
    )
    name = place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert refused(workspace, "web.page", "render", f"import {name}") == []
    assert refused(workspace, "core.money", "cents", f"import {name}") != []


def test_code_of_a_package_that_nobody_declares_is_everyones(workspace: Path) -> None:
    (workspace / "packages/core/pyproject.toml").unlink()
    assert refused(workspace, "web.page", "render", "import core") == []


def test_one_that_is_no_toml_is_told_with_its_place(workspace: Path) -> None:
    (workspace / "packages/core/pyproject.toml").write_text("[project\n")
    project = load_project(load_config(root=workspace))
    distributions = Distributions(workspace, tuple(project.bases()), tuple(project.bases()))
    assert distributions.owners[workspace / "packages/core/src"] == workspace
    assert owner_of(workspace / "packages/web/src/web", workspace) == workspace / "packages/web"


LAYOUTS = {
    "poetry": """
        [tool.poetry]
        name = "x"
        [tool.poetry.dependencies]
        python = "^3.11"
        doit = "*"
        left-pad = { path = "../left-pad", develop = true }
        [tool.poetry.group.dev.dependencies]
        pytest = "*"
        """,
    "pdm": """
        [project]
        name = "x"
        dependencies = ["doit", "left-pad @ file:///${PROJECT_ROOT}/../left-pad"]
        [tool.pdm.dev-dependencies]
        dev = ["pytest", "-e file:///${PROJECT_ROOT}/../tools#egg=left-tools"]
        """,
    "hatch": """
        [project]
        name = "x"
        dependencies = ["doit", "left-pad @ {root:uri}/../left-pad"]
        [tool.hatch.envs.test]
        extra-dependencies = ["pytest"]
        """,
    "uv": """
        [project]
        name = "x"
        dependencies = ["doit", "left-pad"]
        [tool.uv]
        dev-dependencies = ["pytest"]
        [tool.uv.sources]
        left-pad = { path = "../left-pad", editable = true }
        """,
}


@pytest.mark.parametrize("tool", LAYOUTS)
def test_each_tool_has_its_way_to_say_it(tmp_path: Path, tool: str) -> None:
    (tmp_path / "pyproject.toml").write_text(dedent(LAYOUTS[tool]), encoding="utf-8")
    declared = declared_modules(tmp_path)
    assert declared is not None
    assert {"doit", "pytest", "left_pad"} <= declared
    assert ("left_tools" in declared) == (tool == "pdm")
    assert not {"python", "numpy"} & declared


@pytest.mark.parametrize("way", ["pth", "hook"])
def test_what_an_editable_install_has_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    files = {
        "code/src/inside/__init__.py": "",
        "code/src/single.py": "",
        "site/odd_name-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: odd-name\nVersion: 1\n",
        "pyproject.toml": distribution("x", "odd-name"),
    }
    finder = f"from x import y\nMAPPING: dict[str, str] = {{'inside': '{tmp_path}/code/src/inside', 'single': 'x'}}\n"
    if way == "pth":
        files |= {"site/_odd_name.pth": f"{tmp_path}/code/src\n"}
    else:
        files |= {
            "site/__editable___odd_name_1_finder.py": finder,
            "site/__editable__.odd_name-1.pth": "import x; x.y()",
        }
    record = "".join(f"{name.removeprefix('site/')},,\n" for name in files if name.startswith("site/"))
    write_files(tmp_path, {**files, "site/odd_name-1.dist-info/RECORD": record})
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    assert {"inside", "single", "odd_name"} <= (declared_modules(tmp_path) or set())

"""Which imports a candidate may have."""

from pathlib import Path

import pytest
from candidates import static_errors_of
from projects import write_files

from jaunt.config import load_config
from jaunt.config.declared import declared_modules
from jaunt.project.project import load_project


@pytest.mark.parametrize(
    ("pyproject", "modules"),
    [
        (None, None),
        ("[tool.x]\n", None),
        ("not toml", None),
        ("[project]\nname = 'x'\n", set()),
        ("[project]\nname = 'x'\ndependencies = ['doit[toml]>=0.3; python_version > \"3\"', 'Left-Pad.py']\n",
         {"doit", "left_pad_py"}),
        ("[project.optional-dependencies]\ndev = ['pytest']\n", {"pytest"}),
        ("[project]\nname = 'x'\n[dependency-groups]\ndev = ['pytest', {include-group = 'y'}]\ny = ['doit']\n",
         {"pytest", "doit"}),
        ("[project]\nname = 'surely-not-installed'\ndynamic = ['dependencies']\n", None),
    ],
)  # fmt: skip
def test_dependencies_are_read_from_pyproject(tmp_path: Path, pyproject: str | None, modules: set[str] | None) -> None:
    if pyproject is not None:
        (tmp_path / "pyproject.toml").write_text(pyproject)
    declared = declared_modules(tmp_path)
    assert declared is None if modules is None else modules <= (declared or set())
    assert declared is None or not {"numpy", "ruff"} & declared


def imports(tmp_path: Path, lines: str, *, config: str = "", spec: str = "") -> list[str]:
    """Return what is wrong with a candidate that imports `lines`, in a project without a pyproject.toml."""
    write_files(
        tmp_path,
        {
            "jaunt.toml": config,
            "src/app/__init__.py": "from app.inc import inc as increment\n",
            "src/app/native.cpython-311-x86_64-linux-gnu.so": "",
            "src/app/folder/part.py": "",
            "src/app/inc.py": f"import jaunt\n{spec}\n\n\n@jaunt.magic\ndef inc(n: int) -> int:\n    ...\n",
        },
    )
    project = load_project(load_config(root=tmp_path))
    return static_errors_of(project, "app.inc", f"{lines}\n\n\ndef inc(n: int) -> int:\n    return n\n")


@pytest.mark.parametrize(
    "lines",
    [
        "import json.decoder",
        "from app import native",
        "import app.native",
        "import app.folder.part",
        "from ..folder import part",
        "import sys\nif sys.version_info >= (3, 14):\n    import annotationlib",
        "import sys\nif sys.version_info < (3, 12):\n    import imp",
        "import sys\nif sys.version_info < (3, 13):\n    from cgi import parse_header",
    ],
)
def test_the_standard_library_and_the_project_may_be_imported(tmp_path: Path, lines: str) -> None:
    assert imports(tmp_path, lines) == []


BELOW = """\

{use}
_BASE = 2
"""


@pytest.mark.parametrize(
    ("use", "calls"),
    [
        ("SMALL = [inc(n) for n in (1, 2)]", True),
        ("def later(n: int = inc(1)) -> int: return n", True),
        ("class Table:\n    first = inc(1)", True),
        ("if inc(1):\n    A = 1", True),
        ("def later() -> int: return inc(1)", False),
        ("other = inc", False),
    ],
)
def test_what_is_bound_below_a_call_of_a_spec_on_import_is_imported_in_functions(
    tmp_path: Path, use: str, calls: bool
) -> None:
    imports(tmp_path, "")
    file = tmp_path / "src/app/inc.py"
    file.write_text(file.read_text().replace("import jaunt\n", "import jaunt\n_STEP = 1\n") + BELOW.format(use=use))
    line = next(i for i, text in enumerate(file.read_text().split("\n"), 1) if text.startswith(use.split("\n")[0]))
    project = load_project(load_config(root=tmp_path))

    def errors(top: str, inside: str = "pass") -> list[str]:
        candidate = f"{top}\n\n\ndef inc(n: int) -> int:\n    {inside}\n    return n\n"
        return static_errors_of(project, "app.inc", candidate)

    assert errors("from app.inc import _STEP") == []
    assert errors("", "from app.inc import _BASE") == []
    found = errors("from app.inc import _BASE")
    assert [f"line {line}, which calls the spec inc on import" in each for each in found] == [True] * calls


def test_without_declared_dependencies_what_the_spec_module_imports_may_be_imported(tmp_path: Path) -> None:
    assert imports(tmp_path, "import doit.task", spec="from doit import loader") == []
    assert len(imports(tmp_path, "import pytest", spec="from doit import loader")) == 1
    assert len(imports(tmp_path, "import jaunt")) == 1


FOR_CHECKERS = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {}"


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("from _typeshed import SupportsRichComparison", True),
        ("from typing_extensions import Protocol", True),
        ("from panels import Frame", True),  # so does the spec module
        ("from frames import Panel", False),
        ("import _typeshed, frames", False),
        ("from app.inc import inc", False),
    ],
)
def test_what_is_imported_for_type_checkers_alone_need_not_be_installed(
    tmp_path: Path, line: str, allowed: bool
) -> None:
    spec = f"{FOR_CHECKERS.format('from panels import Frame')}\n"
    found = imports(tmp_path, FOR_CHECKERS.format(line), spec=spec)
    assert (found == []) == allowed, found
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "app"\ndependencies = []\n')
    assert (imports(tmp_path, FOR_CHECKERS.format(line), spec=spec) == []) == allowed
    assert len(imports(tmp_path, line, spec=spec)) >= 1


def test_allow_imports_names_what_may_be_imported_besides(tmp_path: Path) -> None:
    config = '[verify]\nallow_imports = ["numpy", "jaunt"]\n'
    assert imports(tmp_path, "import numpy.linalg\nimport jaunt", config=config) == []
    assert len(imports(tmp_path, "import scipy", config=config)) == 1


def test_a_stub_is_a_stub_under_the_name_that_a_package_gives_it(tmp_path: Path) -> None:
    (error,) = imports(tmp_path, "from app import increment")
    assert error == "line 1: uses increment from app.inc, the stub that this module implements; use its own increment"

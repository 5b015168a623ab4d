"""jaunt's decorators, handed on by a module of the project: what is below them is a spec like any other."""

import shutil
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with
from projects import edit, write_files
from said import RunIn

from jaunt.config import load_config
from jaunt.project.project import load_project, remember

BODY = 'def f() -> int:\n    """Return 1."""\n    ...\n'
OTHER = "X = 1\n"
WAYS = {
    "from": ({"specs.py": "from jaunt import magic\n"}, f"from app.specs import magic\n\n\n@magic\n{BODY}"),
    "called": (
        {"specs.py": "from jaunt import magic\n"},
        f"from app.specs import magic\n\n\n@magic(prompt='a')\n{BODY}",
    ),
    "assigned": (
        {"specs.py": "import jaunt\nmagic = jaunt.magic\n"},
        f"from app.specs import magic\n\n\n@magic\n{BODY}",
    ),
    "renamed": ({"specs.py": "from jaunt import magic as spec\n"}, f"from app.specs import spec as s\n\n\n@s\n{BODY}"),
    "module": ({"specs.py": "from jaunt import magic\n"}, f"from app import specs\n\n\n@specs.magic\n{BODY}"),
    "dotted": ({"specs.py": "from jaunt import magic\n"}, f"import app.specs\n\n\n@app.specs.magic\n{BODY}"),
    "relative": ({"specs.py": "from jaunt import magic\n"}, f"from .specs import magic\n\n\n@magic\n{BODY}"),
    "package": ({"__init__.py": "from jaunt import magic\n"}, f"from . import magic\n\n\n@magic\n{BODY}"),
    "chain": (
        {"specs.py": "from app.core import magic\n", "core.py": "from jaunt import magic\n"},
        f"from app.specs import magic\n\n\n@magic\n{BODY}",
    ),
}


def make(root: Path, way: str) -> None:
    files, spec = WAYS[way]
    files = {"__init__.py": "", **files, "a.py": spec, "other.py": OTHER}
    write_files(root, {"jaunt.toml": PLAIN, **{f"src/app/{name}": text for name, text in files.items()}})


def modules(root: Path) -> list[str]:
    """Return the spec modules, as a scan without a cache finds them and as one with a cache."""
    found = []
    for _ in range(3):
        project = load_project(load_config(root=root))
        assert project.problems == {}
        found.append(sorted(project.modules))
        remember(project, make_folder=True)
    assert found[0] == found[1] == found[2]
    return found[0]


@pytest.mark.parametrize("way", WAYS)
def test_a_decorator_that_a_module_hands_on_is_followed(way: str, tmp_path: Path, run_in: RunIn) -> None:
    make(tmp_path, way)
    assert modules(tmp_path) == ["app.a"]
    backend = FakeBackend()
    assert build_with(tmp_path, backend)["app.a"].status == "generated"
    (text,) = backend.contexts["app.a"].plain_sources.values()
    assert text == BODY.rstrip()
    assert "magic" not in backend.contexts["app.a"].handwritten_source.replace("app.specs", "")
    assert run_in(tmp_path, "check").code == 0


def test_a_test_spec_may_take_it_from_the_sources(tmp_path: Path) -> None:
    test = "from app.specs import test\n\n\n@test\ndef test_f() -> None:\n    '''f() is 1.'''\n"
    make(tmp_path, "from")
    write_files(tmp_path, {"src/app/specs.py": "from jaunt import magic, test\n", "tests/test_a.py": test})
    assert modules(tmp_path) == ["app.a", "tests.test_a"]


def test_what_is_handed_on_no_longer_makes_no_spec_and_what_is_handed_on_anew_does(tmp_path: Path) -> None:
    make(tmp_path, "from")
    assert modules(tmp_path) == ["app.a"]
    edit(tmp_path / "src/app/specs.py", "from jaunt import magic", "from functools import cache as magic")
    assert modules(tmp_path) == []
    edit(tmp_path / "src/app/specs.py", "from functools import cache as magic", "from jaunt import magic")
    assert modules(tmp_path) == ["app.a"]
    shutil.rmtree(tmp_path / ".jaunt")
    assert modules(tmp_path) == ["app.a"]


def test_a_decorator_of_that_name_from_elsewhere_is_none_of_ours(tmp_path: Path) -> None:
    make(tmp_path, "from")
    write_files(
        tmp_path,
        {"src/app/tools.py": "def magic(f): return f\n", "src/app/b.py": f"from .tools import magic\n@magic\n{BODY}"},
    )
    assert modules(tmp_path) == ["app.a"]

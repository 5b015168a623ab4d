"""Which test modules run again after an edit: those whose tests might tell something new, and never fewer."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from projects import edit, make_shop, write_files
from said import RunIn

from jaunt.config import load_config
from jaunt.files.tree import TooManyFilesError, tree_files
from jaunt.project.project import load_project
from jaunt.syntax.mentions import mentions_in
from jaunt.testing.unchanged.passes import Passes

SLUG, TALLY = "tests.test_slug", "tests.test_tally"
BOTH = {SLUG, TALLY}
TALLY_SPEC = '''\
import jaunt
from app.tally import Tally


@jaunt.test(deps=[Tally])
def test_tally() -> None:
    """The first number is 1."""
    ...
'''
TALLY_ANSWER = "from app.tally import Tally\n\n\ndef test_tally() -> None:\n    assert Tally().add() == 1\n"
FILES = {
    "tests/test_tally.py": TALLY_SPEC,
    "tests/conftest.py": "from tests.support import helper\n",
    "tests/support/__init__.py": "",
    "tests/support/helper.py": "VALUE = 1\n",
    "src/app/other.py": "VALUE = 1\n",
    "data/words.txt": "a b\n",
}


@dataclass
class Ran:
    """A run in which all tests passed."""

    whole: Mapping[Path, int]
    loaded: list[str] = field(default_factory=list)


@pytest.fixture
def root(tmp_path: Path, run_in: RunIn) -> Path:
    """The shop with two test modules that were built; they have nothing in common but `conftest.py`."""
    root = make_shop(tmp_path / "shop", changes=FILES, answers={TALLY: TALLY_ANSWER})
    assert run_in(root, "test", "--no-run").code == 0
    return root


def look(root: Path) -> Passes:
    return Passes(load_project(load_config(root=root)))


def passed(root: Path, modules: set[str] = BOTH, loaded: list[str] | None = None) -> None:
    """Remember modules as passed."""
    files = {(root / "tests/__generated__" / f"{name.partition('.')[2]}.py").resolve(): 1 for name in modules}
    look(root).keep([Ran(files, loaded or [])], modules)


def to_run(root: Path) -> set[str]:
    return BOTH - look(root).unchanged(BOTH).keys()


def append(name: str, text: str = "\nMORE = 1\n") -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + text)

    return change


def move_header(root: Path) -> None:
    edit(root / "src/app/__generated__/tally.py", "# jaunt:tool_version=", "# jaunt:tool_version=9")


def link_out(root: Path) -> None:
    (root.parent / "elsewhere").mkdir()
    (root.parent / "elsewhere" / "a.txt").write_text("a")
    (root / "linked").symlink_to(root.parent / "elsewhere")


CHANGES: Mapping[str, tuple[Callable[[Path], None], set[str]]] = {
    "nothing": (lambda root: None, set()),
    "tested code": (append("src/app/__generated__/slug.py"), {SLUG}),
    "code that tested code uses": (append("src/app/__generated__/words.py"), {SLUG}),
    "code that only the other uses": (append("src/app/__generated__/tally.py"), {TALLY}),
    "the tests": (append("tests/__generated__/test_tally.py"), {TALLY}),
    "what was checked, as the header has it": (move_header, set()),
    "a spec": (append("tests/test_slug.py", "\n\n# a comment\n"), {SLUG}),
    "a spec module that is tested": (append("src/app/tally.py"), {TALLY}),
    "handwritten code that nothing reaches": (append("src/app/other.py"), set()),
    "a package on the way": (append("src/app/__init__.py"), BOTH),
    "conftest.py": (append("tests/conftest.py"), BOTH),
    "what conftest.py imports": (append("tests/support/helper.py"), BOTH),
    "a conftest.py above": (append("conftest.py"), BOTH),
    "a package that hides a module": (append("src/app/words/__init__.py"), {SLUG}),
    "a module of that name elsewhere": (append("lib/app/tally.py"), {TALLY}),
    "a data file": (append("data/words.txt", "c\n"), BOTH),
    "a new data file": (append("data/more.txt", "c\n"), BOTH),
    "a data file less": (lambda root: (root / "data/words.txt").unlink(), BOTH),
    "pytest's settings": (append("pytest.ini", "[pytest]\nxfail_strict = true\n"), BOTH),
    "jaunt's settings": (append("jaunt.toml", '\n[test]\npytest_args = ["-v"]\n'), BOTH),
    "a folder of data elsewhere": (link_out, BOTH),
    "time alone": (lambda root: os.utime(root / "src/app/__generated__/slug.py", (1, 1)), set()),
    "a virtual environment": (append("env/pyvenv.cfg"), set()),
    "a tool's cache": (append(".some_cache/CACHEDIR.TAG"), set()),
    "bytecode": (append("src/app/__pycache__/x.pyc", "x"), set()),
    "doit's database": (append(".doit.db.db", "x"), set()),
    "jaunt's own folder": (append(".jaunt/notes", "x"), set()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_an_edit_may_change_runs_and_nothing_else(root: Path, change: str) -> None:
    passed(root)
    make, expected = CHANGES[change]
    make(root)
    assert to_run(root) == expected


@pytest.mark.parametrize(
    "text",
    [
        "import importlib\n\n\ndef load(name: str) -> object:\n    return importlib.import_module('app.' + name)\n",
        "from unittest import mock\n\npatched = mock.patch('app.other.VALUE', 2)\n",
        "import os\nfrom pathlib import Path\n\nTEXT = Path('src/app') / 'other.py'\n",
        "from pathlib import Path\n\nALL = [*Path('src').rglob('*')]\n",
        "PATH = 'app.other:VALUE'\n",
        "from app import other as o\n",
        "from . import other\n",
        "from app import *\n",
        "def late() -> object:\n    import app.other\n\n    return app.other\n",
        "exec('import app.' + 'other')\n",
        "import subprocess\n",
        "__path__ = ['src/app', 'lib']\n",
        "import sys\n\nsys.meta_path.insert(0, None)\n",
        "from pickle import loads\n",
        "def broken(:\n",
    ],
)
def test_code_that_may_load_what_it_does_not_name_counts_with_all_python_files(root: Path, text: str) -> None:
    (root / "src/app/__generated__/words.py").write_text(text)
    passed(root)
    assert to_run(root) == set()
    append("src/app/other.py")(root)
    assert to_run(root) == {SLUG}


def test_strings_with_names_of_plugins_are_followed(root: Path) -> None:
    write_files(root, {"tests/conftest.py": "pytest_plugins = ['extra']\n", "lib/extra.py": ""})
    write_files(root, {"pytest.ini": "[pytest]\naddopts = -p lib.more\n", "lib/more.py": ""})
    passed(root)
    for name in ("lib/extra.py", "lib/more.py"):
        append(name)(root)
        assert to_run(root) == BOTH
        passed(root)


def test_files_that_the_run_loaded_count_wherever_they_are(root: Path) -> None:
    outside = root.parent / "library.py"
    outside.write_text("")
    passed(root, loaded=[str(outside), str(root / "src/app/other.py")])
    assert to_run(root) == set()
    outside.write_text("VALUE = 1\n")
    assert to_run(root) == BOTH
    passed(root, loaded=[str(outside), str(root / "src/app/other.py")])
    append("src/app/other.py")(root)
    assert to_run(root) == BOTH, "no text names it, but the run loaded it"
    passed(root, {TALLY})
    assert to_run(root) == {SLUG}


def test_a_run_that_loaded_what_is_not_on_this_machine_is_not_remembered(root: Path) -> None:
    passed(root, loaded=["/on/another/machine/library.py"])
    assert to_run(root) == BOTH


def test_only_files_of_which_everything_passed_are_remembered(root: Path) -> None:
    passed(root, {SLUG})
    assert to_run(root) == {TALLY}
    look(root).keep([Ran({})], {SLUG})
    assert to_run(root) == BOTH, "a module that failed since is not what passed before"


def test_what_changes_while_tests_run_is_not_remembered(root: Path) -> None:
    before = look(root)
    append("src/app/__generated__/slug.py")(root)
    files = {(root / f"tests/__generated__/{name}.py").resolve(): 1 for name in ("test_slug", "test_tally")}
    before.keep([Ran(files)], BOTH)
    assert to_run(root) == {SLUG}


def test_another_environment_runs_everything(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append("jaunt.toml", '\n[sandbox]\nenv = ["SHOP_MODE"]\n')(root)
    passed(root)
    monkeypatch.setenv("UNSEEN", "1")
    assert to_run(root) == set()
    monkeypatch.setenv("SHOP_MODE", "1")
    assert to_run(root) == BOTH


def test_a_plugin_that_was_installed_runs_everything(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = root.parent / "site-packages"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    passed(root)
    assert to_run(root) == set()
    (folder / "pytest_more-1.0.dist-info").mkdir()
    assert to_run(root) == BOTH


@pytest.mark.parametrize("setting", ["network = true", 'read = ["/etc"]', 'write = ["/tmp"]'])
def test_tests_that_reach_further_always_run(root: Path, setting: str) -> None:
    append("jaunt.toml", f"\n[sandbox]\n{setting}\n")(root)
    passed(root)
    assert to_run(root) == BOTH


def test_of_test_modules_with_a_sandbox_of_their_own_those_that_reach_further_always_run(root: Path) -> None:
    append("jaunt.toml", f'\n[sandbox.tests."{SLUG}"]\nnetwork = "loopback"\n')(root)
    passed(root)
    assert to_run(root) == {SLUG}


def test_without_a_sandbox_the_whole_environment_counts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append("jaunt.toml", '\n[sandbox]\nmode = "off"\n')(root)
    passed(root)
    assert to_run(root) == set()
    monkeypatch.setenv("UNSEEN", "1")
    assert to_run(root) == BOTH


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 99}', '{"version": 1, "passed": 3}'])
def test_a_record_that_is_damaged_or_missing_runs_everything(root: Path, text: str) -> None:
    passed(root)
    (root / ".jaunt/tested.json").write_text(text)
    assert to_run(root) == BOTH


def test_a_project_that_was_copied_with_its_record_runs_everything(root: Path) -> None:
    passed(root)
    shutil.copytree(root, root.parent / "copy", symlinks=True)
    assert to_run(root.parent / "copy") == BOTH
    assert to_run(root) == set()


def test_a_source_folder_behind_a_symlink_counts_by_its_files(tmp_path: Path, run_in: RunIn) -> None:
    root = make_shop(tmp_path / "shop", changes=FILES, answers={TALLY: TALLY_ANSWER})
    (root / "src").rename(root / "code")
    (root / "src").symlink_to("code")
    assert run_in(root, "test", "--no-run").code == 0
    passed(root)
    assert to_run(root) == set()
    append("src/app/__generated__/tally.py")(root)
    assert to_run(root) == {TALLY}


def test_a_spec_module_that_is_a_symlink_leads_to_its_generated_code(tmp_path: Path, run_in: RunIn) -> None:
    root = make_shop(tmp_path / "shop", changes=FILES, answers={TALLY: TALLY_ANSWER})
    (root / "shared").mkdir()
    (root / "src/app/tally.py").rename(root / "shared/tally.py")
    (root / "src/app/tally.py").symlink_to("../../shared/tally.py")
    assert run_in(root, "test", "--no-run").code == 0
    passed(root)
    assert to_run(root) == set()
    append("src/app/__generated__/tally.py")(root)
    assert to_run(root) == {TALLY}


# What is read


def test_a_tree_is_read_once_and_ends(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/b.txt": "", "a/.git/x": "", "c.py": "", "node_modules/d": ""})
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    found = {os.path.relpath(path, tmp_path) for path, _ in tree_files(str(tmp_path))}
    assert found == {"a/b.txt", "c.py"}
    with pytest.raises(TooManyFilesError, match="more than 1 files"):
        list(tree_files(str(tmp_path), most=1))


def test_a_docstring_names_no_module_and_code_that_computes_loads_nothing() -> None:
    text = b'"""Reads app.other, and a.py."""\nimport json\nfrom re import compile\n\nX = compile("a.b c")\n'
    found = mentions_in(text)
    assert (found.names, found.anything) == (("json", "re.compile"), True)
    assert not mentions_in(text.replace(b", and a.py", b"")).anything

"""The whole program on bad input: one line that names the file and what to do, the right exit code, the rest built."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from processes import CHILD_SECONDS, child_environment, run_doit, run_jaunt
from projects import GENERATED, SHOP, make_shop, record, write_files
from said import RunIn

SPEC = 'import jaunt\n\n\n@jaunt.magic\ndef broken() -> int:\n    """Return 1."""\n    ...\n'
CYCLE = {
    "src/app/one.py": SPEC.replace("@jaunt.magic", '@jaunt.magic(deps=["app.two:broken"])'),
    "src/app/two.py": SPEC.replace("@jaunt.magic", '@jaunt.magic(deps=["app.one:broken"])'),
}


def built(root: Path) -> set[str]:
    """Return the names of the modules of `app` that have generated code."""
    return {path.stem for path in (root / GENERATED).glob("*.py")} - {"__init__"}


# --- what is wrong with one module -------------------------------------------------------------------

BROKEN: Mapping[str, tuple[Mapping[str, str | bytes], str]] = {
    "syntax error": ({"src/app/broken.py": SPEC.replace("()", "(")}, "src/app/broken.py:5:13: "),
    "not UTF-8": ({"src/app/broken.py": SPEC.encode() + b"# \xff\n"}, "src/app/broken.py:8: "),
    "null byte": ({"src/app/broken.py": SPEC.encode() + b"\0"}, "src/app/broken.py"),
    "import error": ({"src/app/broken.py": "import no_such_thing\n" + SPEC}, "src/app/broken.py:1: "),
    "raising": (
        {"src/app/broken.py": SPEC + "raise RuntimeError('out of\\norder')\n"},
        "src/app/broken.py:8: ",
    ),
    "exiting": ({"src/app/broken.py": SPEC + "import os\nos._exit(3)\n"}, "src/app/broken.py: "),
    "sys.exit": ({"src/app/broken.py": SPEC + "import sys\nsys.exit('bye')\n"}, "src/app/broken.py:9: "),
    "unknown dependency": (
        {"src/app/broken.py": SPEC.replace("@jaunt.magic", '@jaunt.magic(deps=["app.gone:x"])')},
        "src/app/broken.py:4: ",
    ),
    "unknown argument": (
        {"src/app/broken.py": SPEC.replace("magic", "magic(promt='x')")},
        "src/app/broken.py:4: ",
    ),
    "mixed kinds": (
        {"src/app/broken.py": SPEC + "\n\n@jaunt.test\ndef test_x() -> None: ...\n"},
        "src/app/broken.py: ",
    ),
    "method spec with a body": (
        {"src/app/broken.py": "import jaunt\n\n\nclass A:\n    @jaunt.magic\n    def broken(self): return 1\n"},
        "src/app/broken.py:6: ",
    ),
    "cycle": (CYCLE, "app.one -> app.two"),
    "two files of one name": (
        {"src/app/broken.py": SPEC, "src/app/broken/__init__.py": SPEC},
        "src/app/broken.py and src/app/broken/__init__.py: ",
    ),
}


def spoil(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_module_is_2_with_one_line_and_all_else_is_built(tmp_path: Path, run_in: RunIn, case: str) -> None:
    files, named = BROKEN[case]
    root = make_shop(tmp_path)
    spoil(root, files)
    said = run_in(root, "build")
    assert said.code == 2
    assert len(said.errors) == 1, said.errors
    assert named in said.errors[0]
    assert said.errors[0].endswith(")"), "it says what to do"
    assert str(tmp_path) not in said.errors[0]
    assert built(root) == {"slug", "tally", "words"}
    assert said.out.splitlines()[-1].startswith(f"3 generated, {len(files) if case == 'cycle' else 1} failed in ")
    # Again: what was built is fresh, and the error is still there.
    again = run_in(root, "build")
    assert (again.code, again.errors) == (2, said.errors)
    assert again.out.splitlines()[-1].startswith("3 fresh, ")


@pytest.mark.parametrize("case", ["syntax error", "not UTF-8", "cycle", "two files of one name", "unknown dependency"])
def test_status_shows_a_broken_module_and_is_0(tmp_path: Path, run_in: RunIn, case: str) -> None:
    files, named = BROKEN[case]
    root = make_shop(tmp_path)
    spoil(root, files)
    said = run_in(root, "status")
    assert (said.code, said.errors) == (0, [])
    broken = [line for line in said.out.splitlines() if line.startswith("broken   app.")]
    assert len(broken) == (2 if case == "cycle" else 1)
    assert all(named in line and line.endswith(")") for line in broken), "where it is, and what to do"
    assert run_in(root, "status", "--check").code == 4
    one = run_in(root, "status", broken[0].split()[1])
    assert (one.code, one.errors) == (0, [])
    assert named in one.out
    assert [line.split()[:2] for line in said.out.splitlines() if line.startswith("unbuilt")] == [
        ["unbuilt", m] for m in ("app.slug", "app.tally", "app.words", "tests.test_slug")
    ]


def test_dependents_of_a_broken_module_fail_by_its_name(tmp_path: Path, run_in: RunIn) -> None:
    root = make_shop(tmp_path)
    spoil(root, {"src/app/words.py": SHOP["src/app/words.py"].replace("...", ". . .")})
    said = run_in(root, "build")
    assert said.code == 2
    assert said.errors[1:] == ["error: app.slug was not tried, as it needs app.words"]
    assert built(root) == {"tally"}


def test_a_broken_module_does_not_fail_a_target_that_does_not_need_it(tmp_path: Path, run_in: RunIn) -> None:
    root = make_shop(tmp_path)
    spoil(root, BROKEN["syntax error"][0])
    said = run_in(root, "build", "--target", "app.slug")
    assert (said.code, said.errors) == (0, [])
    assert run_in(root, "build", "--target", "app.broken").code == 2


def test_broken_files_without_specs_are_none_of_our_business(tmp_path: Path, run_in: RunIn) -> None:
    root = make_shop(tmp_path)
    spoil(root, {"src/app/notes.py": "this is no Python\n", "src/app/bytes.py": b"\xff\xfe"})
    assert run_in(root, "build").code == 0


def test_a_broken_module_pays_no_model_and_a_fresh_one_needs_no_import(tmp_path: Path, run_in: RunIn) -> None:
    root = make_shop(tmp_path)
    run_in(root, "build")
    # Fresh modules are not imported: what they do at import is not a builder's business.
    spoil(root, {"src/app/words.py": SHOP["src/app/words.py"] + "open('imported', 'w')\n"})
    assert run_in(root, "build").code == 0
    assert not (root / "imported").exists()


# --- the project as a whole --------------------------------------------------------------------------


def test_an_empty_project_is_fine_and_says_where_it_looked(tmp_path: Path, run_in: RunIn) -> None:
    write_files(tmp_path, {"jaunt.toml": "version = 1\n", "src/app.py": "X = 1\n"})
    for command in ("build", "test", "status"):
        said = run_in(tmp_path, command)
        assert said.code == 0
        assert len(said.errors) == 1
        assert said.errors[0].startswith("warning: jaunt.toml: there is no spec in src")
        assert "no spec modules" in said.out


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[paths\n", "jaunt.toml"),
        ("[llm]\nprovidr = 'x'\n", "did you mean 'provider'?"),
        ("[build]\njobs = 0\n", "build.jobs"),
        ("[llm]\nprovider = 'recordd'\n", "did you mean 'recorded'?"),
        ("[llm]\nprovider = 'recorded'\nrecordings = 'gone'\n", "gone"),
        ("[paths]\nsource_roots = ['gone']\n", "gone"),
    ],
)
def test_a_wrong_configuration_is_2_with_one_line(tmp_path: Path, run_in: RunIn, text: str, named: str) -> None:
    root = make_shop(tmp_path)
    (root / "jaunt.toml").write_text(text, encoding="utf-8")
    said = run_in(root, "build")
    assert said.code == 2
    assert len(said.errors) == 1
    assert named in said.errors[0]
    assert not (root / GENERATED).exists()


# --- where the output goes ---------------------------------------------------------------------------


def test_a_file_in_place_of_the_generated_folder(tmp_path: Path, run_in: RunIn) -> None:
    root = make_shop(tmp_path)
    write_files(root, {GENERATED: "mine", "src/other/__init__.py": "", "src/other/free.py": SPEC})
    record(root, {"other.free": "def broken() -> int:\n    return 1\n"})
    said = run_in(root, "build")
    assert said.code == 3
    assert f"{GENERATED} is not a folder (move {GENERATED} away)" in said.errors[0]
    assert (root / GENERATED).read_text(encoding="utf-8") == "mine"
    assert (root / "src/other/__generated__/free.py").is_file()


@pytest.mark.parametrize("level", ["src/app/__generated__", "src/app"])
def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path, run_in: RunIn, level: str) -> None:
    root, outside = make_shop(tmp_path / "shop"), tmp_path / "outside"
    if level == "src/app":
        shutil.move(root / "src/app", outside)
    outside.mkdir(exist_ok=True)
    (root / level).symlink_to(outside, target_is_directory=True)
    before = sorted(outside.rglob("*"))
    said = run_in(root, "build")
    if level == GENERATED:
        assert said.code == 3
        assert f"the symlink {GENERATED} leads out of {root} (replace the symlink by a folder)" in said.errors[0]
    assert sorted(outside.rglob("*")) == before


def test_a_generated_folder_that_is_a_link_within_the_project_is_used(tmp_path: Path, run_in: RunIn) -> None:
    root = make_shop(tmp_path)
    (root / "src/made").mkdir()
    (root / GENERATED).symlink_to(root / "src/made", target_is_directory=True)
    assert run_in(root, "build").code == 0
    assert (root / "src/made/slug.py").is_file()


POWERLESS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_a_read_only_folder_is_named_and_the_rest_is_built(tmp_path: Path) -> None:
    # Root may write anywhere unless it gives up that right.
    prefix = POWERLESS if os.geteuid() == 0 else []
    if prefix and not shutil.which(prefix[0]):
        pytest.skip("root, without setpriv")
    root = make_shop(tmp_path, changes={"src/other/__init__.py": "", "src/other/free.py": SPEC})
    record(root, {"other.free": "def broken() -> int:\n    return 1\n"})
    (root / "src/app").chmod(0o555)
    try:
        done = subprocess.run(
            [*prefix, sys.executable, "-m", "jaunt", "build"],
            cwd=root,
            env=child_environment(),
            capture_output=True,
            text=True,
            timeout=CHILD_SECONDS,
            check=False,
        )
    finally:
        (root / "src/app").chmod(0o755)
    assert done.returncode == 3
    first = next(line for line in done.stderr.splitlines() if "app.words" in line or "words.py" in line)
    assert f"cannot write {GENERATED}/words.py: Permission denied (make the folder writable)" in first
    assert "Traceback" not in done.stderr
    assert (root / "src/other/__generated__/free.py").is_file()
    assert not (root / GENERATED).exists()


# --- the same through doit ---------------------------------------------------------------------------


def test_doit_builds_the_rest_too(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    spoil(root, BROKEN["syntax error"][0])
    spoil(root, {"src/app/raising.py": SPEC + "raise RuntimeError('boom')\n"})
    done = run_doit("build", cwd=root)
    assert done.returncode != 0
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 2
    assert any("build:app.broken: src/app/broken.py:5:13: syntax error" in line for line in failed)
    assert any("src/app/raising.py:8: cannot be imported: RuntimeError: boom" in line for line in failed)
    assert "Traceback" not in done.stdout + done.stderr
    assert built(root) == {"slug", "tally", "words"}


def test_what_a_module_prints_at_import_does_not_reach_the_output(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    spoil(root, {"src/app/words.py": SHOP["src/app/words.py"] + "print('{\"name\": 1}', flush=True)\n"})
    done = run_jaunt("build", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "name" not in done.stdout

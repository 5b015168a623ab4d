"""`jaunt eject`: generated code becomes the module's own, tests pass, dependents stay fresh; or nothing changes."""

from pathlib import Path

import pytest
from libraries import spec_file
from processes import python_path, run_jaunt, run_python
from projects import CONFIG, GENERATED, SHOP_ANSWERS, edit, record, write_files
from said import RunIn

USE = "from app.slug import slugify\nfrom app.tally import Tally\nt = Tally()\nprint(slugify('A b'), t.add(), t.add())"


def contents(root: Path) -> dict[str, bytes]:
    """Return the files of a project but for jaunt's own state and bytecode: path -> content."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not {".jaunt", "__pycache__"} & {*path.relative_to(root).parts}
    }


def test_a_function_module_becomes_an_ordinary_one(built_shop: Path, run_in: RunIn) -> None:
    said = run_in(built_shop, "eject", "app.words")
    assert (said.code, said.err) == (0, "")
    assert said.lines == [
        "src/app/words.py holds the code of app.words now, and is no spec module any more",
        "still fresh: app.slug, tests.test_slug",
    ]
    assert (built_shop / "src/app/words.py").read_text(encoding="utf-8") == (
        'def split_words(text: str) -> list[str]:\n    """Return the words of `text`."""\n'
        "    return text.lower().split()\n"
    )
    assert not (built_shop / GENERATED / "words.py").exists()


def test_the_name_of_a_spec_ejects_all_of_its_module_and_says_so(tmp_path: Path, run_in: RunIn) -> None:
    spec = "import jaunt\n\n\n" + "".join(
        f'@jaunt.magic\ndef {name}() -> int:\n    """Return 1."""\n    ...\n\n\n' for name in ("one", "two")
    )
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/app/m.py": spec})
    record(tmp_path, {"app.m": "def one() -> int:\n    return 1\n\n\ndef two() -> int:\n    return 1\n"})
    assert run_in(tmp_path, "build").code == 0
    said = run_in(tmp_path, "eject", "app.m:one")
    assert said.lines[0].endswith(
        "m.py holds the code of app.m, all 2 specs of it, now, and is no spec module any more"
    )
    assert "jaunt" not in (tmp_path / "src/app/m.py").read_text(encoding="utf-8")


def test_its_dependents_stay_fresh_build_and_pass_their_tests(built_shop: Path, run_in: RunIn) -> None:
    for module in ("app.words", "app.tally"):
        assert run_in(built_shop, "eject", module).code == 0
    assert run_in(built_shop, "check").lines == ["all 2 modules are fresh"]
    tested = run_jaunt("test", cwd=built_shop)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "1 passed" in tested.stdout
    used = run_python("-c", USE, cwd=built_shop, PYTHONPATH=python_path(built_shop / "src"))
    assert (used.stdout, used.stderr) == ("a-b 1 2\n", "")
    edit(built_shop / "src/app/slug.py", 'joined by "-"', 'joined with "-"')
    record(built_shop, SHOP_ANSWERS)
    assert run_in(built_shop, "build").code == 0, "deps that name the ejected function are no error"


def test_a_dependent_that_was_not_fresh_is_not_made_so(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/slug.py", 'joined by "-"', 'joined with "-"')
    edit(built_shop / "tests/__generated__/test_slug.py", "a-b", "a-c")
    assert run_in(built_shop, "eject", "app.words").code == 0
    states = {m["module"]: m["state"] for m in run_in(built_shop, "status", "--json").facts["modules"]}
    assert states == {"app.slug": "stale", "app.tally": "fresh", "tests.test_slug": "edited"}


def test_a_test_module_becomes_one_that_pytest_runs(built_shop: Path, run_in: RunIn) -> None:
    said = run_in(built_shop, "eject", "tests/test_slug.py")
    assert said.lines[-1] == "its tests are ordinary ones now: pytest tests/test_slug.py"
    done = run_python(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_slug.py",
        cwd=built_shop, PYTHONPATH=python_path(built_shop / "src"),
    )  # fmt: skip
    assert done.returncode == 0
    assert "1 passed" in done.stdout
    assert not (built_shop / "tests/__generated__").exists()


def test_a_project_that_is_ejected_to_the_last_module_works_without_jaunt(built_shop: Path, run_in: RunIn) -> None:
    for module in ("app.slug", "tests.test_slug", "app.tally", "app.words"):
        assert run_in(built_shop, "eject", module).code == 0
    assert not list(built_shop.rglob("__generated__"))
    assert "jaunt" not in "".join(path.read_text(encoding="utf-8") for path in (built_shop / "src").rglob("*.py"))
    used = run_python("-S", "-c", USE, cwd=built_shop, PYTHONPATH=str(built_shop / "src"))
    assert (used.stdout, used.stderr) == ("a-b 1 2\n", "")


def test_the_examples_pass_their_tests_with_a_function_and_a_class_module_ejected(
    tmp_path: Path, run_in: RunIn
) -> None:
    root = tmp_path / "tokens"
    assert run_in(tmp_path, "example", "tokens", str(root)).code == 0
    with (root / "jaunt.toml").open("a", encoding="utf-8") as config:
        config.write("\n" + CONFIG[CONFIG.index("[verify]") :])  # the example's code is checked elsewhere
    assert run_in(root, "test", "--no-run").code == 0
    for module in (
        "gatekeeper.limits",
        "gatekeeper.tokens",
    ):  # a class with its dataclass, functions with exceptions
        assert run_in(root, "eject", module).code == 0
    assert run_in(root, "check").code == 0
    tested = run_jaunt("test", cwd=root)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    ejected = [f"src/gatekeeper/{name}.py" for name in ("limits", "tokens")]
    assert "jaunt" not in "".join((root / path).read_text(encoding="utf-8") for path in ejected)
    for command in (["check"], ["format", "--check"]):
        done = run_python("-m", "ruff", *command, "--no-cache", *ejected, cwd=root)
        assert done.returncode == 0, done.stdout


def test_a_dry_run_shows_the_difference_and_changes_nothing(built_shop: Path, run_in: RunIn) -> None:
    before = contents(built_shop)
    said = run_in(built_shop, "eject", "app.words", "--dry-run")
    assert said.code == 0
    assert said.lines[:2] == ["--- src/app/words.py (before)", "+++ src/app/words.py (after)"]
    assert {"-@jaunt.magic", "-import jaunt", "+    return text.lower().split()"} <= set(said.lines)
    assert contents(built_shop) == before


@pytest.mark.parametrize(
    ("case", "reason", "hint"),
    [
        ("unbuilt", "app.words: not built yet: there is no code", "run: jaunt build"),
        ("stale", "app.words is not fresh: spec changed", "run: jaunt build"),
        ("edited", "app.words is not fresh: edited by hand", "run: jaunt accept app.words"),
        ("conflict", "src/app/words.py: HELP is defined by hand, and anew", "rename one of them"),
        ("import fails", "could not be imported any more: ", "nothing was changed"),
    ],
)
def test_what_cannot_be_ejected_is_refused_with_4_and_left(
    built_shop: Path, run_in: RunIn, case: str, reason: str, hint: str
) -> None:
    path, words = built_shop / GENERATED / "words.py", built_shop / "src/app/words.py"
    if case == "unbuilt":
        path.unlink()
    elif case == "stale":
        edit(words, "Return the words", "Give the words")
    elif case == "edited":
        edit(path, ".lower()", ".upper()")
    elif case == "conflict":
        edit(words, "import jaunt\n", "import jaunt\n\nHELP = 1\n")
        edit(path, "def split_words", "HELP = 2\n\ndef split_words")
        assert run_in(built_shop, "accept", "app.words").code == 0
    else:
        edit(path, "def split_words", "1 / 0\n\ndef split_words")
    before = contents(built_shop)
    said = run_in(built_shop, "eject", "app.words", *(["--force"] if case == "import fails" else []))
    assert (said.code, said.out, len(said.errors)) == (4, "", 1)
    assert reason in said.err
    assert hint in said.err
    assert contents(built_shop) == before


@pytest.mark.parametrize("state", ["stale", "edited"])
def test_force_ejects_stale_and_edited_code(built_shop: Path, run_in: RunIn, state: str) -> None:
    edit(built_shop / GENERATED / "words.py", ".lower()", ".upper()")
    if state == "stale":
        edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    assert run_in(built_shop, "eject", "app.words", "--force").code == 0
    assert "return text.upper().split()" in (built_shop / "src/app/words.py").read_text(encoding="utf-8")
    assert not (built_shop / GENERATED / "words.py").exists()


def test_imports_that_other_modules_take_from_it_stay(built_shop: Path, run_in: RunIn) -> None:
    write_files(built_shop, {"src/app/names.py": "A = 1\nB = 2\n", "src/app/user.py": "from app.tally import A\n"})
    edit(built_shop / "src/app/tally.py", "import jaunt\n", "import jaunt\nfrom app.names import A, B\n")
    edit(built_shop / "src/app/tally.py", "@jaunt.magic", "@jaunt.magic(prompt=str(A + B))")
    record(built_shop, SHOP_ANSWERS)
    assert run_in(built_shop, "build").code == 0
    assert run_in(built_shop, "eject", "app.tally").code == 0
    text = (built_shop / "src/app/tally.py").read_text(encoding="utf-8")
    assert text.startswith("from app.names import A\n")


def test_a_module_of_a_file_in_the_root(tmp_path: Path, run_in: RunIn) -> None:
    files = {"jaunt.toml": '[paths]\nsource_roots = ["."]\n[llm]\nprovider = "recorded"\nrecordings = "recordings"\n'}
    write_files(tmp_path, {**files, "shout.py": spec_file("shout")})
    record(tmp_path, {"shout": "def shout() -> int:\n    return 7\n"})
    assert run_in(tmp_path, "build").code == 0
    assert run_in(tmp_path, "eject", "shout").code == 0
    done = run_python("-c", "import shout; print(shout.shout())", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("7\n", "")
    assert not (tmp_path / "__generated__").exists()


def test_an_unknown_or_broken_module_is_2(built_shop: Path, run_in: RunIn) -> None:
    assert run_in(built_shop, "eject", "app.wrds").code == 2
    edit(built_shop / "src/app/words.py", "def split_words(", "def split_words((")
    assert run_in(built_shop, "eject", "app.words").code == 2


def test_a_spec_file_behind_a_symlink_out_of_the_project_is_left(
    built_shop: Path, run_in: RunIn, tmp_path: Path
) -> None:
    outside = tmp_path / "words.py"
    (built_shop / "src/app/words.py").rename(outside)
    (built_shop / "src/app/words.py").symlink_to(outside)
    before = outside.read_bytes()
    said = run_in(built_shop, "eject", "app.words")
    assert said.code != 0
    assert len(said.errors) == 1
    assert outside.read_bytes() == before


def test_json(built_shop: Path, run_in: RunIn) -> None:
    facts = run_in(built_shop, "eject", "app.words", "--json").facts
    assert (facts["ok"], facts["module"], facts["dry_run"]) == (True, "app.words", False)
    assert facts["path"] == str(built_shop / "src/app/words.py")
    assert facts["removed"] == str(built_shop / GENERATED / "words.py")
    assert facts["kept_fresh"] == ["app.slug", "tests.test_slug"]

"""`jaunt status`: states, reasons that name the input, one module in detail, large projects, terminals of any width."""

import os
import pty
import re
import struct
import subprocess
import sys
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

import pytest
from libraries import spec_file
from processes import CHILD_SECONDS, child_environment, run_jaunt_unread
from projects import CONFIG, GENERATED, SHOP, SHOP_ANSWERS, edit, record, write_files
from said import Run, RunIn

ORPHAN = f"{GENERATED}/gone.py"

TOKEN = '''\
import jaunt


@jaunt.magic
class Token:
    """A token."""

    def one(self) -> int:
        """Return 1."""
        ...

    def two(self) -> int:
        """Return 2."""
        ...

    def three(self) -> int:
        """Return 3."""
        ...

    def four(self) -> int:
        """Return 4."""
        ...
'''


def make_orphan(root: Path) -> None:
    """Leave a generated file whose spec module is gone."""
    text = (root / GENERATED / "tally.py").read_text(encoding="utf-8")
    (root / ORPHAN).write_text(text.replace("app.tally", "app.gone"), encoding="utf-8")


def test_modules_are_grouped_by_state_each_with_the_input_that_moved(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    edit(built_shop / GENERATED / "tally.py", "self.count = 0", "self.count = 1")
    (built_shop / "tests/__generated__/test_slug.py").unlink()
    make_orphan(built_shop)
    write_files(built_shop, {"src/app/bad.py": "import jaunt\n@jaunt.magic\ndef bad(:\n"})
    said = run_in(built_shop, "status")
    assert said.lines == [
        "stale    app.slug         dependency changed: app.words:split_words",
        "stale    app.words        spec changed: split_words (docstring)",
        "unbuilt  tests.test_slug",
        "edited   app.tally        edited by hand",
        f"orphaned app.gone         {ORPHAN}: its spec module is gone",
        "broken   app.bad          src/app/bad.py:3:9: syntax error: invalid syntax (correct the file)",
        "2 stale, 1 unbuilt, 1 edited, 1 orphaned, 1 broken",
    ]
    assert (said.code, said.err) == (0, "")


def test_it_is_0_whatever_is_stale_and_4_with_check(built_shop: Path, run_in: RunIn) -> None:
    assert run_in(built_shop, "status", "--check").code == 0
    make_orphan(built_shop)
    assert run_in(built_shop, "status").code == 0
    assert run_in(built_shop, "status", "--check").code == 4
    (built_shop / ORPHAN).unlink()
    edit(built_shop / GENERATED / "tally.py", "self.count = 0", "self.count = 1")
    assert run_in(built_shop, "status").code == 0
    assert run_in(built_shop, "status", "--check").code == 4
    assert run_in(built_shop, "status", "--check", "--target", "app.slug").code == 0


def test_a_method_is_named_with_its_part_and_of_many_the_first(built_shop: Path, run_in: RunIn) -> None:
    methods = ("one", "two", "three", "four")
    code = "class Token:\n" + "".join(f"    def {m}(self) -> int:\n        return 1\n" for m in methods)
    write_files(built_shop, {"src/app/token.py": TOKEN})
    record(built_shop, {**SHOP_ANSWERS, "app.token": code})
    assert run_in(built_shop, "build").code == 0
    edit(built_shop / "src/app/token.py", "Return 2", "Give 2")
    assert "stale    app.token        spec changed: Token.two (docstring)" in run_in(built_shop, "status").lines
    edit(built_shop / "src/app/token.py", "-> int", "-> float")
    named = "Token.four (signature) (and 3 more)"
    assert f"stale    app.token        spec changed: {named}" in run_in(built_shop, "status").lines
    assert "; spec changed: app.token:Token.two (docstring, signature)" in run_in(built_shop, "status", "-v").out
    edit(built_shop / "src/app/token.py", "    def four", "    def five")
    edit(built_shop / "src/app/token.py", "    def three", "    def six")
    named = "Token (method five added, method four removed, method six added and 1 more)"
    assert f"stale    app.token        spec changed: {named} (and 2 more)" in run_in(built_shop, "status").lines


def test_a_header_without_the_parts_of_methods_names_the_method(built_shop: Path, run_in: RunIn) -> None:
    tally = built_shop / GENERATED / "tally.py"
    text = tally.read_text(encoding="utf-8")
    assert '"add.docstring"' in text
    tally.write_text(re.sub(r'"add\.\w+": "\w+", ', "", text), encoding="utf-8")  # as earlier versions wrote it
    assert run_in(built_shop, "status").lines[-1] == "4 fresh"
    edit(built_shop / "src/app/tally.py", "Return the next", "Give the next")
    assert "stale    app.tally        spec changed: Tally (method add)" in run_in(built_shop, "status").lines


def test_one_module_is_shown_with_what_moved_and_who_is_concerned(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    said = run_in(built_shop, "status", "app.words")
    assert said.lines == [
        "app.words: stale",
        "  why         spec changed: split_words (docstring)",
        "  spec        src/app/words.py",
        f"  generated   {GENERATED}/words.py",
        "  specs       split_words",
        "  needs       no other spec module",
        "  needed by   app.slug (stale)",
        "--- app.words:split_words (when it was built)",
        "+++ app.words:split_words (today)",
        "@@ -1,4 +1,4 @@",
        " @jaunt.magic",
        " def split_words(text: str) -> list[str]:",
        '-    """Return the words of `text`."""',
        '+    """Give the words of `text`."""',
        "     ...",
    ]
    assert said.code == 0
    assert run_in(built_shop, "status", "app.words", "--check").code == 4
    assert run_in(built_shop, "status", "app.tally", "--check").code == 0


def test_the_old_and_new_of_a_dependency_are_shown_with_its_dependent(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    said = run_in(built_shop, "status", "app.slug:slugify")
    assert "  needs       app.words (stale)" in said.lines
    assert '+    """Give the words of `text`."""' in said.lines


def test_without_history_the_parts_are_named_and_no_diff_is_made_up(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    record_file = built_shop / ".jaunt/history/build/app.words.json"
    for damage in ("{}", "[1", '{"kind": 1}', "null"):
        record_file.write_text(damage, encoding="utf-8")
        said = run_in(built_shop, "status", "app.words")
        assert (said.code, said.err) == (0, "")
        assert "  why         spec changed: split_words (docstring)" in said.lines
        assert "no diff" in said.out
        assert "---" not in said.out


def test_history_of_another_build_of_the_file_makes_no_diff(built_shop: Path, run_in: RunIn) -> None:
    old = (built_shop / GENERATED / "words.py").read_bytes()
    edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    record(built_shop, SHOP_ANSWERS)
    assert run_in(built_shop, "build").code == 0
    (built_shop / GENERATED / "words.py").write_bytes(old)  # as a `git checkout` does
    said = run_in(built_shop, "status", "app.words")
    assert said.lines[0] == "app.words: stale"
    assert "---" not in said.out


def test_an_unknown_module_is_2_and_the_nearest_is_named(built_shop: Path, run_in: RunIn) -> None:
    said = run_in(built_shop, "status", "app.slgu")
    assert (said.code, said.out) == (2, "")
    assert said.errors == ["error: unknown target 'app.slgu' (did you mean 'app.slug'?)"]
    assert run_in(built_shop, "status", "app.slug", "--target", "app.slug").code == 2


def test_what_had_to_be_imported_is_told_with_the_reason_if_asked(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/tally.py", "@jaunt.magic", "@jaunt.magic(prompt='ab'.upper())")
    edit(built_shop / "src/app/tally.py", "import jaunt\n", "import jaunt\n\nA = 1\n")
    assert "imported" not in run_in(built_shop, "status").out
    (line,) = [line for line in run_in(built_shop, "status", "-v").lines if line.startswith("imported")]
    assert line.split()[1] == "app.tally"
    assert "Tally" in line
    assert "'ab'.upper()" in line


def test_a_large_project_counts_its_fresh_modules_and_lists_the_first_of_the_others(
    tmp_path: Path, run_in: RunIn
) -> None:
    names = [f"m{i:03}" for i in range(120)]
    files = {f"src/{name}.py": spec_file("number") for name in names}
    write_files(tmp_path, {"jaunt.toml": CONFIG, **files})
    said = run_in(tmp_path, "status")
    assert len(said.lines) == 52
    assert said.lines[49] == "unbuilt  m049"
    assert said.lines[50] == "unbuilt  ... and 70 more (-v lists them)"
    assert said.lines[51] == "120 unbuilt"
    assert len(run_in(tmp_path, "status", "-v").lines) == 121
    record(tmp_path, dict.fromkeys(names, "def number() -> int:\n    return 1\n"))
    assert run_in(tmp_path, "build", "--jobs", "16").code == 0
    (tmp_path / "src/__generated__/m007.py").unlink()
    assert run_in(tmp_path, "status").lines == [
        "unbuilt  m007",
        "119 fresh, 1 unbuilt (-v lists the fresh ones)",
    ]
    assert len(run_in(tmp_path, "status", "-v").lines) == 121


def test_json_has_every_module_with_state_reason_and_file(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    make_orphan(built_shop)
    facts = run_in(built_shop, "status", "--json").facts
    assert (facts["command"], facts["ok"], facts["exit_code"]) == ("status", True, 0)
    states = {module["module"]: module["state"] for module in facts["modules"]}
    assert states == {
        "app.slug": "stale",
        "app.tally": "fresh",
        "app.words": "stale",
        "tests.test_slug": "stale",
    }
    words = next(module for module in facts["modules"] if module["module"] == "app.words")
    assert words["path"] == str(built_shop / GENERATED / "words.py")
    assert words["reason"] == "spec changed: app.words:split_words (docstring)"
    assert [orphan["path"] for orphan in facts["orphans"]] == [str(built_shop / ORPHAN)]
    one = run_in(built_shop, "status", "app.words", "--json").facts
    assert (one["module"], one["state"], one["dependents"]) == ("app.words", "stale", {"app.slug": "stale"})
    assert "+++ app.words:split_words (today)" in one["diff"]


def test_only_generated_files_of_ours_are_orphans(built_shop: Path, run_in: RunIn) -> None:
    files = {
        f"{GENERATED}/notes.py": "X = 1\n",
        f"{GENERATED}/sub/__init__.py": "",
        f"{GENERATED}/sub/data.txt": "x",
        "tests/__generated__/conftest.py": "",
        "other/place/__generated__/x.py": (built_shop / GENERATED / "slug.py").read_text(encoding="utf-8"),
    }
    write_files(built_shop, files)
    assert run_in(built_shop, "status").lines[-1] == "4 fresh"
    make_orphan(built_shop)
    test_file = built_shop / "tests/__generated__/test_slug.py"
    test_file.with_name("test_gone.py").write_bytes(test_file.read_bytes())
    assert run_in(built_shop, "status").lines[-1] == "4 fresh, 2 orphaned"
    (built_shop / "src/app/tally.py").unlink()
    said = run_in(built_shop, "status")
    assert said.lines[-1] == "3 fresh, 3 orphaned"
    assert f"orphaned app.tally        {GENERATED}/tally.py: its spec module is gone" in said.lines


def test_a_module_that_was_renamed_is_told_how_to_keep_its_code(built_shop: Path, run_in: RunIn) -> None:
    (built_shop / "src/app/tally.py").rename(built_shop / "src/app/counts.py")
    told = "app.counts has its specs: jaunt accept --unchanged app.counts keeps its code"
    assert told in " ".join(run_in(built_shop, "status").out.split())
    assert run_in(built_shop, "accept", "--unchanged", "app.counts").code == 0
    assert run_in(built_shop, "status").lines[-1] == "3 fresh, 1 accepted"


# --- terminals ---------------------------------------------------------------------------------------


def on_a_terminal(root: Path, columns: int, *argv: str, **environment: str) -> str:
    """Run the command on a terminal of so many columns and return what it shows."""
    master, slave = pty.openpty()
    ioctl(slave, TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {k: v for k, v in child_environment().items() if k not in ("COLUMNS", "NO_COLOR")}
    variables = {**variables, "TERM": "xterm", **environment}
    child = subprocess.Popen(
        [sys.executable, "-m", "jaunt", *argv],
        cwd=root,
        env=variables,
        stdout=slave,
        stderr=slave,
        stdin=slave,
    )
    os.close(slave)
    shown = b""
    try:
        while True:
            shown += os.read(master, 65536)
    except OSError:  # what a terminal says when its last writer has gone
        pass
    finally:
        os.close(master)
    assert child.wait(CHILD_SECONDS) == 0
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (40, ["stale    app.slug", "           dependency changed:", "           app.words:split_words"]),
        (60, [f"stale    app.slug {'':8}dependency changed:", f"{'':26}app.words:split_words"]),
        (200, [f"stale    app.slug {'':8}dependency changed: app.words:split_words"]),
    ],
)
def test_reasons_are_whole_on_every_terminal_and_states_coloured(
    built_shop: Path, columns: int, shown: list[str]
) -> None:
    edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    write_files(built_shop, {"src/app/bad.py": "import jaunt\n@jaunt.magic\ndef bad(:\n"})
    lines = on_a_terminal(built_shop, columns, "status", NO_COLOR="1").splitlines()
    assert max(map(len, lines)) <= columns
    start = next(i for i, line in enumerate(lines) if "app.slug" in line)
    assert lines[start : start + len(shown)] == shown
    assert " ".join(" ".join(lines).split()).endswith("(correct the file) 1 fresh, 3 stale, 1 broken")
    assert "\x1b[33mstale   \x1b[0m app.slug" in on_a_terminal(built_shop, columns, "status")
    assert "\x1b" not in on_a_terminal(built_shop, columns, "status", TERM="dumb")


def test_a_diff_is_coloured_on_a_terminal_only(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    assert '\x1b[32m+    """Give' in on_a_terminal(built_shop, 80, "status", "app.words")
    assert "\x1b" not in run_in(built_shop, "status", "app.words").out


@pytest.mark.parametrize("command", ["status", "check", "diff", "accept", "clean", "eject"])
def test_help_fits_a_screen_and_shows_an_example(
    tmp_path: Path, run_in: RunIn, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = run_in(tmp_path, command, "--help")
    assert said.code == 0
    assert max(map(len, said.lines)) <= 80
    assert len(said.lines) <= 24
    assert f"example: jaunt {command}" in said.out


@pytest.mark.parametrize("command", [["status"], ["status", "-v"], ["check"], ["diff"], ["clean", "--dry-run"]])
def test_a_reader_that_has_gone_is_no_traceback(built_shop: Path, command: list[str]) -> None:
    done = run_jaunt_unread(*command, cwd=built_shop)
    assert (done.returncode, done.stderr) == (130, "")


def test_the_shop_has_the_modules_that_these_tests_count() -> None:
    assert len([name for name in SHOP if name.endswith(".py") and "__init__" not in name and name != "dodo.py"]) == 4


def test_status_lists_each_module_with_its_reason_and_writes_its_scan_alone(shop: Path, run: Run) -> None:
    before = sorted(shop.rglob("*"))
    said = run("status")
    assert (said.code, said.err) == (0, "")
    assert said.lines == [
        "unbuilt  app.slug",
        "unbuilt  app.tally",
        "unbuilt  app.words",
        "unbuilt  tests.test_slug",
        "4 unbuilt",
    ]
    assert {*shop.rglob("*")} - {*before} == {shop / ".jaunt", *(shop / ".jaunt").iterdir()}
    assert {path.name for path in (shop / ".jaunt").iterdir()} == {".gitignore", "scan.jsonl"}

    run("test", "--no-run")
    source = shop / "src/app/words.py"
    source.write_text(
        source.read_text(encoding="utf-8")
        .replace("Return the words", "Give the words")
        .replace("text: str", "text: str = ''"),
        encoding="utf-8",
    )
    assert run("status").lines == [
        "fresh    app.tally          unproven: Tally",
        "stale    app.slug         dependency changed: app.words:split_words",
        "stale    app.words        spec changed: split_words (docstring, signature)",
        "stale    tests.test_slug  dependency changed: app.slug:slugify",
        "1 fresh, 3 stale",
    ]


def test_status_takes_targets(shop: Path, run: Run) -> None:
    said = run("status", "--target", "app.slug")
    assert [line.split()[1] for line in said.lines[:-1]] == ["app.slug", "app.words"]


def test_a_second_status_of_an_unbuilt_project_reads_no_source(shop: Path, run: Run) -> None:
    first = run("status")
    assert (shop / ".jaunt" / ".gitignore").read_text() == "*\n"  # git sees nothing of it
    kept = (shop / ".jaunt" / "scan.jsonl").read_bytes()
    assert b"split_words" in kept
    assert run("status").lines == first.lines


def test_of_a_spec_the_places_of_its_stub_and_of_its_code_are_shown(built_shop: Path, run_in: RunIn) -> None:
    said = run_in(built_shop, "status", "app.slug:slugify")
    assert said.lines[1:3] == [
        "  spec        src/app/slug.py:6",
        "  code        src/app/__generated__/slug.py:"
        + str(line_of(built_shop / GENERATED / "slug.py", "def slugify")),
    ]
    facts = run_in(built_shop, "status", "app.slug:slugify", "--json").facts
    assert facts["spec_at"].endswith("src/app/slug.py:6")
    (built_shop / GENERATED / "slug.py").unlink()
    said = run_in(built_shop, "status", "app.slug:slugify")
    assert "  code        not built yet" in said.lines


def line_of(path: Path, text: str) -> int:
    """Return the line, counted from 1, that begins with a text."""
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if line.startswith(text))

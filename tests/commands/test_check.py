"""`jaunt check`, `doit check`, the pre-commit hook: no way from a hand edit to green but to accept or rebuild it."""

import shlex
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import EXAMPLES, build_with
from libraries import spec_file
from processes import run_doit, run_jaunt
from projects import CONFIG, GENERATED, edit, files_of, write_files
from said import RunIn

import jaunt
from jaunt.commands import COMMANDS
from jaunt.header import PYTHON, body_digest, split_header

WORDS = f"{GENERATED}/words.py"
CHECKING_DODO = "from jaunt.tasks import DOIT_CONFIG, task_build, task_check, task_test  # noqa: F401\n"


def restamp(path: Path, body: str, written_by: str) -> None:
    """Give a generated file another body, with the digest that goes with it, as if another Python had written it."""
    header, old = split_header(path.read_text(encoding="utf-8"))
    assert f"# jaunt:python={PYTHON}" in header
    lines = [
        line.replace(body_digest(old), body_digest(body)).replace(f"# jaunt:python={PYTHON}", written_by)
        for line in header
    ]
    path.write_text("\n".join([*filter(None, lines), "", body]), encoding="utf-8")


def test_a_fresh_project_passes(built_shop: Path, run_in: RunIn) -> None:
    said = run_in(built_shop, "check")
    assert (said.code, said.lines, said.err) == (0, ["all 4 modules are fresh"], "")


UNPARSABLE = (
    f"error: app.words: its code no longer parses: {WORDS}:1: syntax error: invalid syntax "
    "(run: jaunt build --force --target app.words)"
)


@pytest.mark.parametrize(
    ("case", "line"),
    [
        ("unbuilt", "error: app.words: not built yet (run: jaunt build)"),
        ("stale", "error: app.words: stale: spec changed: split_words (docstring) (run: jaunt build)"),
        (
            "edited",
            "error: app.words: edited by hand (run: jaunt accept app.words, or jaunt build --force --target app.words)",
        ),
        (
            "edited and stale",
            "error: app.words: edited by hand; spec changed: app.words:split_words (docstring) "
            "(run: jaunt accept app.words, or jaunt build --force --target app.words)",
        ),
        (
            "without header",
            "error: app.words: edited by hand: it has no jaunt header (run: jaunt build --force --target app.words)",
        ),
        (
            "orphaned",
            f"error: {GENERATED}/gone.py: orphaned: the spec module app.gone is gone (run: jaunt clean --orphans)",
        ),
        (
            "edited orphan",
            f"error: {GENERATED}/gone.py: orphaned: the spec module app.gone is gone "
            "(run: jaunt clean --orphans --force)",
        ),
        ("does not parse", UNPARSABLE),
        ("does not parse, of an older jaunt", UNPARSABLE),
        ("unbuilt test", "error: tests.test_slug: not built yet (run: jaunt test)"),
        (
            "edited test",
            "error: tests.test_slug: edited by hand "
            "(run: jaunt accept tests.test_slug, or jaunt test --force --target tests.test_slug)",
        ),
        ("broken", "error: src/app/bad.py:2:9: syntax error: invalid syntax (correct the file)"),
    ],
)
def test_each_kind_of_drift_is_4_with_one_line_that_says_what_to_run(
    built_shop: Path, run_in: RunIn, case: str, line: str
) -> None:
    words, test = built_shop / WORDS, built_shop / "tests/__generated__/test_slug.py"
    if case == "unbuilt":
        words.unlink()
    if "stale" in case:
        edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    if case.startswith("edited") and "orphan" not in case and "test" not in case:
        edit(words, ".lower()", ".upper()")
    if case == "without header":
        words.write_text(split_header(words.read_text(encoding="utf-8"))[1], encoding="utf-8")
    if "orphan" in case:
        orphan = built_shop / GENERATED / "gone.py"
        orphan.write_text(words.read_text(encoding="utf-8").replace("app.words", "app.gone"), encoding="utf-8")
        if "edited" in case:
            edit(orphan, ".lower()", ".upper()")
    if case == "does not parse":
        restamp(words, "def split_words(:\n", "# jaunt:python=3.99")
    if case == "does not parse, of an older jaunt":
        restamp(words, "def split_words(:\n", "")
    if case == "unbuilt test":
        test.unlink()
    if case == "edited test":
        edit(test, "a-b", "a-c")
    if case == "broken":
        write_files(built_shop, {"src/app/bad.py": "import jaunt\ndef bad(:\n"})
    said = run_in(built_shop, "check")
    assert said.code == 4
    assert line in said.errors
    assert all(error.startswith("error: ") for error in said.errors)


def test_a_cycle_is_told_once(built_shop: Path, run_in: RunIn) -> None:
    cycle = {
        "src/app/one.py": spec_file("one", "app.two:two"),
        "src/app/two.py": spec_file("two", "app.one:one"),
    }
    write_files(built_shop, cycle)
    said = run_in(built_shop, "check")
    assert (said.code, len(said.errors)) == (4, 1)
    assert "app.one -> app.two" in said.err
    assert said.lines == ["4 of 6 modules are fresh"]
    assert run_in(built_shop, "check", "--verify").err == said.err


def test_a_wrong_configuration_is_2(built_shop: Path, run_in: RunIn) -> None:
    (built_shop / "jaunt.toml").write_text("version = 1\n[paths\n", encoding="utf-8")
    assert run_in(built_shop, "check").code == 2


def test_it_writes_nothing_needs_no_key_and_no_provider(built_shop: Path) -> None:
    config = CONFIG.replace('"recorded"', '"anthropic"').replace("recordings =", "model = 'm' #")
    (built_shop / "jaunt.toml").write_text(config, encoding="utf-8")
    edit(built_shop / "src/app/tally.py", "@jaunt.magic", "@jaunt.magic(prompt=str())")
    edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    before = {path: path.stat().st_mtime_ns for path in built_shop.rglob("*")}
    done = run_jaunt("check", cwd=built_shop)
    assert done.returncode == 4
    assert "app.words: stale" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in built_shop.rglob("*")} == before


def test_targets_are_checked_with_what_they_need_and_orphans_are_left_out(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / GENERATED / "tally.py", "self.count = 0", "self.count = 1")
    words = built_shop / WORDS
    (built_shop / GENERATED / "gone.py").write_bytes(words.read_bytes())
    assert run_in(built_shop, "check", "--target", "app.slug").lines == ["all 2 modules are fresh"]
    assert run_in(built_shop, "check", "--target", "app.tally").code == 4


def test_a_large_project_is_told_of_the_first_fifty(tmp_path: Path, run_in: RunIn) -> None:
    files = {f"src/m{i:03}.py": spec_file("number") for i in range(60)}
    write_files(tmp_path, {"jaunt.toml": CONFIG, **files})
    said = run_in(tmp_path, "check")
    assert len(said.errors) == 51
    assert said.errors[-1] == "error: ... and 10 more (-v lists them)"
    assert said.lines == ["none of the 60 modules is fresh"]
    assert len(run_in(tmp_path, "check", "-v").errors) == 60


def test_json_names_module_state_and_what_to_run(built_shop: Path, run_in: RunIn) -> None:
    assert run_in(built_shop, "check", "--json").facts["drift"] == []
    edit(built_shop / WORDS, ".lower()", ".upper()")
    facts = run_in(built_shop, "check", "--json").facts
    assert (facts["ok"], facts["exit_code"], facts["modules"]) == (False, 4, 4)
    above, drift = facts["drift"]
    assert (drift["module"], drift["kind"], drift["state"], drift["action"]) == ("app.words", "build", "edited", "keep")
    assert "jaunt accept app.words" in drift["error"]
    assert (above["module"], above["state"], above["action"]) == ("app.slug", "verify", "verify")
    assert "to be verified: code of a dependency changed: app.words (run: jaunt build, which" in above["error"]


# --- the code as it stands ----------------------------------------------------------------------------

MODELS = "from dataclasses import dataclass\n\n\n@dataclass\nclass Invoice:\n    number: int\n"
BILL = '''\
import jaunt
from app.models import Invoice


@jaunt.magic
def label(invoice: Invoice) -> str:
    """Return the number of an Invoice.

    >>> from app.models import Invoice
    >>> label(Invoice(3))
    '3'
    """
    ...
'''
LABEL = "from app.models import Invoice\n\n\ndef label(invoice: Invoice) -> str:\n    return str(invoice.number)\n"


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    """A project whose code uses a class that a person wrote, with its examples run, built."""
    files = {"src/app/__init__.py": "", "src/app/models.py": MODELS, "src/app/bill.py": BILL}
    write_files(tmp_path, {"jaunt.toml": EXAMPLES, **files})
    outcomes = build_with(tmp_path, FakeBackend({"app.bill": [LABEL]}))
    assert {m: (o.status, o.errors) for m, o in outcomes.items()} == {"app.bill": ("generated", ())}
    return tmp_path


def all_but_the_cache(root: Path) -> dict[str, bytes]:
    return {name: data for name, data in files_of(root).items() if ".jaunt/" not in name and "__pycache__" not in name}


def test_code_that_no_longer_passes_is_told_with_file_line_and_error(bills: Path, run_in: RunIn) -> None:
    fine = ["the only module is fresh, all checks passed, 1 example among them"]
    assert run_in(bills, "check", "--verify").lines == fine
    edit(bills / "src/app/models.py", "number", "serial")
    before = all_but_the_cache(bills)
    plain = run_in(bills, "check")
    assert (plain.code, "app.bill: to be verified: handwritten changed" in plain.err) == (4, True)
    said = run_in(bills, "check", "--verify")
    assert (said.code, said.lines) == (4, ["the only module is not fresh, 1 module no longer passes"])
    assert "error: src/app/__generated__/bill.py" in said.err
    assert "'Invoice' object has no attribute 'number'" in said.err
    assert run_in(bills, "check", "--verify").err == said.err
    assert all_but_the_cache(bills) == before


def test_an_error_of_a_static_check_has_the_line_of_the_file(bills: Path, run_in: RunIn) -> None:
    path = bills / "src/app/__generated__/bill.py"
    write_files(
        bills, {"src/app/__generated__/bill.py": path.read_text().replace("def label", "print(1)\n\n\ndef label")}
    )
    line = path.read_text().splitlines().index("print(1)") + 1
    assert f"src/app/__generated__/bill.py:{line}: `print(1)` is called" in run_in(bills, "check", "--verify").err


def test_what_still_passes_is_in_order(bills: Path, run_in: RunIn) -> None:
    edit(bills / "src/app/models.py", "number: int", "number: int\n    note: str = ''")
    before = all_but_the_cache(bills)
    assert run_in(bills, "check").code == 4
    for _ in range(2):
        said = run_in(bills, "check", "--verify")
        fine = ["the only module is fresh or verified, all checks passed, 1 example among them"]
        assert (said.code, said.lines, said.err) == (0, fine, "")
    assert all_but_the_cache(bills) == before
    assert run_in(bills, "check", "--verify", "--json").facts["verified"] == ["app.bill"]


def test_what_has_passed_is_not_checked_again_until_something_moves(bills: Path, run_in: RunIn) -> None:
    ran = bills.parent / "ran"
    edit(bills / "src/app/models.py", "\n\n\n@", f"\n\nopen({str(ran)!r}, 'a').close()\n\n\n@")
    (bills / "jaunt.toml").write_text(EXAMPLES + '[sandbox]\nmode = "off"\n')

    def runs_examples() -> bool:
        ran.unlink(missing_ok=True)
        run_in(bills, "check", "--verify")
        return ran.exists()

    assert [runs_examples(), runs_examples()] == [True, False]
    for change in (
        lambda: edit(bills / "src/app/models.py", "number: int", "number: int  # of it"),
        lambda: edit(bills / "src/app/bill.py", "import jaunt\n", "import jaunt\n\nNOTE = 1\n"),
        lambda: edit(bills / "src/app/__generated__/bill.py", "str(", "str( "),
        lambda: (bills / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n"),
        lambda: (bills / ".jaunt/verified.json").write_text('{"version": 1, "passed": 3}'),
    ):
        change()
        assert [runs_examples(), runs_examples()] == [True, False]


def test_generated_tests_are_run_on_request(built_shop: Path, run_in: RunIn) -> None:
    assert run_in(built_shop, "check", "--verify", "--tests").code == 0
    assert run_in(built_shop, "check", "--tests").code == 2
    edit(built_shop / WORDS, ".lower()", ".upper()")
    said = run_in(built_shop, "check", "--verify", "--tests")
    assert said.code == 4
    assert "test_slugify" in said.err
    test = "tests/__generated__/test_slug.py"
    lines = (built_shop / test).read_text().split("\n")
    line = next(number for number, text in enumerate(lines, start=1) if "assert" in text)
    assert f"{test}:{line}: test_slugify" in said.err
    assert "1 failure of generated tests" in said.out


# --- the same elsewhere ------------------------------------------------------------------------------


def test_doit_check_is_the_same_gate(built_shop: Path) -> None:
    (built_shop / "dodo.py").write_text(CHECKING_DODO, encoding="utf-8")
    assert run_doit("check", cwd=built_shop).returncode == 0
    edit(built_shop / WORDS, ".lower()", ".upper()")
    edit(built_shop / GENERATED / "tally.py", "self.count = 0", "self.count = 1")
    (built_shop / GENERATED / "slug.py").unlink()
    done = run_doit("check", cwd=built_shop)
    assert done.returncode != 0
    for line in (
        "app.words: edited by hand (run: jaunt accept app.words",
        "app.tally: edited by",
        "app.slug: not built",
    ):
        assert line in done.stdout


def test_doit_alone_does_not_check(built_shop: Path) -> None:
    (built_shop / "dodo.py").write_text(CHECKING_DODO, encoding="utf-8")
    edit(built_shop / "tests/__generated__/test_slug.py", "a-b", "a-c")
    assert run_doit(cwd=built_shop).returncode == 0


def test_the_pre_commit_hook_runs_a_command_that_there_is() -> None:
    repository = Path(jaunt.__file__).resolve().parents[2]
    text = (repository / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    fields = dict(line.removeprefix("- ").strip().split(": ", 1) for line in text.splitlines())
    program, command = shlex.split(fields["entry"])
    assert (program, fields["id"], fields["pass_filenames"]) == ("jaunt", "jaunt-check", "false")
    assert command in COMMANDS

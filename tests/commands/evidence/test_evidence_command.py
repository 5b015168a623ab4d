"""`jaunt evidence` and `jaunt check --min-evidence`: what stands behind the code of each spec, by headers alone."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from builds import load
from processes import run_jaunt
from projects import edit, record, write_files
from said import RunIn
from well_founded import SHOWN_HELD_TESTED

from jaunt.commands import check
from jaunt.commands.shared.spec_evidence import LEVELS
from jaunt.testing.strength.recorded import strength_digest

SPEC = f'''{SHOWN_HELD_TESTED}

@jaunt.magic
def bare(n: int) -> int:
    """Add one to <n>."""
    ...
'''
NAMES = ("shown", "held", "tested", "bare")
CODE = "\n\n".join(f"def {name}(n: int) -> int:\n    return n + 1\n" for name in NAMES)
TEST = '''\
import jaunt
from app.m import tested


@jaunt.test(deps=[tested])
def test_it() -> None:
    """Assert that tested(1) is 2."""
'''
TEST_CODE = "from app.m import tested\n\n\ndef test_it() -> None:\n    assert tested(1) == 2\n"
CONFIG = """\
version = 1
[verify]
ruff = "off"
ty = "off"
robustness = "off"
[llm]
provider = "recorded"
recordings = "recordings"
"""
TEST_FILE = "tests/__generated__/test_m.py"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project, built with its tests, of a spec of each level but the highest."""
    root = tmp_path_factory.mktemp("built")
    files = {"src/app/__init__.py": "", "src/app/m.py": SPEC, "tests/test_m.py": TEST, "jaunt.toml": CONFIG}
    write_files(root, files)
    record(root, {"app.m": CODE, "tests.test_m": TEST_CODE})
    assert run_jaunt("test", "--no-run", cwd=root).returncode == 0
    return root


@pytest.fixture
def proven(built: Path, tmp_path: Path) -> Path:
    """A copy of that project, which a test may change."""
    return shutil.copytree(built, tmp_path / "proven")


def levels(root: Path, run_in: RunIn, *words: str) -> dict[str, str]:
    facts = json.loads(run_in(root, "evidence", "--json", *words).out)
    return {each["spec"].partition(":")[2]: each["level"] for each in facts["specs"]}


def test_what_held_for_code_that_looks_at_who_runs_it_is_no_evidence(proven: Path, run_in: RunIn) -> None:
    before = levels(proven, run_in, "app.m")
    looking = CODE.replace("return n + 1", "return n + 1 if time.time() < 9e9 else n", 1)
    record(proven, {"app.m": f"import time\n\n\n{looking}"})
    run_in(proven, "build", "--force", "--no-store", "--target", "app.m")
    assert levels(proven, run_in, "app.m") == {**before, "shown": "none"}
    said = run_in(proven, "evidence", "app.m").out
    assert "looks at `time.time`, which may be why it held" in said


def test_each_spec_has_its_level_the_weakest_first(proven: Path, run_in: RunIn) -> None:
    assert [*levels(proven, run_in).items()] == [
        ("bare", "none"),
        ("shown", "examples"),
        ("held", "properties"),
        ("tested", "tested"),
    ]
    said = run_in(proven, "evidence", "app.m")
    assert [" ".join(line.split()) for line in said.lines] == [
        "none app.m:bare nothing shows that it is right",
        "examples app.m:shown 1 example",
        "properties app.m:held 1 property",
        "tested app.m:tested tested by test_it",
        "4 specs: 1 unproven, 1 by examples, 1 by properties, 1 tested",
    ]


@pytest.mark.parametrize(
    ("level", "below"),
    [
        ("none", []),
        ("examples", ["bare"]),
        ("properties", ["bare", "shown"]),
        ("tested", ["bare", "shown", "held"]),
        ("strong", ["bare", "shown", "held", "tested"]),
    ],
)
def test_check_fails_for_what_has_less_behind_it(proven: Path, run_in: RunIn, level: str, below: list[str]) -> None:
    said = run_in(proven, "check", "--min-evidence", level)
    assert said.code == (4 if below else 0)
    assert [line.split(":")[2] for line in said.errors] == below
    facts = json.loads(run_in(proven, "check", "--json", "--min-evidence", level).out)
    assert [each["spec"] for each in facts["below"]] == [f"app.m:{name}" for name in below]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("17 of 20 timeouts=1 waived=0 on={}", "strong"),
        ("15 of 20 timeouts=0 waived=0 on={}", "tested"),
        ("0 of 0 timeouts=0 waived=0 on={}", "tested"),
        ("17 of 20 timeouts=1 waived=0 on=0123", "tested"),  # of other code
        ("much", "tested"),
    ],
)
def test_strength_counts_as_the_header_of_the_tests_records_it(
    proven: Path, run_in: RunIn, line: str, level: str
) -> None:
    of_today = line.format(strength_digest(load(proven), "tests.test_m"))
    edit(proven / TEST_FILE, "# jaunt:python=", f"# jaunt:strength={of_today}\n# jaunt:python=")
    assert levels(proven, run_in)["tested"] == level


def test_tests_that_are_not_there_or_out_of_date_count_for_nothing(proven: Path, run_in: RunIn) -> None:
    edit(proven / "tests/test_m.py", "is 2", "equals 2")
    assert levels(proven, run_in)["tested"] == "none"
    edit(proven / "tests/test_m.py", "equals 2", "is 2")
    assert levels(proven, run_in)["tested"] == "tested"
    (proven / TEST_FILE).unlink()
    assert levels(proven, run_in)["tested"] == "none"


def test_nothing_stands_behind_code_that_is_stale_or_edited(proven: Path, run_in: RunIn) -> None:
    edit(proven / "src/app/__generated__/m.py", "return n + 1", "return n + 2")
    assert {*levels(proven, run_in).values()} == {"none"}
    edit(proven / "src/app/__generated__/m.py", "return n + 2", "return n + 1")
    edit(proven / "src/app/m.py", ">>> shown(1)\n    2", ">>> shown(2)\n    3")
    said = run_in(proven, "evidence", "app.m")
    assert all("stale: nothing holds of its code" in line for line in said.lines[:4]), said.lines


def test_headers_of_before_count_by_what_a_build_runs_of_the_docstrings(proven: Path, run_in: RunIn) -> None:
    file = proven / "src/app/__generated__/m.py"
    kept = [line for line in file.read_text().splitlines(keepends=True) if "spec_evidence" not in line]
    file.write_text("".join(kept))
    assert levels(proven, run_in) == dict(zip(("bare", "shown", "held", "tested"), LEVELS, strict=False))
    assert "not recorded when it landed" in run_in(proven, "evidence").lines[0]
    edit(proven / "jaunt.toml", "[verify]", "[verify]\ndoctests = false\nproperties = 'off'")
    assert {*levels(proven, run_in).values()} == {"none", "tested"}


def test_who_wrote_and_who_accepted_code_is_told(proven: Path, run_in: RunIn) -> None:
    model = proven / "model.py"
    model.write_text(f"import sys\nsys.stdin.read()\nprint({CODE!r})\n")
    edit(
        proven / "jaunt.toml",
        'provider = "recorded"',
        f'provider = "command"\ncommand = ["{sys.executable}", "{model}"]',
    )
    assert run_in(proven, "build", "--force", "--target", "app.m").code == 0
    (each, *_) = json.loads(run_in(proven, "evidence", "--json").out)["specs"]
    assert each["written_by"].startswith("command python")
    assert each["written_at"][:2] == "20"
    edit(proven / "src/app/__generated__/m.py", "return n + 1", "return 1 + n")
    assert run_in(proven, "accept", "app.m").code == 0
    said = run_in(proven, "evidence").lines[1]
    assert "accepted by " in said
    assert "written by command python" in said
    (proven / "src/app/__generated__/m.py").unlink()  # the store says as much of what it gives back
    assert run_in(proven, "build").code == 0
    assert run_in(proven, "evidence").lines[1] == said


def test_the_page_needs_no_other_file_and_shows_contracts_as_text(proven: Path, run_in: RunIn) -> None:
    said = run_in(proven, "evidence", "--html", str(proven / "evidence.html"), "--target", "app.m")
    assert said.code == 0
    page = (proven / "evidence.html").read_text()
    assert page.index("app.m:bare") < page.index("app.m:tested")
    assert "Add one to &lt;n&gt;." in page
    assert not any(word in page for word in ("<script", "http://", "https://", "src=", "<n>"))


def test_what_is_not_there_is_an_error_in_one_line(proven: Path, run_in: RunIn) -> None:
    assert (run_in(proven, "evidence", "app.n").code, run_in(proven, "check", "--min-evidence", "good").code) == (2, 2)
    assert run_in(proven, "evidence", "app.m", "--target", "app.m").code == 2


def test_check_offers_the_levels_that_there_are() -> None:
    assert check.MIN_EVIDENCE == LEVELS

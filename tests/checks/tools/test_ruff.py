"""What ruff says of a candidate, with the real program and a project on disk."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from candidates import INC, Sample, make_sample, servers_of, stop
from corpus import GOOD

from jaunt.checks.tools.check import ToolCheck
from jaunt.checks.tools.ruff import Ruff
from jaunt.checks.tools.tool import ToolError
from jaunt.config import VerifyConfig
from jaunt.generate.check import Checked, WarningCheck


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return make_sample(tmp_path, {"inc": INC, "node": GOOD["class_in_a_handwritten_type"]})


def ruff(sample: Sample, source: str) -> Checked:
    return asyncio.run(Ruff().check(source, sample.work("inc")))


def test_a_candidate_is_formatted_and_what_is_safe_is_fixed(sample: Sample) -> None:
    checked = ruff(sample, "import os\ndef inc(n:int)->int: return (n+1)\n")
    assert checked == Checked("def inc(n: int) -> int:\n    return n + 1\n", [])


def test_what_cannot_be_fixed_safely_is_an_error_with_line_rule_and_text(sample: Sample) -> None:
    (error,) = ruff(sample, "def inc(n: int) -> int:\n    return nope\n").errors
    assert error.startswith("ruff: line 2: F821 Undefined name ")
    assert error.endswith(": `return nope`")


UNUSED = """\
import math

try:
    import tomllib
except ImportError:
    HAS_TOML = False
else:
    HAS_TOML = True


def inc(n: int) -> int:
    low, high = n, n
    rest = 1
    for math in range(n):
        low += math
    return low + HAS_TOML


def area() -> float:
    return math.pi
"""


def test_unused_names_and_a_loop_over_an_imports_name_are_no_fault_unless_the_projects_settings_say_so(
    sample: Sample,
) -> None:
    assert ruff(sample, UNUSED) == Checked(UNUSED, [])
    (sample.project.root / "ruff.toml").write_text('[lint]\nselect = ["F"]\n')
    assert [error.split()[3] for error in ruff(sample, UNUSED).errors] == ["F401", "F841", "F841", "F402"]


def test_a_docstring_that_is_left_out_is_no_fault_as_the_specs_is_the_one_at_run_time(sample: Sample) -> None:
    (sample.project.root / "ruff.toml").write_text('[lint]\nselect = ["D1", "D400"]\n')
    assert ruff(sample, "def inc(n: int) -> int:\n    return n + 1\n").errors == []
    (error,) = ruff(sample, 'def inc(n: int) -> int:\n    """return more"""\n    return n + 1\n').errors
    assert "D415" in error or "D400" in error


def test_the_settings_are_those_of_the_project_at_the_generated_file(sample: Sample) -> None:
    source = 'def inc(n: int) -> int:\n    """Add."""\n    return n + len("' + "x " * 60 + '")\n'
    assert list(ruff(sample, source).errors) == []
    settings = sample.project.root / "ruff.toml"
    settings.write_text('[lint]\nselect = ["E501"]\n[format]\nquote-style = "single"\n')
    checked = ruff(sample, source)
    assert "E501" in checked.errors[0]
    assert "'x x" in checked.source
    settings.write_text('unsafe-fixes = true\n[lint]\nselect = ["F841"]\n')
    assert "unused = 1" in ruff(sample, "def inc(n: int) -> int:\n    unused = 1\n    return n\n").source


def test_without_settings_only_what_is_surely_wrong_counts(sample: Sample) -> None:
    source = "class _C:\n    names: list[str] = []\n\n\ndef inc(n: int) -> int:\n    l = n\n    return l\n"
    assert list(ruff(sample, source).errors) == []
    pyproject = sample.project.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text() + '[tool.ruff.lint]\nselect = ["E741"]\n')
    assert "E741" in ruff(sample, source).errors[0]


def test_a_project_that_excludes_generated_files_keeps_its_candidates_whole(sample: Sample) -> None:
    settings = 'extend-exclude = ["__generated__"]\nforce-exclude = true\n'
    (sample.project.root / "ruff.toml").write_text(settings)
    assert ruff(sample, INC.candidate).source == INC.candidate


def test_settings_that_ruff_cannot_read_fail_the_check(sample: Sample) -> None:
    (sample.project.root / "ruff.toml").write_text("no-such-setting = 1\n")
    with pytest.raises(ToolError, match="ruff failed: "):
        ruff(sample, INC.candidate)


def test_a_tool_that_cannot_work_is_an_error_or_a_warning_by_its_severity(sample: Sample) -> None:
    (sample.project.root / "ruff.toml").write_text("no-such-setting = 1\n")
    check = ToolCheck(Ruff(), sample.work("inc"))
    error, warning = asyncio.run(check(INC.candidate)), asyncio.run(WarningCheck(check)(INC.candidate))
    assert error.errors == warning.warnings
    assert error.errors[0].startswith("ruff failed: ")
    assert (list(error.warnings), list(warning.errors)) == ([], [])
    assert VerifyConfig().ruff == VerifyConfig().ty == "error"


def test_settings_that_cannot_be_read_elsewhere_do_not_count(sample: Sample) -> None:
    (sample.project.root / "ruff.toml").write_text("[lint]\nselect = ['F841']\n")
    (sample.project.root / "vendored").mkdir()
    (sample.project.root / "vendored/ruff.toml").write_text("no-such-setting = 1\n")
    (error,) = ruff(sample, "def inc(n: int) -> int:\n    unused = 1\n    return n\n").errors
    assert error.startswith("ruff: line 2: F841 ")


def test_a_server_of_ruff_that_is_killed_at_work_fails_that_candidate_alone(sample: Sample) -> None:
    work = sample.work("inc")

    async def use() -> None:
        tool = Ruff()
        assert list((await tool.check(INC.candidate, work)).errors) == []
        (server,) = servers_of("ruff")
        stop(server)
        unlucky = asyncio.create_task(tool.check(INC.candidate, work))
        await asyncio.sleep(0)  # it has asked by now
        os.kill(server, signal.SIGKILL)
        with pytest.raises(ToolError, match=r"^ruff ended with exit code -9$"):
            await unlucky
        assert list((await tool.check(INC.candidate, work)).errors) == []

    asyncio.run(use())


def test_a_candidate_of_ruff_that_nobody_waits_for_any_more_disturbs_no_other(sample: Sample) -> None:
    work = sample.work("inc")

    async def use() -> list[Checked]:
        tool = Ruff()
        found = []
        for turns in range(12):
            given_up = asyncio.create_task(tool.check("import os\nx = (1 ,2 )\nnope\n", work))
            for _ in range(turns):
                await asyncio.sleep(0.001)
            given_up.cancel()
            await asyncio.gather(given_up, return_exceptions=True)
            found.append(await tool.check("def inc(n:int)->int: return (n+1)\n", work))
        return found

    assert asyncio.run(use()) == [Checked("def inc(n: int) -> int:\n    return n + 1\n", [])] * 12

"""Modules that fail by one cause: after three of them, no further call is made."""

import json
import os
import sys
import time
from pathlib import Path

import pytest
from counted_model import calls, make_counted_shop
from loopback import error, payload, serving
from projects import edit, write_files
from said import RunIn

from jaunt.build.failures import SameFailures
from jaunt.errors import JauntBudgetError, JauntStoppedError
from jaunt.generate.base import GenerationResult

MODULES = 40
CHECKS_OFF = '[verify]\nruff = "off"\nty = "off"\ndoctests = false\n'


def make_modules(root: Path, llm: str, more: str = "") -> Path:
    """Write a project of MODULES modules."""
    spec = 'import jaunt\n\n\n@jaunt.magic\ndef f{n}(x: int) -> int:\n    """Return x."""\n    ...\n'
    modules = {f"src/app/m{n}.py": spec.replace("{n}", str(n)) for n in range(MODULES)}
    config = f"[llm]\n{llm}\n[build]\njobs = 2\nmax_attempts = 2\n{more}{CHECKS_OFF}"
    write_files(root, {"src/app/__init__.py": "", "jaunt.toml": config, **modules})
    return root


@pytest.mark.parametrize(
    "reply",
    [
        error(404, "no such model"),
        error(400, "bad request"),
        payload({"choices": [{"message": {"content": ""}, "finish_reason": "stop"}]}),
        payload({"choices": [{"message": {"content": "def other(): ...\n"}, "finish_reason": "stop"}]}),
        payload({"choices": [{"message": {"content": "x = ("}, "finish_reason": "length"}]}),
    ],
    ids=["no such model", "bad request", "empty", "other names", "cut off"],
)
def test_three_failures_by_one_cause_end_the_calls_and_the_lines(tmp_path: Path, run_in: RunIn, reply: object) -> None:
    with serving(reply) as server:  # ty: ignore[invalid-argument-type]
        llm = f'provider = "openai"\nmodel = "m"\nbase_url = "{server.url}"\n'
        said = run_in(make_modules(tmp_path, llm), "build")
        assert said.code == 3
        assert len(server.calls) <= (3 + 2) * 2, "three modules, and what two jobs had in flight"
    assert "stopped: 3 modules failed by the same cause" in said.err
    assert len(said.lines) + len(said.errors) < 30, said.out + said.err
    assert f"{MODULES - 3} not started" in said.out or f"{MODULES - 4} not started" in said.out


def test_failures_by_different_causes_end_nothing() -> None:
    failures = SameFailures(2)
    for module, told in [("app.a", "down"), ("app.a", "down"), ("app.b", "no `x`"), ("app.c", "line 3: too long")]:
        failures.note_result(module, GenerationResult(1, None, [told]))
        failures.require_hope()
    failures.note_error("app.d", JauntBudgetError("not started"))
    failures.note_error("app.e", JauntBudgetError("not started"))
    failures.require_hope()
    failures.note_result("app.f", GenerationResult(1, None, ["line 70: too long"]))
    with pytest.raises(JauntStoppedError, match="2 modules failed by the same cause, as the others would: line"):
        failures.require_hope()


def test_zero_is_any_number(tmp_path: Path, run_in: RunIn) -> None:
    answer = """\
import pathlib, re, sys
module = re.search(r"implements the specs in `([\\w.]+)`", sys.stdin.read())[1]
with (pathlib.Path(__file__).parent / "calls.txt").open("a") as file:
    file.write(module + "\\n")
number = int(module[5:])
print(f"def f{number}(x: int) -> " + ["str", "bytes", "float", "bool", "None"][number % 5] + ":\\n    return 1")
"""
    write_files(tmp_path / "model", {"answer.py": answer})
    llm = f'provider = "command"\ncommand = {json.dumps([sys.executable, str(tmp_path / "model" / "answer.py")])}\n'
    root = make_modules(tmp_path / "project", llm, "stop_after_same_failure = 0\n")
    run_in(root, "build", "--target", "app.m0", "--target", "app.m5", "--target", "app.m10", "--target", "app.m15")
    assert len({*calls(root)}) == 4


def test_the_status_remembers_what_a_module_failed_by_until_it_is_built(tmp_path: Path, run_in: RunIn) -> None:
    root = make_counted_shop(tmp_path)
    answer = root.parent / "model" / "app.tally.answer"
    right = answer.read_text()
    answer.write_text("class Other: ...\n")
    run_in(root, "build", "--target", "app.tally")
    errors = root / ".jaunt/rejected/app.tally/errors.txt"
    then = time.time() - 301
    os.utime(errors, (then, then))
    told = " ".join(run_in(root, "status").out.split())
    assert "failed 5 minutes ago: missing definition: 'Tally'" in told
    assert "(.jaunt/rejected/app.tally)" in told
    edit(root / "src/app/tally.py", "Counts upwards", "Counts up")
    assert "failed 5 minutes ago" not in run_in(root, "status").out  # it says nothing of this contract
    answer.write_text(right)
    run_in(root, "build", "--target", "app.tally")
    assert "failed" not in run_in(root, "status").out

"""All checks together: no good candidate is refused, no bad one lands, and every failure reaches the next attempt."""

import asyncio
from pathlib import Path

import pytest
from backends import FakeBackend
from candidates import NO_TOOLS, WORDS, Sample, build_cases, make_sample, with_verify
from corpus import BAD, GOOD, Case
from projects import write_files
from works import build_work

from jaunt.build.settings import BuildSettings
from jaunt.checks.project_checks import project_checks
from jaunt.config import JauntConfig, VerifyConfig, load_config
from jaunt.generate.check import Examination, check_candidate


def test_good_candidates_pass_every_check(good: Sample) -> None:
    async def examine(name: str) -> Examination:
        names = [entry.qualname for entry in good.work(name).entries]
        return await check_candidate(good.candidate(name), names, good.checks(name))

    async def examine_all() -> list[Examination]:
        return await asyncio.gather(*map(examine, GOOD))

    found = dict(zip(GOOD, asyncio.run(examine_all()), strict=True))
    assert {name: e.errors for name, e in found.items() if e.errors} == {}
    assert {e.passed for e in found.values()} == {6, 7}


def test_no_bad_candidate_lands(bad: Sample) -> None:
    report = build_cases(bad, {name: bad.candidate(name) for name in BAD}, verify=NO_TOOLS)
    assert report.generated == set()
    assert report.failed.keys() == {bad.module(name) for name in BAD}
    assert list(bad.project.root.rglob("__generated__")) == []


EXAMPLE = 'def count(text: str) -> int:\n    """Count.\n\n    >>> count("ab")\n    2\n    """\n'


def test_every_failure_reaches_the_next_attempt_in_order(tmp_path: Path) -> None:
    spec = f"\n\n\n@jaunt.magic\n{EXAMPLE}    ...\n"
    sample = make_sample(tmp_path, {"words": Case(spec, "")})
    first = "import numpy\n\n\ndef count(text: bytes) -> int:\n    twice = {1: 1, 1: 2}\n    return numpy.size(text)\n"
    second = "def count(text: str) -> int:\n    twice = {1: 1, 1: 2}\n    return str(len(text)) + 1\n"
    third = "def count(text:str)->int: return len(text)\n"
    backend = FakeBackend({"app.words": [first, second, third]})
    settings = BuildSettings(backend, checks_for=project_checks(sample.project), max_attempts=3)
    outcome = build_work(sample.work("words"), settings)
    assert (outcome.status, outcome.attempts) == ("generated", 3)
    assert sample.work("words").path.read_text().endswith("\n\ndef count(text: str) -> int:\n    return len(text)\n")
    told = backend.told[2]
    assert told is not None
    parts = [
        *(
            "attempt 1: line 4: count: parameter 'text' is annotated bytes",
            "attempt 1: line 1: imports numpy",
        ),
        *("attempt 1: ruff: line 5: F601", "attempt 1: ty: line 1:", "attempt 2: ruff: line 2: F601"),
        "attempt 2: ty: line 3:",  # by which the example fails as well
        "attempt 2: count(text=''): raises TypeError",  # which is but a warning, and told all the same
    ]
    assert len(told) == len(parts)
    assert [error.startswith(part) for error, part in zip(told, parts, strict=True)] == [True] * len(parts), told
    assert backend.told[1] == told[:4]
    assert backend.told[0] is None


def test_findings_of_a_tool_set_to_warn_are_warnings_and_the_candidate_lands(tmp_path: Path) -> None:
    sample = make_sample(tmp_path, WORDS)
    answer = "def count(text: str) -> int:\n    twice = {1: 1, 1: 2}\n    return str(text)\n"
    project = with_verify(sample.project, VerifyConfig(ruff="warn", ty="warn", doctests=False))
    settings = BuildSettings(FakeBackend({"app.words": [answer]}), checks_for=project_checks(project))
    outcome = build_work(sample.work("words"), settings)
    assert outcome.status == "generated"
    assert [warning.partition(":")[0] for warning in outcome.warnings] == ["ruff", "ty"]


@pytest.mark.parametrize(("tool", "left"), [("ruff", ["ty"]), ("ty", ["ruff"])])
def test_a_tool_that_is_off_is_not_run(tmp_path: Path, tool: str, left: list[str]) -> None:
    sample = make_sample(tmp_path, WORDS)
    off = VerifyConfig(ruff="off") if tool == "ruff" else VerifyConfig(ty="off")
    checks = project_checks(with_verify(sample.project, off))(sample.work("words"))
    assert [check.name for check in checks] == ["static", *left, "doctests", "robustness", "require_evidence"]


def test_the_configuration_has_the_same_defaults_as_the_class(tmp_path: Path) -> None:
    write_files(tmp_path, {"jaunt.toml": '[verify]\nty = "warn"\n[build]\ncandidates = 3\n', "src/a.py": ""})
    config = load_config(root=tmp_path)
    assert config.verify == VerifyConfig(ty="warn")
    assert (config.build.candidates, JauntConfig().build.candidates) == (3, 1)

"""The timings of a build: recorded, written and read."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from timed_build import BUILD

from jaunt.build.memory.timings import (
    TIMINGS_FILE,
    BuildTimings,
    JobTiming,
    TimingsRecorder,
    read_timings,
    write_timings,
)
from jaunt.engine.job import Job, Outcome
from jaunt.engine.runner import run_jobs
from jaunt.errors import JauntConfigError, JauntWriteError

# --- the recorder ------------------------------------------------------------------------------------


def record(jobs: Sequence[Job], limit: int = 4, **options: Any) -> dict[str, JobTiming]:
    """Run jobs in the engine and return what the recorder made of them, by module."""
    recorder = TimingsRecorder(limit=limit, **options)
    asyncio.run(run_jobs(jobs, limit=limit, listener=recorder))
    return {job.module: job for job in recorder.timings().jobs}


def job(name: str, *deps: str, outcome: Outcome | None = None) -> Job:
    async def run() -> Outcome:
        return outcome or Outcome("generated", origin="model")

    return Job(f"build:{name}", run, frozenset(f"build:{dep}" for dep in deps))


def test_the_recorder_takes_what_the_engine_tells() -> None:
    told = Outcome("generated", attempts=3, origin="model", input_tokens=11, output_tokens=7, cost=0.5)
    found = record([job("a", outcome=told), job("b", "a", "gone")])
    a, b = found["a"], found["b"]
    assert (a.module, a.kind, a.status, a.origin, a.attempts) == ("a", "build", "generated", "model", 3)
    assert (a.input_tokens, a.output_tokens, a.cost) == (11, 7, 0.5)
    assert b.deps == ("build:a", "build:gone")
    assert a.started is not None
    assert a.ended is not None
    assert b.started is not None
    assert 0 <= a.started <= a.ended <= b.started
    assert b.queue == pytest.approx(b.started - a.ended)


def test_a_job_whose_dependency_failed_was_never_started() -> None:
    found = record([job("a", outcome=Outcome("failed", ("no",))), job("b", "a")])
    assert found["a"].errors == ("no",)
    assert (found["b"].status, found["b"].started, found["b"].ended, found["b"].queue) == (
        "failed",
        None,
        None,
        0.0,
    )


def test_the_wait_for_a_free_job_is_the_queue() -> None:
    found = record([job("a"), job("b")], limit=1)
    first, second = sorted(found.values(), key=lambda timing: timing.started or 0.0)
    assert second.started is not None
    assert first.ended is not None
    assert second.started >= first.ended
    assert second.queue == second.started > 0


def test_details_add_what_the_outcome_does_not_tell() -> None:
    found = record([job("a")], details=lambda job, outcome: {"model_seconds": 2.5, "cost": len(job.name)})
    assert (found["a"].model_seconds, found["a"].cost) == (2.5, 7)


def test_a_job_under_way_counts_as_interrupted() -> None:
    recorder = TimingsRecorder(limit=1)
    recorder("started", job("a"), None)
    build = recorder.timings()
    (found,) = build.jobs
    assert found.status == "interrupted"
    assert found.started is not None
    assert found.ended is not None
    assert found.started <= found.ended <= build.seconds
    assert build.limit == 1


# --- the record --------------------------------------------------------------------------------------


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert write_timings(tmp_path, BUILD) == tmp_path / TIMINGS_FILE
    assert read_timings(tmp_path) == BUILD


def test_the_recorder_saves_what_is_read_again(tmp_path: Path) -> None:
    recorder = TimingsRecorder(limit=2)
    asyncio.run(run_jobs([job("a"), job("b", "a")], limit=2, listener=recorder))
    recorder.save(tmp_path)
    assert [timing.name for timing in read_timings(tmp_path).jobs] == ["build:a", "build:b"]


def test_a_build_without_jobs_is_a_record_too(tmp_path: Path) -> None:
    write_timings(tmp_path, BuildTimings(jobs=()))
    assert read_timings(tmp_path) == BuildTimings(jobs=())


def test_without_a_build_the_error_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(JauntConfigError, match="no build was recorded") as raised:
        read_timings(tmp_path)
    assert "jaunt build" in (raised.value.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 1}',
        '{"version": 2, "jobs": []}',
        '{"version": 1, "jobs": 3}',
        '{"version": 1, "jobs": [3]}',
        '{"version": 1, "jobs": [{}]}',
        '{"version": 1, "jobs": [], "seconds": "long"}',
        '{"version": 1, "jobs": [], "seconds": NaN}',
        '{"version": 1, "jobs": [], "seconds": 1e999}',
        '{"version": 1, "jobs": [{"name": "a", "started": "now"}]}',
        '{"version": 1, "jobs": [{"name": "a", "deps": "bc"}]}',
        '{"version": 1, "jobs": [{"name": "a", "deps": [3]}]}',
        '{"version": 1, "jobs": [{"name": "a", "deps": ["b"]}, {"name": "b", "deps": ["a"]}]}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_a_damaged_record_is_an_error_of_one_line_that_names_the_file(tmp_path: Path, text: str) -> None:
    (tmp_path / ".jaunt").mkdir()
    (tmp_path / TIMINGS_FILE).write_text(text)
    with pytest.raises(JauntConfigError, match=re.escape(str(TIMINGS_FILE))) as raised:
        read_timings(tmp_path)
    assert "\n" not in str(raised.value)
    assert raised.value.hint


def test_fields_that_a_later_jaunt_adds_are_passed_over_and_missing_ones_have_defaults(
    tmp_path: Path,
) -> None:
    (tmp_path / ".jaunt").mkdir()
    (tmp_path / TIMINGS_FILE).write_text('{"version": 1, "new": [], "jobs": [{"name": "a", "newer": {}}]}')
    assert read_timings(tmp_path).jobs == (JobTiming("a"),)


def test_the_record_follows_no_link_out_of_the_project(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "project"
    root.mkdir()
    (root / ".jaunt").symlink_to(outside)
    with pytest.raises(JauntWriteError):
        write_timings(root, BUILD)
    assert list(outside.iterdir()) == []

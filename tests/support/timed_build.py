"""The record of a build, for the tests of what is recorded and of the page that shows it."""

from typing import Any

from jaunt.build.memory.timings import BuildTimings, JobTiming

EVIL = "</script><script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>"


def timing(module: str, started: float, ended: float, *deps: str, **more: Any) -> JobTiming:
    names = tuple(f"build:{dep}" for dep in deps)
    fields: dict[str, Any] = {"status": "generated", "origin": "model", "deps": names, **more}
    return JobTiming(f"build:{module}", module, started=started, ended=ended, **fields)


WORDS = {
    "model_seconds": 3.0,
    "check_seconds": 0.9,
    "write_seconds": 0.1,
    "attempts": 1,
    "input_tokens": 1200,
    "output_tokens": 300,
    "cost": 0.25,
}
SLUG = {
    "model_seconds": 4.0,
    "check_seconds": 0.5,
    "attempts": 2,
    "input_tokens": 900,
    "output_tokens": 100,
    "cost": 0.5,
}
BUILD = BuildTimings(
    began=1_750_000_000.0,
    seconds=10.0,
    limit=2,
    jobs=(
        timing("app.words", 0.0, 4.0, **WORDS),
        timing("app.tally", 0.0, 1.0, origin="store"),
        timing("app.slug", 4.0, 9.0, "app.words", **SLUG),
        timing("app.title", 1.0, 3.0, queue=1.0, status="failed", errors=("line 3: no such name", EVIL)),
        JobTiming("build:app.page", "app.page", status="failed", deps=("build:app.title",)),
    ),
)

"""How long the checks of a candidate take: the static ones on 300 lines, ruff and ty on the examples' recordings.

python tests/benchmarks/checking.py
"""

import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from candidates import make_sample
from corpus import GOOD

import jaunt
from jaunt.checks.project_checks import project_checks
from jaunt.checks.static.check import StaticCheck, static_findings
from jaunt.checks.tools.check import ToolCheck
from jaunt.config import load_config
from jaunt.generate.providers.recorded import RECORDING_MARKER
from jaunt.header import split_header
from jaunt.plan.module_work import project_works
from jaunt.project.project import load_project

EXAMPLES = Path(jaunt.__file__).parent / "examples"
LINES = 300


def recorded_code() -> str:
    """Return what the recordings of the examples define, one after the other."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*/recordings/*.*.py"))]
    return "".join(text[text.index("\n\n\n") :] for text in texts if "def test_" not in text)


def static_seconds() -> Iterator[float]:
    """Yield the time that the static checks take, once a run."""
    with tempfile.TemporaryDirectory() as folder:
        sample = make_sample(Path(folder), {"slug": GOOD["slug"]})
        check = sample.checks("slug")[0]
        assert isinstance(check, StaticCheck)
        answer = sample.candidate("slug")
        padding = "\n".join(recorded_code().splitlines()[: LINES - answer.count("\n")]).rpartition("\n\n\n")[0]
        source = f"{padding}\n\n\n{answer}"
        for _ in range(100):
            begin = time.perf_counter()
            errors = static_findings(source, check.work, check.allowed).errors
            yield time.perf_counter() - begin
            assert errors == []


async def tool_seconds(example: str, folder: Path) -> list[float]:
    """Return the time that ruff and ty take together, for each module of an example, copied into a folder.

    In that of the first, they are started.
    """
    project = load_project(load_config(root=shutil.copytree(EXAMPLES / example, folder / example)))
    checks_for = project_checks(project)
    seconds = []
    for work in project_works(project, project.modules):
        path = EXAMPLES / example / "recordings" / f"{work.module}.py"
        source = split_header(path.read_text(encoding="utf-8"), marker=RECORDING_MARKER)[1]
        begin = time.perf_counter()
        for check in checks_for.plain(work):
            if isinstance(check, ToolCheck):
                assert not (await check(source)).errors
        seconds.append(time.perf_counter() - begin)
    return seconds


def show(what: str, seconds: list[float]) -> None:
    """Print the median and the largest of some times."""
    print(f"{what:<34} median {statistics.median(seconds) * 1e3:6.1f} ms   max {max(seconds) * 1e3:6.1f} ms")


if __name__ == "__main__":
    show(f"static checks, {LINES} lines", list(static_seconds()))
    for name in ("textkit", "tokens"):
        with tempfile.TemporaryDirectory() as folder:
            show(f"ruff and ty, a module of {name}", asyncio.run(tool_seconds(name, Path(folder))))

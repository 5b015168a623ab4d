"""Generated tests, run while all that they test raises: one that passes all the same could not fail, and is refused."""

import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from jaunt import codes
from jaunt.checks.assertions.tested import Tested, tested_by
from jaunt.checks.severity import Severity
from jaunt.checks.static.check import NAME as STATIC
from jaunt.config import JauntConfig
from jaunt.config.sandboxes import sandbox_for
from jaunt.files.scratch import temporary_scratch
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.sandbox.halted import halted_with_task
from jaunt.sandbox.program import Halt, Program
from jaunt.sandbox.sandbox import OWN_BYTECODE, Sandbox
from jaunt.testing.collection import as_generated
from jaunt.testing.pytest_run import RECORDER
from jaunt.testing.run_record import read_record
from jaunt.testing.settings_files import SETTINGS
from jaunt.text.flaw import Flaw

NAME = "vacuity"
DEFAULT: Severity = "error"
CODE = codes.VACUITY

_SECONDS = 30
"""How long the tests of a module may take."""


def make_check(project: Project, severity: Severity) -> "VacuityChecks":
    """Return the check for a run; it asks nothing where a project has its candidates not run, and names it nowhere."""
    return VacuityChecks(project, is_run(project.config, NAME))


def is_run(config: JauntConfig, name: str) -> bool:
    """Whether a check that runs candidates of its own accord does so: not without examples, unless it is asked for."""
    return config.verify.doctests or name in config.verify.others


@frozen
class VacuityChecks:
    """What tells tests that could not fail, if it is `used`."""

    project: Project
    used: bool = True

    def for_module(self, work: ModuleWork) -> "VacuityCheck | None":
        """Return the check of a test module's candidates; None for code, and for tests that depend on no spec."""
        if work.kind != "test" or not self.used:
            return None
        tested = tested_by(work, self.project.graph)
        return VacuityCheck(work, tested, self.project) if any(tested.values()) else None


@frozen
class VacuityCheck:
    """Runs a module's candidates without the code of any spec."""

    work: ModuleWork
    tested: Tested
    project: Project
    name: str = NAME
    after_failure: bool = False
    needs: Collection[str] = (STATIC,)

    async def __call__(self, source: str) -> Checked:
        passed = await halted_with_task(partial(passing_without_code, source, self.work, self.project))
        return Checked(
            source,
            [
                Flaw(
                    f"{test} passes though {', '.join(sorted(self.tested[test]))} raises an error at each call: assert "
                    "what a call gives, and name the very exception where one is expected",
                    about=test,
                )
                for test in self.work.names
                if self.tested[test] and passed.get(test)
            ],
        )


def passing_without_code(
    source: str, work: ModuleWork, project: Project, halt: Halt | None = None
) -> Mapping[str, bool]:
    """Run a module's tests in the sandbox while each use of a spec raises JauntNotBuiltError.

    Return, for each test that a spec names and that was run, whether it passed in all its variants; nothing of tests
    that can't be run apart from their folder. `halt` ends the run. Raises JauntConfigError if there is no sandbox.
    """
    sandbox = sandbox_for(project.config.sandbox, work.module)
    limits = replace(sandbox, seconds=min(_SECONDS, sandbox.seconds))
    key = secrets.token_bytes(32)
    with temporary_scratch() as scratch, tempfile.TemporaryFile() as report:
        file = _laid_out(scratch / "project", source, work)
        settings = next((project.root / each for each in SETTINGS if (project.root / each).is_file()), None)
        args = ["-p", "jaunt.pytest_plugin.generated", f"--rootdir={scratch / 'project'}"]
        args += ["-c", str(settings)] if settings else []
        recorder = Program(
            [sys.executable, *OWN_BYTECODE, "-P", str(RECORDER)],
            cwd=project.root,
            pythonpath=[*work.bases],
            stdin=json.dumps(
                {
                    "key": key.hex(),
                    "report": report.fileno(),
                    "args": [*args, "-q", "-p", "no:cacheprovider", str(file)],
                }
            ).encode(),
            env={
                "JAUNT_STUBS_ONLY": "1",
                "JAUNT_GENERATED_DIR": project.generated_dir,
                "HYPOTHESIS_STORAGE_DIRECTORY": str(scratch / "hypothesis"),
            },
            pass_fds=[report.fileno()],
        )
        Sandbox(limits).run(recorder, scratch=scratch, halt=halt)
        report.seek(0)
        record = read_record(report.read(), key)
    finished = {*record.finished()}
    found: dict[str, bool] = {}
    for test in record.collected:
        inner = test.partition("::")[2]
        for name in work.names:
            if inner == name or inner.startswith((f"{name}[", f"{name}::")):
                found[name] = found.get(name, True) and test in finished
    return found


def _laid_out(folder: Path, source: str, work: ModuleWork) -> Path:
    """Write a candidate below a folder, as deep as it is to stand, with what counts there: its spec module, for the
    fixtures in it, and the `conftest.py` files.
    """
    place = work.path.relative_to(work.root) if work.path.is_relative_to(work.root) else Path(work.path.name)
    file = folder / place
    file.parent.mkdir(parents=True)
    spec = Path(work.spec.path)
    beside = [work.root / above / "conftest.py" for above in place.parents]
    for each in [*beside, *([spec] if spec.is_relative_to(work.root) else [])]:
        if each.is_file():
            shutil.copyfile(each, folder / each.relative_to(work.root))
    file.write_text(as_generated(source, work), encoding="utf-8")
    return file

"""What is to be known of a library as it is, without jaunt: failing examples, what ty says, how its tests end."""

import contextlib
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

EXAMPLE_SECONDS, TEST_SECONDS = 120, 600
# Imports modules; prints, as JSON, why one can't be imported, or which definitions' examples fail as they stand.
EXAMPLES = """\
import contextlib, doctest, importlib, io, json, sys
found = {}
for name, wanted in json.load(sys.stdin).items():
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            module = importlib.import_module(name)
        except (Exception, SystemExit) as error:
            found[name] = dict.fromkeys(wanted, f"its module cannot be imported: {type(error).__name__}: {error}")
            continue
        failing = {}
        for definition in wanted:  # each by itself: found in the module, one may go by the name of another's attribute
            tests = doctest.DocTestFinder().find(vars(module).get(definition), definition, module)
            if any(doctest.DocTestRunner(verbose=False).run(test).failed for test in tests):
                failing[definition] = "its own examples fail without jaunt, too"
    found[name] = failing
print(json.dumps(found))
"""
_DIAGNOSTIC = re.compile(r"(.+?):(\d+):\d+: error\[([\w-]+)\] (.*)")


def run(
    command: Sequence[str], folder: Path, *, seconds: float | None = None, text: str = "", source: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, with `source` first on Python's path; one that takes too long has failed."""
    path = {"PYTHONPATH": str(source)} if source else {}
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), **path}
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, input=text, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"took longer than {seconds} s")


def failing_examples(source: Path, definitions: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """Return, of some definitions by module, those that can't be tried as they are: module -> name -> reason."""
    command = [sys.executable, "-c", EXAMPLES]
    with tempfile.TemporaryDirectory(prefix="jaunt-real-code-") as folder:  # in which they may leave files
        ran = run(
            command, Path(folder), seconds=EXAMPLE_SECONDS, text=json.dumps(definitions), source=source.absolute()
        )
    return json.loads(ran.stdout) if ran.returncode == 0 else {}


class Diagnostic(NamedTuple):
    """What ty finds in a file, named from the folder that it looked at."""

    file: Path
    line: int
    rule: str
    message: str


def type_errors(source: Path) -> list[Diagnostic]:
    """Return what ty finds in the files below a folder."""
    options = ["--output-format", "concise", "--python", sys.executable, "--extra-search-path", str(source)]
    ran = run([sys.executable, "-m", "ty", "check", *options, "."], source)
    found = filter(None, map(_DIAGNOSTIC.match, ran.stdout.splitlines()))
    return [Diagnostic(Path(match[1]), int(match[2]), match[3], match[4]) for match in found]


def run_tests(tests: Path, folder: Path, source: Path) -> dict[str, Counter[str]]:
    """Run a copy, in `folder`, of a folder of tests against what is in `source`.

    Returns, by test, how many of its cases passed, failed or were skipped: some have other names in each run, as they
    come out of a set. Nothing is returned if pytest can't collect the tests.
    """
    for file in (f for f in tests.rglob("*") if f.is_file() and "__pycache__" not in f.parts):
        copy = folder / tests.name / file.relative_to(tests)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    options = ["-q", "-p", "no:cacheprovider", "-o", "addopts=", "--rootdir", str(folder), "--junit-xml", "report.xml"]
    run([sys.executable, "-m", "pytest", *options, tests.name], folder, seconds=TEST_SECONDS, source=source)
    found: dict[str, Counter[str]] = {}
    with contextlib.suppress(OSError, ElementTree.ParseError):
        for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
            test = f"{case.get('classname')}::{(case.get('name') or '').partition('[')[0]}"
            told = {part.tag for part in case}
            result = "failed" if told & {"failure", "error"} else "skipped" if "skipped" in told else "passed"
            found.setdefault(test, Counter())[result] += 1
    return found

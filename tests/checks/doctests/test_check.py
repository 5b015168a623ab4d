"""The examples of a spec, run against a candidate in the sandbox."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from candidates import PYPROJECT
from projects import write_files

from jaunt.checks.doctests.check import ExampleCheck
from jaunt.checks.doctests.examples import find_examples
from jaunt.checks.examiner.sandboxes import Examiners
from jaunt.checks.project_checks import project_checks
from jaunt.checks.static.check import StaticCheck
from jaunt.config import load_config
from jaunt.errors import JauntDiscoveryError
from jaunt.generate.check import check_candidate
from jaunt.plan.module_work import project_works
from jaunt.project.project import load_project
from jaunt.sandbox.sandbox import Sandbox
from jaunt.syntax.source import read_source

DOUBLE = '''\
import jaunt

FACTOR = 2


def shout(text: str) -> str:
    return text.upper()


@jaunt.magic
def double(n: int) -> int:
    """Return twice the number.

    >>> double(4)
    8
    >>> shout(f"{double(FACTOR)} times")
    '4 TIMES'
    >>> double("a")
    Traceback (most recent call last):
    TypeError: not a number: 'a'
    """
    ...
'''

GOOD_DOUBLE = """\
from app.double import FACTOR


def double(n: int) -> int:
    if not isinstance(n, int):
        raise TypeError(f"not a number: {n!r}")
    return n * FACTOR
"""


def example_check(root: Path, module: str, files: dict[str, str]) -> ExampleCheck:
    """Write a project and return the check that runs the examples of one of its modules."""
    write_files(root, {"pyproject.toml": PYPROJECT, "src/app/__init__.py": "", **files})
    project = load_project(load_config(root=root))
    (work,) = project_works(project, [module])
    (check,) = (c for c in project_checks(project).plain(work) if isinstance(c, ExampleCheck))
    return check


def run(check: ExampleCheck, source: str, *, seconds: int = 20) -> list[str]:
    return [*asyncio.run(limited(check, seconds=seconds)(source)).errors]


def limited(check: ExampleCheck, **limits: Any) -> ExampleCheck:
    """Return the check with examiners of its own, under other settings of the sandbox."""
    runner = check.asking.examiners.runner
    sandbox = Sandbox(replace(runner.sandbox.config, **limits))
    return with_examiners(check, Examiners(replace(runner, sandbox=sandbox)))


def with_examiners(check: ExampleCheck, examiners: Examiners) -> ExampleCheck:
    return replace(check, asking=replace(check.asking, examiners=examiners))


@pytest.fixture
def double(tmp_path: Path) -> ExampleCheck:
    return example_check(tmp_path, "app.double", {"src/app/double.py": DOUBLE})


def test_a_candidate_that_keeps_every_promise_passes(double: ExampleCheck) -> None:
    assert run(double, GOOD_DOUBLE) == []
    assert not (double.work.root / "src/app/__generated__").exists()


def test_each_example_that_fails_is_shown_with_what_was_expected_and_got(double: ExampleCheck) -> None:
    errors = run(double, GOOD_DOUBLE.replace("n * FACTOR", "n + 1").replace("not a number", "no number"))
    assert errors[0] == (
        "double: the example in src/app/double.py:14 fails\n    example: double(4)\n    expected: 8\n    got: 5"
    )
    assert errors[1].endswith("got: '3 TIMES'")
    assert "expected: TypeError: not a number: 'a'" in errors[2]
    assert "TypeError: no number: 'a'" in errors[2]
    assert len(errors) == 3


def test_an_exception_that_nobody_expects_is_shown_with_its_line(double: ExampleCheck) -> None:
    errors = run(double, GOOD_DOUBLE.replace("n * FACTOR", "n // 0"))
    assert errors[0].endswith("got: ZeroDivisionError: integer division or modulo by zero (line 7 of the candidate)")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("import app.double as spec\n\nX = spec.MISSING\n", "AttributeError: "),
        ("X = 1 // 0\n", "ZeroDivisionError: integer division or modulo by zero (line 2 of the candidate)"),
        ("X = {}['x']\n", "KeyError: 'x' (line 2 of the candidate)"),
    ],
)
def test_a_candidate_that_cannot_be_imported_says_why(double: ExampleCheck, change: str, error: str) -> None:
    (found,) = run(double, GOOD_DOUBLE.replace("\n\n\ndef", f"\n{change}\n\ndef"))
    assert found.startswith("importing app.double fails: ")
    assert error in found


@pytest.mark.parametrize("way_out", ["os._exit(0)", "sys.exit(0)", "os.kill(os.getpid(), 9)"])
def test_ending_the_process_passes_nothing(double: ExampleCheck, way_out: str) -> None:
    errors = run(
        double,
        f"import os\nimport sys\n\n\ndef double(n: int) -> int:\n    {way_out}\n    return n + len(sys.path)\n",
    )
    assert errors
    assert errors[0].startswith("double: ")


def test_a_forged_report_passes_nothing(double: ExampleCheck) -> None:
    source = (
        "import json\nimport os\n\n\ndef double(n: int) -> int:\n"
        "    for fd in range(1, 10):\n        try:\n"
        '            os.write(fd, json.dumps({"key": "", "name": "double", "errors": []}).encode() + b"\\n")\n'
        "        except OSError:\n            pass\n    os._exit(0)\n"
    )
    (error,) = run(double, source)
    assert error.startswith("double: running the examples of double ended ")


def test_an_example_that_never_ends_is_stopped_and_named(double: ExampleCheck) -> None:
    (error,) = run(double, "def double(n: int) -> int:\n    while True:\n        n += 1\n", seconds=2)
    assert error.startswith("double: running the examples of double took longer than 2 s")


def test_nothing_that_fails_the_static_checks_is_run(double: ExampleCheck) -> None:
    trace = double.work.root / "trace"
    source = f"open({str(trace)!r}, 'w').close()\n{GOOD_DOUBLE}"
    static = StaticCheck(double.work, allowed=frozenset())
    found = asyncio.run(check_candidate(source, double.work.names, [static, limited(double, mode="off")]))
    assert any("open" in error for error in found.errors), found.errors
    assert not trace.exists()


def test_the_candidate_stands_in_for_an_older_generated_file(double: ExampleCheck) -> None:
    write_files(
        double.work.root,
        {
            "src/app/__generated__/__init__.py": "",
            "src/app/__generated__/double.py": "def double(n):\n    return 0\n",
        },
    )
    assert run(double, GOOD_DOUBLE) == []


def test_the_code_of_other_specs_comes_from_the_disk(tmp_path: Path) -> None:
    four = (
        "import jaunt\nfrom app.double import double\n\n\n@jaunt.magic(deps=[double])\ndef four(n: int) -> int:\n"
        '    """Twice twice.\n\n    >>> four(3) + double(1)\n    14\n    """\n    ...\n'
    )
    answer = "from app.double import double\n\n\ndef four(n: int) -> int:\n    return double(double(n))\n"
    check = example_check(tmp_path, "app.four", {"src/app/double.py": DOUBLE, "src/app/four.py": four})
    (error,) = run(check, answer)
    assert "JauntNotBuiltError: app.double:double is not built" in error
    assert "has to be among the deps" in error
    write_files(tmp_path, {"src/app/__generated__/__init__.py": "", "src/app/__generated__/double.py": GOOD_DOUBLE})
    assert run(check, answer) == []


CLASSES = '''\
import jaunt


@jaunt.magic
class Counter:
    """Counts.

    >>> isinstance(make(3), Counter)
    True
    """

    def __init__(self, start: int = 0) -> None: ...

    def next(self) -> int:
        """Return the next number.

        >>> counter = Counter(2)
        >>> counter.next(), counter.next()
        (3, 4)
        """
        ...


LIMIT = 100


@jaunt.magic
def make(start: int) -> Counter:
    """Return a counter.

    >>> make(LIMIT).next()
    101
    """
    ...
'''

GOOD_CLASSES = """\
class Counter:
    def __init__(self, start: int = 0) -> None:
        self.value = start

    def next(self) -> int:
        self.value += 1
        return self.value


def make(start: int) -> Counter:
    from {module} import LIMIT

    return Counter(min(start, LIMIT))
"""


@pytest.mark.parametrize(
    ("module", "file"),
    [("app.counter", "src/app/counter.py"), ("counter", "src/counter.py"), ("app", "src/app/__init__.py")],
)
def test_methods_have_examples_in_every_sort_of_module(tmp_path: Path, module: str, file: str) -> None:
    check = example_check(tmp_path, module, {file: CLASSES})
    good = GOOD_CLASSES.format(module=module)
    assert run(check, good) == []
    errors = run(check, good.replace("+= 1", "+= 2"))
    assert [error.partition(":")[0] for error in errors] == ["Counter.next", "make"]


def test_examples_are_found_in_specs_and_their_members_only(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text(CLASSES + '\n\ndef other():\n    """\n    >>> other()\n    1\n    """\n')
    found = find_examples(read_source("m", str(path)), ["Counter", "make"])
    assert [question.name for question in found] == ["Counter", "Counter.next", "make"]


def test_an_example_that_doctest_cannot_read_stops_the_build_before_it_is_paid_for(tmp_path: Path) -> None:
    broken = DOUBLE.replace(">>> double(4)", ">>>double(4)")
    with pytest.raises(JauntDiscoveryError, match=r"double\.py:12: double: the examples can't be read: .*blank"):
        example_check(tmp_path, "app.double", {"src/app/double.py": broken})


def test_prints_and_directives_are_as_in_doctest(tmp_path: Path) -> None:
    spec = DOUBLE.replace(
        "double(4)\n    8",
        'print(double(4), "\\n", "x")  # doctest: +ELLIPSIS, +NORMALIZE_WHITESPACE\n    8...x',
    )
    spec = spec.replace(">>> shout", ">>> 1 / 0  # doctest: +SKIP\n    >>> shout").replace('"""Return', 'r"""Return')
    check = example_check(tmp_path, "app.double", {"src/app/double.py": spec})
    assert run(check, GOOD_DOUBLE) == []
    assert run(check, GOOD_DOUBLE.replace("    return n", "    print('noise')\n    return n")) != []


TAG = '''\
import jaunt


@jaunt.magic
def tag() -> list[int]:
    """Return a list.

    >>> tag()
    [1,     2]
    >>> 0.1 + 0.2{directive}
    0.3
    """
    ...
'''


def test_flags_of_pytests_settings_and_pytests_own_directives_count(tmp_path: Path) -> None:
    spec = TAG.replace("{directive}", "  # doctest: +NUMBER")
    settings = PYPROJECT + '\n[tool.pytest.ini_options]\ndoctest_optionflags = ["NORMALIZE_WHITESPACE"]\n'
    check = example_check(tmp_path, "app.tag", {"src/app/tag.py": spec, "pyproject.toml": settings})
    answer = "def tag() -> list[int]:\n    return [1, 2]\n"
    assert run(check, answer) == []
    write_files(tmp_path, {"pyproject.toml": PYPROJECT})
    (error,) = run(example_check(tmp_path, "app.tag", {}), answer)
    assert error.startswith("tag: the example in src/app/tag.py:8 fails")


FILES = '''\
import jaunt


@jaunt.magic
def double_file(path: str) -> None:
    """Write a file anew with all of it twice.

    >>> open("src/app/note.txt").read()
    'by hand'
    >>> with open("new.txt", "w") as file: _ = file.write("ab")
    >>> double_file("new.txt")
    >>> open("new.txt").read()
    'abab'
    """
    ...
'''


@pytest.mark.parametrize("mode", ["limits", "off"])
def test_examples_read_the_project_and_write_into_a_folder_of_their_own(tmp_path: Path, mode: str) -> None:
    check = example_check(tmp_path, "app.files", {"src/app/files.py": FILES, "src/app/note.txt": "by hand"})
    answer = (
        "from pathlib import Path\n\n\ndef double_file(path: str) -> None:\n"
        "    Path(path).write_text(Path(path).read_text() * 2)\n"
    )
    before = sorted(tmp_path.rglob("*"))
    assert [*asyncio.run(limited(check, mode=mode)(answer)).errors] == []
    (error,) = asyncio.run(limited(check, mode=mode)(answer.replace("* 2", "* 3"))).errors
    assert error.endswith("expected: 'abab'\n    got: 'ababab'")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_difference_of_blanks_is_shown_in_quotes(tmp_path: Path) -> None:
    spec = DOUBLE.replace(">>> double(4)\n    8", '>>> print(double(4), "x")\n    8 x')
    check = example_check(tmp_path, "app.double", {"src/app/double.py": spec})
    (error,) = run(
        check, GOOD_DOUBLE.replace("    return n", '    print("  ", end="")\n    return n').replace("n * F", "n * F")
    )[:1]
    assert error.endswith("expected: '8 x\\n'\n    got: '  8 x\\n'")


@pytest.mark.parametrize(
    "setting", ["doctests = false", 'no_doctests = "app.double"', 'no_doctests = ["app.x", "app.d*"]']
)
def test_a_module_can_be_left_out(tmp_path: Path, setting: str) -> None:
    write_files(
        tmp_path,
        {
            "jaunt.toml": f"[verify]\n{setting}\n",
            "src/app/__init__.py": "",
            "src/app/double.py": DOUBLE.replace(">>> double(4)", ">>>double(4)"),
        },
    )
    project = load_project(load_config(root=tmp_path))
    (work,) = project_works(project, ["app.double"])
    names = [check.name for check in project_checks(project).plain(work)]
    assert names[:3] == ["static", "ruff", "ty"]
    assert "doctests" not in names


def test_candidates_that_come_together_share_a_sandbox_and_are_told_apart(tmp_path: Path) -> None:
    names = [f"double{number}" for number in range(9)]
    files = {f"src/app/{name}.py": DOUBLE for name in names}
    write_files(tmp_path, {"pyproject.toml": PYPROJECT, "src/app/__init__.py": "", **files})
    project = load_project(load_config(root=tmp_path))
    checks_for = project_checks(project)
    checks = [
        next(c for c in checks_for.plain(work) if isinstance(c, ExampleCheck))
        for work in project_works(project, [f"app.{name}" for name in names])
    ]
    sources = [GOOD_DOUBLE.replace("app.double", f"app.{name}") for name in names]
    sources[3] = sources[3].replace("n * FACTOR", "n * 3")  # fails an example
    sources[5] = "import os\n\n\ndef double(n: int) -> int:\n    os._exit(0)\n    return n\n"
    sources[7] = sources[7].replace("    return", "    while n == 4:\n        pass\n    return")  # never ends

    async def all_of_them() -> list[list[str]]:
        examiners = limited(checks[0], seconds=5).asking.examiners
        quick = [with_examiners(check, examiners) for check in checks]
        found = await asyncio.gather(*(check(source) for check, source in zip(quick, sources, strict=True)))
        return [[*checked.errors] for checked in found]

    found = asyncio.run(all_of_them())
    assert [index for index, errors in enumerate(found) if errors] == [3, 5, 7]
    assert "expected: 8" in found[3][0]
    assert found[5][0].startswith("double: running the examples of double ended the process")
    assert "took longer than 5 s" in found[7][0]

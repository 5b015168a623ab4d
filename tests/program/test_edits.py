"""What an edit costs: the calls of a build after it, for a table of edits, and that it is the same in any order."""

import ast
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with, load
from processes import child_environment
from projects import edit, write_files
from said import RunIn

from jaunt.header import parse_header, split_header
from jaunt.plan.plan import make_plan

HEAD = "import jaunt\n"
LOW = '''\
import jaunt

BASE = 1


def helper(n: int) -> int:
    """Return n."""
    return n


@jaunt.magic
def a(n: int, by: int = BASE) -> int:
    """Return n + by."""
    ...


@jaunt.magic
def b(n: int) -> int:
    """Return n + 2."""
    ...
'''
SPEC_B = LOW[LOW.rindex("@jaunt.magic") :]
HELPER = 'def helper(n: int) -> int:\n    """Return n."""\n    return n\n'
HIGH = '''\
import jaunt
from app.low import a


@jaunt.magic
def high(n: int) -> int:
    """Return twice `a(n)`."""
    ...
'''
TOP = '''\
import jaunt
from app.boxes import Box
from app.high import high


@jaunt.magic
def top(n: int, box: Box) -> int:
    """Return `high(n)` and the size of the box."""
    ...
'''
BOXES = '''\
from dataclasses import dataclass


@dataclass
class Box:
    """A box.

    It has a size.
    """

    size: int

    def doubled(self) -> int:
        """Return twice the size."""
        return 2 * self.size


def unreached() -> int:
    """Return 1."""
    return 1
'''
FILES = {
    "jaunt.toml": PLAIN,
    "src/app/__init__.py": "",
    "src/app/low.py": LOW,
    "src/app/high.py": HIGH,
    "src/app/top.py": TOP,
    "src/app/boxes.py": BOXES,
}
ANSWERS = {
    "app.low": "def a(n: int, by: int = 1) -> int:\n    return n + by\n\n\ndef b(n: int) -> int:\n    return n + 2\n",
    "app.high": "from app.low import a\n\n\ndef high(n: int) -> int:\n    return 2 * a(n)\n",
    "app.top": (
        "from app.boxes import Box\nfrom app.high import high\n\n\n"
        "def top(n: int, box: Box) -> int:\n    return high(n) + box.size\n"
    ),
}
LATER = {module: [f"{text}# later\n"] for module, text in ANSWERS.items()}
LATER["app.peak"] = LATER["app.top"]
GENERATED = Path("src/app/__generated__")


@pytest.fixture(scope="module")
def _project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("edits") / "project"
    write_files(root, FILES)
    backend = FakeBackend({module: [text] for module, text in ANSWERS.items()})
    assert {m: o.status for m, o in build_with(root, backend).items()} == dict.fromkeys(ANSWERS, "generated")
    shutil.rmtree(root / ".jaunt")  # as a fresh clone has it
    return root


@pytest.fixture
def project(_project: Path, tmp_path: Path) -> Path:
    """Three modules, app.top on app.high on app.low, built; there is no store."""
    return shutil.copytree(_project, tmp_path / "project")


def answers(root: Path) -> dict[str, list[str]]:
    """Return other code than was there before, with the signatures that the specs of app.low have today."""
    spec = ast.parse((root / "src/app/low.py").read_text())
    base = next(
        str(ast.literal_eval(n.value)) for n in spec.body if isinstance(n, ast.Assign | ast.AnnAssign) and n.value
    )
    specs = [n for n in spec.body if isinstance(n, ast.FunctionDef) and n.decorator_list]
    texts = [f"def {n.name}({ast.unparse(n.args).replace('BASE', base)}) -> int:\n    return -n\n" for n in specs]
    return {**LATER, "app.low": ["\n\n".join(texts)]}


def calls(root: Path) -> list[str]:
    """Build, and return the modules that the model was asked for; nothing is left to do then."""
    backend = FakeBackend(answers(root))
    outcomes = build_with(root, backend)
    assert {m: o.errors for m, o in outcomes.items() if not o.ok} == {}
    assert make_plan(load(root)).stale == []
    return sorted(backend.calls)


def low(old: str, new: str) -> Callable[[Path], None]:
    return lambda root: edit(root / "src/app/low.py", old, new)


def high(old: str, new: str) -> Callable[[Path], None]:
    return lambda root: edit(root / "src/app/high.py", old, new)


def boxes(old: str, new: str) -> Callable[[Path], None]:
    return lambda root: edit(root / "src/app/boxes.py", old, new)


def move_top(root: Path) -> None:
    (root / "src/app/top.py").rename(root / "src/app/peak.py")
    (root / GENERATED / "top.py").unlink()


def code(module: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda root: edit(root / GENERATED / f"{module}.py", old, new)


def missing(*modules: str) -> Callable[[Path], None]:
    def remove(root: Path) -> None:
        for module in modules:
            (root / GENERATED / f"{module}.py").unlink()

    return remove


def reorder(root: Path) -> None:
    parts = LOW.split("\n\n\n@")
    (root / "src/app/low.py").write_text("\n\n\n@".join([parts[0], parts[2].rstrip("\n"), parts[1]]) + "\n")


def reformat(root: Path) -> None:
    for module in ("low", "high"):
        edit(root / GENERATED / f"{module}.py", "(n: int", "(\n    n: int")
        edit(root / GENERATED / f"{module}.py", ") -> int:", "\n) -> int:")


EDITS: dict[str, tuple[Callable[[Path], None], str]] = {
    # --- of specs ---
    "reword a spec that somebody depends on": (low("n + by", "n and by"), "low high top"),
    "reword a spec that nobody depends on": (low("n + 2", "n plus 2"), "low"),
    "re-sign a spec that nobody depends on": (low("b(n: int)", "b(n: int = 0)"), "low"),
    "re-sign the lowest spec": (low("a(n: int,", "a(n: int = 0,"), "low high top"),
    "reword in the middle": (high("twice", "two times"), "high top"),
    "rename a spec that nobody depends on": (low("def b(", "def c("), "low"),
    "remove a spec that nobody depends on": (low(SPEC_B, ""), ""),
    "move the module that nobody depends on": (move_top, "peak"),
    "reorder the specs": (reorder, ""),
    "reformat a spec": (low("(n: int) -> int:", "( n:int )->int :"), ""),
    "comment a spec": (low("    ...\n\n\n@", "    ...  # todo\n\n\n@"), ""),
    # --- of what is written by hand beside them ---
    "move a constant that is baked in": (low("BASE = 1", "BASE = 2"), "low"),
    "write the same constant otherwise": (low("BASE = 1", "BASE: int = 0x1  # one"), ""),
    "reword a helper that no spec mentions": (low("Return n.", "Return it."), ""),
    "remove a helper that no spec mentions": (low(HELPER, ""), ""),
    # --- of what is written by hand in another module ---
    "rename a field": (boxes("    size: int", "    width: int"), ""),
    "re-sign a method": (boxes("doubled(self)", "doubled(self, by: int = 2)"), ""),
    "add a field": (boxes("    size: int", "    size: int\n    colour: str = ''"), ""),
    "reword what is no shape": (boxes("It has a size.", "It has one size."), ""),
    "reword a body": (boxes("2 * self.size", "self.size * 2"), ""),
    "remove what nobody reaches": (boxes('def unreached() -> int:\n    """Return 1."""\n    return 1\n', ""), ""),
    "reformat all of it": (boxes("size: int", "size  :  int"), ""),
    # --- of dependencies ---
    "lose the code of the lowest": (missing("low"), "low"),
    "lose the code in the middle": (missing("high"), "high"),
    "lose two of three": (missing("low", "top"), "low top"),
    "edit the code of the lowest by hand": (code("low", "n + 2", "2 + n"), ""),
    "edit the code in the middle by hand": (code("high", "2 * a(n)", "a(n) * 2"), ""),
    "reformat generated code": (reformat, ""),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_costs_what_it_changes(name: str, project: Path) -> None:
    change, paid = EDITS[name]
    change(project)
    assert calls(project) == sorted(f"app.{each}" for each in paid.split())
    assert calls(project) == []


@pytest.mark.parametrize("order", ["low", "high", "top", "low high top", "high low", "top low"])
@pytest.mark.parametrize("name", ["lose the code of the lowest", "reword a spec that nobody depends on"])
def test_the_order_of_commands_makes_no_difference_to_what_is_paid(name: str, order: str, project: Path) -> None:
    EDITS[name][0](project)
    backend = FakeBackend(answers(project))
    for target in order.split():
        build_with(project, backend, targets=[f"app.{target}"])
        shutil.rmtree(project / ".jaunt")
    build_with(project, backend)
    assert (backend.calls, make_plan(load(project)).stale) == (["app.low"], [])


def test_a_changed_contract_of_a_dependency_may_only_verify_what_is_above(project: Path) -> None:
    (project / "jaunt.toml").write_text(f'{PLAIN}[build]\ndependents = "verify"\n')
    low("n + by", "n and by")(project)
    assert calls(project) == ["app.low"]
    fields = parse_header((project / GENERATED / "high.py").read_text()) or {}
    assert fields["module_digest"].removeprefix("sha256:") == load(project).digests["app.high"]


def test_code_that_stays_is_the_same_byte_for_byte(project: Path) -> None:
    path = project / GENERATED / "high.py"
    text = path.read_text().replace("2 * a(n)", "2 * a( n )  ").replace("\n", "\r\n") + "\r\n\r\n"
    path.write_bytes(text.encode())
    before = path.read_bytes().split(b"\r\n\r\n", 1)
    missing("low")(project)
    assert calls(project) == ["app.low"]
    after = path.read_bytes().split(b"\r\n\r\n", 1)
    assert after[1] == before[1]
    assert after[0] != before[0]


def test_verified_code_that_fails_is_shown_with_its_error(project: Path) -> None:
    low("BASE = 1", "BASE = 2")(project)
    backend = FakeBackend(answers(project))
    outcomes = build_with(project, backend)
    assert backend.calls == ["app.low"]
    assert [text for told in backend.told for text in told or []] == [
        "the code as it stands: line 1: a: parameter 'by' has the default 1, expected BASE"
    ]
    assert backend.contexts["app.low"].rejected_source == ANSWERS["app.low"]
    assert backend.contexts["app.low"].previous_source == ""
    assert {m: o.status for m, o in outcomes.items()} == {
        "app.low": "generated",
        "app.high": "verified",
    }, "app.high was verified with the new code, and app.top was left alone"


@pytest.mark.parametrize(
    ("old", "new", "above", "failure"),
    [
        ("by: int = 1", "by: int = 2", "high", "low.py:16: a: parameter 'by' has the default 2"),
        ("n + by", "n by", "high", "syntax error: invalid syntax"),
        ("def b", "def c", "top", "missing definition: 'b' is not defined"),
    ],
)
def test_nothing_is_asked_for_above_an_edit_that_does_not_pass(
    old: str, new: str, above: str, failure: str, project: Path
) -> None:
    code("low", old, new)(project)
    edit(project / f"src/app/{above}.py", '"""Return', '"""Give')
    backend = FakeBackend(answers(project))
    (told,) = build_with(project, backend)[f"app.{above}"].errors
    assert (backend.calls, failure in told, told[:57]) == (
        [],
        True,
        "needs app.low, which was edited by hand and does not pass",
    ), told
    code("low", new, old)(project)
    assert calls(project) == [f"app.{each}" for each in ("high", "top") if each >= above]


def test_code_of_an_older_header_stays_fresh_and_is_verified_where_a_dependency_is_generated(project: Path) -> None:
    for path in (project / GENERATED).glob("*.py"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith("# jaunt:dependency_code=")))
    assert make_plan(load(project)).stale == []
    missing("low")(project)
    plan = make_plan(load(project))
    assert (plan.to("generate"), plan.to("verify")) == (["app.low"], ["app.high"])
    assert calls(project) == ["app.low"]


def accept(run_in: RunIn, root: Path, module: str = "app.high") -> bytes:
    """Edit a module's code by hand, have it accepted, and return the file."""
    path = root / GENERATED / f"{module.removeprefix('app.')}.py"
    edit(path, "2 * a(n)", "a(n) << 1")
    assert run_in(root, "accept", module).code == 0
    return path.read_bytes()


@pytest.mark.parametrize("with_store", [True, False])
@pytest.mark.parametrize(
    "name",
    [
        name
        for name, (_, paid) in EDITS.items()
        if paid and not any(w in name for w in ("middle", "re-sign the", "move "))
    ],
)
def test_what_a_person_accepted_is_never_overwritten(name: str, with_store: bool, project: Path, run_in: RunIn) -> None:
    before = accept(run_in, project)
    if not with_store:
        shutil.rmtree(project / ".jaunt")
    EDITS[name][0](project)
    backend = FakeBackend(answers(project))
    outcomes = build_with(project, backend)
    assert {m: o.errors for m, o in outcomes.items() if not o.ok} == {}
    assert "app.high" not in backend.calls
    after = (project / GENERATED / "high.py").read_bytes()
    assert split_header(after.decode())[1] == split_header(before.decode())[1]
    fields = parse_header(after.decode()) or {}
    assert fields["accepted_by"] == (parse_header(before.decode()) or {})["accepted_by"]
    assert make_plan(load(project)).freshness["app.high"].state == "accepted"
    assert make_plan(load(project)).stale == []


def test_who_accepted_code_survives_the_store(project: Path, run_in: RunIn) -> None:
    before = parse_header(accept(run_in, project).decode()) or {}
    missing("high")(project)
    assert calls(project) == []
    after = parse_header((project / GENERATED / "high.py").read_text()) or {}
    assert {k: v for k, v in after.items() if k.startswith("accepted")} == {
        "accepted_by": before["accepted_by"],
        "accepted_at": before["accepted_at"],
    }


def test_accepted_code_that_passes_no_more_is_told_and_left(project: Path, run_in: RunIn) -> None:
    edit(project / GENERATED / "low.py", "n + 2", "2 + n")
    assert run_in(project, "accept", "app.low").code == 0
    before = (project / GENERATED / "low.py").read_bytes()
    low("BASE = 1", "BASE = 2")(project)
    backend = FakeBackend(LATER)
    outcomes = build_with(project, backend)
    assert backend.calls == []
    (error,) = outcomes["app.low"].errors
    assert "accepted is not overwritten, but no longer passes: line 1: a: parameter 'by'" in error
    assert (project / GENERATED / "low.py").read_bytes() == before


KILLED = """
import os, signal, sys

steps = int(sys.argv[1])


def hook(event, arguments):
    global steps
    writes = event in ("os.rename", "os.chmod", "os.remove") or (event == "open" and arguments[2] & os.O_CREAT)
    if writes and "__generated__" in str(arguments[0]) and "__pycache__" not in str(arguments[0]):
        if not steps:
            os.kill(os.getpid(), signal.SIGKILL)
        steps -= 1


from jaunt.cli import main

sys.addaudithook(hook)
sys.exit(main(["build"]))
"""
"""A build that is killed at a step of what it writes into a generated folder, by its number."""


def test_a_stamp_that_is_killed_at_any_step_leaves_the_old_or_the_new_header_whole(project: Path) -> None:
    path = project / GENERATED / "high.py"
    edit(project / GENERATED / "low.py", "n + 2", "2 + n")
    old, found = path.read_bytes(), list[bytes]()
    for step in range(20):
        path.write_bytes(old)
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(step)], cwd=project, env=child_environment(), check=False
        )
        found.append(path.read_bytes())
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert 2 < len(found) < 20
    assert set(found) == {old, found[-1]}
    assert split_header(old.decode())[1] == split_header(found[-1].decode())[1]
    assert calls(project) == []

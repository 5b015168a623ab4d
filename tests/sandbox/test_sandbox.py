"""The sandbox: what gets out of it and what doesn't, how runs end, and what it says of itself."""

import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from escapes import ESCAPES, FORK_BOMB, HARMLESS, KEY
from folders import SUPPORT
from reaches import REACHES

import jaunt
from jaunt.config import SandboxConfig, load_config
from jaunt.errors import JauntConfigError
from jaunt.files.scratch import temporary_scratch
from jaunt.sandbox.program import Completed, Halt, Program
from jaunt.sandbox.sandbox import Sandbox

NOBODY = 65534
MODES = ["limits", "off"] + ([] if Sandbox(SandboxConfig()).mechanism == "limits" else ["bwrap"])
ALL_MODES = [
    pytest.param(mode, marks=[] if mode in MODES else pytest.mark.skip("bwrap is missing or can't make namespaces"))
    for mode in ("limits", "off", "bwrap")
]


class Open(NamedTuple):
    """An escape that is known to work, where, and why."""

    escape: str
    where: Callable[[dict[str, Any]], bool]
    reason: str


def has_no_namespaces(kind: dict[str, Any]) -> bool:
    return kind["mechanism"] == "limits" and not kind["namespaces"]


def cannot_bar_signals(kind: dict[str, Any]) -> bool:
    return has_no_namespaces(kind) and kind["landlock"] < 6


KNOWN_OPEN = [
    Open(
        "read the user's files",
        lambda kind: kind["mechanism"] == "limits",
        "a program must be able to read Python and the project; only bwrap gives it a view of its own",
    ),
    Open(
        "write outside the scratch folder",
        lambda kind: kind["mechanism"] == "limits" and not kind["landlock"],
        "without Landlock, nothing but the rights of its user keeps a program from writing",
    ),
    *(
        Open(
            f"change the {what} of the user's files",
            lambda kind: not kind["mounts"],
            "Landlock does not look at it: only a file system that is read-only refuses it",
        )
        for what in ("mode", "times", "attributes")
    ),
    Open(
        "connect to a socket of the user's",
        lambda kind: not kind["mounts"],
        "Landlock does not look at it: only a file that is hidden can't be connected to",
    ),
    *(
        Open(f"fill the {what} of all", has_no_namespaces, "without mounts of its own there is no other one")
        for what in ("temporary folder", "shared memory")
    ),
    Open(
        "have the kernel run a program outside",
        lambda kind: kind["mechanism"] == "limits" and not kind["landlock"] and kind["root"],
        "root may write there, and nothing else keeps it from that",
    ),
    Open("connect out", has_no_namespaces, "only a network namespace can take the network away"),
    Open("signal jaunt", cannot_bar_signals, "a program may signal all others of its user"),
    Open(
        "kill the keeper, then outlive the run",
        cannot_bar_signals,
        "the keeper is a process of the same user",
    ),
]


REACHES_OPEN: dict[str, Callable[[dict[str, Any]], bool]] = {
    "files": lambda kind: kind["mechanism"] == "limits" and not kind["landlock"],
    "looks": lambda kind: not kind["mounts"],
    "signals": cannot_bar_signals,
    "shared": has_no_namespaces,
}
"""Where attempts of `reaches.py` succeed, by group, as the README says."""


# Escapes, by the user that runs the suite, and by an ordinary one if that is root


@pytest.fixture(scope="module")
def world() -> Iterator[Path]:
    """A folder that everyone can read, with jaunt and the escapes in it."""
    with tempfile.TemporaryDirectory(prefix="world-") as name:
        folder = Path(name)
        shutil.copytree(Path(jaunt.__file__).parent, folder / "lib" / "jaunt")
        for name in ("escapes.py", "reaches.py"):
            shutil.copy(SUPPORT / name, folder / "lib")  # which is what bwrap shows of it
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
        yield folder


@pytest.fixture(scope="module")
def ordinary_python() -> str | None:
    """A Python that user NOBODY can run: the suite's own may lie in a closed home."""
    for candidate in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            works = [candidate, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
            subprocess.run(works, check=True, capture_output=True, user=NOBODY, extra_groups=[])
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    return None


CASES = {
    "bwrap": ("bwrap",),
    "limits": ("limits",),
    "limits without namespaces or Landlock": ("limits", "namespaces", "landlock"),
    "off": ("off",),
}


@pytest.fixture(scope="module", autouse=True)
def outcomes(world: Path, ordinary_python: str | None) -> Iterator[dict[tuple[str, str], Future[dict[str, Any]]]]:
    """What came of the escapes for each user and case; started before the other tests, and judged last."""
    users = ["the suite's user"] + (["an ordinary user"] if os.geteuid() == 0 and ordinary_python else [])
    with ThreadPoolExecutor(1) as own, ThreadPoolExecutor(1) as ordinary:
        yield {
            (user, case): (own if user == users[0] else ordinary).submit(
                run_escapes, world, ordinary_python if user == "an ordinary user" else None, args
            )
            for case, args in CASES.items()
            for user in users
            if case != "bwrap" or "bwrap" in MODES
        }


def run_escapes(world: Path, ordinary_python: str | None, args: tuple[str, ...]) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(dir=world))
    folder.chmod(0o777)
    child = subprocess.run(
        [ordinary_python or sys.executable, str(world / "lib" / "escapes.py"), str(folder), *args],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(world / "lib"), "OPENAI_API_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=120,
        user=NOBODY if ordinary_python else None,
        group=NOBODY if ordinary_python else None,
        extra_groups=[] if ordinary_python else None,
    )
    assert child.returncode == 0, child.stderr
    return json.loads(child.stdout)


ENDLESS = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
pipe = os.open(sys.argv[1], os.O_WRONLY)
os.write(pipe, b"started")
if os.fork() == 0:
    os.setsid()
while True:
    signal.pause()
"""
JAUNT = """
import sys
from pathlib import Path
from jaunt.config import SandboxConfig
from jaunt.sandbox.program import Program
from jaunt.sandbox.sandbox import Sandbox
mode, scratch, program, pipe, *without = sys.argv[1:]
sandbox = Sandbox(SandboxConfig(mode=mode), frozenset(without))
sandbox.run(Program([sys.executable, "-c", program, pipe], Path(scratch)), scratch=Path(scratch))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize(
    ("mode", "without"),
    [("limits", ()), ("limits", ("namespaces", "landlock"))] + [("bwrap", ())] * ("bwrap" in MODES),
)
def test_the_whole_tree_dies_with_jaunt(
    mode: str, without: tuple[str, ...], number: signal.Signals, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    command = [sys.executable, "-c", JAUNT, mode, tmp_path, ENDLESS, tmp_path / "pipe", *without]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as child:
        with (tmp_path / "pipe").open("rb", buffering=0) as pipe:
            assert pipe.read(7) == b"started"
            child.send_signal(number)
            assert pipe.read() == b""  # the end of the file: nobody has it open any more
        assert child.wait(30) != 0


@pytest.mark.parametrize("mode", ALL_MODES)
def test_a_run_in_another_thread_can_be_halted(mode: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    command = [sys.executable, "-c", ENDLESS.replace("if os.fork()", "if 1"), str(tmp_path / "pipe")]
    halt = Halt()
    with ThreadPoolExecutor(1) as pool:
        run = functools.partial(Sandbox(SandboxConfig(mode=mode)).run, scratch=tmp_path, halt=halt)
        program = Program(command, tmp_path)
        first = pool.submit(run, program)
        with (tmp_path / "pipe").open("rb", buffering=0) as pipe:
            assert pipe.read(7) == b"started"
            halt()
            assert pipe.read() == b""
        assert (first.result(30).reason, first.result().exit_code) == ("stopped", None)
        assert pool.submit(run, program).result(30).reason == "stopped"


# How runs end


def run(source: str, tmp_path: Path, mode: str = "limits", **limits: int) -> Completed:
    sandbox = Sandbox(replace(SandboxConfig(mode=mode, seconds=30), **limits))
    return sandbox.run(Program([sys.executable, "-c", source], tmp_path))


@pytest.mark.parametrize("mode", ALL_MODES)
def test_a_program_that_ends_well_is_reported_with_all_it_printed(mode: str, tmp_path: Path) -> None:
    done = run("import sys; print('out é'); print('err', file=sys.stderr)", tmp_path, mode)
    assert (done.reason, done.exit_code, done.stdout, done.stderr) == ("ok", 0, "out é\n", "err\n")
    assert done.message == ""
    assert 0 < done.seconds < 30


@pytest.mark.parametrize("mode", ALL_MODES)
@pytest.mark.parametrize(
    ("source", "reason", "code", "message"),
    [
        ("raise SystemExit(3)", "exit", 3, "ended with exit code 3"),
        ("import os; os._exit(255)", "exit", 255, "ended with exit code 255"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "signal",
            -11,
            "was killed by signal SIGSEGV",
        ),
        ("import os; os.kill(os.getpid(), 9)", "signal", -9, "was killed by signal SIGKILL"),
    ],
)
def test_how_a_program_ended_is_said(
    mode: str, source: str, reason: str, code: int, message: str, tmp_path: Path
) -> None:
    done = run(source, tmp_path, mode)
    assert (done.reason, done.exit_code, done.message) == (reason, code, message)


@pytest.mark.parametrize("mode", ALL_MODES)
def test_a_program_that_is_too_slow_is_ended(mode: str, tmp_path: Path) -> None:
    done = run("import signal; print('begun', flush=True); signal.pause()", tmp_path, mode, seconds=1)
    assert (done.reason, done.exit_code, done.stdout) == ("timeout", None, "begun\n")
    assert done.message == "took longer than 1 s"
    assert done.seconds < 10


@pytest.mark.parametrize("mode", ALL_MODES)
def test_a_background_process_does_not_keep_the_run_from_ending(mode: str, tmp_path: Path) -> None:
    source = "import os, signal\nif os.fork() == 0: signal.pause()\nprint('over')"
    done = run(source, tmp_path, mode)
    assert (done.reason, done.stdout) == ("ok", "over\n")
    assert done.seconds < 20


def test_no_more_than_the_limit_of_output_is_kept(tmp_path: Path) -> None:
    done = run("import os\nwhile True: os.write(1, b'x' * 65536)", tmp_path, output_mb=1)
    assert (done.reason, done.message, len(done.stdout)) == ("output", "printed more than 1 MB", 1 << 20)


def test_output_that_is_not_utf8_is_kept_as_far_as_it_is(tmp_path: Path) -> None:
    assert run(r"import os; os.write(1, b'a\xffb')", tmp_path).stdout == "a\ufffdb"


def test_a_program_that_cannot_be_started_ends_with_127_and_the_reason(tmp_path: Path) -> None:
    done = Sandbox(SandboxConfig(mode="limits")).run(Program(["/no/such/program"], tmp_path))
    assert done.exit_code == 127
    assert "No such file" in done.stderr


@pytest.mark.parametrize("mode", ALL_MODES)
def test_a_program_gets_its_input_and_the_descriptors_meant_for_it_and_no_others(mode: str, tmp_path: Path) -> None:
    source = """
import os, sys
print(sys.stdin.read())
os.write(int(sys.argv[1]), b"through")
for descriptor in range(3, 64):
    try:
        os.fstat(descriptor)
        print("open", descriptor)
    except OSError:
        pass
"""
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as other:
        os.set_inheritable(other.fileno(), True)
        fd = file.fileno()
        command = [sys.executable, "-c", source, str(fd)]
        done = Sandbox(SandboxConfig(mode=mode)).run(Program(command, tmp_path, stdin="grüße".encode(), pass_fds=[fd]))
        file.seek(0)
        assert (done.stdout, file.read()) == (f"grüße\nopen {fd}\n", b"through")


# What a program finds


@pytest.mark.parametrize("mode", ["limits", "bwrap"] if "bwrap" in MODES else ["limits"])
def test_only_allowed_variables_are_handed_on(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv("APP_SETTINGS", "test")
    monkeypatch.setenv("LC_TIME", "C")
    monkeypatch.setenv("PYTHONPATH", "relative")
    sandbox = Sandbox(SandboxConfig(mode=mode, env=["APP_SETTINGS"]))
    command = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
    done = sandbox.run(Program(command, tmp_path, pythonpath=[tmp_path], env={"GIVEN": "1"}))
    found = json.loads(done.stdout)
    assert "MY_TOKEN" not in found
    assert (found["APP_SETTINGS"], found["LC_TIME"], found["GIVEN"]) == ("test", "C", "1")
    assert found["PYTHONPATH"] == os.pathsep.join([str(tmp_path), str(Path("relative").absolute())])
    assert found["HOME"] != os.environ.get("HOME")


BOXES = [each for each in ALL_MODES if "off" not in each.values]


@pytest.mark.parametrize("mode", BOXES)
@pytest.mark.parametrize("network", [True, False])
def test_the_network_is_open_where_the_configuration_says_so(mode: str, tmp_path: Path, *, network: bool) -> None:
    sandbox = Sandbox(SandboxConfig(mode=mode, network=network))
    if not (network or mode == "bwrap" or sandbox.has_namespaces):
        pytest.skip("the network can't be closed here")
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), timeout=5)"
        ended = sandbox.run(Program([sys.executable, "-c", source], tmp_path))
    assert (ended.reason == "ok") is network, ended.stderr
    assert ("no network" in sandbox.describe()) is not network
    assert ("the network is open" in sandbox.describe()) is network


@pytest.mark.parametrize("mode", BOXES)
@pytest.mark.parametrize("named", ["{folder}", "../outside", "../outside/../outside", "../link"])
def test_a_folder_is_open_where_the_configuration_says_so(mode: str, tmp_path: Path, named: str) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    outside.mkdir()
    (tmp_path / "link").symlink_to(outside)
    (outside / "data").write_text("data")
    path = named.format(folder=outside)
    writes = f"open({str(outside / 'made')!r}, 'w').close()"
    closed, opened = Sandbox(SandboxConfig(mode=mode)), Sandbox(SandboxConfig(mode=mode, write=[path]))
    assert closed.run(Program([sys.executable, "-c", writes], project)).reason == "exit"
    ended = opened.run(Program([sys.executable, "-c", writes], project))
    assert ended.reason == "ok", ended.stderr
    assert (outside / "made").exists()
    reads = Sandbox(SandboxConfig(mode=mode, read=[path]))
    ended = reads.run(Program([sys.executable, "-c", f"print(open({str(outside / 'data')!r}).read())"], project))
    assert ended.stdout == "data\n", ended.stderr
    assert reads.run(Program([sys.executable, "-c", writes], project)).reason == "exit"
    assert f"[sandbox] lets it write to {path}" in opened.describe()
    assert f"[sandbox] lets it read {path}" in reads.describe()


@pytest.mark.parametrize("mode", BOXES)
@pytest.mark.parametrize("base", ["/dev/shm", "/tmp", "/var/tmp"])
def test_a_project_is_seen_wherever_it_is(mode: str, base: str) -> None:
    with tempfile.TemporaryDirectory(dir=base) as name:
        for folder in (Path(name, "plain"), Path(os.fsdecode(os.fsencode(name) + b"/not-\xff-utf8"))):
            folder.mkdir()
            (folder / "data").write_text("data")
            ended = Sandbox(SandboxConfig(mode=mode)).run(
                Program([sys.executable, "-c", "print(open('data').read())"], folder, [folder])
            )
            assert (ended.reason, ended.stdout) == ("ok", "data\n"), ended.stderr


@pytest.mark.parametrize("mode", ALL_MODES)
def test_what_is_written_to_the_scratch_folder_is_there_afterwards(mode: str, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    code = "import sys; open(sys.argv[1], 'w').write('kept')"
    program = Program([sys.executable, "-c", code, str(tmp_path / "scratch" / "a")], tmp_path)
    Sandbox(SandboxConfig(mode=mode)).run(program, scratch=tmp_path / "scratch")
    assert (tmp_path / "scratch" / "a").read_text() == "kept"


@pytest.mark.parametrize("mode", ["limits", "bwrap"] if "bwrap" in MODES else ["limits"])
def test_usual_programs_work(mode: str, tmp_path: Path) -> None:
    source = """
import multiprocessing, socket, subprocess, sys, tempfile, threading
def double(n): return 2 * n
if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        open(f"{folder}/x", "w").write("x")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(double, [1, 2]) == [2, 4]
    server = socket.create_server(("127.0.0.1", 0))
    socket.create_connection(server.getsockname()).close()
    assert subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True).stdout == b"1\\n"
    open("/dev/null", "w").write("x")
    print("fine")
"""
    (tmp_path / "program.py").write_text(source)
    done = Sandbox(SandboxConfig(mode=mode)).run(Program([sys.executable, str(tmp_path / "program.py")], tmp_path))
    assert (done.stdout, done.stderr) == ("fine\n", "")


def test_bytecode_is_not_written_beside_the_source(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("x = 1")
    command = [sys.executable, "-c", "import helper; print(helper.__cached__)"]
    done = Sandbox(SandboxConfig(mode="limits")).run(Program(command, tmp_path, pythonpath=[tmp_path]))
    assert done.reason == "ok"
    assert str(tmp_path / "__pycache__") not in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["helper.py"]


def test_a_scratch_folder_that_resists_its_removal_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    deep = "import os\nfor _ in range(1500): os.mkdir('d'); os.chdir('d')"
    with temporary_scratch() as folder:
        (folder / "link").symlink_to(tmp_path)
        subprocess.run([sys.executable, "-c", deep], cwd=folder, check=True)
    assert (tmp_path / "kept").exists()
    assert not (folder / "link").is_symlink()


# What it says of itself


def say(tmp_path: Path, path: str, **config: Any) -> str:
    """Return what a jaunt with another PATH says of its sandbox, or its error."""
    program = """
import json, sys
from jaunt.config import SandboxConfig
from jaunt.errors import JauntConfigError
from jaunt.sandbox.sandbox import Sandbox
sandbox = Sandbox(SandboxConfig(**json.loads(sys.argv[1])))
try:
    print(sandbox.mechanism, sandbox.is_weak, sandbox.describe())
except JauntConfigError as error:
    print("error", error, error.hint)
"""
    env = os.environ | {"PATH": path, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program, json.dumps(config)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True, cwd=tmp_path).stdout


def test_without_bwrap_auto_takes_limits_and_says_so(tmp_path: Path) -> None:
    said = say(tmp_path, "/nowhere")
    assert said.startswith("limits ")
    assert "bwrap is not installed" in said


@pytest.mark.parametrize("config", [{"mode": "bwrap"}, {"strict": True}])
def test_without_bwrap_nothing_runs_if_it_is_asked_for(tmp_path: Path, config: dict[str, Any]) -> None:
    said = say(tmp_path, "/nowhere", **config)
    assert said.startswith(f"error sandbox.{next(iter(config))} is ")
    assert "bwrap is not installed install bubblewrap" in said


def test_a_bwrap_that_does_not_work_is_as_none(tmp_path: Path) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    said = say(tmp_path, f"{tmp_path}:/usr/bin:/bin")
    assert said.startswith("limits ")
    assert "bwrap does not work here: bwrap: No permissions to create new namespace" in said


WITHOUT_NAMESPACES = """
for each in user net pid mnt; do echo 0 > /proc/sys/user/max_${each}_namespaces || exit 9; done
exec "$0" "$@"
"""
ECHO = """
import sys
from pathlib import Path
from jaunt.config import SandboxConfig
from jaunt.sandbox.program import Program
from jaunt.sandbox.sandbox import Sandbox
sandbox = Sandbox(SandboxConfig(mode="limits"))
print(sandbox.run(Program([sys.executable, "-c", "print(input())"], cwd=Path("/"), stdin=b"heard")).stdout)
print(sandbox.has_mounts, sandbox.has_namespaces)
"""


def test_a_run_that_namespaces_fail_for_is_made_without_them(tmp_path: Path) -> None:
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", WITHOUT_NAMESPACES, sys.executable, "-c", ECHO]
    if shutil.which("unshare") is None:
        pytest.skip("unshare is missing")
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=tmp_path)
    if done.returncode == 9 or "unshare" in done.stderr:
        pytest.skip("no namespace of users, or none whose limits can be set")
    assert done.stdout == "heard\n\nFalse False\n", done.stderr


@pytest.mark.parametrize("mode", ["limits", "off"])
def test_strict_refuses_a_mode_that_is_weaker(mode: str, tmp_path: Path) -> None:
    with pytest.raises(JauntConfigError, match=f'strict is true, but sandbox.mode is "{mode}"'):
        Sandbox(SandboxConfig(mode=mode, strict=True)).run(Program(["true"], tmp_path))


def test_to_be_without_a_sandbox_is_said_loudly() -> None:
    off = Sandbox(SandboxConfig(mode="off"))
    bare = Sandbox(SandboxConfig(mode="limits"), frozenset({"namespaces", "landlock"}))
    assert off.is_weak
    assert off.describe().startswith("NO SANDBOX")
    assert bare.is_weak
    assert bare.describe().startswith("WEAK SANDBOX")


def test_the_section_of_the_configuration_is_read(tmp_path: Path) -> None:
    (tmp_path / "jaunt.toml").write_text('[sandbox]\nmode = "limits"\nseconds = 5\nenv = ["A"]\n')
    assert load_config(root=tmp_path).sandbox == SandboxConfig(mode="limits", seconds=5, env=["A"])
    (tmp_path / "jaunt.toml").write_text('[sandbox]\nmode = "docker"\nprocesses = 0\n')
    with pytest.raises(JauntConfigError, match=r"auto, bwrap, limits, off.*sandbox\.processes: must be at least 1"):
        load_config(root=tmp_path)


# What came of the escapes


@pytest.mark.parametrize("user", ["the suite's user", "an ordinary user"])
@pytest.mark.parametrize("case", [case for case in CASES if case != "off"])
def test_no_escape_works_but_those_known_to(
    user: str, case: str, outcomes: dict[tuple[str, str], Future[dict[str, Any]]]
) -> None:
    if case == "bwrap" and "bwrap" not in MODES:
        pytest.skip("bwrap is missing or can't make namespaces")
    if (user, case) not in outcomes:
        pytest.skip("the suite runs as an ordinary user, or that user has no Python of version 3.11 or later")
    kind = outcomes[user, case].result()
    expected = {known.escape for known in KNOWN_OPEN if known.where(kind)}
    assert set(kind["escaped"]) == expected, kind["is"]
    known = {name for group, where in REACHES_OPEN.items() if where(kind) for name in REACHES[group]}
    assert set(kind["reached"]) <= known, kind["is"]
    assert ("make a file" in kind["reached"]) is REACHES_OPEN["files"](kind)


def test_the_escapes_work_without_a_sandbox(outcomes: dict[tuple[str, str], Future[dict[str, Any]]]) -> None:
    assert set(outcomes["the suite's user", "off"].result()["escaped"]) == set(HARMLESS)


def test_what_is_known_to_be_open_is_an_escape_of_the_list() -> None:
    assert {known.escape for known in KNOWN_OPEN} <= {*ESCAPES, *FORK_BOMB}

"""Writing files: whole or not at all, and never out of the folder they belong to."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jaunt.errors import JauntError, JauntWriteError
from jaunt.files.atomic import ensure_packages, write_atomic

ENV = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder to write in, beside `outside`, a folder that nothing may be written to."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def everything_in(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*"))


def start(script: str, *args: object) -> subprocess.Popen[str]:
    """Run `script` in a Python of its own, which speaks to the test by its standard output."""
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV)


# Writing


def test_a_file_and_its_folders_are_made_and_nothing_else_is_left(project: Path) -> None:
    target = project / "pkg" / "__generated__" / "mod.py"
    assert write_atomic(target, "x = 1\n", within=project) == target
    assert target.read_text() == "x = 1\n"
    assert everything_in(project) == ["pkg", "pkg/__generated__", "pkg/__generated__/mod.py"]


def test_the_old_content_is_replaced_even_by_a_shorter_one(project: Path) -> None:
    write_atomic(project / "mod.py", "long " * 1000, within=project)
    write_atomic(project / "mod.py", "", within=project)
    assert (project / "mod.py").read_bytes() == b""


def test_the_file_is_utf8_with_unix_newlines(project: Path) -> None:
    write_atomic(project / "mod.py", "é = 'λ'\r\ny\rz\n\n", within=project)
    assert (project / "mod.py").read_bytes() == "é = 'λ'\ny\nz\n\n".encode()


def test_text_that_is_not_unicode_is_refused_and_changes_nothing(project: Path) -> None:
    write_atomic(project / "mod.py", "old", within=project)
    with pytest.raises(JauntWriteError, match="not Unicode"):
        write_atomic(project / "mod.py", "\ud800", within=project)
    assert (project / "mod.py").read_text() == "old"


def test_a_name_of_the_longest_length_can_be_written(project: Path) -> None:
    target = project / f"{'x' * 252}.py"
    assert write_atomic(target, "x", within=project).read_text() == "x"


def test_relative_and_absolute_paths_may_be_mixed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    write_atomic(Path("a.py"), "a", within=Path())
    write_atomic(Path("b.py"), "b", within=project)
    write_atomic(project / "c.py", "c", within=Path())
    assert everything_in(project) == ["a.py", "b.py", "c.py"]


def test_a_folder_to_write_in_that_is_not_there_yet_is_made(project: Path) -> None:
    write_atomic(project / ".jaunt" / "a" / "b", "x", within=project / ".jaunt")
    assert (project / ".jaunt" / "a" / "b").read_text() == "x"


def test_a_new_file_follows_the_umask(project: Path) -> None:
    script = """
import os, sys, pathlib, jaunt.files.atomic
os.umask(int(sys.argv[2], 8))
root = pathlib.Path(sys.argv[1])
jaunt.files.atomic.write_atomic(root / sys.argv[2], "x", within=root)
"""
    for umask, mode in [("022", 0o644), ("077", 0o600), ("000", 0o666)]:
        assert start(script, project, umask).wait() == 0
        assert stat.S_IMODE((project / umask).stat().st_mode) == mode


@pytest.mark.parametrize("mode", [0o600, 0o755, 0o444])
def test_an_existing_file_keeps_its_mode(project: Path, mode: int) -> None:
    target = project / "mod.py"
    target.touch()
    target.chmod(mode)
    write_atomic(target, "new", within=project)
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("new", mode)


def test_a_hard_link_to_the_old_file_keeps_the_old_content(project: Path) -> None:
    write_atomic(project / "mod.py", "old", within=project)
    (project / "copy.py").hardlink_to(project / "mod.py")
    write_atomic(project / "mod.py", "new", within=project)
    assert (project / "copy.py").read_text() == "old"


# Staying inside


@pytest.mark.parametrize(
    "escape",
    [
        lambda project: project.parent / "outside" / "mod.py",
        lambda project: project / ".." / "outside" / "mod.py",
        lambda project: project / "pkg" / ".." / ".." / "outside" / "mod.py",
        lambda project: project.parent / "project2" / "mod.py",
        lambda project: Path("/mod.py"),
    ],
    ids=["sibling", "dots", "deep dots", "same prefix", "top"],
)
def test_a_path_outside_is_refused(project: Path, escape: Callable[[Path], Path]) -> None:
    (project / "pkg").mkdir()
    with pytest.raises(JauntWriteError, match="it is not in"):
        write_atomic(escape(project), "x", within=project)
    with pytest.raises(JauntWriteError, match="it is not in"):
        ensure_packages(escape(project).parent / "deeper", within=project)
    assert everything_in(project.parent) == ["outside", "project", "project/pkg"]


@pytest.mark.parametrize("link", ["__generated__", "pkg", "pkg/__generated__", "pkg/__generated__/a"])
def test_a_symlink_that_leads_out_is_refused_wherever_it_stands(project: Path, link: str) -> None:
    (project / link).parent.mkdir(parents=True, exist_ok=True)
    (project / link).symlink_to(project.parent / "outside")
    with pytest.raises(JauntWriteError, match="leads out of") as caught:
        write_atomic(project / link / "b" / "mod.py", "x", within=project)
    assert str(project / link) in caught.value.message
    with pytest.raises(JauntWriteError, match="leads out of"):
        ensure_packages(project / link / "b", within=project)
    assert everything_in(project.parent / "outside") == []


def test_a_symlink_out_by_way_of_a_symlink_inside_is_refused(project: Path) -> None:
    (project / "one").symlink_to("two")
    (project / "two").symlink_to("../outside")
    with pytest.raises(JauntWriteError, match="leads out of"):
        write_atomic(project / "one" / "mod.py", "x", within=project)
    assert everything_in(project.parent / "outside") == []


def test_a_dangling_symlink_out_is_refused(project: Path) -> None:
    (project / "gen").symlink_to(project.parent / "new")
    with pytest.raises(JauntWriteError, match="leads out of"):
        write_atomic(project / "gen" / "mod.py", "x", within=project)
    assert not (project.parent / "new").exists()


def test_a_symlink_that_stays_inside_is_followed(project: Path) -> None:
    (project / "real").mkdir()
    (project / "gen").symlink_to("real")
    write_atomic(project / "gen" / "mod.py", "x", within=project)
    assert (project / "real" / "mod.py").read_text() == "x"


def test_the_folder_to_write_in_may_itself_be_reached_by_a_symlink(project: Path) -> None:
    alias = project.parent / "alias"
    alias.symlink_to(project)
    write_atomic(alias / "pkg" / "mod.py", "x", within=alias)
    (project / "gen").symlink_to(project / "pkg")
    write_atomic(alias / "gen" / "mod.py", "y", within=alias)
    assert (project / "pkg" / "mod.py").read_text() == "y"


def test_a_target_that_is_a_symlink_is_refused_even_to_a_file_inside(project: Path) -> None:
    (project / "real.py").write_text("by hand")
    (project / "mod.py").symlink_to("real.py")
    with pytest.raises(JauntWriteError, match="not a plain file"):
        write_atomic(project / "mod.py", "x", within=project)
    assert (project / "real.py").read_text() == "by hand"
    assert (project / "mod.py").is_symlink()


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_a_target_that_is_no_file_is_refused(project: Path, make: Callable[[Path], None]) -> None:
    make(project / "mod.py")
    with pytest.raises(JauntWriteError, match="not a plain file"):
        write_atomic(project / "mod.py", "x", within=project)
    assert everything_in(project) == ["mod.py"]


def test_the_folder_to_write_in_is_not_a_target(project: Path) -> None:
    with pytest.raises(JauntWriteError):
        write_atomic(project, "x", within=project)
    with pytest.raises(JauntWriteError):
        write_atomic(project / "new", "x", within=project / "new" / "deeper")
    assert everything_in(project) == []


# When the operating system refuses


@pytest.mark.parametrize("below", ["file/mod.py", "file/deep/er/mod.py"])
def test_a_file_where_a_folder_should_be_is_an_error_with_a_hint(project: Path, below: str) -> None:
    (project / "file").write_text("by hand")
    with pytest.raises(JauntWriteError, match="cannot write") as caught:
        write_atomic(project / below, "x", within=project)
    assert str(project / below) in caught.value.message
    assert "a file stands where a folder should be" in (caught.value.hint or "")
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(JauntWriteError, match="cannot write"):
        ensure_packages((project / below).parent, within=project)
    assert (project / "file").read_text() == "by hand"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_a_folder_in_which_nobody_may_write_is_an_error() -> None:
    with pytest.raises(JauntWriteError, match="cannot write /proc/nothing/mod"):
        write_atomic(Path("/proc/nothing/mod.py"), "x", within=Path("/proc"))
    with pytest.raises(JauntWriteError, match="cannot write /proc/nothing"):
        ensure_packages(Path("/proc/nothing"), within=Path("/proc"))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_is_an_error_with_a_hint(project: Path) -> None:
    project.chmod(0o555)
    with pytest.raises(JauntWriteError, match="Permission denied") as caught:
        write_atomic(project / "mod.py", "x", within=project)
    assert caught.value.hint == "make the folder writable"
    project.chmod(0o755)
    assert everything_in(project) == []


def test_a_name_too_long_or_a_symlink_loop_is_an_error_with_a_hint(project: Path) -> None:
    (project / "loop").symlink_to("loop")
    for name, hint in [("x" * 300, "shorten"), ("loop/mod.py", "symlink to itself")]:
        with pytest.raises(JauntWriteError, match="cannot write") as caught:
            write_atomic(project / name, "x", within=project)
        assert hint in (caught.value.hint or "")


def test_a_write_that_fails_midway_keeps_the_old_content_and_leaves_no_temporary_file(project: Path) -> None:
    write_atomic(project / "mod.py", "old", within=project)
    script = """
import pathlib, resource, sys, jaunt.errors, jaunt.files.atomic
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
root = pathlib.Path(sys.argv[1])
try:
    jaunt.files.atomic.write_atomic(root / "mod.py", "new" * 100_000, within=root)
except jaunt.errors.JauntWriteError as error:
    print(error.message, error.hint, sep="|")
"""
    out, err = start(script, project).communicate()
    assert out == (
        f"cannot write {project / 'mod.py'}: File too large"
        "|the file is larger than the limit of the process (ulimit -f) or the file system\n"
    ), err
    assert (project / "mod.py").read_text() == "old"
    assert everything_in(project) == ["mod.py"]


def test_a_write_error_is_a_jaunt_error() -> None:
    assert issubclass(JauntWriteError, JauntError)


# When the writer is killed, interrupted or raced

WRITE_FOR_EVER = """
import itertools, pathlib, sys, jaunt.files.atomic
root = pathlib.Path(sys.argv[1])
for n in itertools.count(1):
    line = f"{n}\\n"
    jaunt.files.atomic.write_atomic(root / "mod.py", line * 50_000 + "end\\n", within=root)
    print(n, flush=True)
"""


def complete_version(text: str) -> int | None:
    """Return which version `WRITE_FOR_EVER` wrote, or None if the text is none of them."""
    *lines, end = text.splitlines()
    whole = len(lines) == 50_000 and len(set(lines)) == 1 and end == "end"
    return int(lines[0]) if whole else None


@pytest.mark.parametrize("after", [1, 2, 3, 5, 8, 13])
def test_a_killed_writer_leaves_a_whole_file(project: Path, after: int) -> None:
    writer = start(WRITE_FOR_EVER, project)
    assert writer.stdout
    for _ in range(after):
        assert writer.stdout.readline()
    writer.kill()
    writer.communicate(timeout=60)
    assert writer.returncode == -signal.SIGKILL
    version = complete_version((project / "mod.py").read_text())
    assert version is not None
    assert version >= after


def test_an_interrupt_at_any_moment_leaves_a_whole_file_and_no_temporary_one(project: Path) -> None:
    script = """
import pathlib, signal, sys, jaunt.files.atomic
signal.signal(signal.SIGALRM, signal.default_int_handler)  # as Ctrl-C does, but after a time we choose
root = pathlib.Path(sys.argv[1])
jaunt.files.atomic.write_atomic(root / "mod.py", "0" * 100_000, within=root)
interrupted = 0
for n in range(1, 600):
    try:
        signal.setitimer(signal.ITIMER_REAL, n * 5e-6)
        jaunt.files.atomic.write_atomic(root / "mod.py", str(n % 10) * 100_000, within=root)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        interrupted += 1
    try:
        text = (root / "mod.py").read_text()
    except KeyboardInterrupt:  # Python 3.12 may tell of the signal only now
        text = (root / "mod.py").read_text()
    assert len(text) == 100_000 and len(set(text)) == 1
    assert [each.name for each in root.iterdir()] == ["mod.py"]
print(interrupted)
"""
    out, err = start(script, project).communicate(timeout=60)
    assert err == ""
    assert int(out) > 0


def test_a_reader_sees_only_whole_files_while_threads_write(project: Path) -> None:
    texts = {letter * 100_000 for letter in "abcd"}
    target = project / "pkg" / "mod.py"
    ready = threading.Barrier(len(texts))

    def write(text: str) -> None:
        ready.wait()
        for _ in range(20):
            write_atomic(target, text, within=project)

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in threads):
        if target.exists():
            seen.add(target.read_text())
    for thread in threads:
        thread.join()
    seen.add(target.read_text())
    assert seen <= texts
    assert everything_in(project) == ["pkg", "pkg/mod.py"]


# Packages


def test_each_folder_on_the_way_becomes_a_package(project: Path) -> None:
    created = ensure_packages(project / "a" / "__generated__" / "b", within=project)
    assert [str(each.relative_to(project)) for each in created] == [
        "a/__init__.py",
        "a/__generated__/__init__.py",
        "a/__generated__/b/__init__.py",
    ]
    assert all(each.read_bytes() == b"" for each in created)
    assert not (project / "__init__.py").exists()


def test_existing_package_files_are_neither_touched_nor_returned(project: Path) -> None:
    (project / "a").mkdir()
    (project / "a" / "__init__.py").write_text("by hand")
    assert ensure_packages(project / "a" / "b", within=project) == [project / "a" / "b" / "__init__.py"]
    assert ensure_packages(project / "a" / "b", within=project) == []
    assert (project / "a" / "__init__.py").read_text() == "by hand"


def test_a_package_file_that_is_a_symlink_is_left_alone(project: Path) -> None:
    (project / "a").mkdir()
    (project / "a" / "__init__.py").symlink_to(project.parent / "outside" / "new.py")
    assert ensure_packages(project / "a", within=project) == []
    assert everything_in(project.parent / "outside") == []


def test_the_folder_to_write_in_is_no_package(project: Path) -> None:
    assert ensure_packages(project, within=project) == []
    assert everything_in(project) == []


def test_racing_processes_create_each_package_file_once(project: Path) -> None:
    script = """
import pathlib, sys, jaunt.files.atomic
root = pathlib.Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
for n in range(50):
    for file in jaunt.files.atomic.ensure_packages(root / f"p{n}" / "a" / "b", within=root):
        print(file)
"""
    read_end, write_end = os.pipe()  # closing it starts all of them at the same moment
    command = [sys.executable, "-c", script, str(project)]
    racers = [subprocess.Popen(command, stdin=read_end, stdout=subprocess.PIPE, text=True, env=ENV) for _ in range(4)]
    os.close(read_end)
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n"
    os.close(write_end)
    created = [line for racer in racers for line in racer.communicate()[0].splitlines()]
    assert [racer.returncode for racer in racers] == [0] * 4
    assert sorted(created) == sorted(str(file) for file in project.rglob("__init__.py"))
    assert len(created) == 150

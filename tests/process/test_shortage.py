"""What is said where memory runs out: a line, whatever Python makes of it, and wherever that is."""

import subprocess
import sys
from pathlib import Path

import pytest

from jaunt.process.shortage import is_out_of_memory

LINE = "error[J209]: there is no memory left (raise the limit on memory (ulimit -v))\n"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        SystemError("error return without exception set"),
        SystemError("<function f at 0x7f> returned NULL without setting an exception"),
        ImportError("_csv.so: failed to map segment from shared object"),
        ImportError("_ssl.so: cannot allocate memory in static TLS block"),
    ],
)
def test_memory_that_ran_out_is_told_by_what_python_and_the_linker_say(error: BaseException) -> None:
    assert is_out_of_memory(error)


@pytest.mark.parametrize("error", [SystemError("bad call"), ImportError("no module x"), ValueError(), None])
def test_other_errors_are_not_taken_for_it(error: BaseException | None) -> None:
    assert not is_out_of_memory(error)


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited by ulimit -v")
@pytest.mark.parametrize("more", [16_000, 44_000, 47_000, 50_000])
def test_a_command_without_memory_ends_by_a_line(tmp_path: Path, more: int) -> None:
    peak = "import jaunt.__main__; print(open('/proc/self/status').read().partition('VmPeak:')[2].split()[0])"
    limit = int(subprocess.check_output([sys.executable, "-c", peak])) + more  # in KB: it can begin
    (tmp_path / "jaunt.toml").write_text("version = 1\n")
    command = f'ulimit -v {limit} && exec "{sys.executable}" -m jaunt build'
    ran = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ran.returncode in (0, 2)
    assert "Traceback" not in ran.stderr
    assert ran.returncode == 0 or "error[J2" in ran.stderr


def test_a_thread_that_runs_out_of_memory_says_so_in_a_line() -> None:
    program = (
        "import threading\nfrom jaunt.process.shortage import tell_of_threads\ntell_of_threads()\n"
        "def work(error): raise error\n"
        "for error in (MemoryError(), ValueError('other')):\n"
        "    each = threading.Thread(target=work, args=(error,)); each.start(); each.join()\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stderr.startswith(LINE)
    assert "ValueError: other" in ran.stderr

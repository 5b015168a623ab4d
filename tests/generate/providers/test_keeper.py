"""Programs of `command` end with jaunt however it ends, and their folders go."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import child_environment, is_running, wait_until

PROGRAM = """
import asyncio, os, signal, sys
from pathlib import Path
signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # a shell's background jobs, the suite's run say, ignore it
from jaunt.generate.providers.program import run_program
asyncio.run(run_program([sys.executable, "-c", sys.argv[1]], "", env=dict(os.environ)))
"""
SLEEPS = "import os, time; open(os.environ['NOTE'], 'w').write(str(os.getpid())); time.sleep(600)"
KINDS = {
    "a program": SLEEPS,
    "one in a session of its own": f"import os\nif os.fork():\n    os.wait()\nos.setsid()\n{SLEEPS}",
    "a daemon of it": (
        f"import os, time\nif os.fork():\n    time.sleep(600)\nos.setsid()\nif os.fork():\n    os._exit(0)\n{SLEEPS}"
    ),
    "one that ignores signals": (
        f"import signal\nfor n in (1, 2, 3, 13, 15):\n    signal.signal(n, signal.SIG_IGN)\n{SLEEPS}"
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="what left the process group is found as Linux has it")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGQUIT, signal.SIGUSR1, signal.SIGABRT])
def test_programs_end_with_jaunt_however_it_ends(tmp_path: Path, kind: str, number: signal.Signals) -> None:
    note, scratch = tmp_path / "note", tmp_path / "scratch"
    scratch.mkdir()
    environment = child_environment(NOTE=str(note), TMPDIR=str(scratch))
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, KINDS[kind]], env=environment, cwd=tmp_path)
    wait_until(lambda: note.exists() and note.read_text() != "")
    os.kill(process.pid, number)
    assert process.wait(20) == -number
    wait_until(lambda: not is_running(int(note.read_text())))
    wait_until(lambda: list(scratch.iterdir()) == [])

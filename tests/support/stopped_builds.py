"""Builds in child processes that are stopped on their way."""

import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from processes import CHILD_SECONDS, child_environment, wait_for

SLOW_JAUNT = '''\
import asyncio, signal, sys
from pathlib import Path
from jaunt.cli import main
from jaunt.generate.providers import recorded as provider

if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # tests run by nohup ignore it, and so would their children
recorded = provider.make_backend


def slow(config, templates):
    """The recorded answers; the modules in sys.argv[1] never come to an end."""
    backend = recorded(config, templates)
    complete = backend.complete

    async def wait(request):
        if request.context.spec_module in sys.argv[1].split(","):
            Path(config.root, "waiting-" + request.context.spec_module).touch()
            try:
                await asyncio.Event().wait()
            finally:
                Path(config.root, "cleaned-" + request.context.spec_module).touch()
        return await complete(request)

    backend.complete = wait
    return backend


provider.make_backend = slow
sys.exit(main(sys.argv[2:]))
'''


@dataclass(frozen=True)
class Stopped:
    """How a child process ended that was stopped on its way."""

    code: int
    out: str
    err: str


def stop_while_building(
    root: Path, *arguments: str, waiting: str, ready: Iterable[Path], by: signal.Signals
) -> Stopped:
    """Run the jaunt command in a child in which the module `waiting` never ends; stop it after `ready`."""
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW_JAUNT, waiting, *arguments],
        cwd=root,
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        wait_for([root / f"waiting-{waiting}", *ready], child)
        child.send_signal(by)
        out, err = child.communicate(timeout=CHILD_SECONDS)
    finally:
        child.kill()
    return Stopped(child.returncode, out, err)

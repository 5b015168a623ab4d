"""A program in the sandbox that answers line by line, while it runs."""

import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress

from jaunt import codes
from jaunt.errors import JauntConfigError
from jaunt.process.faults import machine_error
from jaunt.sandbox.program import Halt, Program
from jaunt.sandbox.sandbox import Sandbox

_START_SECONDS = 60.0
_END_SECONDS = 5.0


class SandboxedLines:
    """A program that writes lines to a descriptor of its own, which are read as they come; it ends with its block.

    `program` makes it for the number of that descriptor. The first line says that it has begun; `hint` is what to do
    where there is none.
    """

    def __init__(self, sandbox: Sandbox, program: Callable[[int], Program], *, hint: str = "") -> None:
        self._halt = Halt()
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._fault: JauntConfigError | None = None
        self._message = ""
        self._hint = hint or "raise its limits under [sandbox], or set mode to what works here"
        ours, theirs = os.pipe()
        self._runs = threading.Thread(target=self._run, args=(sandbox, program(theirs), theirs), daemon=True)
        try:
            threading.Thread(target=self._read, args=(ours,), daemon=True).start()
            self._runs.start()
        except RuntimeError as error:
            os.close(theirs)  # which ends the reader, or there is none
            raise machine_error(error) from error

    def __enter__(self) -> "SandboxedLines":
        """Wait until the program has begun; raises JauntConfigError if it can't, within the limits of the sandbox."""
        line, reason = self.next_line(_START_SECONDS)
        if line is None:
            self.kill()
            raise JauntConfigError(f"the sandbox can't run Python: it {reason}", hint=self._hint, code=codes.SANDBOX)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End the program, if it has not ended."""
        self._halt()
        self._runs.join(_END_SECONDS)

    def next_line(self, seconds: float) -> tuple[str | None, str]:
        """Return the next line, or None and the reason why there is none after `seconds`.

        Raises JauntConfigError if there is no sandbox as configured.
        """
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None, f"did not finish within {seconds:g} s"
        if line.endswith("\n"):
            return line, ""
        self._runs.join()
        if self._fault is not None:
            raise self._fault
        return None, self._message or "ended with exit code 0"

    def _run(self, sandbox: Sandbox, program: Program, theirs: int) -> None:
        try:
            done = sandbox.run(program, halt=self._halt)
            self._message = done.message
        except JauntConfigError as error:
            self._fault = error
        except (OSError, RuntimeError, MemoryError) as error:
            self._fault = JauntConfigError(
                f"the sandbox can't be started: {str(error) or 'there is no memory left'}", code=codes.SANDBOX
            )
        finally:
            os.close(theirs)

    def _read(self, ours: int) -> None:
        with suppress(OSError), os.fdopen(ours, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put("")

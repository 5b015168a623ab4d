"""What a command comes to: its exit code, and the facts for `--json`."""

from collections.abc import Iterable
from dataclasses import field
from typing import Any

from jaunt.errors import JauntConfigError, JauntDependencyCycleError, JauntDiscoveryError, JauntRefusedError
from jaunt.process.frozen import frozen
from jaunt.process.stopping import EXIT_INTERRUPTED

EXIT_OK = 0

EXIT_CRASH = 1
"""What Python itself ends with after a traceback: a bug of ours."""

EXIT_PROJECT = 2

EXIT_GENERATION = 3

EXIT_CHECK = 4

EXIT_CODES = {
    EXIT_OK: "done",
    EXIT_CRASH: "a bug of jaunt's: there is a traceback",
    EXIT_PROJECT: "the configuration, a spec or a dependency cycle is wrong",
    EXIT_GENERATION: "a module could not be generated, or a file not be written",
    EXIT_CHECK: "tests failed, or a check did, or a command refused what it was asked for",
    EXIT_INTERRUPTED: "interrupted",
}
"""What each code means, for `jaunt help exit-codes`."""


@frozen
class Result:
    """What a command came to: its exit code, and the facts that `--json` prints."""

    code: int = EXIT_OK
    data: dict[str, Any] = field(default_factory=dict)


class Interrupted(KeyboardInterrupt):
    """A command was interrupted on its way; `facts` is what it came to till then, for `--json`."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__()
        self.facts = facts


def exit_code(errors: Iterable[BaseException | None]) -> int:
    """Return the exit code of the worst error; one in the project is worse than one in generating."""
    found = list(errors)
    if any(isinstance(e, JauntConfigError | JauntDiscoveryError | JauntDependencyCycleError) for e in found):
        return EXIT_PROJECT
    if found and all(isinstance(e, JauntRefusedError) for e in found):
        return EXIT_CHECK
    return EXIT_GENERATION if found else EXIT_OK

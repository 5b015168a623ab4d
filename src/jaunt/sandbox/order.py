"""What passes between jaunt and the supervisor of a sandbox: an order, and how the run ended; both are JSON."""

from typing import Literal, NotRequired, TypedDict

Reason = Literal[
    "ok",
    "exit",
    "signal",
    "timeout",
    "cpu",
    "memory",
    "written",
    "output",
    "processes",
    "stopped",
    "killed",
    "setup",
]
"""Why a run ended: by itself with exit code 0 or another, by a signal, or by the limit that it exceeded; it was stopped
by jaunt, or killed together with its supervisor; "setup": the mechanism itself failed."""


class SandboxOrder(TypedDict):
    """What to run within which limits; sizes in bytes, times in seconds.

    `scratch` is the folder to write in; `keep` are the descriptors that the program gets; `writable` is None for no
    Landlock, and `mounted` for no mounts of its own: else what they leave open to be written to; `doors` are
    addresses and ports to listen at, and to hand over by the descriptor `through`; `tasks` is how many threads the user
    has already.
    """

    argv: list[str]
    scratch: str
    control: int
    keep: list[int]
    namespaces: bool
    network: bool
    doors: list[tuple[str, int]]
    through: int
    mounted: list[str] | None
    writable: list[str] | None
    tasks: int
    seconds: float
    cpu_seconds: int
    memory: int
    written: int
    output: int
    processes: int
    open_files: int


class Ended(TypedDict):
    """How a run ended; `exit_code` is negative for a signal, None where jaunt ended the run."""

    reason: Reason
    exit_code: int | None
    message: NotRequired[str]

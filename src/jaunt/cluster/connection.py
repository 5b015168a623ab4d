"""The connection to a scheduler: the one file that knows Dask."""

import asyncio
import logging
import threading
import time
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import distributed

from jaunt.cluster.error import ClusterError, SilentWorkersError
from jaunt.cluster.likeness import Machine, differences, this_machine
from jaunt.process.boundary import caught
from jaunt.text.lines import last_line

SECONDS = 5.0
"""How long a scheduler may take to answer, its workers to say what they have, and a result to be fetched."""
_ALL_SECONDS = 1.0
"""How long all workers together may take to answer, before each is asked alone."""
_SEND_SECONDS = 30.0
"""How long a project may take to be sent, as long as the workers answer meanwhile."""
_LOOK_SECONDS = 2.0
"""How long that may take before it is looked whether they do."""
_UNREACHED = "Timed out trying to connect"
_SILENT = "its workers don't answer"
_RETRIES = 2  # of a call that ends in an error there


class Connection:
    """Connected to the scheduler at `address`; raises ClusterError if that is not to be reached."""

    def __init__(self, address: str) -> None:
        for name in [*logging.root.manager.loggerDict]:
            if name.partition(".")[0] == "distributed":
                logging.getLogger(name).setLevel(logging.CRITICAL)  # what counts is said in one line of ours
        warnings.filterwarnings("ignore", module=r"distributed\b")
        connect = partial(distributed.Client, address, timeout=SECONDS, set_as_default=False, name="jaunt")
        try:
            self._client: Any = tried(connect, "it can't be reached", seconds=2 * SECONDS)
        except ClusterError as error:
            there = None if _UNREACHED in str(error) else version_at(address)
            if there is None or there == distributed.__version__:
                raise
            raise ClusterError(
                f"its scheduler has distributed {there}, not {distributed.__version__}, and they don't agree ({error})"
            ) from None

    def machines(self, sandbox: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
        """Return each worker's address, and in words what it has otherwise than this machine.

        Raises ClusterError if the scheduler doesn't say which workers there are.
        """
        workers = sorted(self._known())
        answers = self._answers(partial(self._client.run, this_machine, sandbox, on_error="return"), workers)
        here = this_machine(sandbox)
        silent = f"doesn't answer within {SECONDS:g} s"
        return [(each, _differing(here, answers[each]) if each in answers else [silent]) for each in workers]

    def answering(self, workers: Collection[str]) -> list[str]:
        """Return those of some workers that are there and answer; raises ClusterError if the scheduler doesn't."""
        there = sorted(self._known() & {*workers})
        return [*self._answers(partial(self._client.run, bool, on_error="return"), there)]

    def is_made_by(self, workers: Collection[str], future: Any) -> bool:
        """Return whether a call was given to one of some workers, as far as the scheduler knows these."""
        found: dict[str, Sequence[object]] = tried(self._client.processing, _SILENT)
        return any(future.key in found.get(each, ()) for each in workers)

    def _known(self) -> set[str]:
        """Return the workers that the scheduler knows: those that were killed are not among them."""
        found: dict[str, Any] = tried(partial(self._client.scheduler_info, n_workers=-1), _SILENT)
        return {*found.get("workers", ())}  # there is no such key once the connection is lost

    def _answers(self, ask: Callable[..., Any], workers: Sequence[str]) -> dict[str, object]:
        """Return what workers answer; one that hangs keeps all others waiting, so that each is then asked alone."""
        try:
            return tried(partial(ask, workers=[*workers]), _SILENT, seconds=_ALL_SECONDS) if workers else {}
        except ClusterError:
            found: dict[str, object] = {}
            single = [partial(ask, workers=[each]) for each in workers]
            calls = [partial(caught, lambda asked=asked: found.update(asked())) for asked in single]
            _all_within(SECONDS, calls)
            return {**found}

    def threads(self, workers: Sequence[str]) -> int:
        """Return how many calls some workers can make at a time."""
        found: dict[str, int] = tried(partial(self._client.nthreads, [*workers]), _SILENT)
        return sum(found.values())

    def send(self, value: object, workers: Sequence[str]) -> Any:
        """Send a value to workers, to all of them, so that it isn't lost with one; return what stands for it.

        Raises ClusterError if that fails: soon, and as SilentWorkersError, if one of them hangs.
        """

        def look() -> None:
            if silent := frozenset(workers).difference(self.answering(workers)):
                raise SilentWorkersError(f"the project can't be sent: {min(silent)} doesn't answer", silent)

        send = partial(self._client.scatter, value, broadcast=True, workers=[*workers], hash=True)
        return tried(send, "the project can't be sent", seconds=_SEND_SECONDS, look=look)

    def submit(self, call: Callable[..., object], arguments: Sequence[object], workers: Collection[str]) -> Any:
        """Have a function called on one of the workers; return the future of its result."""
        options = {"pure": False, "retries": _RETRIES, "workers": [*workers], "allow_other_workers": False}
        return tried(partial(self._client.submit, call, *arguments, **options), "a call can't be sent")

    def close(self) -> None:
        """Close it."""
        caught(partial(_within, SECONDS, partial(self._client.close, timeout=1)))


def result_of(future: Any) -> Any:
    """Return the result of a future that is done; raises ClusterError if there is none."""
    return tried(future.result, "a call failed there")


def version_at(address: str) -> str | None:
    """Return the version of Dask Distributed that a scheduler has; None if it doesn't say."""

    async def ask() -> str:
        async with asyncio.timeout(SECONDS), distributed.rpc(address) as scheduler:
            return str((await scheduler.versions())["packages"]["distributed"])

    found: list[str] = []
    caught(lambda: found.append(asyncio.run(ask())))
    return found[0] if found else None


def tried(
    call: Callable[[], Any], problem: str, *, seconds: float = SECONDS, look: Callable[[], None] | None = None
) -> Any:
    """Return what a call into Dask gives; raises ClusterError if it fails: the errors there are of many libraries.

    So it does if the call takes longer: many have no limit of their own, and a scheduler may hang. Or `look`
    raises one, which is called again and again meanwhile.
    """
    results: list[Any] = []
    error = caught(lambda: results.append(_within(seconds, call, look)))
    if isinstance(error, ClusterError):
        raise error
    if isinstance(error, KeyboardInterrupt | SystemExit):
        raise error
    if error is not None:
        said = f"{type(error).__name__}: {last_line(str(error))}".rstrip(": ")
        raise ClusterError(f"{problem}: {said}")
    return results[0]


def _differing(here: Machine, there: object) -> list[str]:
    """Return what a worker has otherwise; an old one may have answered with an error."""
    if isinstance(there, tuple) and len(there) == len(here):
        return list(differences(here, Machine(*there)))
    return [f"can't say what it has: {last_line(str(there))}"]


def _within(seconds: float, call: Callable[[], Any], look: Callable[[], None] | None = None) -> Any:
    """Return what a call gives in a thread; raises TimeoutError if that takes too long, or what the call raises.

    Or what `look` raises, which is called while it takes longer than `_LOOK_SECONDS`.
    """
    results: list[Any] = []
    errors: list[BaseException | None] = []
    thread = threading.Thread(target=lambda: errors.append(caught(lambda: results.append(call()))), daemon=True)
    end = time.monotonic() + seconds
    thread.start()
    while thread.is_alive() and (left := end - time.monotonic()) > 0:
        thread.join(min(left, _LOOK_SECONDS) if look else left)
        if look and thread.is_alive():
            look()
    if not errors:
        raise TimeoutError(f"no answer within {seconds:g} s")
    if errors[0] is not None:
        raise errors[0]
    return results[0]


def _all_within(seconds: float, calls: Sequence[Callable[[], object]]) -> None:
    """Make calls, which raise nothing, in a thread each, and wait for them for some seconds."""
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    end = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))

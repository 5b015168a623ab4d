"""A build is killed at a random moment: what it has written is whole, and what was answered is not paid for again."""

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from arena import QUICK, Arena

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
THINKS = 0.3  # seconds that the model takes for an answer
IN_HAND = 0.2  # seconds in which an answer gets from the model into a file
UNCHECKED = f'{QUICK}doctests = false\nproperties = "off"\nruff = "off"\n'


def kill_at_random(folder: Path, count: int, *, seed: int = 0, quick: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Yield for each trial when and how the build was killed, and what was wrong with what came of it.

    Where it is to be `quick`, one module is built, its code not run; an answer is given a second.
    """
    arena, chance = (
        Arena(folder, config=UNCHECKED if quick else QUICK, thinks=0.0 if quick else THINKS),
        random.Random(seed),
    )
    in_hand, build = (1.0, ("build", "--target", "app.words")) if quick else (IN_HAND, ("build",))
    arena.begin()
    begin = time.monotonic()
    arena.run(*build, from_start=True)
    usual = time.monotonic() - begin
    for _ in range(count):
        after, number = chance.uniform(0.0, 1.1 * usual), chance.choice(SIGNALS)
        arena.begin()
        ended = arena.run(*build, kill_after=after, number=number, from_start=True)
        killed = time.time()
        before = {module: killed - at for module, at in arena.answered() if at < killed - in_hand}
        wrong = [*arena.torn(), *([] if number == signal.SIGKILL else ended.faults), *arena.after(*build)]
        again = {module: age for module, age in before.items() if arena.calls()[module] > 1}
        wrong += [f"{each}, answered {age:.2f} s before, was paid for again" for each, age in again.items()]
        yield f"{number.name} after {after:.2f} s of {usual:.2f} s", [*wrong, *([ended.said[-800:]] if wrong else [])]

"""Which modules are whose: a split that is the same on every machine, as it hangs on what is given to all alone."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping

from jaunt import codes
from jaunt.errors import JauntConfigError
from jaunt.process.frozen import frozen

_LEAST = 0.001  # seconds: what takes no time at all counts too


@frozen
class Shard:
    """One part of a run: the `number`-th of `total`, both from 1."""

    number: int = 1
    total: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"


def read_shard(text: str) -> Shard:
    """Return the shard that "2/5" means; raises JauntConfigError for anything else."""
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text, re.ASCII)
    shard = Shard(int(found[1]), int(found[2])) if found else Shard(0, 0)
    if not 1 <= shard.number <= shard.total:
        raise JauntConfigError(
            f"--shard: {text!r} is no shard", hint="the second of five is 2/5", code=codes.COMMAND_LINE
        )
    return shard


def modules_of(shard: Shard, modules: Collection[str], seconds: Mapping[str, float]) -> list[str]:
    """Return the modules of a shard, sorted: the longest one goes to whom has least, and so on.

    `seconds` is what modules took before; another one is taken for an average one. Together, the shards have each
    module once.
    """
    known = [seconds[each] for each in sorted(modules) if each in seconds]  # sums of floats hang on the order
    usual = sum(known) / len(known) if known else 1.0
    weights = {each: max(_LEAST, seconds.get(each, usual)) for each in modules}
    loads = [0.0] * shard.total
    mine = []
    for module in sorted(weights, key=lambda each: (-weights[each], each)):
        least = loads.index(min(loads))
        loads[least] += weights[module]
        if least == shard.number - 1:
            mine.append(module)
    return sorted(mine)


def split_digest(modules: Collection[str], seconds: Mapping[str, float]) -> str:
    """Return what is equal for shards that were cut in the same way."""
    cut = [[module, seconds.get(module)] for module in sorted(modules)]
    return hashlib.sha256(json.dumps(cut).encode()).hexdigest()[:16]

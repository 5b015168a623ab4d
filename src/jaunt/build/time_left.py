"""TimeLeft: how long the rest of a build will take, by what its modules took before."""

from collections.abc import Collection, Mapping

from jaunt.specs.dag import critical_path


class TimeLeft:
    """An estimate that gets better as modules end.

    `deps` maps each module of the build to those it waits for, `known` a module to the seconds it took last time;
    `limit` is how many are built at a time.
    """

    def __init__(self, deps: Mapping[str, Collection[str]], known: Mapping[str, float], limit: int) -> None:
        self._deps = dict(deps)
        self._known = dict(known)
        self._limit = limit

    def ended(self, module: str, seconds: float | None) -> None:
        """Take note that a module has ended; `seconds` are None where they say nothing of the others."""
        self._deps.pop(module, None)
        if seconds is not None:
            self._known[module] = seconds

    def left(self, ages: Mapping[str, float]) -> float | None:
        """Return the seconds left, None if nothing is known; `ages` are those of the modules under way, in seconds.

        No build is faster than its longest chain, nor than all of its work over all of its jobs. A module that was
        never built takes as long as the others on average.
        """
        if not self._known or not self._deps:
            return None
        average = sum(self._known.values()) / len(self._known)
        rest = {module: max(0.0, self._known.get(module, average) - ages.get(module, 0.0)) for module in self._deps}
        longest = max(critical_path(self._deps, rest.__getitem__).values())
        return max(longest, sum(rest.values()) / self._limit)

"""How strong the tests of a module are, as measured: how many changes of the code under test they notice."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from jaunt.process.frozen import frozen
from jaunt.testing.strength.mutant import Mutant


@frozen
class Strength:
    """What came of the mutants of the code that a test module is for.

    `reached` and `noticed` are, by the mutant's name, the specs whose tests run the changed line, and those that then
    fail. A mutant whose tests took too long, or that is `waived` in the spec, counts for nothing. `digest` is that of
    all it was measured on; `problem` says why nothing could be measured, "" if it could.
    """

    module: str
    mutants: tuple[Mutant, ...] = ()
    specs: tuple[str, ...] = ()
    reached: Mapping[str, frozenset[str]] = field(default_factory=dict)
    noticed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    late: frozenset[str] = frozenset()
    waived: frozenset[str] = frozenset()
    digest: str = ""
    problem: str = ""

    @property
    def counted(self) -> list[Mutant]:
        """The mutants that count."""
        return [each for each in self.mutants if each.name not in self.late | self.waived]

    @property
    def survivors(self) -> list[Mutant]:
        """The mutants that no test notices, those that none reaches included."""
        return [each for each in self.counted if not self.noticed.get(each.name)]

    @property
    def killed(self) -> int:
        """How many mutants a test notices."""
        return len(self.counted) - len(self.survivors)

    @property
    def score(self) -> float | None:
        """The share of the mutants that a test notices, from 0 to 1; None if there is nothing to change."""
        return self.killed / len(self.counted) if self.counted and not self.problem else None

    def of_spec(self, spec: str) -> tuple[int, int]:
        """Return how many mutants one spec's tests notice, and how many of those that count they reach."""
        reached = [each.name for each in self.counted if spec in self.reached.get(each.name, ())]
        return sum(spec in self.noticed.get(name, ()) for name in reached), len(reached)

    @property
    def field(self) -> str | None:
        """The field of the header that keeps this, as `recorded.py` reads it; None if nothing was measured."""
        if self.problem:
            return None
        counts = f"timeouts={len(self.late)} waived={len(self.waived)} on={self.digest}"
        return f"{self.killed} of {len(self.counted)} {counts}"

    def facts(self) -> dict[str, Any]:
        """Return all this as plain data, for `--json` and for the page."""
        by_spec = {spec: self.of_spec(spec) for spec in self.specs}
        return {
            "module": self.module,
            "score": None if self.score is None else round(self.score, 4),
            "mutants": len(self.mutants),
            "noticed": self.killed,
            "survived": len(self.survivors),
            "timeouts": len(self.late),
            "waived": len(self.waived),
            "problem": self.problem,
            "specs": [{"spec": s, "noticed": noticed, "reached": n} for s, (noticed, n) in by_spec.items()],
            "survivors": [self._survivor(each) for each in self.survivors],
        }

    def _survivor(self, mutant: Mutant) -> dict[str, Any]:
        return {
            "mutant": mutant.name,
            "kind": mutant.kind,
            "module": mutant.module,
            "owner": mutant.owner,
            "line": mutant.line,
            "before": mutant.before,
            "after": mutant.after,
            "reached": sorted(self.reached.get(mutant.name, ())),
        }


def by_code(strengths: Iterable[Strength]) -> list[dict[str, Any]]:
    """Return, for each module of code, how many of its mutants all tests together notice, as plain data."""
    found: dict[str, dict[str, bool]] = {}
    for strength in strengths:
        for mutant in strength.counted if not strength.problem else ():
            of_module = found.setdefault(mutant.module, {})
            of_module[mutant.name] = of_module.get(mutant.name, False) or bool(strength.noticed.get(mutant.name))
    return [
        {
            "module": module,
            "score": round(sum(mutants.values()) / len(mutants), 4),
            "noticed": sum(mutants.values()),
            "survived": len(mutants) - sum(mutants.values()),
        }
        for module, mutants in sorted(found.items())
    ]

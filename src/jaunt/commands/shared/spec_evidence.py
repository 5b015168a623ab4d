"""What stands behind the code of each spec, by what headers record, and the level that this comes to."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from jaunt.checks.behaviour.evidence import shown_by_docstrings
from jaunt.header import parse_header
from jaunt.plan.freshness import read_generated
from jaunt.plan.module_work import project_work
from jaunt.plan.plan import Plan
from jaunt.plan.standing import ACCEPTED_FIELDS, WRITTEN_FIELDS, provenance_fields
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.report.console import some
from jaunt.spec_ref import SpecRef, module_of, qualname_of
from jaunt.testing.strength.recorded import recorded_strength, strength_digest
from jaunt.text.counts import counted

LEVELS = ("none", "examples", "properties", "tested", "strong")
"""What can stand behind code, the weakest first: a spec's level is the highest that it has something of."""
AS_COUNTED = dict(zip(LEVELS, ("unproven", "by examples", "by properties", "tested", "strong"), strict=True))
"""What is said of the specs of a level behind their number."""
STRONG = 0.8
"""The share of changes to the code that tests have to notice to be strong, where [test] says nothing of it."""


@frozen
class SpecEvidence:
    """What stands behind the code of one spec.

    `level` is one of LEVELS; `state` is that of the module: code that is not fresh, or was edited by hand, has nothing
    behind it. `examples` and `properties` are how many held when the code landed, `robustness` is "held", "fails" or,
    where no calls were tried, "". `tests` are the generated tests that use the spec and could fail, and `strength` is
    the lowest share of changes that their modules notice, None where it was not measured. Code of before headers said
    what held has `is_recorded` False: what its docstrings have is counted as far as a build runs it. `looks` says at
    what code looks to learn who runs it, which its spec doesn't say: as long as nobody accepted it, it has nothing
    behind it, as whatever held may have held because it was looked at.
    """

    spec: SpecRef
    level: str
    state: str
    examples: int = 0
    properties: int = 0
    robustness: str = ""
    tests: tuple[str, ...] = ()
    strength: float | None = None
    accepted_by: str = ""
    accepted_at: str = ""
    written_by: str = ""
    written_at: str = ""
    is_recorded: bool = True
    looks: str = ""


def evidence_of(plan: Plan) -> list[SpecEvidence]:
    """Return what stands behind the code of a plan's specs, the weakest first. No model and no code is run."""
    tests = _Tests(plan.project)
    names = [name for name in plan.freshness if plan.project.kind_of(name) == "build"]
    found = [each for name in names for each in _of_module(plan, name, tests)]
    return sorted(found, key=_strength_of)


def below(found: Iterable[SpecEvidence], level: str) -> list[SpecEvidence]:
    """Return what does not reach one of LEVELS."""
    return [each for each in found if LEVELS.index(each.level) < LEVELS.index(level)]


def _strength_of(each: SpecEvidence) -> tuple[int, float, int, str]:
    """Return what orders evidence: the lower, the weaker."""
    return LEVELS.index(each.level), each.strength or 0.0, each.examples + each.properties + len(each.tests), each.spec


class _Tests:
    """The generated tests of a project that stand: which use a spec, and how strong their modules are."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._strengths: dict[str, float | None] = {}
        self._using: dict[SpecRef, list[SpecRef]] = {}
        self._looked_at: set[str] = set()
        least = project.config.test.min_strength
        self.strong = STRONG if least is None else least

    def using(self, ref: SpecRef, fresh: Collection[str]) -> list[SpecRef]:
        """Return the tests that use a spec, of the modules that are fresh."""
        for name in fresh:
            if name not in self._looked_at:
                self._looked_at.add(name)
                for entry in self._project.modules[name].entries:
                    for dep in self._project.graph.get(entry.spec_ref, ()):
                        self._using.setdefault(dep, []).append(entry.spec_ref)
        return sorted(test for test in self._using.get(ref, ()) if module_of(test) in fresh)

    def strength(self, tests: Iterable[SpecRef]) -> float | None:
        """Return the lowest strength that the headers of tests' modules record, None if none does."""
        modules = {module_of(test) for test in tests}
        for name in modules - self._strengths.keys():
            self._strengths[name] = self._measured(name)
        known = [share for name in modules if (share := self._strengths[name]) is not None]
        return min(known, default=None)

    def _measured(self, name: str) -> float | None:
        """Return the share that a test module's header records, if all that it depends on is as it was then."""
        recorded = recorded_strength(_fields(self._project, name))
        if recorded is None or recorded.digest != strength_digest(self._project, name):
            return None
        return recorded.score


def _of_module(plan: Plan, name: str, tests: _Tests) -> Iterator[SpecEvidence]:
    project, freshness = plan.project, plan.freshness[name]
    stands = freshness.action == "keep" and freshness.state != "edited"
    if not stands:
        for entry in project.modules[name].entries:
            yield SpecEvidence(entry.spec_ref, LEVELS[0], freshness.state)
        return
    fields = _fields(project, name)
    provenance = provenance_fields(fields)
    recorded: Mapping[str, Mapping[str, Any]] | None = fields.get("evidence")
    facts = shown_by_docstrings(project_work(project, name), project.config.verify) if recorded is None else recorded
    using = fresh_tests(plan, name)
    for entry in project.modules[name].entries:
        own, used = facts.get(entry.qualname, {}), tests.using(entry.spec_ref, using)
        strength = tests.strength(used)
        examples, properties = _count(own.get("examples")), _count(own.get("properties"))
        looks = str(own.get("looks", ""))
        reached = (True, examples > 0, properties > 0, bool(used), strength is not None and strength >= tests.strong)
        if looks and not fields.get("accepted_by"):
            reached = reached[:1]
        yield SpecEvidence(
            entry.spec_ref,
            LEVELS[max(index for index, is_reached in enumerate(reached) if is_reached)],
            freshness.state,
            examples,
            properties,
            str(own.get("robustness", "")),
            tuple(used),
            strength,
            *(provenance.get(key, "") for key in (*ACCEPTED_FIELDS, *WRITTEN_FIELDS)),
            is_recorded=recorded is not None,
            looks=looks,
        )


def fresh_tests(plan: Plan, module: str) -> list[str]:
    """Return the test modules that depend on a module and whose generated tests answer their specs of today."""
    project = plan.project
    users = [name for name in project.modules_of("test") if module in project.dag[name]]
    return [name for name in users if name in plan.freshness and plan.freshness[name].state in ("fresh", "accepted")]


def _fields(project: Project, name: str) -> Mapping[str, Any]:
    try:
        return parse_header(read_generated(project.generated_path(name)) or "") or {}
    except OSError:
        return {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def words_of(each: SpecEvidence) -> list[str]:
    """Return what there is to say of a spec, a few words each."""
    if each.state not in ("fresh", "accepted") and each.level == LEVELS[0]:
        return [f"{each.state}: nothing holds of its code"]
    said = [counted(each.examples, "example")] if each.examples else []
    said += [f"{each.properties} propert{'ies' if each.properties > 1 else 'y'}"] if each.properties else []
    said += [f"tested by {some(qualname_of(SpecRef(test)) for test in each.tests)}"] if each.tests else []
    said += [f"strength {each.strength:.2f}"] if each.strength is not None else []
    said = said or ["nothing shows that it is right"]
    said += [f"robustness {each.robustness}"] if each.robustness else []
    said += [f"{each.looks}, which may be why it held"] if each.looks else []
    said += [f"accepted by {each.accepted_by}"] if each.accepted_by else []
    said += [f"written by {each.written_by}, {each.written_at[:10]}"] if each.written_by else []
    return said if each.is_recorded else [*said, "not recorded when it landed"]

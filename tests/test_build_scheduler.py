"""`run_build` with a backend of the caller's: what is asked for, in which order, and what comes of it."""

import asyncio
import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
from backends import FakeBackend, GatedBackend
from libraries import Library, make_library, spec_file, spec_modules
from projects import write_files

from jaunt.build.run import BuildReport
from jaunt.builder import detect_stale_modules, run_build
from jaunt.errors import JauntDependencyCycleError, JauntDiscoveryError, JauntGenerationError
from jaunt.generate.base import GenerationResult, GeneratorBackend, ModuleSpecContext
from jaunt.header import parse_header
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef

DIAMOND = {"pkg.a": [], "pkg.b": ["pkg.a"], "pkg.c": ["pkg.a"], "pkg.d": ["pkg.b", "pkg.c"], "pkg.free": []}


def start(
    base: Path,
    library: Library,
    backend: GeneratorBackend,
    stale: Collection[str] | None = None,
    **changes: Any,
) -> Any:
    """Return the coroutine that builds `stale` (default: all modules)."""
    return run_build(
        package_dir=base,
        generated_dir="__generated__",
        stale_modules=set(library.module_specs) if stale is None else stale,
        backend=backend,
        **{**library.arguments(), **changes},
    )


def build(base: Path, library: Library, backend: GeneratorBackend, *stale: str, **changes: Any) -> BuildReport:
    """Build `stale`, or all modules, and return the report."""
    return asyncio.run(start(base, library, backend, stale or None, **changes))


def generated_files(base: Path) -> list[str]:
    """Return the names of the generated modules, and of anything else that lies beside them."""
    return sorted(p.name for p in base.glob("**/__generated__/**/*") if p.is_file() and p.name != "__init__.py")


# --- what is built, and in which order ---------------------------------------------------------------


def test_every_stale_module_is_generated_dependencies_first(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules(DIAMOND))
    backend = FakeBackend()
    report = build(tmp_path, library, backend, jobs=1)
    assert report == BuildReport(generated=set(DIAMOND), skipped=set(), failed={})
    assert sorted(backend.calls) == sorted(DIAMOND)
    assert all(backend.calls.index(dep) < backend.calls.index(m) for m, deps in DIAMOND.items() for dep in deps)


def test_with_one_job_the_longest_path_goes_first(tmp_path: Path) -> None:
    chain = {"pkg.z1": [], "pkg.z2": ["pkg.z1"], "pkg.z3": ["pkg.z2"], "pkg.a": [], "pkg.b": []}
    backend = FakeBackend()
    build(tmp_path, make_library(tmp_path, spec_modules(chain)), backend, jobs=1)
    assert backend.calls[:2] == ["pkg.z1", "pkg.z2"]
    assert backend.calls.index("pkg.z3") < 5


def test_what_is_not_stale_is_skipped_and_nobody_is_asked(tmp_path: Path) -> None:
    backend = FakeBackend()
    report = asyncio.run(start(tmp_path, make_library(tmp_path, spec_modules(DIAMOND)), backend, stale=set()))
    assert report == BuildReport(generated=set(), skipped=set(DIAMOND), failed={})
    assert backend.calls == []
    assert generated_files(tmp_path) == []


def test_dependents_of_a_stale_module_are_built_too(tmp_path: Path) -> None:
    backend = FakeBackend()
    report = build(tmp_path, make_library(tmp_path, spec_modules(DIAMOND)), backend, "pkg.b", jobs=1)
    assert backend.calls == ["pkg.b", "pkg.d"]
    assert report.generated == {"pkg.b", "pkg.d"}
    assert report.skipped == {"pkg.a", "pkg.c", "pkg.free"}


def test_a_stale_module_that_is_not_known_is_left_out(tmp_path: Path) -> None:
    backend = FakeBackend()
    report = build(tmp_path, make_library(tmp_path, spec_modules({"pkg.a": []})), backend, "pkg.a", "pkg.gone")
    assert report == BuildReport(generated={"pkg.a"})


def test_edges_to_modules_without_specs_do_not_block(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    report = build(tmp_path, library, FakeBackend(), module_dag={"pkg.a": {"pkg.handwritten"}, "pkg.other": set()})
    assert report == BuildReport(generated={"pkg.a"})


def test_a_module_that_the_dag_leaves_out_is_built(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    assert build(tmp_path, library, FakeBackend(), module_dag={}).generated == {"pkg.a"}


def test_nothing_to_do_is_an_empty_report(tmp_path: Path) -> None:
    assert build(tmp_path, Library({}, {}, {}, {}), FakeBackend()) == BuildReport()


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_no_more_than_jobs_calls_are_under_way_and_as_many_as_that(tmp_path: Path, jobs: int) -> None:
    modules: dict[str, list[str]] = {f"pkg.m{i}": [] for i in range(6)}
    library = make_library(tmp_path, spec_modules(modules))

    async def run() -> tuple[int, BuildReport]:
        backend = GatedBackend(modules)
        building = asyncio.create_task(start(tmp_path, library, backend, jobs=jobs))
        while backend.active < jobs:
            await asyncio.wait([building], timeout=0.001)
            assert not building.done()
        for gate in backend.gates.values():
            gate.set()
        return backend.most_active, await building

    most_active, report = asyncio.run(run())
    assert most_active == jobs
    assert len(report.generated) == 6


@pytest.mark.parametrize("jobs", [0, -1])
def test_fewer_than_one_job_is_refused(tmp_path: Path, jobs: int) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    with pytest.raises(ValueError, match="at least 1"):
        build(tmp_path, library, FakeBackend(), jobs=jobs)


def test_a_cycle_is_refused_by_its_path_and_nothing_is_built(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": ["pkg.b"], "pkg.b": ["pkg.a"], "pkg.c": []}))
    backend = FakeBackend()
    with pytest.raises(JauntDependencyCycleError, match=r"pkg\.(a|b):\1 -> pkg\.(?!\1)(a|b):\2 -> pkg\.\1"):
        build(tmp_path, library, backend)
    assert backend.calls == []


def test_a_long_chain_is_built(tmp_path: Path) -> None:
    chain = {f"pkg.m{i}": [f"pkg.m{i - 1}"] if i else [] for i in range(200)}
    report = build(tmp_path, make_library(tmp_path, spec_modules(chain)), FakeBackend(), jobs=8)
    assert len(report.generated) == 200


def test_the_report_of_a_second_build_is_all_skipped(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules(DIAMOND))
    build(tmp_path, library, FakeBackend())
    stale = detect_stale_modules(package_dir=tmp_path, generated_dir="__generated__", **library.graph())
    assert stale == set()


# --- what the backend is told ------------------------------------------------------------------------


def test_the_context_holds_the_specs_and_the_code_that_they_depend_on(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": spec_file("a"),
        "pkg/b.py": (
            'import jaunt\nfrom pkg.a import a\n\nLIMIT = 3\n\n\n@jaunt.magic(deps=[a], prompt="Be brief.")\n'
            'def b() -> int:\n    """Return a() + LIMIT."""\n    ...\n\n\n'
            '@jaunt.magic\ndef c() -> int:\n    """Return 0."""\n    ...\n'
        ),
    }
    backend = FakeBackend()
    build(tmp_path, make_library(tmp_path, files), backend)
    ctx = backend.contexts["pkg.b"]
    assert (ctx.kind, ctx.spec_module, ctx.generated_module) == ("build", "pkg.b", "pkg.__generated__.b")
    assert list(ctx.expected_names) == ["b", "c"]
    assert ctx.spec_sources[SpecRef("pkg.b:b")].rstrip().endswith("...")
    assert ctx.decorator_prompts == {SpecRef("pkg.b:b"): "Be brief."}
    assert list(ctx.dependency_apis) == ["pkg.a:a"]
    assert ctx.dependency_generated_modules == {"pkg.a": "def a() -> int:\n    return 1\n"}
    assert "LIMIT = 3" in ctx.handwritten_source
    assert ctx.previous_source == ""


def test_a_rebuild_shows_the_code_that_it_replaces(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    backend = FakeBackend()
    build(tmp_path, library, backend)
    build(tmp_path, library, backend)
    assert backend.contexts["pkg.a"].previous_source == "def a() -> int:\n    return 1\n"


# --- candidates that don't pass ----------------------------------------------------------------------

GOOD = "def a() -> int:\n    return 1\n"


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ("def a(:\n", "syntax"),
        ("", "'a'"),
        ("def b() -> int:\n    return 1\n", "'a'"),
        ("return 1\n", "syntax"),
        ("def a() -> int:\n    return '\x00'\n", "NUL"),
        ("Sorry, I can't do that.", "syntax"),
    ],
)
def test_a_bad_candidate_is_retried_with_its_errors_and_never_written(tmp_path: Path, bad: str, error: str) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": [], "pkg.b": ["pkg.a"]}))
    hopeless = FakeBackend({"pkg.a": [bad]})
    report = build(tmp_path, library, hopeless)
    assert hopeless.calls == ["pkg.a", "pkg.a"]
    assert error in " ".join(report.failed["pkg.a"])
    assert report.failed["pkg.b"] == ["dependency failed: pkg.a"]
    assert generated_files(tmp_path) == []

    learning = FakeBackend({"pkg.a": [bad, GOOD]})
    assert build(tmp_path, library, learning).generated == {"pkg.a", "pkg.b"}
    assert learning.told[0] is None
    assert error in " ".join(learning.told[1] or [])


def test_a_failed_rebuild_leaves_the_old_file(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    build(tmp_path, library, FakeBackend())
    path = tmp_path / "pkg/__generated__/a.py"
    before = path.read_bytes()
    assert build(tmp_path, library, FakeBackend({"pkg.a": ["nonsense("]})).failed.keys() == {"pkg.a"}
    assert path.read_bytes() == before


def test_max_attempts_is_the_number_of_answers_asked_for(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    backend = FakeBackend({"pkg.a": [f"{number} +" for number in range(9)]})
    build(tmp_path, library, backend, max_attempts=5)
    assert backend.calls == ["pkg.a"] * 5


def test_further_checks_see_what_parses_and_their_errors_are_reported(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    seen = []

    async def check(source: str) -> list[str]:
        seen.append(source)
        return [] if "typed" in source else ["not typed"]

    backend = FakeBackend({"pkg.a": ["1 +", GOOD, GOOD + "# typed\n"]})
    assert build(tmp_path, library, backend, checks=[check], max_attempts=3).generated == {"pkg.a"}
    assert seen == [GOOD, GOOD + "# typed\n"]
    report = build(tmp_path, library, FakeBackend(), checks=[check])
    assert "not typed" in report.failed["pkg.a"][0]


# --- failures ----------------------------------------------------------------------------------------


class RaisingBackend(FakeBackend):
    """Raises for the modules in `raises`."""

    def __init__(self, raises: Mapping[str, BaseException]) -> None:
        super().__init__()
        self.raises = raises

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        source = await super().generate_module(ctx, extra_error_context=extra_error_context)
        if ctx.spec_module in self.raises:
            raise self.raises[ctx.spec_module]
        return source


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (JauntGenerationError("no answer", hint="try later"), "no answer (try later)"),
        (RuntimeError("boom"), "RuntimeError: boom"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyError("x"), "KeyError"),
    ],
)
def test_a_failure_fails_its_dependents_by_name_and_nothing_else(
    tmp_path: Path, error: BaseException, text: str
) -> None:
    library = make_library(tmp_path, spec_modules(DIAMOND))
    backend = RaisingBackend({"pkg.b": error})
    report = build(tmp_path, library, backend)
    assert report.generated == {"pkg.a", "pkg.c", "pkg.free"}
    assert report.failed.keys() == {"pkg.b", "pkg.d"}
    assert text in report.failed["pkg.b"][0]
    assert report.failed["pkg.d"] == ["dependency failed: pkg.b"]
    assert "pkg.d" not in backend.calls


def test_a_module_is_in_exactly_one_part_of_the_report(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules(DIAMOND))
    report = build(tmp_path, library, RaisingBackend({"pkg.c": RuntimeError()}), "pkg.b", "pkg.c")
    parts = [*report.generated, *report.skipped, *report.failed]
    assert sorted(parts) == sorted(DIAMOND)


def test_a_spec_file_that_is_gone_is_an_error_that_names_it(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    (tmp_path / "pkg/a.py").unlink()
    with pytest.raises(JauntDiscoveryError, match=r"pkg/a\.py"):
        build(tmp_path, library, FakeBackend())


# --- backends of the caller's own --------------------------------------------------------------------


class MinimalBackend(GeneratorBackend):
    """Defines `generate_module` alone."""

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        return "\n".join(f"{name} = lambda: 1" for name in ctx.expected_names)


def test_a_backend_that_defines_generate_module_alone_is_enough(tmp_path: Path) -> None:
    assert build(tmp_path, make_library(tmp_path, spec_modules(DIAMOND)), MinimalBackend()).generated == set(DIAMOND)


class OwnRetryBackend(GeneratorBackend):
    """Brings a retry of its own, with the documented parameters and no more."""

    def __init__(self, source: str | None, errors: list[str] | None = None) -> None:
        self.source = source
        self.errors = errors or []

    async def generate_with_retry(self, ctx: ModuleSpecContext, *, max_attempts: int = 2) -> GenerationResult:  # ty: ignore[incompatible-method-override]
        return GenerationResult(attempts=1, source=self.source, errors=self.errors)


def test_a_backend_with_a_retry_of_its_own_is_used_and_its_result_checked_all_the_same(
    tmp_path: Path,
) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    assert build(tmp_path, library, OwnRetryBackend(GOOD)).generated == {"pkg.a"}
    assert "syntax" in build(tmp_path, library, OwnRetryBackend("def a(:")).failed["pkg.a"][0]
    assert build(tmp_path, library, OwnRetryBackend(None, ["gave up"])).failed == {"pkg.a": ["gave up"]}
    assert build(tmp_path, library, OwnRetryBackend(None)).failed["pkg.a"] != []

    async def refuse(_source: str) -> list[str]:
        return ["refused"]

    assert build(tmp_path, library, OwnRetryBackend(GOOD), checks=[refuse]).failed == {"pkg.a": ["refused"]}


class WrongTypeBackend(GeneratorBackend):
    """Answers with something that is no text."""

    async def generate_module(self, ctx: Any, *, extra_error_context: Any = None) -> Any:
        return None


def test_an_answer_that_is_no_text_is_a_failure_of_that_module(tmp_path: Path) -> None:
    report = build(tmp_path, make_library(tmp_path, spec_modules({"pkg.a": []})), WrongTypeBackend())
    assert report.failed.keys() == {"pkg.a"}
    assert "NoneType" in report.failed["pkg.a"][0]


def test_specs_that_carry_no_decorator_and_any_object_are_built(tmp_path: Path) -> None:
    # A caller makes entries as it likes: nothing of the registry or of the decorators is needed.
    write_files(
        tmp_path,
        {"pkg/__init__.py": "", "pkg/mod.py": 'def f(x: int) -> int:\n    """Double x."""\n    ...\n'},
    )
    ref = SpecRef("pkg.mod:f")
    entry = SpecEntry("magic", ref, "pkg.mod", "f", str(tmp_path / "pkg/mod.py"), object(), {})
    library = Library({"pkg.mod": [entry]}, {ref: entry}, {ref: set()}, {"pkg.mod": set()})
    assert build(tmp_path, library, FakeBackend()).generated == {"pkg.mod"}
    header = parse_header((tmp_path / "pkg/__generated__/mod.py").read_text(encoding="utf-8"))
    assert header is not None
    assert header["spec_refs"] == ["pkg.mod:f"]


def test_the_backend_may_run_on_loop_bound_things_of_the_caller(tmp_path: Path) -> None:
    # A backend holds connections of the caller's event loop: it must run there, in the caller's thread.
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    where = []

    class LoopBackend(FakeBackend):
        async def generate_module(self, ctx: Any, *, extra_error_context: list[str] | None = None) -> str:
            where.append((asyncio.get_running_loop(), threading.get_ident()))
            return await super().generate_module(ctx, extra_error_context=extra_error_context)

    async def run() -> tuple[asyncio.AbstractEventLoop, int]:
        await start(tmp_path, library, LoopBackend())
        return asyncio.get_running_loop(), threading.get_ident()

    assert [asyncio.run(run())] == where


# --- cancelling --------------------------------------------------------------------------------------


def test_a_cancelled_build_keeps_what_was_finished_and_tears_nothing(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": [], "pkg.b": ["pkg.a"], "pkg.c": ["pkg.b"]}))
    backend = GatedBackend(["pkg.b"])
    threads = threading.active_count()

    async def run() -> None:
        building = asyncio.create_task(start(tmp_path, library, backend, jobs=2))
        while "pkg.b" not in backend.calls:
            await asyncio.wait([building], timeout=0.001)
        building.cancel()
        with pytest.raises(asyncio.CancelledError):
            await building
        assert backend.cleaned_up == ["pkg.a", "pkg.b"], "the backend's own clean-up has run"

    asyncio.run(run())
    assert threading.active_count() <= threads
    assert generated_files(tmp_path) == ["a.py"]
    assert backend.calls == ["pkg.a", "pkg.b"]
    # The next build goes on from there.
    stale = detect_stale_modules(package_dir=tmp_path, generated_dir="__generated__", **library.graph())
    assert stale == {"pkg.b", "pkg.c"}


def test_a_build_in_a_time_limit_stops_at_it(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))

    async def run() -> None:
        async with asyncio.timeout(0.05):
            await start(tmp_path, library, GatedBackend(["pkg.a"]))

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert generated_files(tmp_path) == []


def test_two_builds_at_once_in_one_loop_do_not_disturb_each_other(tmp_path: Path) -> None:
    libraries = {name: make_library(tmp_path / name, spec_modules(DIAMOND)) for name in ("one", "two")}

    async def run() -> list[BuildReport]:
        return await asyncio.gather(*(start(tmp_path / n, lib, FakeBackend()) for n, lib in libraries.items()))

    assert [report.generated for report in asyncio.run(run())] == [set(DIAMOND), set(DIAMOND)]


def test_a_cycle_of_modules_whose_specs_form_none_is_refused(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": spec_file("a", "pkg.b:b") + spec_file("a2").replace("import jaunt\n", ""),
        "pkg/b.py": spec_file("b") + spec_file("b2", "pkg.a:a2").replace("import jaunt\n", ""),
    }
    with pytest.raises(JauntDependencyCycleError, match=r"pkg\.(a|b) -> pkg\.(?!\1)(a|b) -> pkg\.\1"):
        build(tmp_path, make_library(tmp_path, files), FakeBackend())

"""Attempts and candidates: what the model is asked again, and which of several answers is taken."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from jaunt.errors import JauntAnswerError, JauntConfigError, JauntError, JauntGenerationError
from jaunt.generate.attempts import Attempts
from jaunt.generate.base import GenerationResult, GeneratorBackend, ModuleSpecContext
from jaunt.generate.check import Checked, CheckFunction
from jaunt.generate.repeated import shortened
from jaunt.generate.retry import CONTEXT_HINT
from jaunt.text.flaw import Flaw, flaws

CONTEXT = ModuleSpecContext("build", "app.m", "app.__generated__.m", ["f"], {"app.m:f": "def f(): ..."})
GOOD, OTHER, BROKEN, NAMELESS = "def f(): ...\n", "def f(): pass\n", "def f(:\n", "def g(): ...\n"
Answer = Callable[[], Awaitable[str]]


class Scripted(GeneratorBackend):
    """Answers the n-th call with the n-th answer: a source, an exception, or a coroutine function."""

    def __init__(self, *answers: str | JauntError | Answer) -> None:
        self.answers = list(answers)
        self.told: list[list[str] | None] = []
        self.shown: list[str] = []
        self.cancelled = 0

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        answer = self.answers[len(self.told)]
        self.told.append(extra_error_context)
        self.shown.append(ctx.rejected_source)
        try:
            if isinstance(answer, JauntError):
                raise answer
            return answer if isinstance(answer, str) else await answer()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


async def never() -> str:
    await asyncio.Event().wait()
    return GOOD


async def refuse(source: str) -> Sequence[str]:
    return ["refused"]


def ask(
    backend: GeneratorBackend, *, checks: Sequence[CheckFunction] = (), attempts: int = 1, candidates: int = 1
) -> GenerationResult:
    async def run() -> GenerationResult:
        work = backend.generate_with_retry(CONTEXT, max_attempts=attempts, checks=checks, candidates=candidates)
        return await asyncio.wait_for(work, 30)

    return asyncio.run(run())


def test_each_attempt_after_the_first_is_shown_the_candidate_before_it() -> None:
    backend = Scripted(NAMELESS, BROKEN, GOOD)
    assert ask(backend, attempts=3).source == GOOD
    assert backend.shown == ["", NAMELESS, BROKEN]


def test_the_first_candidate_that_passes_wins_and_the_others_are_cancelled_and_awaited() -> None:
    backend = Scripted(never, GOOD, never)
    result = ask(backend, candidates=3)
    assert (result.source, result.attempts, result.errors) == (GOOD, 1, [])
    assert backend.cancelled == 2


def test_a_candidate_is_checked_as_soon_as_it_comes() -> None:
    checked = asyncio.Event()

    async def check(source: str) -> Sequence[str]:
        checked.set()
        return ["no"] if source == GOOD else []

    async def after_the_first_check() -> str:
        await checked.wait()
        return OTHER

    assert ask(Scripted(after_the_first_check, GOOD), checks=[check], candidates=2).source == OTHER


def test_the_candidate_that_got_furthest_is_what_the_retry_is_shown() -> None:
    async def first(source: str) -> Sequence[str]:
        return [] if "second" in source else ["first"]

    async def second(source: str) -> Sequence[str]:
        return ["second 1", "second 2"] if "two" in source else ["second"]

    answers = [BROKEN, NAMELESS, GOOD, f"{GOOD}# second two\n", f"{GOOD}# second\n"]
    backend = Scripted(*answers, *[GOOD] * 5)
    result = ask(backend, checks=[first, second], attempts=2, candidates=5)
    assert backend.told == [None] * 5 + [["attempt 1: second"]] * 5
    assert (result.source, result.attempts, result.errors) == (None, 2, ["first"])


def test_of_two_that_got_equally_far_the_one_with_fewer_errors_is_shown() -> None:
    async def check(source: str) -> Sequence[str]:
        return ["x"] * 1 if source == OTHER else ["a", "b"]

    assert ask(Scripted(GOOD, OTHER, GOOD), checks=[check], candidates=3).candidate == OTHER


def test_an_answer_that_does_not_come_leaves_the_others() -> None:
    assert ask(Scripted(JauntGenerationError("down"), GOOD), candidates=2).source == GOOD
    result = ask(Scripted(JauntGenerationError("down"), NAMELESS), candidates=2)
    assert "missing definition" in result.errors[0]


def test_no_answer_at_all_is_the_first_error() -> None:
    with pytest.raises(JauntGenerationError, match="one"):
        ask(Scripted(JauntGenerationError("one"), JauntGenerationError("two")), candidates=2)


def test_an_attempt_that_raises_leaves_the_candidate_and_the_errors_of_the_one_before() -> None:
    down = JauntGenerationError("503")
    result = ask(Scripted(NAMELESS, down), attempts=3)
    assert (result.source, result.attempts, result.candidate, result.fault) == (None, 2, NAMELESS, down)
    assert result.errors == ["missing definition: 'f' is not defined at module level"]


def test_an_attempt_of_several_candidates_that_all_raise_leaves_the_one_before() -> None:
    down, gone = JauntGenerationError("503"), JauntGenerationError("504")
    result = ask(Scripted(NAMELESS, BROKEN, down, gone), attempts=2, candidates=2)
    assert (result.source, result.candidate, result.fault) == (None, NAMELESS, down)


def test_a_check_that_raises_leaves_the_candidate_that_it_looked_at() -> None:
    fault = JauntConfigError("no sandbox")

    async def check(source: str) -> Sequence[str]:
        if source == OTHER:
            raise fault
        return ["refused"]

    result = ask(Scripted(GOOD, OTHER, GOOD), checks=[check], attempts=3)
    assert (result.source, result.attempts, result.candidate, result.fault) == (None, 2, OTHER, fault)
    result = ask(Scripted(OTHER), checks=[check])
    assert (result.source, result.attempts, result.candidate, result.fault) == (None, 1, OTHER, fault)


def test_a_build_that_is_stopped_leaves_no_call_behind() -> None:
    asked = asyncio.Event()

    async def ask_and_wait() -> str:
        asked.set()
        return await never()

    backend = Scripted(never, ask_and_wait)

    async def stop() -> None:
        task = asyncio.create_task(backend.generate_with_retry(CONTEXT, candidates=2))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stop())
    assert backend.cancelled == 2


def test_a_check_may_rewrite_and_the_next_one_sees_what_it_wrote() -> None:
    seen: list[str] = []

    async def rewrite(source: str) -> Checked:
        return Checked(f"{source}# rewritten\n", warnings=["careful"])

    async def look(source: str) -> Sequence[str]:
        seen.append(source)
        return []

    result = ask(Scripted(GOOD), checks=[rewrite, look])
    assert seen == [result.source] == [f"{GOOD}# rewritten\n"]
    assert result.warnings == ["careful"]


# --- no attempt in vain -------------------------------------------------------------------------------


async def answers_two(source: str) -> Sequence[str]:
    details = {"example": "f()", "expected": "3", "got": "2"}
    return [Flaw("the example in app/m.py:3 fails", symbol="f", details=details)]


def test_a_candidate_that_came_before_is_told_and_left_out_and_a_third_time_ends_the_attempts() -> None:
    backend = Scripted(*[NAMELESS, f"# The same.\n{NAMELESS}", NAMELESS.replace("...", "\n    ...")] * 2)
    result = ask(backend, attempts=5)
    assert (result.source, result.attempts, len(backend.told)) == (None, 3, 3)
    assert backend.shown == ["", NAMELESS, ""]
    assert "attempt 2: this is the code that was rejected before" in (backend.told[2] or [""])[-1]
    assert result.errors[-1] == "the model gave the same code 3 times"


def test_the_very_same_candidate_is_not_checked_again() -> None:
    looked_at: list[str] = []

    async def check(source: str) -> Sequence[str]:
        looked_at.append(source)
        return ["refused"]

    assert ask(Scripted(GOOD, GOOD, OTHER), checks=[check], attempts=3).attempts == 3
    assert looked_at == [GOOD, OTHER]


def test_two_answers_that_fail_an_example_with_the_same_value_cast_doubt_on_it() -> None:
    result = ask(Scripted(GOOD, OTHER), checks=[answers_two], attempts=2)
    assert result.errors[1:] == ["is the example wrong? two answers gave the same: f: the example in app/m.py:3 fails"]
    assert len(ask(Scripted(GOOD, GOOD), checks=[answers_two], attempts=2).errors) == 1


def test_an_answer_without_code_is_a_failed_attempt_and_the_next_one_goes_ahead() -> None:
    empty = JauntAnswerError("app.m: empty", told="answer with the code")
    backend = Scripted(empty, GOOD)
    assert ask(backend, attempts=2).source == GOOD
    assert backend.told[1] == ["attempt 1: answer with the code"]
    result = ask(Scripted(NAMELESS, empty), attempts=2)
    assert (result.attempts, result.candidate, result.fault) == (2, NAMELESS, empty)
    cut = JauntAnswerError("app.m: cut off", text="x = 1", told="shorter")
    result = ask(Scripted(empty, cut), attempts=2)
    assert (result.attempts, result.candidate, result.fault) == (2, "x = 1", cut)


def test_a_retry_that_is_too_long_is_tried_with_the_errors_alone() -> None:
    too_long = JauntGenerationError("400", hint=CONTEXT_HINT)
    backend = Scripted(NAMELESS, too_long, GOOD)
    result = ask(backend, attempts=2)
    assert (result.source, result.attempts) == (GOOD, 2)
    assert backend.shown == ["", NAMELESS, ""]
    assert backend.told[1] == backend.told[2]
    result = ask(Scripted(NAMELESS, too_long, too_long), attempts=3)
    assert (result.attempts, result.candidate, result.fault) == (2, NAMELESS, too_long)
    with pytest.raises(JauntGenerationError):
        ask(Scripted(too_long, GOOD), attempts=3)


def test_what_a_model_is_told_is_short() -> None:
    past = Attempts()
    past.add(1, "old")
    for tool in ("ruff", "ty"):
        for n in range(60):
            past.add(2, Flaw(f"`x{n}` is not defined", tool=tool, line=n, about=f"x{n}"))
    names = past.errors[1:61]
    told = shortened(past.errors)
    assert told == [*names[:10], "and 51 more"]
    past = Attempts()
    past.add(1, "a" * 5_000)
    for n in range(5):
        past.add(2, f"{n}: {'b' * 5_000}")
    long = shortened(past.errors)
    assert sum(map(len, long)) < 2_100
    assert long[0].startswith("attempt 2: 0: bb")
    past = Attempts()
    past.add(1, "a")
    past.add(2, "b")
    assert shortened(past.errors) == ["attempt 1: a", "attempt 2: b"]
    assert shortened(flaws(["a", "a", "b"])) == ["a", "b"]

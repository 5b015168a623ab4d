"""What a retry costs and says, counted at a server: no call in vain, whatever a model answers."""

import json
from pathlib import Path

import pytest
from loopback import Reply, Server, error, payload, serving
from projects import write_files
from said import RunIn, Said

OFF = '[verify]\nruff = "off"\nty = "off"\ndoctests = false\n'
SPEC = 'import jaunt\n\n\n@jaunt.magic\ndef double(x: int) -> int:\n    """Return twice `x`."""\n    ...\n'
RIGHT = "```python\ndef double(x: int) -> int:\n    return 2 * x\n```\n"
STORED = ".jaunt/store/build"


def answer(text: str, finish: str = "stop") -> Reply:
    return payload({"choices": [{"message": {"content": text}, "finish_reason": finish}]})


def wrong(name: str, layout: str = "") -> Reply:
    """Answer with code that lacks what is asked for; a `layout` makes it another text of the same syntax."""
    return answer(f"```python\ndef {name}(x: int) -> int:{layout}\n    return x\n```\n")


def build(root: Path, run_in: RunIn, server: Server, *, llm: str = "", attempts: int = 5, checks: str = OFF) -> Said:
    settings = f'[llm]\nprovider = "openai"\nmodel = "m"\nbase_url = "{server.url}"\n{llm}'
    config = f"{settings}\n[build]\nmax_attempts = {attempts}\n{checks}"
    write_files(root, {"jaunt.toml": config, "src/app/__init__.py": "", "src/app/one.py": SPEC})
    return run_in(root, "build", "--json")


def prompts(server: Server) -> list[str]:
    return [call.body["messages"][-1]["content"] for call in server.calls]


def the_module(said: Said) -> dict[str, object]:
    (module,) = said.facts["modules"]
    return module


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")


def test_the_same_code_in_another_layout_ends_the_module_the_third_time(tmp_path: Path, run_in: RunIn) -> None:
    replies = [wrong("other"), wrong("other", "  # a note"), wrong("other", "\n\n    # more"), answer(RIGHT)]
    with serving(*replies) as server:
        said = build(tmp_path, run_in, server)
        assert len(server.calls) == 3
        first, second, third = prompts(server)
    assert "def other" in second
    assert "def other" not in first + third, "code that is shown is written down once more"
    assert "the code that was rejected before, given once more" in third
    module = the_module(said)
    assert module["attempts"] == 3
    assert "the model gave the same code 3 times" in str(module["errors"])


def test_code_that_comes_again_after_other_code_counts_as_well(tmp_path: Path, run_in: RunIn) -> None:
    with serving(*map(wrong, ("a", "b", "a", "b", "a")), answer(RIGHT)) as server:
        said = build(tmp_path, run_in, server, attempts=9)
        assert len(server.calls) == 5
    assert "the model gave the same code 3 times" in str(the_module(said)["errors"])


def test_a_fixed_seed_moves_on_with_each_attempt_and_candidate(tmp_path: Path, run_in: RunIn) -> None:
    with serving(wrong("a"), wrong("a"), wrong("b"), answer(RIGHT)) as server:
        build(tmp_path, run_in, server, llm="temperature = 0.0\noptions = {seed = 7}\n")
        seeds = [call.body["seed"] for call in server.calls]
        heat = [call.body["temperature"] for call in server.calls]
    assert seeds == [7, 8, 9, 10]
    assert heat[:2] == [0.0, 0.0]
    assert heat[2] > 0.0, "without any heat, a seed changes nothing"


def test_a_repeated_answer_is_asked_for_at_another_temperature(tmp_path: Path, run_in: RunIn) -> None:
    with serving(wrong("a"), wrong("a"), answer(RIGHT)) as server:
        build(tmp_path, run_in, server, llm="temperature = 0.2\n")
        heat = [call.body["temperature"] for call in server.calls]
    assert heat[0] == heat[1] < heat[2]


def test_an_answer_cut_off_after_its_code_is_a_candidate(tmp_path: Path, run_in: RunIn) -> None:
    with serving(answer(f"{RIGHT}\nThis code doubles the", "length")) as server:
        said = build(tmp_path, run_in, server)
        assert (len(server.calls), the_module(said)["status"]) == (1, "generated")


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (answer("```python\ndef double(x: int) -> i", "length"), "answer shorter, with the code only"),
        (answer("Let me think about this. First, we", "length"), "answer shorter, with the code only"),
        (answer(""), "the answer was empty"),
        (answer("  \n"), "the answer was empty"),
    ],
    ids=["cut off", "cut off prose", "empty", "blank"],
)
def test_an_answer_without_code_is_an_attempt_and_the_next_one_goes_ahead(
    tmp_path: Path, run_in: RunIn, reply: Reply, told: str
) -> None:
    with serving(reply, answer(RIGHT)) as server:
        said = build(tmp_path, run_in, server)
        assert told in prompts(server)[1]
    assert (the_module(said)["status"], the_module(said)["attempts"]) == ("generated", 2)


CUT = answer("```python\ndef double(x: int) -> i", "length")


@pytest.mark.parametrize(
    ("replies", "kept", "attempts"),
    [
        ((wrong("a"), CUT), "def a(", 2),
        ((CUT, CUT), "-> i", 2),
        ((wrong("a"), error(404, "gone")), "def a(", 2),
        ((CUT, error(404, "gone")), "-> i", 2),
        ((wrong("a"), answer("")), "def a(", 2),
    ],
    ids=["then cut off", "cut off twice", "then an error", "cut off, then an error", "then empty"],
)
def test_the_last_candidate_is_kept_and_attempts_are_counted(
    tmp_path: Path, run_in: RunIn, replies: tuple[Reply, ...], kept: str, attempts: int
) -> None:
    with serving(*replies) as server:
        said = build(tmp_path, run_in, server, attempts=2)
        assert len(server.calls) == 2
    module = the_module(said)
    assert (module["status"], module["attempts"]) == ("failed", attempts)
    assert kept in (tmp_path / ".jaunt/rejected/app.one/candidate.py").read_text()
    assert [*(tmp_path / STORED).rglob("*.py")] == [], "what is no code is nothing for the next build to check"
    assert "the next build checks it" not in json.dumps(module)


@pytest.mark.parametrize(
    ("replies", "told", "attempts"),
    [
        ((error(404, "no such model"),), "no such model", 1),
        ((CUT, CUT), "the answer was cut off", 2),
        ((wrong("a"),), "missing definition", 1),
    ],
    ids=["no answer", "cut off", "rejected"],
)
def test_the_status_says_what_a_module_failed_by_until_it_is_built(
    tmp_path: Path, run_in: RunIn, replies: tuple[Reply, ...], told: str, attempts: int
) -> None:
    with serving(*replies) as server:
        build(tmp_path, run_in, server, attempts=attempts)
    said = " ".join(run_in(tmp_path, "status").out.split())
    assert "failed just now: " in said
    assert told in said.partition("failed just now: ")[2]
    assert "(.jaunt/rejected/app.one)" in said
    with serving(answer(RIGHT)) as server:
        build(tmp_path, run_in, server)
    assert "failed" not in run_in(tmp_path, "status").out


def test_errors_are_few_and_short_and_the_task_comes_last(tmp_path: Path, run_in: RunIn) -> None:
    lines = "".join(f"    y{n} = undefined_{n % 30} + missing_name\n" for n in range(60))
    text = f"```python\ndef double(x: int) -> int:\n{lines}    return x\n```\n"
    with serving(answer(text), answer(RIGHT)) as server:
        build(tmp_path, run_in, server, checks="")
        prompt = prompts(server)[1]
    section = prompt.partition("## Earlier attempts failed")[2].partition("The last attempt")[0]
    told = [line for line in section.splitlines() if line.startswith("- ")]
    assert 1 <= len(told) <= 11, "ten, and how many more there are"
    assert len(section) <= 2_200
    assert sum("ndefined name `missing_name`" in line for line in told) == 1
    assert prompt.rstrip().splitlines()[-1].startswith("Write all of")


def test_a_retry_that_is_too_long_is_tried_once_with_the_errors_alone(tmp_path: Path, run_in: RunIn) -> None:
    too_long = error(400, "the request exceeds the available context size")
    with serving(wrong("a"), too_long, answer(RIGHT)) as server:
        said = build(tmp_path, run_in, server)
        assert ["def a(" in prompt for prompt in prompts(server)] == [False, True, False]
        assert "missing definition" in prompts(server)[2]
    assert (the_module(said)["status"], the_module(said)["attempts"]) == ("generated", 2)
    with serving(wrong("b"), too_long) as server:
        said = build(tmp_path / "other", run_in, server)
        assert len(server.calls) == 3, "once, and no more"


def test_two_answers_with_the_same_wrong_value_cast_doubt_on_the_example(tmp_path: Path, run_in: RunIn) -> None:
    spec = SPEC.replace('Return twice `x`."""', 'Return twice `x`.\n\n    >>> double(2)\n    5\n    """')
    other = RIGHT.replace("2 * x", "x + x")
    with serving(answer(RIGHT), answer(other)) as server:
        write_files(tmp_path, {"src/app/one.py": spec})
        settings = f'[llm]\nprovider = "openai"\nmodel = "m"\nbase_url = "{server.url}"\n[build]\nmax_attempts = 2\n'
        checks = OFF.replace("doctests = false\n", "")
        write_files(tmp_path, {"jaunt.toml": settings + checks, "src/app/__init__.py": ""})
        said = run_in(tmp_path, "build")
    assert "is the example wrong?" in said.err

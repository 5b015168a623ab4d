"""The provider `command`: real programs, well behaved and not."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from folders import SUPPORT
from loopback import CONTEXT, KEY, REQUEST
from processes import is_running, python_path, wait_until
from shell_backends import ANSWER, CODE, PATIENT, shell

from jaunt.config import JauntConfig, LLMConfig, load_config
from jaunt.errors import JauntBudgetError, JauntConfigError, JauntGenerationError
from jaunt.generate.budget import Budget
from jaunt.generate.model import Request, Usage
from jaunt.generate.prompt import Message
from jaunt.generate.providers.choice import make_backend
from jaunt.generate.providers.command import PRESETS, CommandBackend, command_line
from jaunt.generate.providers.program import plain_text
from jaunt.generate.transport import Policy


def generate(backend: CommandBackend) -> str:
    return asyncio.run(backend.generate_module(CONTEXT))


def answer(backend: CommandBackend) -> str:
    return asyncio.run(backend.complete(REQUEST)).text


def failure(backend: CommandBackend) -> JauntGenerationError:
    with pytest.raises(JauntGenerationError) as caught:
        generate(backend)
    assert "\n" not in caught.value.message
    return caught.value


# A good program


def test_the_prompt_goes_in_and_the_answer_comes_out() -> None:
    assert answer(shell("cat")) == "Answer with code.\n\nWrite slugify."
    assert generate(shell(f"cat > /dev/null; {ANSWER}")) == CODE


def test_a_program_need_not_read_a_long_prompt() -> None:
    backend = shell(f"exec 0<&-; {ANSWER}")
    request = Request([Message("user", "long " * 1_000_000)], CONTEXT)
    assert asyncio.run(backend.complete(request)).text == CODE


def test_a_long_prompt_and_a_long_answer_do_not_block_each_other() -> None:
    text = "0123456789\n" * 300_000
    request = Request([Message("user", text)], CONTEXT)
    assert asyncio.run(shell("cat").complete(request)).text == text


def test_it_runs_in_an_empty_folder_that_is_gone_afterwards(tmp_path: Path) -> None:
    folder, content = answer(shell('pwd; echo "[$(ls -A)]"; touch left', tmp_path)).splitlines()
    assert content == "[]"
    assert not Path(folder).exists()
    assert not Path(folder).is_relative_to(tmp_path)


def test_it_sees_only_the_environment_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_TOKEN", "OPENAI_API_KEY", "PYTHONPATH", "GIVEN", "MODEL_KEY", "LC_ALL"):
        monkeypatch.setenv(name, f"value-of-{name}")
    monkeypatch.setenv("TERM", "xterm-256color")
    seen = answer(shell("env", api_key_env="MODEL_KEY", pass_env=["GIVEN", "NOT_THERE"]))
    names = {line.partition("=")[0] for line in seen.splitlines() if not line.startswith("JAUNT_CALL_")}
    shells_own = {"PWD", "OLDPWD", "SHLVL", "_"}
    assert names - shells_own - {"LANG", "TMPDIR", "LC_CTYPE"} == {
        "PATH",
        "HOME",
        "TERM",
        "LC_ALL",
        "GIVEN",
        "MODEL_KEY",
    }
    assert "TERM=dumb" in seen.splitlines()


def test_colours_and_control_sequences_are_taken_out() -> None:
    script = r"printf '\033[1;32mdef\033[0m f():\033[K\r\n\033]0;title\007    pass\b\033(B\033[?25h\n'"
    assert generate(shell(script)) == "def f():\n    pass\n"


@pytest.mark.parametrize(
    ("output", "text"),
    [
        (b"tab\tline\n", "tab\tline\n"),
        (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1bPq#1\x1b\\after", "after"),
        (b"\x1b[38;5;196mred\x1b[m", "red"),
        (b"a\x00b\x7f\xc2\x9b", "ab"),
        ("é λ 𝛼".encode(), "é λ 𝛼"),
        (b"\x1b]never ended", "never ended"),
    ],
)
def test_plain_text(output: bytes, text: str) -> None:
    assert plain_text(output) == text


@pytest.mark.parametrize("start", [b"\x1b]a", b"\x1bPa", b"\x1b[0", b"\x1b(", b"\x1b", b"\x1b]\x1b[1"])
def test_a_flood_of_sequences_that_never_end_is_read_in_little_time(start: bytes) -> None:
    begin = time.process_time()
    plain_text(start * (2**20 // len(start)))
    assert time.process_time() - begin < 5  # seconds of CPU: to look to the end from each of them would take minutes


def test_an_argument_that_no_program_can_be_given_is_told(tmp_path: Path) -> None:
    for command in (["sh", "a\0b"], ["s\0h"]):
        with pytest.raises(JauntConfigError, match="holds a NUL character"):
            command_line(LLMConfig(provider="command", command=command), tmp_path)


def test_its_tokens_are_estimated_and_marked_as_such() -> None:
    backend = shell(f"cat > /dev/null; {ANSWER}")
    generate(backend)
    tokens = backend.usage
    assert tokens.estimated
    assert tokens.output_tokens == -(-len(CODE) // 4)
    assert 100 < tokens.input_tokens < 10_000


def test_a_budget_in_tokens_holds_for_a_program_that_counts_none(tmp_path: Path) -> None:
    backend = shell(f"cat > /dev/null; echo >> {tmp_path}/runs; {ANSWER}")
    backend.admit = Budget(max_tokens=100).admit
    generate(backend)
    with pytest.raises(JauntBudgetError):
        generate(backend)
    assert (tmp_path / "runs").read_text() == "\n"


# What known programs print: cut from the output of claude 2.1.330 and codex 0.169.0

CLAUDE = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "result": f"```python\n{CODE}```",
    "total_cost_usd": 0.001103,
    "usage": {
        "input_tokens": 100,
        "cache_creation_input_tokens": 7,
        "cache_read_input_tokens": 40,
        "output_tokens": 33,
        "server_tool_use": {"web_search_requests": 0},
    },
}
CODEX: list[dict[str, Any]] = [
    {"type": "thread.started", "thread_id": "01a2047c-e363-7763-9819-79476bce4982"},
    {"type": "item.completed", "item": {"id": "item_0", "type": "error", "message": "Model metadata not found."}},
    {"type": "turn.started"},
    {"type": "error", "message": "Reconnecting... waiting for network"},
    {"type": "item.completed", "item": {"id": "item_1", "type": "agent_message", "text": "I will write it."}},
    {"type": "item.completed", "item": {"id": "item_2", "type": "agent_message", "text": CODE}},
    {
        "type": "turn.completed",
        "usage": {"input_tokens": 120, "cached_input_tokens": 20, "output_tokens": 30, "reasoning_output_tokens": 5},
    },
]


def lines(objects: list[dict[str, Any]]) -> str:
    return "\n".join(map(json.dumps, objects))


def preset(folder: Path, name: str, output: str, code: int = 0) -> CommandBackend:
    """Return the backend of a preset whose program is one of ours, first on PATH, that prints `output`."""
    (folder / "output").write_text(output)
    (folder / name).write_text(f"#!/bin/sh\ncat > /dev/null\ncat {folder}/output\nexit {code}\n")
    (folder / name).chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return CommandBackend(LLMConfig(provider="command", command=[name], model="m"), folder, policy=PATIENT)


@pytest.mark.parametrize(
    ("name", "output", "usage"),
    [
        ("claude", json.dumps(CLAUDE), Usage(147, 33, 40)),
        ("codex", lines(CODEX), Usage(120, 30, 20)),
        ("codex", lines([*CODEX, *CODEX]), Usage(240, 60, 40)),
    ],
)
def test_an_answer_in_json_tells_what_it_took(tmp_path: Path, name: str, output: str, usage: Usage) -> None:
    backend = preset(tmp_path, name, output)
    assert generate(backend) == CODE
    assert backend.usage == usage


@pytest.mark.parametrize("name", ["claude", "codex", "llm", "ollama"])
@pytest.mark.parametrize(
    "output", [CODE, f"```python\n{CODE}```\n", "x = {}\n", "[1, 2]\n", '{"result": "no usage"}\n']
)
def test_what_is_no_such_json_is_the_answer_itself(tmp_path: Path, name: str, output: str) -> None:
    backend = preset(tmp_path, name, output)
    assert answer(backend) == output
    assert asyncio.run(backend.complete(REQUEST)).usage.estimated


@pytest.mark.parametrize(
    ("name", "output", "problem"),
    [
        ("claude", json.dumps({**CLAUDE, "is_error": True, "result": "Not logged in"}), "Not logged in"),
        ("codex", lines([*CODEX[:3], {"type": "turn.failed", "error": {"message": "no quota"}}]), "no quota"),
        ("codex", lines([*CODEX[:3], {"type": "error", "message": "no quota"}]), "no quota"),
    ],
)
@pytest.mark.parametrize("code", [0, 1])
def test_an_error_in_json_is_shown(tmp_path: Path, name: str, output: str, problem: str, code: int) -> None:
    error = failure(preset(tmp_path, name, output, code))
    assert error.message == f"{name}: {'it ended with exit code 1: ' if code else ''}{problem}"


def test_many_run_at_the_same_time(tmp_path: Path) -> None:
    meet = f"touch {tmp_path}/$$; while [ $(ls {tmp_path} | wc -l) -lt 16 ]; do sleep 0.05; done"
    backend = shell(f"{meet}; {ANSWER}")

    async def run() -> list[str]:
        return list(await asyncio.gather(*(backend.generate_module(CONTEXT) for _ in range(16))))

    assert asyncio.run(run()) == [CODE] * 16


# A bad one


def test_an_exit_code_is_an_error_that_shows_the_last_line_it_wrote(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    error = failure(shell(f"echo >> {runs}; echo first >&2; printf '\\033[31mquota used up\\033[0m\\n\\n' >&2; exit 3"))
    assert error.message == "sh: it ended with exit code 3: quota used up"
    assert runs.read_text() == "\n"


def test_an_exit_code_without_a_word_is_an_error() -> None:
    assert failure(shell("echo half a module; exit 1")).message == "sh: it ended with exit code 1"


def test_a_signal_is_an_error() -> None:
    assert failure(shell("kill -TERM $$")).message == "sh: it was ended by signal 15"


def test_much_on_standard_error_is_no_harm_and_its_end_is_kept() -> None:
    script = "yes noise | head -c 5000000 >&2; echo >&2; echo the reason >&2; exit 1"
    assert failure(shell(script)).message == "sh: it ended with exit code 1: the reason"


def test_a_flood_is_ended() -> None:
    assert failure(shell("yes")).message == "sh: the answer is longer than 4 MB"


def test_an_answer_that_is_not_utf8_is_an_error() -> None:
    assert failure(shell(r"printf '\377'")).message == "sh: the answer is not UTF-8"


def test_no_answer_is_an_error() -> None:
    assert failure(shell("true")).message == "app.slug: the model answered without any text"


def test_its_key_is_in_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_KEY", KEY)
    error = failure(shell('echo "bad key $MODEL_KEY" >&2; exit 1', api_key_env="MODEL_KEY"))
    assert error.message == "sh: it ended with exit code 1: bad key [hidden]"


def test_half_of_its_key_is_in_no_error_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_KEY", KEY)
    filler = "m" * 4087  # with the space, all but the last 8 of the 4,096 bytes that are kept
    said = failure(shell(f'printf "%s {filler}" "$MODEL_KEY" >&2; exit 3', api_key_env="MODEL_KEY")).message
    assert "mmmm" in said
    assert KEY[-8:] not in said


def test_a_key_that_is_configured_has_to_be_there() -> None:
    with pytest.raises(JauntConfigError, match="SURELY_NOT_SET is not set"):
        shell(ANSWER, api_key_env="SURELY_NOT_SET")


def test_a_program_that_cannot_be_started_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("#!/no/such/interpreter\n")
    (tmp_path / "model").chmod(0o755)
    backend = CommandBackend(LLMConfig(command=["./model"]), tmp_path)
    assert failure(backend).message == "model: cannot be started: No such file or directory"


# Processes

LEAVES_OTHERS = """
sleep 300 & echo $! >> {pids}
setsid sh -c 'echo $$ >> {pids}; exec sleep 300' &
(setsid sh -c 'echo $$ >> {pids}; exec sleep 300' &) &
while [ $(cat {pids} | wc -l) -lt 3 ]; do sleep 0.01; done
"""


def test_what_outlives_the_program_is_ended_and_the_answer_taken(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    assert generate(shell(LEAVES_OTHERS.format(pids=pids) + ANSWER)) == CODE
    started = [int(line) for line in pids.read_text().split()]
    assert len(started) == 3
    wait_until(lambda: not any(map(is_running, started)))


def test_a_hang_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = LEAVES_OTHERS.format(pids=pids) + f"echo $$ >> {pids}; trap '' TERM INT; while :; do sleep 300; done"
    error = failure(shell(script, policy=Policy(timeout=2.0)))
    assert error.message == "sh: no answer within 2 s"
    started = [int(line) for line in pids.read_text().split()]
    assert len(started) == 4
    wait_until(lambda: not any(map(is_running, started)))


def test_an_interrupted_call_ends_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    backend = shell(LEAVES_OTHERS.format(pids=pids) + f"echo $$ >> {pids}; sleep 300")

    async def run() -> None:
        call = asyncio.create_task(backend.generate_module(CONTEXT))
        await asyncio.to_thread(wait_until, lambda: pids.exists() and len(pids.read_text().split()) == 4)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    asyncio.run(run())
    wait_until(lambda: not any(map(is_running, map(int, pids.read_text().split()))))


def test_a_survivor_out_of_reach_does_not_hold_the_answer_up(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    survivor = f"env -i setsid sh -c 'echo $$ >> {pids}; exec sleep 300' &"
    script = f"{survivor} while [ ! -s {pids} ]; do sleep 0.01; done; {ANSWER}"
    try:
        assert generate(shell(script)) == CODE
    finally:
        os.kill(int(pids.read_text()), signal.SIGKILL)


def test_the_process_that_runs_it_is_not_ended(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from loopback import CONTEXT\n"
        "from shell_backends import ANSWER, shell\n"
        "print(asyncio.run(shell(ANSWER).generate_module(CONTEXT)))\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": python_path(SUPPORT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (child.returncode, child.stdout) == (0, f"{CODE}\n")


# Configuration


def test_a_preset_is_chosen_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PRESETS:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    lines = {name: command_line(LLMConfig(command=[name], model="m"), tmp_path) for name in PRESETS}
    assert {line[0] for line in lines.values()} == {str(tmp_path / name) for name in PRESETS}
    assert list(lines["ollama"][1:]) == ["run", "m"]
    assert all("m" in line for line in lines.values())
    assert "--model" not in command_line(LLMConfig(command=["claude"]), tmp_path)


def test_a_preset_that_needs_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(JauntConfigError, match=r"llm\.model: ollama needs it"):
        command_line(LLMConfig(command=["ollama"]), tmp_path)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_that_is_not_there_says_how_to_get_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JauntConfigError, match=f"there is no program {name} on PATH") as caught:
        command_line(LLMConfig(command=[name], model="m"), tmp_path)
    assert PRESETS[name].source in (caught.value.hint or "")


@pytest.mark.parametrize("one", ["no-such-python {root}/model.py", "./run it", "claude --print"])
def test_a_program_with_its_arguments_in_one_string_is_to_be_a_list(
    one: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JauntConfigError, match="there is no program") as caught:
        command_line(LLMConfig(command=[one]), tmp_path)
    assert caught.value.hint == f"write a list: command = {json.dumps(one.split())}"


def test_model_and_root_are_filled_in(tmp_path: Path) -> None:
    llm = LLMConfig(command=["sh", "{root}/ask.sh", "--model={model}"], model="m")
    assert list(command_line(llm, tmp_path)[1:]) == [f"{tmp_path}/ask.sh", "--model=m"]


def test_a_script_of_the_project_is_given_by_a_relative_path(tmp_path: Path) -> None:
    (tmp_path / "ask.sh").write_text(f"#!/bin/sh\n{ANSWER}\n")
    (tmp_path / "ask.sh").chmod(0o755)
    (tmp_path / "src").mkdir()
    (tmp_path / "jaunt.toml").write_text('[llm]\nprovider = "command"\ncommand = "./ask.sh"\n')
    backend = make_backend(load_config(root=tmp_path))
    assert asyncio.run(backend.generate_module(CONTEXT)) == CODE


def test_a_script_that_may_not_be_run_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "ask.sh").write_text("#!/bin/sh\n")
    with pytest.raises(JauntConfigError, match=r"ask\.sh is not executable") as caught:
        command_line(LLMConfig(command=["./ask.sh"]), tmp_path)
    assert caught.value.hint == f"chmod +x {tmp_path}/ask.sh"


@pytest.mark.parametrize(("line", "hint"), [("", "#!/bin/sh"), ("#!/no/such/shell\n", "#!")])
def test_a_script_that_cannot_be_started_is_told_with_what_to_do(tmp_path: Path, line: str, hint: str) -> None:
    (tmp_path / "ask.sh").write_text(f"{line}{ANSWER}\n")
    (tmp_path / "ask.sh").chmod(0o755)
    found = failure(CommandBackend(LLMConfig(provider="command", command=["./ask.sh"]), tmp_path, policy=PATIENT))
    assert "cannot be started" in found.message
    assert hint in (found.hint or "")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ([], "needs a program"),
        ([""], "needs a program"),
        (["no-such-program", "-x"], "no program no-such-program on PATH"),
        (["./no/such"], "no program .*/no/such"),
    ],
)
def test_a_missing_program_is_told_when_the_backend_is_made(command: list[str], said: str, tmp_path: Path) -> None:
    config = JauntConfig(llm=LLMConfig(provider="command", command=command), root=tmp_path)
    with pytest.raises(JauntConfigError, match=said):
        make_backend(config)

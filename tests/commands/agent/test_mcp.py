"""The server, asked by the official client over standard input and output."""

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client
from processes import child_environment, run_python
from projects import edit

from jaunt import codes

Ask = Callable[..., Awaitable[dict[str, Any]]]


def with_client(root: Path, use: Callable[[ClientSession, Ask], Awaitable[None]]) -> None:
    """Start the server in a project and use it."""

    async def main() -> None:
        arguments = ["-m", "jaunt", "agent", "mcp", "--root", str(root)]
        server = StdioServerParameters(command=sys.executable, args=arguments, env=child_environment())
        with anyio.fail_after(60):
            async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
                await session.initialize()

                async def ask(tool: str, **arguments: object) -> dict[str, Any]:
                    found = await session.call_tool(tool, arguments)
                    (content,) = found.content
                    text = getattr(content, "text", "")
                    return {"error": text} if found.is_error else json.loads(text)

                await use(session, ask)

    anyio.run(main)


def test_the_tools_are_those_that_only_look(built_shop: Path) -> None:
    async def use(session: ClientSession, _: Ask) -> None:
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(tools) == {"status", "prompt", "plan", "diff", "evidence", "check"}
        assert all(tool.description for tool in tools.values())
        assert tools["prompt"].input_schema["required"] == ["module"]
        assert not any(tool.input_schema["additionalProperties"] for tool in tools.values())

    with_client(built_shop, use)


def test_each_tool_gives_what_its_command_says(built_shop: Path) -> None:
    edit(built_shop / "src/app/words.py", "the words of", "all words of")
    before = {path: path.read_bytes() for path in built_shop.rglob("*.py")}

    async def use(_: ClientSession, ask: Ask) -> None:
        states = {each["module"]: each["state"] for each in (await ask("status"))["modules"]}
        assert states == {"app.words": "stale", "app.slug": "stale", "app.tally": "fresh", "tests.test_slug": "stale"}
        assert "all words of" in (await ask("status", module="app.words"))["diff"]
        assert "split_words" in str((await ask("prompt", module="app.words"))["messages"])
        planned = await ask("plan", targets=["app.words"])
        assert [each["module"] for each in planned["modules"]] == ["app.words"]
        shown = [(each["spec"], each["level"]) for each in (await ask("evidence", module="app.slug"))["specs"]]
        assert shown == [("app.slug:slugify", "none")]
        checked = await ask("check")
        assert (checked["exit_code"], len(checked["drift"])) == (4, 3)
        assert (await ask("check", verify=True))["exit_code"] == 4
        assert (await ask("diff"))["command"] == "diff"

    with_client(built_shop, use)
    assert {path: path.read_bytes() for path in built_shop.rglob("*.py")} == before


def test_what_goes_wrong_is_told_and_the_server_stays(built_shop: Path) -> None:
    async def use(_: ClientSession, ask: Ask) -> None:
        wrong = await ask("status", module="app.slog")
        assert "did you mean 'app.slug'?" in wrong["error"]["message"]
        assert "hyphen" in (await ask("prompt", module="--root=/"))["error"]
        assert "targets" in (await ask("status", targets=["app.slug"]))["error"]  # is not asked of all in its place
        assert (await ask("status"))["ok"]

    with_client(built_shop, use)


def test_without_the_package_it_says_what_to_install(built_shop: Path) -> None:
    code = "import sys; sys.modules['mcp'] = None\nfrom jaunt.cli import main\nsys.exit(main(['agent', 'mcp']))"
    done = run_python("-c", code, cwd=built_shop)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error[{codes.TOOL}]: the package mcp is not installed beside jaunt (pip install ")


@pytest.mark.parametrize("words", [["agent", "mcp", "--root", "nowhere"]])
def test_without_a_project_it_does_not_start(tmp_path: Path, words: list[str]) -> None:
    done = run_python("-m", "jaunt", *words, cwd=tmp_path)
    assert (done.returncode, "nowhere" in done.stderr) == (2, True)

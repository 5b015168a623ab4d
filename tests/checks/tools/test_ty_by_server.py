"""What ty says as a server is what it says as a command, of candidates of all sorts and after files have changed."""

import asyncio
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from candidates import servers_of, stop
from folders import SUPPORT
from language_servers import OPENED, PRELUDE, lent
from projects import write_files
from ty_places import INC, WRONG, make_work, spec, work_in

from jaunt.checks.tools.document import Diagnostic
from jaunt.checks.tools.tool import ToolError, find_tool, flaw_at
from jaunt.checks.tools.ty import Ty, TyServer, stub_files
from jaunt.files.temporary import abandoned_files, temporary_files
from jaunt.plan.module_work import ModuleWork

GOOD_NODE = "class Node:\n    mark = 1\n    def next(self) -> 'Node':\n        return first()\n"
CLASS_SPEC = {
    "src/app/inc.py": "import jaunt\n@jaunt.magic\nclass Node:\n"
    "    def next(self) -> 'Node':\n        ...\ndef first() -> Node: ...\n",
}


def by_server(source: str, work: ModuleWork) -> list[str]:
    return list(asyncio.run(Ty().check(source, work)).errors)


def by_command(source: str, work: ModuleWork) -> list[str]:
    """Return all errors that `ty check` finds in a candidate that stands outside the project."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, f"{work.generated_module.partition('.')[0]}-stubs")
        files = stub_files(package, source, work)
        write_files(Path("/"), {str(path): text for path, text in files.items()})
        (package / "py.typed").write_text("partial\n")
        paths = [argument for path in (folder, *work.bases) for argument in ("--extra-search-path", path)]
        options = ["--project", work.root, "--python", sys.executable, "--output-format", "concise", *paths]
        candidate = next(iter(files))
        child = subprocess.run(
            [find_tool("ty"), "check", "--color", "never", *options, candidate],
            cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
    assert child.returncode in (0, 1), child.stderr
    found = re.findall(r"^(.+?):(\d+):\d+: error\[([\w-]+)\] (.*)$", child.stdout, re.M)
    assert {Path(folder, path).name for path, *_ in found} <= {candidate.name}
    findings = [Diagnostic(int(line), 0, rule, message, True) for _, line, rule, message in found]
    return [flaw_at("ty", source, each, f"{each.message} [{each.rule}]", "") for each in findings]


TABLE = {
    "nothing wrong": ({}, f"{INC}\n    return n + 1\n", 0),
    "several errors": ({}, f"import nope\n{INC}\n    x: str = n\n    nope_2\n    return len(n)\n", 4),
    "an error of the syntax": ({}, f"{INC}\n    return (\n", 1),
    "characters beyond ASCII before it": ({}, f"{INC}\n    é, 𝒙 = '😀é', 1; return '😀é' + n\n", 1),
    "lines that end in other ways": ({}, f"X = 1\r\nY = 'a\x0cb\u2028c'\r\n{INC}\r\n    return Y\r\n", 1),
    "a comment that ignores": ({}, f"{INC}\n    return str(n)  # ty: ignore\n", 0),
    "relative imports": (
        {}, f"from ..inc import inc as stub\nfrom .inc import inc as own\n{INC}\n    return stub('')\n", 2,
    ),
    "rules": ({"ty.toml": "[rules]\nall = 'ignore'\n"}, WRONG, 0),
    "warnings alone": ({"ty.toml": "[rules]\nall = 'warn'\n[terminal]\nerror-on-warning = true\n"}, WRONG, 0),
    "rules in pyproject.toml": ({"pyproject.toml": "[tool.ty.rules]\nall = 'ignore'\n"}, WRONG, 0),
    "an older Python": (
        {"pyproject.toml": "[project]\nname = 'p'\n[tool.ty.environment]\npython-version = '3.9'\n"},
        f"import tomllib\n{INC}\n    match n:\n        case 1: pass\n    return n\n", 2,
    ),
    "another Python": ({"ty.toml": "[environment]\npython = 'none'\n"}, f"import doit\n{INC}\n    return n\n", 0),
    "search paths": (
        {"ty.toml": "[environment]\nextra-paths = ['vendored']\n", "vendored/vend.py": "X = ''\n"},
        f"import vend\n{INC}\n    return vend.X\n", 1,
    ),
    "roots": (
        {"ty.toml": "[environment]\nroot = ['lib']\n", "lib/vend.py": "X = ''\n"},
        f"import vend\n{INC}\n    return vend.X\n", 1,
    ),
    "excluded": ({"ty.toml": "[src]\nexclude = ['**/__generated__/**', '**/*-stubs/**', 'src']\n"}, WRONG, 1),
    "excluded altogether": ({"ty.toml": "[src]\nexclude = ['*', '**', '.jaunt']\n"}, WRONG, 1),
    "not included": ({"ty.toml": "[src]\ninclude = ['tests']\n"}, WRONG, 1),
    "ignored by git": ({".git/HEAD": "", ".gitignore": "*\n"}, WRONG, 1),
    "a class that is a spec": (CLASS_SPEC, "from app.inc import first\n" + GOOD_NODE, 0),
    "a class that is a spec, misused": (
        CLASS_SPEC, "from app.inc import first\n" + GOOD_NODE + "first().next().mark\nfirst().next().other\n", 1,
    ),
    "what the spec module can't import either": (
        {"src/app/inc.py": spec("import missing", "from gone import x")},
        f"import missing\nimport others\nfrom gone import x\n{INC}\n    return n\n", 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_the_server_finds_what_the_command_finds(tmp_path: Path, name: str) -> None:
    files, source, count = TABLE[name]
    work = make_work(tmp_path, files)
    expected = by_command(source, work)
    assert len(expected) == count
    known = {"missing", "gone"} if name == "what the spec module can't import either" else set()
    assert by_server(source, work) == [each for each in expected if not any(f"`{word}`" in each for word in known)]
    assert not list((tmp_path / ".jaunt").glob(".jaunt-*"))


@pytest.mark.parametrize(
    ("module", "file"),
    [("solo", "src/solo.py"), ("app.pack", "src/app/pack/__init__.py"), ("app.sub.inc", "src/app/sub/inc.py")],
)
@pytest.mark.parametrize("of_class", [False, True])
def test_modules_of_all_sorts_are_looked_at_alike(tmp_path: Path, module: str, file: str, of_class: bool) -> None:
    text = CLASS_SPEC["src/app/inc.py"] if of_class else spec("def first() -> str: ...")
    work = make_work(tmp_path, {file: text}, module)
    source = f"from {module} import first\n" + (GOOD_NODE if of_class else f"{INC}\n    return first()\n")
    source += "first().mark\nfirst().other\nfrom app.inc import inc as own\nown('')\n"
    expected = by_command(source, work)
    assert len(expected) == 2 if of_class else 4
    assert by_server(source, work) == expected


def test_the_base_of_the_module_comes_first(tmp_path: Path) -> None:
    files = {
        "jaunt.toml": "version = 1\n[paths]\nsource_roots = ['src', 'more']\n",
        "src/common.py": "X = ''\n",
        "more/common.py": "X = 1\n",
        "more/other/__init__.py": "",
        "more/other/inc.py": spec(),
    }
    source = f"from common import X\n{INC}\n    return X\n"
    first = make_work(tmp_path, files)
    second = work_in(tmp_path, "other.inc")

    async def both() -> list[list[str]]:
        tool = Ty()
        return [list((await tool.check(source, work)).errors) for work in (first, second, first)]

    assert asyncio.run(both()) == [by_command(source, work) for work in (first, second, first)]
    assert [bool(by_command(source, work)) for work in (first, second)] == [True, False]


@pytest.mark.parametrize("exclude", ["[]", "['sub']", "['*']", "['sub/**', '.jaunt']"])
def test_a_project_below_another_takes_the_settings_of_that(tmp_path: Path, exclude: str) -> None:
    above = "[project]\nname = 'above'\n[tool.ty.rules]\nunresolved-reference = 'ignore'\n"
    (tmp_path / "pyproject.toml").write_text(f"{above}[tool.ty.src]\nexclude = {exclude}\n")
    work = make_work(tmp_path / "sub", {"pyproject.toml": "[project]\nname = 'sub'\n[tool.typos]\n"})
    source = f"{INC}\n    nope\n    return ''\n"
    assert len(by_command(source, work)) == 1
    assert by_server(source, work) == by_command(source, work)


def test_settings_named_by_the_environment_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = make_work(tmp_path / "project", {"ty.toml": "[rules]\nall = 'error'\n"})
    (tmp_path / "ty.toml").write_text("[rules]\nunresolved-reference = 'ignore'\n")
    monkeypatch.setenv("TY_CONFIG_FILE", str(tmp_path / "ty.toml"))
    source = f"{INC}\n    nope\n    return ''\n"
    assert len(by_command(source, work)) == 1
    assert by_server(source, work) == by_command(source, work)


def test_any_name_of_a_folder_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "my pr\u00f6%20ject #1"
    make_work(folder, {})
    (tmp_path / "link").symlink_to(folder)
    for root in (folder, tmp_path / "link"):
        (error,) = by_server(WRONG, work_in(root))
        assert error.startswith("ty: line 2: ")


def test_a_server_that_finds_nothing_in_what_is_no_python_is_not_believed(tmp_path: Path) -> None:
    async def use() -> None:
        async with lent(tmp_path, PRELUDE + OPENED + "find(read()); read()") as server:
            with pytest.raises(ToolError, match=r"^ty does not look at what is in "):
                await TyServer(server, tmp_path, ()).require_sight(tmp_path)

    asyncio.run(use())


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("ty.toml", "no-such-setting = [\n", "unclosed array"),
        ("ty.toml", "no-such-setting = 1\n", "unknown field `no-such-setting`"),
        ("ty.toml", "[rules]\ninvalid-return-type = 'loud'\n", "unknown variant `loud`"),
        ("ty.toml", "[environment]\nextra-paths = ['none']\n", "does not point to a directory"),
        ("ty.toml", "[src]\nexclude = ['[a']\n", ""),
        ("pyproject.toml", "[tool.ty\n", "unclosed table"),
        ("pyproject.toml", "[tool.ty]\nx = 1\n", "unknown field `x`"),
    ],
)
def test_settings_that_ty_cannot_read_fail_the_check_with_its_reason(
    tmp_path: Path, file: str, text: str, reason: str
) -> None:
    work = make_work(tmp_path, {})
    (tmp_path / file).write_text(text)
    with pytest.raises(ToolError) as raised:
        by_server(WRONG, work)
    assert str(raised.value).startswith("ty failed: ")
    assert reason in str(raised.value)
    assert "refer to the logs" not in str(raised.value)
    assert not list((tmp_path / ".jaunt").glob(".jaunt-*"))


# ----------------------------------------------------------------------------------------------------
# One server, one candidate after the other


def test_generated_files_that_land_or_go_meanwhile_are_seen_as_they_are(tmp_path: Path) -> None:
    own = spec().replace("magic", "magic(deps=['app.dep:inc', 'app.sub.low:inc'])")
    work = make_work(tmp_path, {"src/app/dep.py": spec(), "src/app/sub/low.py": spec(), "src/app/inc.py": own})
    folder = tmp_path / "src/app/__generated__"
    dep, low = folder / "dep.py", folder / "sub/low.py"
    assert tuple(work.dependency_paths.values()) == (dep, low)
    source = "from app.__generated__.dep import X\nfrom app.__generated__.sub.low import X as Y\nZ: int = X + Y\n"
    tool = Ty()

    async def count() -> int:
        return len((await tool.check(source, work)).errors)

    async def counts() -> list[int]:
        found = [await count()]
        for _ in range(2):
            low.parent.mkdir(parents=True)
            low.write_text("X = 1\n")
            for text in ("X = 1\n", "X = ''\n", "Y = 1\n", "X = 2\n"):
                dep.write_text(text)
                found.append(await count())
            shutil.rmtree(folder)
            found.append(await count())
        return found

    assert asyncio.run(counts()) == [2, *[0, 1, 1, 0, 2] * 2]


def test_what_landed_for_one_candidate_is_seen_by_the_servers_of_all(tmp_path: Path) -> None:
    """`app.top` builds on `app.dep` alone, whose generated code builds on that of `app.low`."""
    low = {"src/app/low.py": spec(), "src/app/dep.py": spec().replace("magic", "magic(deps='app.low:inc')")}
    top = {"src/app/inc.py": spec().replace("magic", "magic(deps='app.dep:inc')")}
    work = make_work(tmp_path, {**low, **top})
    below = work_in(tmp_path, "app.dep")
    folder = tmp_path / "src/app/__generated__"
    source = f"from app.__generated__.dep import X\n{INC}\n    return X\n"

    async def counts() -> list[int]:
        tool = Ty()
        first = await tool.check(f"from app.__generated__.low import X\n{INC}\n    return X\n", work)
        folder.mkdir()
        (folder / "low.py").write_text("X = ''\n")
        second = await tool.check("from app.__generated__.low import X\n", below)
        (folder / "dep.py").write_text("from app.__generated__.low import X\n")
        return [len(each.errors) for each in (first, second, await tool.check(source, work))]

    assert asyncio.run(counts()) == [1, 0, 1]


def test_a_candidate_leaves_nothing_behind_for_the_next(tmp_path: Path) -> None:
    work = make_work(tmp_path, CLASS_SPEC)
    (tmp_path / "src/app/other.py").write_text(spec())
    other = work_in(tmp_path, "app.other")
    use = "from app.inc import first, Node\nfirst().{}\nNode().{}\n"
    mark = "from app.inc import first\n" + GOOD_NODE + "first().next().{}\n"
    alone = replace(work, entries=(work.entries[0]._replace(qualname="first"),))  # Node is no spec there
    steps = [
        (use.format("mark", "mark"), other, 2),
        (mark.format("mark"), work, 0),
        (use.format("mark", "mark"), other, 2),
        (mark.format("sign"), work, 1),
        (mark.replace("mark", "sign").format("mark"), work, 1),
        (mark.replace("mark", "sign").format("sign"), work, 0),
        ("from app.inc import first\nfirst().sign\nfrom app.__generated__.other import X\n", alone, 2),
        (use.format("next", "next"), other, 0),
        ("from app.__generated__.inc import Node\n", other, 1),
    ]

    async def counts() -> list[int]:
        tool = Ty()
        return [len((await tool.check(source, where)).errors) for source, where, _ in steps]

    assert asyncio.run(counts()) == [count for *_, count in steps]
    assert sorted(path.name for path in (tmp_path / "src/app").iterdir()) == ["__init__.py", "inc.py", "other.py"]


def test_a_package_that_was_looked_for_in_vain_is_found_when_a_candidate_makes_it(tmp_path: Path) -> None:
    other = make_work(tmp_path, {"src/solo.py": CLASS_SPEC["src/app/inc.py"]})
    work = work_in(tmp_path, "solo")
    use = "from solo import first\nfirst().mark\n"

    async def counts() -> list[int]:
        tool = Ty()
        steps = [(use, other), (GOOD_NODE.replace("first()", "Node()") + use, work), (use, other)]
        return [len((await tool.check(source, where)).errors) for source, where in steps]

    assert asyncio.run(counts()) == [1, 0, 1]


def test_the_folder_for_candidates_may_be_removed_at_the_price_of_one_check(tmp_path: Path) -> None:
    work = make_work(tmp_path, {})

    async def use() -> list[int]:
        tool = Ty()
        found = [len((await tool.check(WRONG, work)).errors)]
        shutil.rmtree(tmp_path / ".jaunt")
        with pytest.raises(ToolError, match="ty has no copy of the candidate: "):
            await tool.check(WRONG, work)
        return [*found, len((await tool.check(WRONG, work)).errors)]

    assert asyncio.run(use()) == [1, 1]


def test_the_folder_for_candidates_of_a_long_build_is_no_leftover(tmp_path: Path) -> None:
    work = make_work(tmp_path, {})
    state = tmp_path / ".jaunt"

    async def use() -> None:
        tool = Ty()
        await tool.check(WRONG, work)
        (folder,) = temporary_files(state)
        os.utime(folder, (1, 1))
        assert list(abandoned_files([state])) == [folder]
        await tool.check(WRONG, work)
        assert list(abandoned_files([state])) == []

    asyncio.run(use())


def test_the_first_candidate_starts_one_server_and_many_start_one_a_core(tmp_path: Path) -> None:
    work = make_work(tmp_path, {})

    async def counts() -> list[int]:
        tool = Ty()
        await tool.check(WRONG, work)
        await tool.check(WRONG, work)
        first = len(servers_of("ty"))
        await asyncio.gather(*(tool.check(WRONG, work) for _ in range(20)))
        return [first, len(servers_of("ty"))]

    first, many = asyncio.run(counts())
    assert (first, many) == (1, min(os.cpu_count() or 1, 20))
    assert servers_of("ty") == []
    assert not list((tmp_path / ".jaunt").glob(".jaunt-*"))


def test_a_process_that_leaves_its_loop_to_itself_takes_the_folder_for_candidates_with_it(tmp_path: Path) -> None:
    make_work(tmp_path / "project", {})
    program = f"""\
import sys; sys.path.insert(0, {str(SUPPORT)!r})
import asyncio
from pathlib import Path
from jaunt.checks.tools.ty import Ty
from jaunt.files.temporary import temporary_files
from ty_places import WRONG, work_in
root = Path({str(tmp_path / "project")!r})
tool = Ty()
loop = asyncio.new_event_loop()
loop.run_until_complete(tool.check(WRONG, work_in(root)))
print(len(list(temporary_files(root / ".jaunt"))))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "1\n"
    assert list(temporary_files(tmp_path / "project/.jaunt")) == []


def test_a_server_that_is_killed_at_work_fails_that_candidate_alone(tmp_path: Path) -> None:
    work = make_work(tmp_path, {})

    async def one_after_the_other() -> None:
        tool = Ty()
        await tool.check(WRONG, work)
        (server,) = servers_of("ty")
        stop(server)
        unlucky = asyncio.create_task(tool.check(WRONG, work))
        await asyncio.sleep(0)  # it has asked by now
        os.kill(server, signal.SIGKILL)
        with pytest.raises(ToolError, match=r"^ty ended with exit code -9$"):
            await unlucky
        assert len((await tool.check(WRONG, work)).errors) == 1
        assert server not in servers_of("ty")

    asyncio.run(one_after_the_other())
    assert not list((tmp_path / ".jaunt").glob(".jaunt-*"))


def test_a_candidate_that_nobody_waits_for_any_more_disturbs_no_other(tmp_path: Path) -> None:
    work = make_work(tmp_path, CLASS_SPEC)
    source = "from app.inc import first\n" + GOOD_NODE + "first().next().{}\n"

    async def counts() -> list[int]:
        tool = Ty()
        await tool.check(source.format("mark"), work)
        found = []
        for turns in range(12):
            given_up = asyncio.create_task(tool.check(source.format("nope"), work))
            for _ in range(turns):
                await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.gather(given_up, return_exceptions=True)
            found.append(len((await tool.check(source.format("mark"), work)).errors))
        assert len(servers_of("ty")) == 1
        return found

    assert asyncio.run(counts()) == [0] * 12


CLIENT = """
import asyncio, os, sys
from pathlib import Path
sys.path[:0] = {path}
from candidates import servers_of
from ty_places import WRONG, work_in
from jaunt.checks.tools.ty import Ty

async def main():
    tool = Ty()
    await tool.check(WRONG, work_in(Path({root!r})))
    print(*servers_of("ty"), flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def test_no_server_outlives_a_client_that_is_killed(tmp_path: Path) -> None:
    if not hasattr(os, "pidfd_open"):
        pytest.skip("a process that is no child can't be waited for here")
    make_work(tmp_path, {})
    code = CLIENT.format(path=sys.path, root=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        (server,) = map(int, client.stdout.readline().split())
        handle = os.pidfd_open(server)
        client.kill()
        assert select.select([handle], [], [], 30)[0] == [handle]
    os.close(handle)

"""The whole program beside itself: builds at the same time, and killed ones; what is asked for is counted."""

import asyncio
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from backends import CountingBackend
from loopback import Call, Reply, Server, payload
from processes import CHILD_SECONDS, child_environment, run_jaunt, wait_until
from projects import CONFIG, SHOP, SHOP_ANSWERS, write_files

from jaunt.build.pipeline import ModuleBuilder
from jaunt.build.settings import BuildSettings
from jaunt.build.store import Store, holds_module
from jaunt.config import load_config
from jaunt.generate.check import FunctionCheck
from jaunt.header import parse_header
from jaunt.plan.module_work import project_works
from jaunt.project.project import load_project
from jaunt.syntax.body import is_edited

pytest.importorskip("openai")

ALL = ["app.slug", "app.tally", "app.words"]


class Model(Server):
    """Answers the modules of the shop, once `go` is set; `asked` are the modules that it was asked for."""

    def __init__(self) -> None:
        super().__init__([])
        self.asked: list[str] = []
        self.go = threading.Event()
        self.go.set()
        self.seconds = 0.0

    def next_reply(self, call: Call) -> Reply:
        prompt = "\n".join(message["content"] for message in call.body["messages"])
        found = re.search(r"implements the (?:test )?specs in `([\w.]+)`", prompt)
        assert found is not None
        self.asked.append(found[1])
        self.go.wait(CHILD_SECONDS)
        time.sleep(self.seconds)
        message = {"role": "assistant", "content": SHOP_ANSWERS[found[1]]}
        return payload({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})


@pytest.fixture
def model() -> Generator[Model]:
    server = Model()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.go.set()
        server.shutdown()
        thread.join()
        server.server_close()


def make_project(root: Path, model: Model, *, store: str = 'path = "../store"') -> Path:
    llm = f'[llm]\nprovider = "openai"\nmodel = "m"\nbase_url = "{model.url}/v1"\nparallel = 8\n'
    config = re.sub(r"\[llm\].*?\n\n", f"{llm}\n[store]\n{store}\n\n", CONFIG, flags=re.DOTALL)
    write_files(root, {**SHOP, "jaunt.toml": config})
    return root


@contextmanager
def started(root: Path, *arguments: str, program: str = "jaunt") -> Generator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-m", program, *arguments],
        cwd=root,
        env=child_environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with child:
        try:
            yield child
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)


def lines_until(child: subprocess.Popen[str], text: str) -> list[str]:
    """Read what a child prints until a line holds the text."""
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError(f"it ended without {text!r}: {''.join(lines)}")


def ended(child: subprocess.Popen[str]) -> tuple[int, str]:
    out, _ = child.communicate(timeout=CHILD_SECONDS)
    return child.returncode, out


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in (".lock", ".tmp")]


# --- at the same time --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "arguments"), [("jaunt", ["build"]), ("doit", ["-n", "4", "-P", "process", "build"]), ("doit", [])]
)
def test_a_second_build_waits_for_the_first_and_asks_for_nothing(
    tmp_path: Path, model: Model, program: str, arguments: list[str]
) -> None:
    root = make_project(tmp_path / "shop", model)
    model.go.clear()
    with started(root, "build") as first:
        wait_until(lambda: len(model.asked) == 2)
        with started(root, *arguments, program=program) as second:
            said = lines_until(second, "another build is asking the model for it")
            model.go.set()
            codes = [ended(first), ended(second)]
    assert [code for code, _ in codes] == [0, 0], (codes, said)
    assert sorted(model.asked) == ALL
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("options", [[], ["--eager"], ["--eager", "--jobs=1"]], ids=["deps-first", "eager", "one job"])
def test_four_clones_that_share_a_store_pay_once(tmp_path: Path, model: Model, options: list[str]) -> None:
    clones = [make_project(tmp_path / f"clone{number}", model) for number in range(4)]
    model.seconds = 0.3
    with ExitStack() as stack:
        builds = [stack.enter_context(started(clone, "build", *options)) for clone in clones]
        assert [ended(build)[0] for build in builds] == [0] * 4
    assert sorted(model.asked) == ALL
    code = {clone: (clone / "src/app/__generated__/slug.py").read_text() for clone in clones}
    assert len(set(code.values())) == 1
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("order", ["deps-first", "eager"])
def test_the_processes_of_one_doit_run_do_not_wait_for_each_other(tmp_path: Path, model: Model, order: str) -> None:
    root = make_project(tmp_path / "shop", model)
    with (root / "jaunt.toml").open("a") as config:
        config.write(f'[build]\norder = "{order}"\n')
    with started(root, "-n", "4", "-P", "process", "build", program="doit") as build:
        code, out = ended(build)
    assert (code, "another build" in out) == (0, False), out
    assert sorted(model.asked) == ALL


def test_when_the_first_build_is_killed_the_second_asks_itself(tmp_path: Path, model: Model) -> None:
    root = make_project(tmp_path / "shop", model)
    model.go.clear()
    with started(root, "build") as first:
        wait_until(lambda: len(model.asked) == 2)
        with started(root, "build") as second:
            lines_until(second, "another build")
            os.killpg(first.pid, signal.SIGKILL)
            wait_until(lambda: len(model.asked) == 4)
            model.go.set()
            assert ended(second)[0] == 0
    assert Counter(model.asked) == {"app.words": 2, "app.tally": 2, "app.slug": 1}
    assert run_jaunt("build", "--force", cwd=root).returncode == 0  # removes what a killed one held for its answers
    assert leftovers(tmp_path) == []


def test_when_the_first_build_finds_no_code_the_second_tries_itself(tmp_path: Path, model: Model) -> None:
    root = make_project(tmp_path / "shop", model)
    bad = {**SHOP_ANSWERS, "app.words": "nothing = 1\n"}
    answers: dict[str, Iterator[Mapping[str, str]]] = {}

    def answer(call: Call) -> Reply:
        module = "app.words" if "def split_words" in call.body["messages"][-1]["content"] else "?"
        model.asked.append(module)
        source = next(answers.setdefault(module, iter([bad, bad, bad, *[SHOP_ANSWERS] * 3])))[module]
        if len(model.asked) == 1:
            model.go.wait(CHILD_SECONDS)
        message = {"role": "assistant", "content": source}
        return payload({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    model.next_reply = answer
    model.go.clear()
    with started(root, "build", "--target", "app.words") as first:
        wait_until(lambda: len(model.asked) == 1)
        with started(root, "build", "--target", "app.words") as second:
            lines_until(second, "another build")
            model.go.set()
            assert [ended(first)[0], ended(second)[0]] == [3, 0]
    assert len(model.asked) == 4


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_waits_can_be_stopped_at_once(tmp_path: Path, model: Model, by: signal.Signals) -> None:
    root = make_project(tmp_path / "shop", model)
    model.go.clear()
    with started(root, "build") as first:
        wait_until(lambda: len(model.asked) == 2)
        with started(root, "build") as second:
            lines_until(second, "another build")
            second.send_signal(by)
            assert ended(second)[0] == 130
        assert first.poll() is None
        model.go.set()
        assert ended(first)[0] == 0
    assert sorted(model.asked) == ALL


@pytest.mark.parametrize("option", ["--force", "--no-store"])
def test_who_asks_in_any_case_does_not_wait(tmp_path: Path, model: Model, option: str) -> None:
    root = make_project(tmp_path / "shop", model)
    model.go.clear()
    with started(root, "build") as first, started(root, "build", option) as second:
        wait_until(lambda: len(model.asked) == 4)
        model.go.set()
        assert [ended(first)[0], ended(second)[0]] == [0, 0]
    asked = Counter(model.asked)
    assert (asked["app.words"], asked["app.tally"]) == (2, 2)


def test_a_readonly_store_is_neither_locked_nor_waited_for(tmp_path: Path, model: Model) -> None:
    root = make_project(tmp_path / "shop", model, store='path = "../store"\nreadonly = true')
    model.go.clear()
    with started(root, "build") as first, started(root, "build") as second:
        wait_until(lambda: len(model.asked) == 4)
        assert not (tmp_path / "store").exists()
        model.go.set()
        assert [ended(first)[0], ended(second)[0]] == [0, 0]


def test_a_store_without_locks_is_one_warning_and_no_obstacle(tmp_path: Path, model: Model) -> None:
    root = make_project(tmp_path / "shop", model)
    (tmp_path / "store" / "build").mkdir(parents=True)
    project = load_project(load_config(root=root))
    for digest in (project.digests[module] for module in ALL):
        (tmp_path / "store" / "build" / digest[:2] / f"{digest}.lock").mkdir(parents=True)
    done = run_jaunt("build", cwd=root)
    assert done.returncode == 0
    assert sum("no lock can be taken" in line for line in done.stderr.splitlines()) == 1, done.stderr
    assert len(list(Store(tmp_path / "store").files())) == 3


def test_prune_removes_the_locks_of_killed_builds_and_info_does_not_count_them(tmp_path: Path, model: Model) -> None:
    root = make_project(tmp_path / "shop", model)
    model.go.clear()
    with started(root, "build") as build:
        wait_until(lambda: len(model.asked) == 2)
        os.killpg(build.pid, signal.SIGKILL)
        build.wait(CHILD_SECONDS)
    assert len([path for path in leftovers(tmp_path / "store") if path.suffix == ".lock"]) == 2
    assert json.loads(run_jaunt("store", "info", "--json", cwd=root).stdout)["generations"] == 0
    assert run_jaunt("store", "prune", "--keep-days", "1", cwd=root).returncode == 0
    assert leftovers(tmp_path / "store") == []


# --- kills and interruptions -------------------------------------------------------------------------


def is_whole(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return parse_header(text) is not None and not is_edited(text)


def kept_modules(root: Path, store: Store) -> set[str]:
    project = load_project(load_config(root=root))
    return {module for module in ALL if holds_module(store, project, module)}


def test_kills_at_random_moments_lose_nothing_that_was_kept_and_tear_nothing(tmp_path: Path, model: Model) -> None:
    root = make_project(tmp_path / "shop", model)
    store, chance = Store(tmp_path / "store"), random.Random(7)
    model.seconds = 0.1
    for _ in range(12):
        kept, before = kept_modules(root, store), len(model.asked)
        if chance.random() < 0.3:
            shutil.rmtree(root / "src/app/__generated__", ignore_errors=True)
        with started(root, "build") as build:
            time.sleep(chance.uniform(0.2, 1.5))
            os.killpg(build.pid, signal.SIGKILL)
        assert not kept & set(model.asked[before:])
        assert all(map(is_whole, (root / "src/app/__generated__").glob("[!_]*.py")))
    kept, before = kept_modules(root, store), len(model.asked)
    assert run_jaunt("build", cwd=root).returncode == 0
    assert sorted(model.asked[before:]) == sorted(set(ALL) - kept)
    assert run_jaunt("build", cwd=root).stdout.startswith("3 fresh")
    assert [path for path in leftovers(tmp_path) if path.suffix == ".tmp"] == []


def test_an_answer_that_passed_lands_and_is_told_even_if_no_thread_is_free_when_the_build_is_interrupted(
    tmp_path: Path,
) -> None:
    write_files(tmp_path, SHOP)
    project = load_project(load_config(root=tmp_path))
    (work,) = project_works(project, ["app.words"])
    store, gate = Store(tmp_path / "store"), threading.Event()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))

        async def occupy_and_interrupt(_: str) -> list[str]:
            loop.run_in_executor(None, gate.wait)
            loop.call_soon(task.cancel)
            return []

        settings = BuildSettings(
            CountingBackend(), checks_for=lambda _: [FunctionCheck(occupy_and_interrupt)], store=store
        )
        with ModuleBuilder(settings) as builder:
            task = asyncio.create_task(builder.build(work))
            await asyncio.wait([task])
        assert (task.result().status, task.result().path) == ("generated", work.path)
        gate.set()

    asyncio.run(run())
    assert store.get("build", work.fingerprint.digest).source == SHOP_ANSWERS["app.words"]
    assert is_whole(work.path)

"""How close a build comes to its bound when the model is a slow server.

    python tests/benchmarks/serving.py [--modules 500] [--seconds 0.5] [--jobs 64] [--specs 5]

Starts an OpenAI-compatible server on loopback, in a process of its own, that answers each request after the given
seconds with a module that passes. Sends it as many requests by the official SDK alone, as its documentation does; then
builds a project of modules without dependencies with `jaunt build`: with the checks that start no program, with one of
ruff, ty and the sandbox each, and with the default ones. Prints the wall time of the process, and that from the first
request to its end, each with its ratio to the bound (the rounds that the jobs need, times the seconds of an answer),
and the CPU time of the process and of the programs it started. Needs the extra `openai`. Nothing is asserted.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from cold_build import write_modules

OFF = {"ruff": '"off"', "ty": '"off"', "doctests": "false"}
CHECKS = {
    "without programs": OFF,
    "with ruff": {name: value for name, value in OFF.items() if name != "ruff"},
    "with ty": {name: value for name, value in OFF.items() if name != "ty"},
    "with the sandbox": {name: value for name, value in OFF.items() if name != "doctests"},
    "all, the default": {},
}
"""What is switched off in each row."""


SDK_ALONE = """
import asyncio, sys
from openai import AsyncOpenAI
prompt = "\\n".join(f"def f{number}(x: int" for number in range(5)) + "x" * 1000
messages = [{"role": "system", "content": "y" * 1000}, {"role": "user", "content": prompt}]

async def main(url, count, jobs):
    client, turns = AsyncOpenAI(base_url=url, max_retries=0), asyncio.Semaphore(jobs)
    async def ask():
        async with turns:
            await client.chat.completions.create(model="loopback", messages=messages)
    await asyncio.gather(*(ask() for _ in range(count)))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""
"""What the SDK takes when nothing is done with the answers; the prompts are as long as those of jaunt."""


class Model:
    """The server: it counts requests and connections, how many were in flight at a time, and notes the first's time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.in_flight = 0
        self.begin_anew()

    def begin_anew(self) -> None:
        """Count from zero."""
        self.requests = self.connections = self.most = 0
        self.first = math.inf

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: *(\d+)", head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                self.requests += 1
                self.first = min(self.first, time.time())
                self.in_flight += 1
                self.most = max(self.most, self.in_flight)
                await asyncio.sleep(self.seconds)
                self.in_flight -= 1
                writer.write(_reply(body))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def _reply(body: bytes) -> bytes:
    text = json.loads(body)["messages"][-1]["content"]
    names = dict.fromkeys(re.findall(r"def (f\d+)\(x: int", text))
    module = re.search(r"of module (\d+)", text)  # no two modules get the same code, as no two do of a real model
    functions = [f"def {name}(x: int, *, scale: float = 1.0) -> int:\n    return int(x * scale)" for name in names]
    code = "\n\n\n".join([f"NUMBER = {module[1] if module else 0}", *functions])
    message = {"role": "assistant", "content": f"```python\n{code}\n```"}
    answer = json.dumps(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "loopback",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200},
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(answer)}\r\n\r\n"
    return head.encode() + answer


def run_server(pipe: Connection, seconds: float) -> None:
    """Serve on a free port, which goes through the pipe; send the counts each time that one is asked for."""
    asyncio.run(_serve(pipe, seconds))


async def _serve(pipe: Connection, seconds: float) -> None:
    model = Model(seconds)
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0, backlog=512)
    pipe.send(server.sockets[0].getsockname()[1])
    while await asyncio.to_thread(pipe.recv):
        pipe.send((model.requests, model.connections, model.most, model.first))
        model.begin_anew()


def measure(
    arguments: argparse.Namespace, pipe: Connection, name: str, command: Sequence[str], folder: str | None = None
) -> None:
    """Run a command and print its row."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    environment = {**os.environ, "OPENAI_API_KEY": "loopback"}
    subprocess.run([sys.executable, *command], cwd=folder, check=True, env=environment)
    end, after = time.time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    pipe.send(True)
    requests, connections, most, first = pipe.recv()
    bound = math.ceil(arguments.modules / arguments.jobs) * arguments.seconds
    print(
        f"{name:24}{end - begin:7.2f} s {(end - begin) / bound:5.2f} x   from the first request {end - first:5.2f} s "
        f"{(end - first) / bound:5.2f} x   {1000 * cpu / arguments.modules:5.1f} ms CPU a module   "
        f"{requests} requests, {connections} connections, {most} at a time",
        flush=True,
    )


def measure_build(arguments: argparse.Namespace, pipe: Connection, url: str, name: str, checks: str) -> None:
    """Build a new project and print its row."""
    modules: int = arguments.modules
    server = f'base_url = "{url}"\nparallel = {arguments.jobs}\n'
    settings = f'version = 1\n[llm]\nprovider = "openai"\nmodel = "loopback"\n{server}{checks}'
    with tempfile.TemporaryDirectory() as folder:
        write_modules(Path(folder), dict.fromkeys(range(modules), ()), specs=arguments.specs)
        (Path(folder) / "jaunt.toml").write_text(settings)
        command = ["-m", "jaunt", "build", "--quiet", f"--jobs={arguments.jobs}"]
        measure(arguments, pipe, name, command, folder)
        built = len(list(Path(folder).glob("src/app/__generated__/m*.py")))
    if built != modules:
        raise SystemExit(f"only {built} of {modules} modules were built")


def main(given: Sequence[str] | None = None) -> None:
    """Build with each choice of checks and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=int, default=500)
    parser.add_argument("--specs", type=int, default=5, help="specs in each module")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long the server takes to answer")
    parser.add_argument("--jobs", type=int, default=64)
    arguments = parser.parse_args(given)
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=run_server, args=(theirs, arguments.seconds), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}/v1"
    bound = math.ceil(arguments.modules / arguments.jobs) * arguments.seconds
    print(
        f"{arguments.modules} modules of {arguments.specs} specs, {arguments.jobs} jobs, {os.cpu_count()} processors; "
        f"bound {bound:.1f} s",
        flush=True,
    )
    command = ["-c", SDK_ALONE, url, str(arguments.modules), str(arguments.jobs)]
    measure(arguments, ours, "the SDK alone", command)
    for name, off in CHECKS.items():
        settings = "".join(f"{check} = {value}\n" for check, value in off.items())
        measure_build(arguments, ours, url, name, f"\n[verify]\n{settings}")


if __name__ == "__main__":
    main()

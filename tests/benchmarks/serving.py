"""How close a build comes to its bound when the model is a slow server.

    python tests/benchmarks/serving.py [--modules 500] [--seconds 0.5] [--jobs 64] [--specs 5]

Starts an OpenAI-compatible server on loopback, in a process of its own, that answers each request after the given
seconds with a module that passes. Builds a project of modules without dependencies with `jaunt build`: with the checks
that start no program, with one of ruff, ty and the sandbox each, and with the default ones. Prints wall time, its ratio
to the bound (the rounds that the jobs need, times the seconds of an answer), and the CPU time of jaunt and of the
programs it started. Needs the extra `openai`. Nothing is asserted.
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


class Model:
    """The server: it counts requests and connections, and how many were in flight at a time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.requests = self.connections = self.in_flight = self.most = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: *(\d+)", head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                self.requests += 1
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
        pipe.send((model.requests, model.connections, model.most))
        model.requests = model.connections = model.most = 0


def build(root: Path, port: int, checks: str, jobs: int) -> tuple[float, float]:
    """Build a project with `jaunt build`; return the seconds of wall time and of CPU time."""
    (root / "jaunt.toml").write_text(
        f'version = 1\n[llm]\nprovider = "openai"\nmodel = "loopback"\nbase_url = "http://127.0.0.1:{port}/v1"\n{checks}'
    )
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "jaunt", "build", "--quiet", f"--jobs={jobs}"]
    subprocess.run(command, cwd=root, check=True, env={**os.environ, "OPENAI_API_KEY": "loopback"})
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(arguments: argparse.Namespace, pipe: Connection, port: int, name: str, checks: str) -> None:
    """Build a new project and print its row."""
    modules: int = arguments.modules
    with tempfile.TemporaryDirectory() as folder:
        write_modules(Path(folder), dict.fromkeys(range(modules), ()), specs=arguments.specs)
        wall, cpu = build(Path(folder), port, checks, arguments.jobs)
        built = len(list(Path(folder).glob("src/app/__generated__/m*.py")))
    pipe.send(True)
    requests, connections, most = pipe.recv()
    if built != modules:
        raise SystemExit(f"only {built} of {modules} modules were built")
    bound = math.ceil(modules / arguments.jobs) * arguments.seconds
    print(
        f"{name:24}{wall:7.2f} s  {wall / bound:5.2f} x {bound:.1f} s  {1000 * cpu / modules:6.1f} ms CPU a module"
        f"  {requests} requests, {connections} connections, {most} at a time"
    )


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
    port = ours.recv()
    print(f"{arguments.modules} modules of {arguments.specs} specs, {arguments.jobs} jobs, {os.cpu_count()} processors")
    for name, off in CHECKS.items():
        settings = "".join(f"{check} = {value}\n" for check, value in off.items())
        measure(arguments, ours, port, name, f"\n[verify]\n{settings}")


if __name__ == "__main__":
    main()

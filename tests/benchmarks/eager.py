"""How long a chain of modules takes in each of the two orders, with a model that is a slow server.

    python tests/benchmarks/eager.py [--modules 20] [--seconds 0.5] [--jobs 20] [--specs 1]

Starts the server of `serving.py` and builds a chain of modules, each of which depends on the one before, with
`jaunt build` and with `jaunt build --eager`, by the default checks. Prints the wall time of the process, and that from
the first request to its end. Needs the extra `openai`. Nothing is asserted.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from cold_build import write_modules
from serving import run_server


def measure(arguments: argparse.Namespace, pipe: Connection, url: str, options: Sequence[str]) -> None:
    """Build a new project with these options and print its row."""
    modules: int = arguments.modules
    settings = f'version = 1\n[llm]\nprovider = "openai"\nmodel = "loopback"\nbase_url = "{url}"\n'
    settings += f"parallel = {arguments.jobs}\n"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_modules(root, {n: [n - 1] if n else [] for n in range(modules)}, specs=arguments.specs)
        (root / "jaunt.toml").write_text(settings)
        command = [sys.executable, "-m", "jaunt", "build", "--quiet", f"--jobs={arguments.jobs}", *options]
        begin = time.time()
        subprocess.run(command, cwd=root, check=True, env={**os.environ, "OPENAI_API_KEY": "loopback"})
        end = time.time()
        built = len(list(root.glob("src/app/__generated__/m*.py")))
    if built != modules:
        raise SystemExit(f"only {built} of {modules} modules were built")
    pipe.send(True)
    requests, _, most, first = pipe.recv()
    print(
        f"{' '.join(options) or 'deps-first':12}{end - begin:7.2f} s   from the first request {end - first:6.2f} s   "
        f"{requests} requests, {most} at a time",
        flush=True,
    )


def main(given: Sequence[str] | None = None) -> None:
    """Build in both orders and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=0.5, help="how long the server takes to answer")
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--specs", type=int, default=1, help="specs in each module")
    arguments = parser.parse_args(given)
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=run_server, args=(theirs, arguments.seconds), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}/v1"
    print(f"a chain of {arguments.modules} modules, {arguments.seconds} s an answer, {arguments.jobs} jobs", flush=True)
    for options in ([], ["--eager"]):
        measure(arguments, ours, url, options)


if __name__ == "__main__":
    main()

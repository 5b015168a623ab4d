"""What a remote store costs: a cold clone with a warm remote store, beside one with a warm local one.

    python tests/benchmarks/remote_store.py [--modules 200] [--runs 5] [--delay-ms 5]

Starts an S3 server on loopback (moto's) that waits `--delay-ms` before each answer, builds a project once by way of a
program that answers at once, then builds it again and again without its generated files: with `.jaunt/store` there, and
with the bucket alone, in turn. Prints wall and CPU seconds, medians over the runs, how often the program was asked, and
the ratio. Needs the packages of `.[dev]`.
"""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import fsspec
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from scale import jaunt, median, run
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).parent))
from cold_build import write_project

PROGRAM = """\
import pathlib, re, sys
prompt = sys.stdin.read()
with pathlib.Path(__file__).with_name("calls.txt").open("a") as calls:
    calls.write(".")
for name in sorted(set(re.findall(r"def (f\\d+)\\(", prompt))):
    print(f"def {name}(x: int, *, scale: float = 1.0) -> int:\\n    return int(x * scale)\\n\\n")
"""


def delayed(app: Callable[..., Iterable[bytes]], seconds: float) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI application that waits before it answers."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        time.sleep(seconds)  # what is measured, not a wait for something
        return app(environ, start)

    return answer


def serve(seconds: float) -> str:
    """Start the server, and return its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else it prints a line for each request
    app = delayed(DomainDispatcherApplication(create_backend_app), seconds)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def forget(root: Path, *, store: bool) -> None:
    """Make a cold clone of a project; `store` keeps its local store."""
    shutil.rmtree(root / "src/app/__generated__", ignore_errors=True)
    for path in (root / ".jaunt").iterdir() if (root / ".jaunt").exists() else ():
        if path.name != "store" or not store:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--modules", type=int, default=200)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--delay-ms", type=float, default=5.0)
    chosen = options.parse_args()
    os.environ.update(
        AWS_ENDPOINT_URL=serve(chosen.delay_ms / 1000),
        AWS_ACCESS_KEY_ID="anyone",
        AWS_SECRET_ACCESS_KEY="anyone",
        AWS_DEFAULT_REGION="us-east-1",
    )
    fsspec.url_to_fs("s3://bucket")[0].mkdir("bucket")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        write_project(root, modules=chosen.modules, specs=2, layers=10)
        (root / "model.py").write_text(PROGRAM)
        (root / "jaunt.toml").write_text(
            f'version = 1\n[llm]\nprovider = "command"\ncommand = ["{sys.executable}", "{root}/model.py"]\n'
            '[store]\nurl = "s3://bucket/jaunt"\n'
        )
        run(jaunt("build"), root)
        asked = len((root / "calls.txt").read_text())
        samples: dict[str, list[Any]] = {"warm local store": [], "warm remote store": []}
        for _ in range(chosen.runs + 1):
            for name, found in samples.items():
                forget(root, store=name == "warm local store")
                found.append(run(jaunt("build"), root))
        again = len((root / "calls.txt").read_text()) - asked
    print(f"{chosen.modules} modules, {chosen.delay_ms:g} ms before each answer; first build: {asked} calls")
    print(f"then: {again} calls of the model")
    rows = {name: median(found[1:]) for name, found in samples.items()}
    for name, sample in rows.items():
        print(f"{name:<18} {sample.wall:6.2f} s, {sample.cpu:6.2f} s of CPU")
    print(f"ratio of the wall times: {rows['warm remote store'].wall / rows['warm local store'].wall:.2f}")


if __name__ == "__main__":
    main()

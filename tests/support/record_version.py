"""Record what a version of jaunt writes and prints, to be read by later ones:

    PYTHONPATH=<checkout of that version>/src python tests/support/record_version.py

It builds a small project and the bundled examples by the jaunt on the path, with a model that is a server on this
machine, and writes `project.txt`, `keys.json` and `examples.json` into `tests/compatibility`. It uses nothing of the
suite, whose helpers know today's jaunt alone.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jaunt

Run = Callable[..., str]

DATA = Path(__file__).resolve().parents[1] / "compatibility"
EXAMPLES = Path(jaunt.__file__).parent / "examples"

SOURCES = {
    "src/app/__init__.py": "from app.words import split_words as split_words\n",
    "src/app/limits.py": (
        "from dataclasses import dataclass\n\nLIMIT = 10\n\n\n"
        "@dataclass(frozen=True)\nclass Limits:\n    longest: int = LIMIT\n"
    ),
    "src/app/words.py": '''\
import jaunt


@jaunt.magic
def split_words(text: str, *, longest: int = 20) -> list[str]:
    """Return the words of `text`, in lower case.

    >>> split_words("A b")
    ['a', 'b']
    """
    ...
''',
    "src/app/slug.py": '''\
import jaunt
from app import split_words


@jaunt.magic(deps=[split_words], prompt="Keep it short.")
def slugify(text: str, *, sep: str = "-") -> str:
    """Return the words of `text`, joined by `sep`."""
    ...


@jaunt.magic
async def slugify_later(text: str) -> str:
    """Return what `slugify` returns."""
    raise NotImplementedError
''',
    "src/app/tally.py": '''\
import jaunt
from app.limits import LIMIT, Limits


@jaunt.magic
class Tally:
    """Counts upwards from 0."""

    step: int = 1

    def __init__(self, limits: Limits) -> None: ...

    @property
    def count(self) -> int:
        """The number that was returned last."""
        ...

    def add(self, times: int = LIMIT) -> int:
        """Return the next number after `times` steps."""
        ...
''',
    "src/app/shapes/__init__.py": '''\
import jaunt


@jaunt.magic
def area(width: float, height: float) -> float:
    """Return the area of a rectangle."""
    pass
''',
    "src/app/shapes/square.py": '''\
from typing import overload

import jaunt
from app.shapes import area


@overload
def square(side: int) -> int: ...
@overload
def square(side: float) -> float: ...
@jaunt.magic(deps="app.shapes:area")
def square(side: float) -> float:
    """Return the `area` of a square."""
''',
    "src/single.py": '''\
import jaunt


@jaunt.magic(infer_deps=False)
def shout(text: str) -> str:
    """Return `text` in capitals."""
    ...
''',
    "tests/__init__.py": "",
    "tests/test_slug.py": '''\
import jaunt
from app.slug import slugify


@jaunt.test(deps=[slugify])
def test_slugify() -> None:
    """slugify("A b") is "a-b"."""
    ...
''',
}

ANSWERS = {
    "app.words": (
        "def split_words(text: str, *, longest: int = 20) -> list[str]:\n"
        "    return [word[:longest] for word in text.lower().split()]\n"
    ),
    "app.slug": (
        "from app.words import split_words\n\n\n"
        'def slugify(text: str, *, sep: str = "-") -> str:\n    return sep.join(split_words(text))\n\n\n'
        "async def slugify_later(text: str) -> str:\n    return slugify(text)\n"
    ),
    "app.tally": (
        "from app.limits import LIMIT, Limits\n\n\nclass Tally:\n    step: int = 1\n\n"
        "    def __init__(self, limits: Limits) -> None:\n        self._limits = limits\n        self._count = 0\n\n"
        "    @property\n    def count(self) -> int:\n        return self._count\n\n"
        "    def add(self, times: int = LIMIT) -> int:\n        self._count += self.step * times\n"
        "        return self._count\n"
    ),
    "app.shapes": "def area(width: float, height: float) -> float:\n    return width * height\n",
    "app.shapes.square": (
        "from typing import overload\n\nfrom app.shapes import area\n\n\n"
        "@overload\ndef square(side: int) -> int: ...\n@overload\ndef square(side: float) -> float: ...\n"
        "def square(side: float) -> float:\n    return area(side, side)\n"
    ),
    "single": "def shout(text: str) -> str:\n    return text.upper()\n",
    "tests.test_slug": (
        'from app.slug import slugify\n\n\ndef test_slugify() -> None:\n    assert slugify("A b") == "a-b"\n'
    ),
}

CONFIG = """\
[llm]
provider = "openai"
model = "m"
base_url = "{url}/v1"

[llm.price]
input = 2.0
output = 10.0

[verify]
ruff = "off"
ty = "off"
doctests = false
"""
"""Without the checks that start programs: what they find is not what is recorded."""


class Model(BaseHTTPRequestHandler):
    """Answers each request with the code of the module that it names."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        prompt = "\n".join(m["content"] for m in json.loads(self.rfile.read(length))["messages"])
        found = re.search(r"implements the (?:test )?specs in `([\w.]+)`", prompt)
        assert found is not None
        message = {"role": "assistant", "content": f"```python\n{ANSWERS[found[1]]}```\n"}
        answer = {
            "id": "1", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
        }  # fmt: skip
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


def run(root: Path, *arguments: str, code: int | None = 0) -> str:
    """Run the jaunt on the path, in a folder; return what it printed to standard output."""
    ended = subprocess.run([sys.executable, "-m", "jaunt", *arguments], cwd=root, capture_output=True, text=True)
    assert code is None or ended.returncode == code, f"{arguments}: {ended.stdout}{ended.stderr}"
    return ended.stdout


def key_paths(facts: Any, above: str = "") -> Iterator[str]:
    """Yield the keys of a JSON object and of all in it: `modules[].state`."""
    if isinstance(facts, dict):
        for key, value in facts.items():
            yield f"{above}{key}"
            yield from key_paths(value, f"{above}{key}.")
    elif isinstance(facts, list):
        for each in facts:
            yield from key_paths(each, f"{above.removesuffix('.')}[].")


ASKED = [
    *(
        ["status"],
        ["status", "app.words"],
        ["check"],
        ["build", "--dry-run"],
        ["graph"],
        ["diff"],
        ["diff", "app.words"],
    ),
    *(["doctor"], ["timings"], ["clean", "--dry-run"], ["store", "info"]),
    *(["eject", "--dry-run", "app.words"], ["prompt", "app.words"]),
]
DONE = [["accept", "app.tally"], ["build"], ["test", "--no-run"], ["store", "prune", "--keep-days", "1"], ["clean"]]


def keys_of(run: Run, commands: list[list[str]]) -> dict[str, list[str]]:
    """Return the keys of what commands print with `--json`; `run` runs one, and returns what it printed."""
    return {" ".join(each): sorted(set(key_paths(json.loads(run(*each, "--json"))))) for each in commands}


def record_keys(root: Path, run: Run) -> dict[str, dict[str, list[str]]]:
    """Return the keys of what is printed of the recorded project: as it is, with drift, and built again."""
    keys = {"fresh": keys_of(run, ASKED)}
    change(root / "src/app/words.py", "all in lower case", "in small letters")
    change(root / "src/app/__generated__/tally.py", "self._number", "self._total")
    change(root / "src/single.py", "@jaunt.magic", "")
    keys["stale"] = keys_of(run, ASKED)
    keys["done"] = keys_of(run, DONE)
    return keys


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def archive(root: Path) -> str:
    """Return all files below a folder as one text."""
    files = sorted(p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    parts = []
    for path in files:
        text = path.read_bytes().decode().replace(str(root), "{root}")
        end = "" if not text or text.endswith("\n") else "\n"  # the reader takes a JSON file with a newline, too
        parts.append(f"-- {path.relative_to(root).as_posix()} --\n{text}{end}")
    return "".join(parts)


def unpack(text: str, root: Path) -> None:
    """Write the files that `archive` put into one text below a folder."""
    for part in re.split(r"^-- (?=\S+ --$)", text, flags=re.MULTILINE)[1:]:
        name, _, content = part.partition(" --\n")
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content.replace("{root}", str(root)))


def record_project(root: Path, url: str) -> None:
    """Build the project, twice; record its files, and the keys of what is printed of it, fresh and then stale."""
    for name, text in {**SOURCES, "jaunt.toml": CONFIG.format(url=url)}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    run(root, "test", "--no-run")
    change(root / "src/app/words.py", "in lower case", "all in lower case")
    run(root, "test", "--no-run")
    change(root / "src/app/__generated__/tally.py", "self._count", "self._number")
    run(root, "accept", "app.tally")
    (DATA / "project.txt").write_text(archive(root).replace(url, "http://127.0.0.1:9"))
    keys = record_keys(root, lambda *arguments: run(root, *arguments, code=None))
    (DATA / "keys.json").write_text(json.dumps(keys, indent=1) + "\n")


def lasting(text: str) -> str:
    """Return a generated file without the optional lines of its header, which a version may write in its own way."""
    fields = ("tool_version", "kind", "source_module", "module_digest", "spec_refs")
    header, blank, code = text.partition("\n\n")
    lines = [line for line in header.splitlines() if not line.startswith("# jaunt:") or line[8:].startswith(fields)]
    return "\n".join(lines) + blank + code


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of what lasts of each generated file below a folder, by its path."""
    files = sorted(folder.rglob("__generated__/**/*.py"))
    texts = {path.relative_to(folder).as_posix(): lasting(path.read_text(encoding="utf-8")) for path in files}
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def record_examples(folder: Path) -> None:
    """Build the bundled examples; record what was made of them."""
    found = {}
    for name in ("textkit", "tokens"):
        run(folder, "example", name, str(folder / name))
        run(folder / name, "test", "--no-run")
        found[name] = digests(folder / name)
    (DATA / "examples.json").write_text(json.dumps(found, indent=1) + "\n")


def main() -> None:
    print(f"recording {jaunt.__file__}")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        record_project(Path(folder).resolve() / "project", f"http://127.0.0.1:{server.server_port}")
        record_examples(Path(folder).resolve())
    server.shutdown()


if __name__ == "__main__":
    main()

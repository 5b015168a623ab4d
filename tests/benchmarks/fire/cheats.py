"""Candidates that no test holds, put through a whole build with the checks and the sandbox that are the default."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from arena import ANSWERER
from attacks import EFFECTS, FORGERIES, LIES, NEXT, RIGHT
from projects import write_files

CONFIG = """\
[llm]
provider = "command"
command = {command}

[build]
max_attempts = 1
stop_after_same_failure = 0
"""
_RIGHT = "def following(number: int, *, step: int = 1) -> int:\n    return number + step\n"

TABLES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "effects": {kind: (NEXT, f"import sys\n{effect}\n\n\n{_RIGHT}") for kind, effect in EFFECTS.items()},
    "lies": LIES,
    "right": RIGHT,
    "forgeries": {kind: (NEXT, source) for kind, source in FORGERIES.items()},
}


def build_each(folder: Path, table: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each kind of a table, and what is wrong with its end: a wrong candidate landed, or a right one did not."""
    kinds = TABLES[table]
    modules = {f"app.c{number:03}": each for number, each in enumerate(kinds)}
    model, project = folder / "model", folder / "project"
    shutil.rmtree(folder, ignore_errors=True)
    names = {module: module.partition(".")[2] for module in modules}
    write_files(model, {"answer.py": ANSWERER.format(folder=str(model), thinks=0.0)})
    write_files(model, {module: kinds[kind][1].replace("{name}", names[module]) for module, kind in modules.items()})
    command = json.dumps([sys.executable, "-ISE", str(model / "answer.py")])
    files = {"jaunt.toml": CONFIG.format(command=command), "src/app/__init__.py": ""}
    files |= {f"src/app/{names[module]}.py": f"import jaunt\n{kinds[kind][0]}" for module, kind in modules.items()}
    write_files(project, files)
    done = subprocess.run(
        [sys.executable, "-m", "jaunt", "build", "--json"], cwd=project, capture_output=True, text=True, check=False
    )
    found = {each["module"]: each for each in json.loads(done.stdout).get("modules", [])}
    for module, kind in modules.items():
        said = found.get(module, {"status": "nothing is told of it", "errors": [done.stderr[-800:]]})
        landed = said["status"] == "generated"
        if table == "right":
            yield kind, [] if landed else [f"{said['status']}: {line}" for line in said["errors"] or [""]]
        else:
            yield kind, ["it landed"] if landed else [] if said["status"] == "failed" else [f"it is {said['status']}"]

"""A project whose model is a program outside of it, which writes down each call."""

import json
import sys
from pathlib import Path

from projects import SHOP, SHOP_ANSWERS, write_files

ANSWERER = """\
import pathlib, re, sys
prompt = sys.stdin.read()
module = re.search(r"implements the (?:test )?specs in `([\\w.]+)`", prompt)[1]
here = pathlib.Path(__file__).parent
with (here / "calls.txt").open("a") as calls:
    calls.write(module + "\\n")
print((here / f"{module}.answer").read_text())
"""


QUICK = '[verify]\nrobustness = "off"\n'
"""Robustness takes more time than all else of these small builds, and has tests of its own."""


def make_counted_shop(folder: Path) -> Path:
    """Write the project SHOP below `folder`, and its model beside it; return the project's root."""
    model = folder / "model"
    write_files(model, {"answer.py": ANSWERER, **{f"{m}.answer": text for m, text in SHOP_ANSWERS.items()}})
    command = json.dumps([sys.executable, str(model / "answer.py")])
    project = folder / "project"
    write_files(project, {**SHOP, "jaunt.toml": f'[llm]\nprovider = "command"\ncommand = {command}\n{QUICK}'})
    return project


def calls(project: Path) -> list[str]:
    """Return the modules that the model was asked for since the last look."""
    file = project.parent / "model" / "calls.txt"
    found = sorted(file.read_text().split()) if file.exists() else []
    file.unlink(missing_ok=True)
    return found

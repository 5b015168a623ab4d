"""A build with several candidates asks, at its end, what those that passed disagree on."""

import json
import sys
from pathlib import Path

from projects import write_files
from said import RunIn

SPEC = '''\
import jaunt


@jaunt.magic
def slugify(title: str) -> str:
    """Return `title` in lower case."""
    ...
'''
ANSWERER = """\
import pathlib, sys
sys.stdin.read()
here = pathlib.Path(__file__).parent
for number in range(9):
    try:
        (here / f"call{number}").touch(exist_ok=False)
    except FileExistsError:
        continue
    break
body = ["title.lower()", 'title.lower().replace("é", "e")'][number % 2]
print(f"def slugify(title: str) -> str:\\n    return {body}")
"""
CONFIG = """\
version = 1
[build]
candidates = 2
[verify]
ruff = "off"
ty = "off"
[llm]
provider = "command"
command = %s
"""


def test_the_other_candidates_are_kept_and_what_they_disagree_on_is_asked(tmp_path: Path, run_in: RunIn) -> None:
    command = json.dumps([sys.executable, str(tmp_path / "model/answer.py")])
    root = tmp_path / "project"
    write_files(tmp_path, {"model/answer.py": ANSWERER, "project/jaunt.toml": CONFIG % command})
    write_files(root, {"src/app/__init__.py": "", "src/app/slug.py": SPEC})
    said = run_in(root, "build")
    assert said.code == 0, said.err
    assert sum("slugify('é'): " in line and "(1 of 2, the landed one)" in line for line in said.lines) == 1, said.out
    assert said.lines[-1] == "app.slug leaves 1 question open, as far as was tried"
    # They are paid for, and a probe uses them first.
    probed = run_in(root, "probe", "app.slug", "--candidates", "1")
    assert probed.lines[0] == "1 further candidate: kept from before, no call"
    assert len([*tmp_path.glob("model/call*")]) == 2

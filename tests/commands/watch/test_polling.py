"""Which files are watched, and when a change has settled."""

import time
from pathlib import Path

from projects import write_files
from watched import SPEC

from jaunt.commands.watch.polling import SETTLE_SECONDS, take_snapshot, wait_for_change
from jaunt.config import load_config


def test_what_jaunt_writes_and_what_it_does_not_read_is_not_watched(root: Path) -> None:
    config = load_config(root=root)
    before = take_snapshot(config)
    assert {Path(path).name for path in before} == {"jaunt.toml", "__init__.py", "one.py", "test_one.py"}
    write_files(
        root,
        {
            "src/app/__generated__/one.py": "X = 1\n",
            "tests/__generated__/test_one.py": "X = 1\n",
            "tests/__init__.py": "",
            ".jaunt/ledger.json": "{}",
            "src/app/__pycache__/one.py": "X = 1\n",
            "src/app/notes.txt": "x",
            "answer.py": "print()\n",
        },
    )
    assert take_snapshot(config) == before


def test_prompts_of_the_projects_own_are_watched(root: Path) -> None:
    write_files(root, {"prompt.md": "x", "jaunt.toml": '[prompts]\nbuild_system = "prompt.md"\n'})
    config = load_config(root=root)
    before = take_snapshot(config)
    (root / "prompt.md").write_text("y y", encoding="utf-8")
    assert wait_for_change(config, before) == [str(root / "prompt.md")]


def test_a_change_is_told_when_it_has_settled(root: Path) -> None:
    config = load_config(root=root)
    before = take_snapshot(config)
    (root / "src/app/one.py").write_text(f"{SPEC}\n", encoding="utf-8")
    begin = time.monotonic()
    assert wait_for_change(config, before) == [str(root / "src/app/one.py")]
    assert time.monotonic() - begin >= SETTLE_SECONDS


def test_a_file_that_vanishes_while_it_is_looked_at_is_left_out(root: Path) -> None:
    (root / "src/app/gone.py").symlink_to(root / "nowhere.py")
    assert str(root / "src/app/gone.py") not in take_snapshot(load_config(root=root))

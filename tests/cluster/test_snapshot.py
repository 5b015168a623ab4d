"""What of a project's folder gets to a worker."""

from pathlib import Path

import pytest
from projects import write_files

from jaunt.cluster import snapshot
from jaunt.cluster.snapshot import pack, stamps_of, unpack
from jaunt.errors import JauntConfigError


def test_what_is_linked_and_what_is_empty_is_there_as_it_is_here(tmp_path: Path) -> None:
    root, there = tmp_path / "project", tmp_path / "there"
    write_files(root, {"app/a.py": "a = 1\n", "app/.venv/x.py": "", "env/pyvenv.cfg": "", "env/y.py": ""})
    write_files(tmp_path, {"lib/b.py": "b = 1\n", "lib/c.txt": "c"})
    (root / "lib").symlink_to(tmp_path / "lib")
    (root / "file.txt").symlink_to(tmp_path / "lib" / "c.txt")
    (root / "nowhere").symlink_to(tmp_path / "nowhere")
    (root / "app" / "round").symlink_to(root)
    (tmp_path / "lib" / "back").symlink_to(root / "app")  # project/lib/back/round would be the project again
    (root / "empty" / "inner").mkdir(parents=True)
    there.mkdir()
    before = stamps_of(root)
    unpack(pack(root, before), there)
    found = {str(path.relative_to(there)): path.read_text() if path.is_file() else None for path in there.rglob("*")}
    assert {name: text for name, text in found.items() if text is not None} == {
        "app/a.py": "a = 1\n",
        "lib/b.py": "b = 1\n",
        "lib/c.txt": "c",
        "lib/back/a.py": "a = 1\n",
        "file.txt": "c",
    }
    assert "empty/inner" in found
    write_files(root, {"empty/inner/d.py": "d = 1\n"})
    (root / "app" / "a.py").unlink()
    now = stamps_of(root)
    gone = tuple(sorted(before.keys() - now.keys()))
    unpack(pack(root, {path: stamp for path, stamp in now.items() if before.get(path) != stamp}, gone), there)
    assert (there / "empty/inner/d.py").read_text() == "d = 1\n"
    assert not (there / "app/a.py").exists()


def test_a_link_to_more_than_is_sent_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MOST_BYTES", 1 << 20)
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / "data").write_bytes(bytes(2 << 20))
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "data").symlink_to(tmp_path / "large")
    with pytest.raises(JauntConfigError, match="more than 1 MB"):
        stamps_of(tmp_path / "project")

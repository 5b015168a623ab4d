"""A bucket whose keys lead elsewhere: nothing is written but entries, where they belong."""

from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFile, MemoryFileSystem

from jaunt.build.store import Store
from jaunt.build.store.remote import Remote
from jaunt.build.store.sync import pull

DIGEST = "ab" + "0" * 62
NAME = f"build/ab/{DIGEST}.py"
HOSTILE = [
    "../../evil.py",
    f"../{NAME}",
    "build/../../../evil.py",
    f"build/ab/../../../../{DIGEST}.py",
    "/etc/evil.py",
    "build/ab/..\\..\\evil.py",
    "build/ab/.gitignore.py",
    "build/ab/nul\0.py",
    "build/ab/\x1b[31m.py",
    f"build/ab/{'x' * 300}.py",
    f"build/cd/{DIGEST}.py",
    f"answers/ab/{DIGEST}.py",
]


def test_no_key_of_a_bucket_leads_out_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, MemoryFile] = {}
    monkeypatch.setattr(MemoryFileSystem, "store", files)
    one = Store(tmp_path / "one", remote=Remote("memory://bucket"))
    one.put("build", DIGEST, "a = 1\n", module="app.x")
    assert one.close() is None
    whole = files[f"/bucket/{NAME}"]
    files |= {f"/bucket/{name}": whole for name in HOSTILE}
    pulled = pull(Store(tmp_path / "deep" / "down" / "two", remote=Remote("memory://bucket")))
    assert pulled.written == [NAME]
    assert pulled.refused == {}, "none of them has the name of an entry"
    assert [path.name for path in (tmp_path / "deep").rglob("*") if path.is_file()] == [f"{DIGEST}.py"]

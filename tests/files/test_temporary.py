"""Temporary files of writers that were killed: they are removed, those of writers at work are not."""

import os
import time
from pathlib import Path

import pytest
from processes import left_by_a_killed_writer, run_jaunt
from projects import make_shop

from jaunt.files.temporary import abandoned_files, remove_abandoned_files, temporary_path


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_writer_at_work_has_made_stays_until_it_is_killed(tmp_path: Path, kind: str) -> None:
    made = left_by_a_killed_writer(tmp_path, kind)
    assert made.exists()
    assert list(abandoned_files([tmp_path])) == [made]
    remove_abandoned_files([tmp_path])
    assert not made.exists()


@pytest.mark.parametrize(
    ("name", "age", "stays"),
    [
        (".jaunt-0123456789abcdef.tmp", 60, True),
        (".jaunt-0123456789abcdef.tmp", 7200, False),
        (".jaunt-elsewhere-1-ab.tmp", 60, True),
        (".jaunt-elsewhere-1-ab.tmp", 7200, False),
        (".jaunt-notes.txt", 7200, True),
        ("module.tmp", 7200, True),
    ],
)
def test_where_the_writer_cannot_be_asked_for_only_what_is_old_goes(
    tmp_path: Path, name: str, age: float, stays: bool
) -> None:
    path = tmp_path / name
    path.touch()
    long_ago = time.time() - age
    os.utime(path, (long_ago, long_ago))
    remove_abandoned_files([tmp_path])
    assert path.exists() == stays


def test_our_own_file_stays_however_many_there_are(tmp_path: Path) -> None:
    made = [temporary_path(tmp_path) for _ in range(100)]
    assert len(set(made)) == 100
    for path in made:
        path.touch()
    remove_abandoned_files([tmp_path])
    assert set(tmp_path.iterdir()) == set(made)


def test_a_symlink_is_not_followed_and_a_missing_folder_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "outside")
    made = left_by_a_killed_writer(tmp_path / "outside")
    remove_abandoned_files([tmp_path / "link", tmp_path / "none"])
    assert made.exists()


def test_the_next_build_that_has_something_to_do_sweeps_its_own_folders_alone(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    store, code, own = (root / name for name in (".jaunt/store/build", "src/app/__generated__", "src/app"))
    for folder in (store, code):
        folder.mkdir(parents=True)
    left = [left_by_a_killed_writer(folder) for folder in (store, code)]
    foreign = left_by_a_killed_writer(own)
    assert run_jaunt("build", cwd=root).returncode == 0
    assert [path.exists() for path in [*left, foreign]] == [False, False, True]

"""The store: what was validated comes back whole or not at all."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jaunt.build.store import Store, open_store
from jaunt.build.store.pruning import prune
from jaunt.config import load_config

DIGEST = "ab" + "0" * 62
OTHER = "cd" + "1" * 62


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def only_file(store: Store) -> Path:
    (found,) = store.files()
    return found.path


def test_an_empty_store_holds_nothing_and_warns_of_nothing(store: Store) -> None:
    lookup = store.get("build", DIGEST)
    assert (lookup.source, lookup.warning) == (None, None)


def test_what_is_put_comes_back_to_the_letter(store: Store) -> None:
    source = '"""Ünïcode."""\n\nx = "\\n"  # jaunt:kind=odd\n'
    assert store.put("build", DIGEST, source, module="app.x") is None
    assert store.get("build", DIGEST).source == source


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(source=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufeff")))
def test_any_text_survives(store: Store, source: str) -> None:
    store.put("build", DIGEST, source, module="app.x")
    assert store.get("build", DIGEST).source == source


def test_a_look_that_only_asks_leaves_no_trace(store: Store) -> None:
    store.put("build", DIGEST, "a = 1\n", module="app.x")
    file = only_file(store)
    os.utime(file, (1e9, 1e9))
    assert store.holds("build", DIGEST)
    assert not store.holds("test", DIGEST)
    assert file.stat().st_mtime == 1e9
    file.write_bytes(b"damaged")
    assert not store.holds("build", DIGEST)


def test_the_store_of_a_configuration_is_where_and_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "jaunt.toml").write_text('[paths]\nsource_roots = ["."]\n[store]\npath = "../kept"\nreadonly = true\n')
    store = open_store(load_config(root=tmp_path))
    assert (store.folder, store.readonly) == (tmp_path / "../kept", True)
    assert not store.folder.exists()


def test_kinds_and_digests_are_kept_apart(store: Store) -> None:
    store.put("build", DIGEST, "a = 1\n", module="app.x")
    assert store.get("test", DIGEST).source is None
    assert store.get("build", OTHER).source is None


def test_a_second_put_replaces_the_first(store: Store) -> None:
    store.put("build", DIGEST, "a = 1\n", module="app.x")
    store.put("build", DIGEST, "a = 2\n", module="app.x")
    assert store.get("build", DIGEST).source == "a = 2\n"


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-3],
        lambda data: data.replace(b"a = 1", b"a = 9"),
        lambda data: b"",
        lambda data: b"\xff\xfe" + data,
        lambda data: data.replace(DIGEST.encode(), OTHER.encode()),
        lambda data: b"import os\n" + data,
    ],
    ids=["cut", "changed", "emptied", "not-utf8", "another-contract", "no-marker"],
)
def test_a_damaged_entry_is_a_miss_with_one_warning_that_names_it(
    store: Store, damage: Callable[[bytes], bytes]
) -> None:
    store.put("build", DIGEST, "a = 1\n", module="app.x")
    path = only_file(store)
    path.write_bytes(damage(path.read_bytes()))
    lookup = store.get("build", DIGEST)
    assert lookup.source is None
    assert str(path) in (lookup.warning or "")


def test_a_readonly_store_is_read_and_never_written(tmp_path: Path) -> None:
    Store(tmp_path).put("build", DIGEST, "a = 1\n", module="app.x")
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    readonly = Store(tmp_path, readonly=True)
    assert readonly.get("build", DIGEST).source == "a = 1\n"
    readonly.put("build", OTHER, "b = 1\n", module="app.y")
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


def test_a_store_that_cannot_be_written_says_so_and_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file in the way")
    reason = Store(tmp_path / "store").put("build", DIGEST, "a = 1\n", module="app.x")
    assert "app.x" in (reason or "")
    assert Store(tmp_path / "store").get("build", DIGEST).source is None


def fill(store: Store, ages_in_days: dict[str, float]) -> None:
    for digit, age in ages_in_days.items():
        digest = digit * 64
        store.put("build", digest, f"x = {digit!r}\n", module="app.x")
        (path,) = store.folder.glob(f"build/*/{digest}.py")
        used = time.time() - age * 86_400
        os.utime(path, (used, used))


def kept(store: Store) -> set[str]:
    return {file.path.stem[0] for file in store.files()}


def test_prune_removes_what_was_not_used_for_long(store: Store) -> None:
    fill(store, {"a": 1, "b": 10, "c": 40})
    removed = prune(store, keep_days=30)
    assert [file.path.stem[0] for file in removed] == ["c"]
    assert kept(store) == {"a", "b"}


def test_what_is_no_entry_is_nobodys_to_prune(store: Store) -> None:
    fill(store, {"a": 40})
    others = [store.folder / name for name in ("app/db/models.py", "build/ab/notes.py", f"build/bb/{'a' * 64}.py")]
    for path in others:  # `[store] path` may be a folder that holds more
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a = 1\n")
    assert len(prune(store, keep_days=0)) == 1
    assert all(path.exists() for path in others)


def test_prune_keeps_the_most_recently_used_within_the_size(store: Store) -> None:
    fill(store, {"a": 3, "b": 1, "c": 2})
    size = next(store.files()).size
    prune(store, max_size=2 * size)
    assert kept(store) == {"b", "c"}


def test_candidates_that_did_not_land_are_pruned_with_the_others(store: Store) -> None:
    fill(store, {"a": 5, "b": 40})
    second = Store(store.folder / "candidates" / "2")
    fill(second, {"a": 50, "b": 1, "c": 41})
    assert {file.path.stem[0] for file in prune(store, keep_days=30)} == {"a", "b", "c"}
    assert (kept(store), kept(second)) == ({"a"}, {"b"})
    prune(store, max_size=next(store.files()).size)
    assert (kept(store), kept(second)) == (set(), {"b"})


def test_a_hit_counts_as_use(store: Store) -> None:
    fill(store, {"a": 40})
    assert store.get("build", "a" * 64).source is not None
    assert prune(store, keep_days=30) == []


def test_prune_without_limits_removes_nothing(store: Store) -> None:
    fill(store, {"a": 4000})
    assert prune(store) == []
    assert kept(store) == {"a"}

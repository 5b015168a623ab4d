"""The whole program rebuilds what an edit has changed: random projects against a reference that is slow and simple."""

import asyncio
import hashlib
import json
import mmap
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from backends import FakeBackend
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import write_files
from random_projects import (
    EDITS,
    NAMES,
    Project,
    Spec,
    all_specs,
    apply,
    docstring_of,
    home_of,
    local_name,
    render,
    start,
)

from jaunt.build.run import run_plan
from jaunt.build.settings import BuildSettings
from jaunt.config import load_config
from jaunt.files import listing
from jaunt.plan.plan import make_plan
from jaunt.project.kept import snapshot
from jaunt.project.project import load_project, remember

TRUSTING, CAREFUL = 0, 2_000_000_000
"""How old, in ns, a file has to be for the scan cache to hold it: older than a tick of the clock, or as in use."""


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take files into the scan cache at once, so that the tests needn't wait two seconds before each edit."""
    monkeypatch.setattr(listing, "GRANULARITY_NS", TRUSTING)


# --- the reference ------------------------------------------------------------------------------------


def contract(project: Project, user: str, spec: Spec) -> tuple[object, ...]:
    """Return all that a spec promises by itself."""
    names = {
        way: sorted(local_name(project, user, n) for n, w in spec.uses if w == way) for way in ("annotation", "body")
    }
    deps = sorted(reference_to(project, n) for n, way in spec.uses if way == "deps")
    methods = sorted((m.name, m.doc, m.default) for m in spec.methods) if spec.methods is not None else None
    promised = (spec.name, docstring_of(project, user, spec), spec.prompt, deps, methods)
    in_order = (spec.attributes,) if spec.methods is not None else (spec.parameters, spec.returns, *names.values())
    return promised + in_order


def reference_to(project: Project, number: int) -> str:
    return f"{home_of(project)[number]}:{all_specs(project)[number].name}"


def dependencies(spec: Spec) -> set[int]:
    """Return the specs that one depends on: those in its `deps`, and where that isn't turned off, all that it uses."""
    return {number for number, way in spec.uses if (way == "deps" or spec.infer is not False) and number != spec.number}


def closure(project: Project, number: int) -> dict[str, object]:
    """Return the contracts and dependencies of a spec and of all that it depends on, by reference."""
    specs, homes = all_specs(project), home_of(project)
    found: dict[str, object] = {}
    pending = [number]
    while pending:
        spec = specs[pending.pop()]
        ref = reference_to(project, spec.number)
        if ref not in found:
            below = sorted(reference_to(project, n) for n in dependencies(spec))
            found[ref] = contract(project, homes[spec.number], spec), below
            pending += dependencies(spec)
    return found


def closures(project: Project) -> dict[str, object]:
    """Return module -> the closures of its specs."""
    return {
        name: {reference_to(project, number): closure(project, number) for number in module.specs}
        for name, module in project.items()
    }


# --- jaunt --------------------------------------------------------------------------------------------


def build(root: Path) -> set[str]:
    """Build the project at `root` as the command does, and return the modules that the model was asked for."""
    backend = FakeBackend()
    plan = make_plan(load_project(load_config(root=root)))
    assert not plan.problems
    outcomes = asyncio.run(run_plan(plan, BuildSettings(backend), jobs=4))
    remember(plan.project, plan.found_fresh, make_folder=True)
    assert {outcome.status for outcome in outcomes.values()} <= {"generated", "verified", "fresh"}
    assert len(backend.calls) == len(set(backend.calls))
    return set(backend.calls)


def wait_for_a_tick(folder: Path) -> None:
    """Return when a file that is written now has another time than all that were written before."""
    probe = folder / "tick"
    probe.touch()
    begin = probe.stat().st_ctime_ns
    while probe.stat().st_ctime_ns == begin:
        probe.touch()


def write_changes(root: Path, files: Mapping[str, bytes], way: str) -> None:
    """Make the files at `root` those of `files`, editing in a `way` that leaves little trace."""
    for path in [p for folder in ("src", "tests") for p in (root / folder).rglob("*.py")]:
        if "__generated__" not in path.parts and str(path.relative_to(root)) not in files:
            path.unlink()
    for name, data in files.items():
        path = root / name
        before = path.stat() if path.exists() else None
        if before is not None and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.with_name("new") if way == "replaced" else path
        target.write_bytes(data)
        if way != "plain":
            # As `cp -p`, `rsync -t`, and `git` with hooks do; for a new file, one from a long time ago.
            times = (before.st_atime_ns, before.st_mtime_ns) if before else (10**18, 10**18)
            os.utime(target, ns=times)
        target.replace(path)


@settings(max_examples=60)
@given(
    size=st.integers(1, len(NAMES)),
    seed=st.integers(0, 10**6),
    steps=st.lists(
        st.tuples(
            st.lists(st.tuples(st.sampled_from([*EDITS]), st.integers(0, 9), st.integers(0, 10**6)), max_size=3),
            st.sampled_from(["plain", "time kept", "replaced"]),
            st.sampled_from([TRUSTING, TRUSTING, CAREFUL]),
        ),
        max_size=4,
    ),
)
def test_the_modules_rebuilt_are_those_whose_contract_closure_changed(size: int, seed: int, steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        root = Path(folder) / "project"
        project = start(size, seed)
        built: dict[str, object] = {}
        for edits, way, granularity in [([], "plain", TRUSTING), *steps]:
            patch.setattr(listing, "GRANULARITY_NS", granularity)
            for edit in edits:
                project = apply(project, *edit)
            write_changes(root, render(project), way)
            wait_for_a_tick(Path(folder))
            now = closures(project)
            changed = {name for name in now if now[name] != built.get(name)}
            # By modules, not spec by spec, dependents are at most verified.
            assert build(root) == changed
            built |= now  # the code of a module that is gone stays, and is fresh if the module comes back
            assert build(root) == set()
            wait_for_a_tick(Path(folder))


# --- edits that leave little trace --------------------------------------------------------------------

SLUG = "src/app/slug.py"
WORDS = "src/app/words.py"
TOWN: Mapping[str, str] = {
    "jaunt.toml": "",
    "src/app/__init__.py": "",
    WORDS: 'import jaunt\n\n\n@jaunt.magic\ndef words(x: int) -> int:\n    """Return 1."""\n',
    SLUG: 'import jaunt\n\n\n@jaunt.magic\ndef slug(x: int) -> int:\n    """See `words`, return 1."""\n',
    "src/app/tally.py": 'import jaunt\n\n\n@jaunt.magic\ndef tally(x: int) -> int:\n    """Return 1."""\n',
}
"""Three modules that don't depend on each other: `words` means nothing in `app.slug`."""


@pytest.fixture
def town(tmp_path: Path, trusting: None) -> Path:
    """The project TOWN, built; what is edited from now on is younger than the scan cache."""
    root = tmp_path / "town"
    write_files(root, TOWN)
    wait_for_a_tick(tmp_path)
    assert build(root) == {"app.slug", "app.tally", "app.words"}
    assert build(root) == set()
    wait_for_a_tick(tmp_path)
    return root


def rebuilt(root: Path) -> set[str]:
    """Build, and build again without a scan cache, which must find nothing left to do."""
    wait_for_a_tick(root.parent)
    found = build(root)
    assert build(root) == set()
    shutil.rmtree(root / ".jaunt")
    assert build(root) == set()
    return found


def other_words(root: Path) -> bytes:
    """Return another text for `app.words`, of the same size."""
    old = (root / WORDS).read_bytes()
    new = old.replace(b"Return 1", b"Return 2")
    assert new != old
    return new


def set_times_of(path: Path, like: os.stat_result) -> None:
    os.utime(path, ns=(like.st_atime_ns, like.st_mtime_ns))


def write_in_place(path: Path, data: bytes) -> None:
    before = path.stat()
    path.write_bytes(data)
    set_times_of(path, before)


def move_over(path: Path, data: bytes) -> None:
    new = path.with_name("new")
    new.write_bytes(data)
    set_times_of(new, path.stat())
    new.replace(path)


def copy_over(path: Path, data: bytes) -> None:
    new = path.with_name("new")
    new.write_bytes(data)
    set_times_of(new, path.stat())
    shutil.copy2(new, path)
    new.unlink()


def touch_back(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    os.utime(path, (1, 1))


def write_by_another_name(path: Path, data: bytes) -> None:
    other = path.with_name("other")
    other.hardlink_to(path)
    write_in_place(other, data)
    other.unlink()


def link_to_another_file(path: Path, data: bytes) -> None:
    other = path.with_name("other")
    other.write_bytes(data)
    set_times_of(other, path.stat())
    path.unlink()
    path.symlink_to(other)


def write_into_memory(path: Path, data: bytes) -> None:
    before = path.stat()
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[:] = data
    set_times_of(path, before)


def move_the_folder(path: Path, data: bytes) -> None:
    folder, new = path.parent, path.parent.with_name("new")
    shutil.copytree(folder, new)
    write_in_place(new / path.name, data)
    folder.rename(folder.with_name("old-app"))  # no package: the name is no identifier
    new.rename(folder)


def link_the_folder(path: Path, data: bytes) -> None:
    source = path.parents[1]
    source.rename(source.with_name("one"))
    two = shutil.copytree(source.with_name("one"), source.with_name("two"))
    source.symlink_to("one")
    write_in_place(two / path.relative_to(source), data)
    source.unlink()
    source.symlink_to("two")


@pytest.mark.parametrize(
    "write",
    [
        write_in_place,
        move_over,
        copy_over,
        touch_back,
        write_by_another_name,
        write_into_memory,
        link_to_another_file,
        move_the_folder,
        link_the_folder,
    ],
)
def test_an_edit_of_the_same_size_and_time_is_seen(town: Path, write: Callable[[Path, bytes], None]) -> None:
    write(town / WORDS, other_words(town))
    assert rebuilt(town) == {"app.words"}


def test_an_edit_within_the_clocks_granularity_is_seen(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "GRANULARITY_NS", CAREFUL)
    first, second = other_words(town), (town / WORDS).read_bytes().replace(b"Return 1", b"Return 3")
    for data in (first, second, first, second):
        (town / WORDS).write_bytes(data)
        assert build(town) == {"app.words"}


def test_files_that_change_places_are_read_again(town: Path) -> None:
    words, tally = town / WORDS, town / "src/app/tally.py"
    words.write_bytes(other_words(town))
    assert rebuilt(town) == {"app.words"}
    for name, path in (
        ("one", words),
        ("two", tally),
        ("words.py", town / "src/app/two"),
        ("tally.py", town / "src/app/one"),
    ):
        path.rename(path.with_name(name))
    assert rebuilt(town) == {"app.tally", "app.words"}


def test_the_file_behind_a_link_is_watched(town: Path) -> None:
    outside = town.parent / "outside.py"
    (town / WORDS).rename(outside)
    (town / WORDS).symlink_to(outside)
    assert rebuilt(town) == set()
    write_in_place(outside, other_words(town))
    assert rebuilt(town) == {"app.words"}


def test_switching_branches_back_and_forth_rebuilds_what_differs(town: Path) -> None:
    one, other = (town / WORDS).read_bytes(), other_words(town)
    for data in (other, one, other, one):
        (town / WORDS).unlink()
        (town / WORDS).write_bytes(data)  # git makes a new file, with the time of the checkout
        assert rebuilt(town) == {"app.words"}


def test_a_spec_that_appears_under_a_mentioned_name_is_a_dependency(town: Path) -> None:
    (town / SLUG).write_text(
        (town / SLUG).read_text().replace("import jaunt", "import jaunt\nfrom app.late import words")
    )
    assert rebuilt(town) == set()
    text = TOWN[WORDS].replace("Return 1", "Return late")
    (town / "src/app/late.py").write_text(text)
    assert rebuilt(town) == {"app.late", "app.slug"}
    (town / "src/app/late.py").write_text(text.replace("late", "early"))
    assert rebuilt(town) == {"app.late", "app.slug"}
    (town / "src/app/late.py").unlink()
    assert rebuilt(town) == {"app.slug"}


def test_a_package_in_the_place_of_a_module_is_read(town: Path) -> None:
    (town / "src/app/words").mkdir()
    (town / WORDS).rename(town / "src/app/words/__init__.py")
    assert rebuilt(town) == {"app.words"}  # its generated file is another now
    (town / "src/app/words/more.py").write_text(TOWN[WORDS])
    assert rebuilt(town) == {"app.words.more"}


def test_a_handwritten_module_on_the_way_that_is_edited_moves_the_edge(town: Path) -> None:
    api = town / "src/app/api.py"
    api.write_text("from app.words import words\n")
    (town / SLUG).write_text(
        (town / SLUG).read_text().replace("import jaunt", "import jaunt\nfrom app.api import words")
    )
    assert rebuilt(town) == {"app.slug"}
    move_over(api, b"from app.tally import tally as words\n")
    assert rebuilt(town) == {"app.slug"}


@pytest.mark.parametrize("facade", ["src/public/__init__.py", "src/public/names.py", "src/public.py"])
def test_a_package_without_specs_can_lead_to_one(town: Path, facade: str) -> None:
    module = facade.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    slug = town / SLUG
    slug.write_text(slug.read_text().replace("import jaunt", f"import jaunt\nfrom {module} import words"))
    assert rebuilt(town) == set()
    write_files(town, {facade: "from app.words import words\n"})
    assert rebuilt(town) == {"app.slug"}
    (town / WORDS).write_bytes(other_words(town))
    assert rebuilt(town) == {"app.slug", "app.words"}
    (town / facade).write_text("from app.tally import tally as words\n")
    assert rebuilt(town) == {"app.slug"}


def test_an_init_file_that_appears_can_bring_an_edge(town: Path) -> None:
    (town / "src/app/sub").mkdir()
    (town / "src/app/sub/page.py").write_text(TOWN["src/app/tally.py"].replace("tally", "page"))
    (town / SLUG).write_text(
        (town / SLUG).read_text().replace("import jaunt", "import jaunt\nfrom app.sub import words")
    )
    assert rebuilt(town) == {"app.sub.page"}
    (town / "src/app/sub/__init__.py").write_text("from ..words import words\n")
    assert rebuilt(town) == {"app.slug"}
    (town / "src/app/sub/__init__.py").unlink()
    assert rebuilt(town) == {"app.slug"}


def test_a_folder_that_is_renamed_holds_other_modules(town: Path) -> None:
    (town / "src/app").rename(town / "src/shop")
    assert rebuilt(town) == {"shop.slug", "shop.tally", "shop.words"}
    (town / "src/shop").rename(town / "src/app")
    assert rebuilt(town) == {"app.slug", "app.tally", "app.words"}  # their headers tell of another module


def test_other_roots_are_another_project(town: Path) -> None:
    (town / "lib/more").mkdir(parents=True)
    (town / "lib/more/words.py").write_text(TOWN[WORDS])
    assert rebuilt(town) == set()
    (town / "jaunt.toml").write_text('[paths]\nsource_roots = ["src", "lib"]\n')
    assert rebuilt(town) == {"more.words"}
    (town / "jaunt.toml").write_text('[paths]\nsource_roots = ["lib"]\n')
    assert rebuilt(town) == set()
    (town / "jaunt.toml").write_text('[paths]\nsource_roots = ["src", "lib"]\nexclude = ["more"]\n')
    assert rebuilt(town) == set()


def test_whether_dependencies_are_inferred_is_asked_each_time(town: Path) -> None:
    slug = town / SLUG
    slug.write_text(slug.read_text().replace("import jaunt", "import jaunt\nfrom app.words import words"))
    assert rebuilt(town) == {"app.slug"}
    for setting in ("false", "true"):
        (town / "jaunt.toml").write_text(f"[build]\ninfer_deps = {setting}\n")
        assert rebuilt(town) == {"app.slug"}


@pytest.mark.parametrize("argument", ["prompt=constants.WORDS", "prompt=WORDS + '.'", "infer_deps=constants.INFER"])
def test_a_constant_of_another_module_is_read_without_an_import(town: Path, argument: str) -> None:
    (town / "src/app/constants.py").write_text("WORDS = 'Be brief'\nINFER = False\nraise RuntimeError\n")
    (town / SLUG).write_text(
        (town / SLUG)
        .read_text()
        .replace("import jaunt", "import jaunt\nfrom app import constants\nfrom app.constants import WORDS")
        .replace("@jaunt.magic", f"@jaunt.magic({argument})")
    )
    assert rebuilt(town) == ({"app.slug"} if "prompt" in argument else set())
    assert load_project(load_config(root=town)).modules["app.slug"].unread == {}


@pytest.mark.parametrize("argument", ["prompt=constants.WORDS", "prompt=WORDS + '.'", "prompt=f'{WORDS}.'"])
def test_a_decorator_argument_from_another_module_is_read_each_time(town: Path, argument: str) -> None:
    constants = town / "src/app/constants.py"
    constants.write_text("WORDS = 'Be brief'\n")
    text = (town / SLUG).read_text().replace("@jaunt.magic", f"@jaunt.magic({argument})")
    (town / SLUG).write_text(
        text.replace("import jaunt", "import jaunt\nfrom app import constants\nfrom app.constants import WORDS")
    )
    assert rebuilt(town) == {"app.slug"}
    write_in_place(constants, b"WORDS = 'Be quick'\n")
    assert rebuilt(town) == {"app.slug"}


@pytest.mark.parametrize("argument", ["deps=DEPS", "deps=constants.DEPS", "deps=[*DEPS]", "deps=[constants.ONE]"])
def test_deps_from_another_module_are_read_each_time(town: Path, argument: str) -> None:
    constants = town / "src/app/constants.py"
    constants.write_text("DEPS = ['app.words:words']\nONE = DEPS[0]\n")
    text = (town / SLUG).read_text().replace("@jaunt.magic", f"@jaunt.magic({argument})")
    (town / SLUG).write_text(
        text.replace("import jaunt", "import jaunt\nfrom app import constants\nfrom app.constants import DEPS")
    )
    assert rebuilt(town) == {"app.slug"}
    (town / WORDS).write_bytes(other_words(town))
    assert rebuilt(town) == {"app.slug", "app.words"}
    write_in_place(constants, b"DEPS = ['app.tally:tally']\nONE = DEPS[0]\n")
    assert rebuilt(town) == {"app.slug"}
    (town / WORDS).write_text(TOWN[WORDS])
    assert rebuilt(town) == {"app.words"}


# --- caches that are not to be trusted ----------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 1000, 100_000])
def test_a_cache_of_random_bytes_is_none(town: Path, size: int) -> None:
    (town / WORDS).write_bytes(other_words(town))
    (town / ".jaunt/scan.jsonl").write_bytes(random.Random(size).randbytes(size))
    assert rebuilt(town) == {"app.words"}


def digest_by_wrong_cache(town: Path, of: Path) -> str:
    """Return the digest of `app.words` by a scan cache that is whole, of the project `of`, and has 0 for it."""
    digest = load_project(load_config(root=town)).digests["app.words"]
    key, _, body = (town / ".jaunt/scan.jsonl").read_text().partition("\n")
    assert digest in body
    body = body.replace(digest, "0" * 64)
    settings = json.loads(key)["settings"]
    key = snapshot.cache_key(of, settings, hashlib.sha256(body.encode()).hexdigest())
    (town / ".jaunt/scan.jsonl").write_text(f"{key}\n{body}")
    return load_project(load_config(root=town)).digests["app.words"].replace(digest, "the right one")


def test_only_the_cache_of_this_project_is_believed(town: Path) -> None:
    assert digest_by_wrong_cache(town, town.parent / "other") == "the right one"
    assert build(town) == set()


def test_a_cache_that_is_whole_is_believed_whatever_it_says(town: Path) -> None:
    assert digest_by_wrong_cache(town, town) == "0" * 64, "else the tests beside this one would pass with any cache"


def test_the_cache_of_another_version_is_none(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "FORMAT", snapshot.FORMAT + 1)
    build(town)  # by another version
    monkeypatch.undo()
    other = (town / ".jaunt/scan.jsonl").read_bytes()
    monkeypatch.setattr(listing, "GRANULARITY_NS", TRUSTING)
    assert build(town) == set()
    assert (town / ".jaunt/scan.jsonl").read_bytes() != other


def test_with_the_clock_set_back_files_are_of_the_future_and_read_again(town: Path) -> None:
    later = time.time() + 3600
    for data in (other_words(town), TOWN[WORDS].encode()):
        (town / WORDS).write_bytes(data)
        os.utime(town / WORDS, (later, later))
        assert rebuilt(town) == {"app.words"}


def test_two_builds_at_once_leave_nothing_stale_behind(town: Path) -> None:
    for number in range(5):
        (town / WORDS).write_text(TOWN[WORDS].replace("Return 1", f"Return no. {number}"))
        with ThreadPoolExecutor() as pool:
            asked = [future.result() for future in [pool.submit(build, town) for _ in range(3)]]
        assert set().union(*asked) == {"app.words"}
        assert build(town) == set()
    assert rebuilt(town) == set()

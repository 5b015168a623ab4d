"""What the builder puts on disk: generated files, headers, packages; and what it calls stale."""

import ast
import asyncio
import os
import py_compile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from backends import FakeBackend
from libraries import Library, make_library, spec_file, spec_modules
from projects import write_files

from jaunt.builder import detect_stale_modules, run_build, write_generated_module
from jaunt.errors import JauntDiscoveryError, JauntWriteError
from jaunt.header import HEADER_MARKER, extract_module_digest, parse_header, split_header

HEADER: Mapping[str, Any] = {
    "tool_version": "1",
    "kind": "build",
    "source_module": "pkg.mod",
    "module_digest": f"sha256:{'0' * 64}",
    "spec_refs": ["pkg.mod:f"],
}


def write(base: Path, module: str = "pkg.mod", source: str = "X = 1\n", **changes: Any) -> Path:
    """Write a generated module with a plain header."""
    return write_generated_module(
        package_dir=base,
        generated_dir=changes.pop("generated_dir", "__generated__"),
        module_name=module,
        source=source,
        header_fields={**HEADER, "source_module": module, **changes},
    )


def stale(base: Path, library: Library, *, force: bool = False, generated_dir: str = "__generated__") -> set[str]:
    """Return what `detect_stale_modules` says."""
    return detect_stale_modules(package_dir=base, generated_dir=generated_dir, force=force, **library.graph())


def build(base: Path, library: Library, modules: set[str] | None = None, **changes: Any) -> Any:
    """Build modules (default: all) with a FakeBackend."""
    return asyncio.run(
        run_build(
            package_dir=base,
            generated_dir=changes.pop("generated_dir", "__generated__"),
            stale_modules=set(library.module_specs) if modules is None else modules,
            backend=changes.pop("backend", FakeBackend()),
            **library.arguments(),
            **changes,
        )
    )


def contents(base: Path) -> dict[str, bytes]:
    """Return relative path -> content of all files below a folder."""
    return {p.relative_to(base).as_posix(): p.read_bytes() for p in sorted(base.rglob("*")) if p.is_file()}


# --- one file ----------------------------------------------------------------------------------------


def test_a_generated_file_is_a_header_a_blank_line_and_the_code(tmp_path: Path) -> None:
    path = write(tmp_path, source="X = 1\n")
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    assert path == tmp_path / "pkg/__generated__/mod.py"
    assert lines[0] == HEADER_MARKER
    assert lines[5].startswith("# jaunt:spec_refs=")
    assert lines[6:] == ["", "X = 1", ""]
    assert parse_header(text) == {**HEADER}
    py_compile.compile(str(path), doraise=True)


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("pkg", "pkg/__generated__/__init__.py"),
        ("pkg.mod", "pkg/__generated__/mod.py"),
        ("pkg.sub.deep.mod", "pkg/__generated__/sub/deep/mod.py"),
    ],
)
def test_every_folder_on_the_way_is_a_package(tmp_path: Path, module: str, expected: str) -> None:
    path = write(tmp_path, module)
    assert path == tmp_path / expected
    folder = path.parent
    while folder != tmp_path:
        assert (folder / "__init__.py").is_file()
        folder = folder.parent
    assert not (tmp_path / "__init__.py").exists()


def test_another_generated_dir_is_kept_to(tmp_path: Path) -> None:
    assert write(tmp_path, generated_dir="_made") == tmp_path / "pkg/_made/mod.py"
    assert not (tmp_path / "pkg/__generated__").exists()


def test_an_existing_init_is_left_as_it_is(tmp_path: Path) -> None:
    write_files(tmp_path, {"pkg/__init__.py": "VERSION = 1\n"})
    write(tmp_path)
    assert (tmp_path / "pkg/__init__.py").read_text(encoding="utf-8") == "VERSION = 1\n"


def test_the_last_of_two_writes_stays_and_no_temporary_file_does(tmp_path: Path) -> None:
    write(tmp_path, source="X = 1\n" * 1000)
    path = write(tmp_path, source="Y = 2\n")
    assert split_header(path.read_text(encoding="utf-8"))[1] == "Y = 2\n"
    assert sorted(p.name for p in path.parent.iterdir()) == ["__init__.py", "mod.py"]


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    sources = [f"X = {letter!r}\n" * 5000 for letter in "ab"]
    path = write(tmp_path, source=sources[0])
    bodies, done = set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            bodies.add(split_header(path.read_text(encoding="utf-8"))[1])

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(50):
        for source in sources:
            write(tmp_path, source=source)
    done.set()
    reader.join()
    assert bodies
    assert bodies <= set(sources)


def test_source_without_a_newline_at_its_end_gets_one(tmp_path: Path) -> None:
    assert write(tmp_path, source="X = 1").read_text(encoding="utf-8").endswith("\n\nX = 1\n")


@pytest.mark.parametrize("module", ["", "pkg..mod", "../evil", "pkg.mod-x", "/etc/passwd", "pkg.", "pkg mod"])
def test_what_is_no_module_name_is_refused_and_nothing_is_written(tmp_path: Path, module: str) -> None:
    with pytest.raises(ValueError, match="not a module name"):
        write(tmp_path, module)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("generated_dir", ["..", "a/b", ""])
def test_a_generated_dir_that_is_no_name_is_refused(tmp_path: Path, generated_dir: str) -> None:
    with pytest.raises(ValueError, match="not a module name"):
        write(tmp_path, generated_dir=generated_dir)
    assert contents(tmp_path) == {}


def test_a_generated_folder_that_leads_out_of_the_package_dir_is_not_followed(tmp_path: Path) -> None:
    outside, base = tmp_path / "outside", tmp_path / "src"
    outside.mkdir()
    (base / "pkg").mkdir(parents=True)
    (base / "pkg/__generated__").symlink_to(outside, target_is_directory=True)
    with pytest.raises(JauntWriteError, match="leads out of"):
        write(base)
    assert list(outside.iterdir()) == []


def test_a_file_in_place_of_the_generated_folder_is_named(tmp_path: Path) -> None:
    write_files(tmp_path, {"pkg/__generated__": "mine"})
    with pytest.raises(JauntWriteError, match="pkg/__generated__"):
        write(tmp_path)
    assert contents(tmp_path)["pkg/__generated__"] == b"mine"


# --- what a build writes -----------------------------------------------------------------------------


def test_a_build_touches_nothing_but_generated_folders(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": [], "pkg.b": ["pkg.a"]}))
    before = contents(tmp_path)
    build(tmp_path, library)
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {
        "pkg/__generated__/__init__.py",
        "pkg/__generated__/a.py",
        "pkg/__generated__/b.py",
    }


def test_the_header_of_a_build_holds_the_module_and_its_digest(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    build(tmp_path, library)
    text = (tmp_path / "pkg/__generated__/a.py").read_text(encoding="utf-8")
    fields = parse_header(text)
    assert fields is not None
    assert (fields["kind"], fields["source_module"], fields["spec_refs"]) == ("build", "pkg.a", ["pkg.a:a"])
    assert extract_module_digest(text) == f"sha256:{fields['module_digest'].removeprefix('sha256:')}"


def test_two_builds_of_one_contract_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    files = spec_modules({"pkg.a": [], "pkg.b": ["pkg.a"]})
    results = []
    for name in ("one", "two"):
        library = make_library(tmp_path / name, files)
        build(tmp_path / name, library)
        results.append(contents(tmp_path / name))
    assert results[0] == results[1]


def test_a_single_file_module_is_not_shadowed_by_a_package(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"slug.py": spec_file("slugify")})
    assert build(tmp_path, library).generated == {"slug"}
    assert (tmp_path / "__generated__/slug.py").is_file()
    assert not (tmp_path / "slug").exists()
    assert stale(tmp_path, library) == set()


@pytest.mark.parametrize(
    "odd",
    ["\x0c", "\x0b", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"],
    ids=lambda text: f"U+{ord(text):04X}",
)
def test_characters_that_only_splitlines_takes_for_line_ends_are_kept(tmp_path: Path, odd: str) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    source = f"def a() -> str:\n    return 'x{odd}y'\n"
    report = build(tmp_path, library, backend=FakeBackend({"pkg.a": [source]}))
    assert report.generated == {"pkg.a"}
    text = (tmp_path / "pkg/__generated__/a.py").read_bytes().decode("utf-8")
    constants = [n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant)]
    assert constants == [f"x{odd}y"]
    assert stale(tmp_path, library) == set()


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_become_newlines_and_the_file_is_fresh_and_not_edited(tmp_path: Path, end: str) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    answer = f"def a() -> int:{end}    return 1{end}"
    build(tmp_path, library, backend=FakeBackend({"pkg.a": [answer]}))
    assert b"\r" not in (tmp_path / "pkg/__generated__/a.py").read_bytes()
    assert stale(tmp_path, library) == set()
    # A file that counts as edited would be refused here.
    assert build(tmp_path, library).generated == {"pkg.a"}


# --- what is stale -----------------------------------------------------------------------------------


def test_a_module_without_a_generated_file_is_stale(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": [], "pkg.b": ["pkg.a"]}))
    assert stale(tmp_path, library) == {"pkg.a", "pkg.b"}


def test_nothing_is_stale_after_a_build_and_everything_with_force(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": [], "pkg.b": ["pkg.a"]}))
    build(tmp_path, library)
    assert stale(tmp_path, library) == set()
    assert stale(tmp_path, library, force=True) == {"pkg.a", "pkg.b"}


def test_another_generated_dir_is_another_place_to_look(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    build(tmp_path, library, generated_dir="_made")
    assert stale(tmp_path, library, generated_dir="_made") == set()
    assert stale(tmp_path, library) == {"pkg.a"}


def test_a_changed_contract_is_stale_and_so_is_what_depends_on_it(tmp_path: Path) -> None:
    files = spec_modules({"pkg.a": [], "pkg.b": ["pkg.a"], "pkg.c": []})
    build(tmp_path, make_library(tmp_path, files))
    changed = make_library(tmp_path, {**files, "pkg/a.py": spec_file("a", doc="Return another number.")})
    assert stale(tmp_path, changed) == {"pkg.a", "pkg.b"}


def test_a_comment_in_a_spec_module_is_no_change(tmp_path: Path) -> None:
    files = spec_modules({"pkg.a": []})
    build(tmp_path, make_library(tmp_path, files))
    library = make_library(tmp_path, {**files, "pkg/a.py": f"# a remark\n{files['pkg/a.py']}\n# another\n"})
    assert stale(tmp_path, library) == set()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\n\n",
        b"X = 1\n",
        b"\xff\xfe",
        HEADER_MARKER.encode(),
        f"{HEADER_MARKER}\n# jaunt:kind=build\n".encode(),
        f"\n{HEADER_MARKER}\n".encode(),
    ],
    ids=["empty", "blank", "no header", "not UTF-8", "marker alone", "cut off", "not at the start"],
)
def test_a_file_without_a_whole_header_is_stale(tmp_path: Path, damage: bytes) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    build(tmp_path, library)
    (tmp_path / "pkg/__generated__/a.py").write_bytes(damage)
    assert stale(tmp_path, library) == {"pkg.a"}


def test_the_header_of_another_module_does_not_make_a_file_fresh(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": [], "pkg.b": []}))
    build(tmp_path, library)
    folder = tmp_path / "pkg/__generated__"
    (folder / "a.py").write_bytes((folder / "b.py").read_bytes())
    assert stale(tmp_path, library) == {"pkg.a"}


def test_a_file_with_windows_line_ends_is_fresh(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    build(tmp_path, library)
    path = tmp_path / "pkg/__generated__/a.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert stale(tmp_path, library) == set()
    assert build(tmp_path, library).generated == {"pkg.a"}, "git's autocrlf must not count as an edit"


def test_a_folder_in_place_of_the_generated_file_is_stale_and_fails_with_its_name(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    (tmp_path / "pkg/__generated__/a.py").mkdir(parents=True)
    assert stale(tmp_path, library) == {"pkg.a"}
    backend = FakeBackend()
    report = build(tmp_path, library, backend=backend)
    assert list(report.failed) == ["pkg.a"]
    assert "__generated__/a.py" in report.failed["pkg.a"][0]
    assert backend.calls == [], "no call is paid for what can't be written"


def test_no_specs_are_not_stale(tmp_path: Path) -> None:
    nothing = Library({}, {}, {}, {})
    assert stale(tmp_path, nothing) == set()
    assert stale(tmp_path, nothing, force=True) == set()


def test_a_source_file_that_is_gone_is_named(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    (tmp_path / "pkg/a.py").unlink()
    with pytest.raises(JauntDiscoveryError, match=r"pkg/a\.py"):
        stale(tmp_path, library)


# --- files that a person edited ----------------------------------------------------------------------


def test_an_edited_file_is_kept_and_the_error_says_how_to_overwrite_it(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    build(tmp_path, library)
    path = tmp_path / "pkg/__generated__/a.py"
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    backend = FakeBackend()
    report = build(tmp_path, library, backend=backend)
    assert report.generated == set()
    assert "edited by hand" in report.failed["pkg.a"][0]
    assert "--force" in report.failed["pkg.a"][0]
    assert backend.calls == []
    assert path.read_text(encoding="utf-8").endswith("# mine\n")


def test_force_overwrites_an_edited_file(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    build(tmp_path, library)
    path = tmp_path / "pkg/__generated__/a.py"
    original = path.read_bytes()
    path.write_bytes(original + b"# mine\n")
    assert build(tmp_path, library, force=True).generated == {"pkg.a"}
    assert path.read_bytes() == original


def test_a_file_that_was_edited_while_the_model_was_busy_is_kept(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    path = tmp_path / "pkg/__generated__/a.py"

    class SlowBackend(FakeBackend):
        async def generate_module(self, ctx: Any, *, extra_error_context: list[str] | None = None) -> str:
            path.parent.mkdir(parents=True)
            path.write_text("# mine\n", encoding="utf-8")
            return await super().generate_module(ctx, extra_error_context=extra_error_context)

    report = build(tmp_path, library, backend=SlowBackend())
    assert "edited by hand" in report.failed["pkg.a"][0]
    assert path.read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_fails_before_the_model_is_asked(tmp_path: Path) -> None:
    library = make_library(tmp_path, spec_modules({"pkg.a": []}))
    (tmp_path / "pkg").chmod(0o555)
    backend = FakeBackend()
    try:
        report = build(tmp_path, library, backend=backend)
    finally:
        (tmp_path / "pkg").chmod(0o755)
    assert "writable" in report.failed["pkg.a"][0]
    assert backend.calls == []

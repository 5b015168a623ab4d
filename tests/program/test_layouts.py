"""Where a project's modules lie: namespace packages, symlinked folders, copies that a packager made, archives."""

import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with
from processes import python_path, run_python
from projects import write_files
from said import RunIn

from jaunt.config import load_config
from jaunt.project.project import load_project

INIT = "__generated__/__init__.py"


def spec(name: str) -> str:
    return f'import jaunt\n\n\n@jaunt.magic\ndef {name}() -> int:\n    """Return a number."""\n    ...\n'


def built(root: Path, files: Mapping[str, str], *, config: str = PLAIN) -> list[str]:
    """Write a project and build it; return the modules that a model was asked for."""
    write_files(root, {"jaunt.toml": config, **files})
    backend = FakeBackend()
    outcomes = build_with(root, backend)
    assert {m: o.errors for m, o in outcomes.items() if o.status != "generated"} == {}
    return sorted(backend.calls)


def said(code: str, *folders: Path) -> str:
    """Return what code prints in a process that has these folders on its path."""
    child = run_python("-c", code, cwd=Path(folders[0]), PYTHONPATH=python_path(*folders))
    assert child.returncode == 0, child.stderr
    return child.stdout.strip()


# --- namespace packages: two distributions, each with a part of `acme` ---

EXTENDED = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
BOTH = "from acme.billing.a import bill; from acme.mail.b import send; print(bill(), send())"


@pytest.fixture
def parts(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    def build(top: str | None = None) -> tuple[Path, Path]:
        for name, module, function in (("one", "billing.a", "bill"), ("two", "mail.b", "send")):
            package, _, file = module.partition(".")
            files = {f"src/acme/{package}/__init__.py": "", f"src/acme/{package}/{file}.py": spec(function)}
            built(tmp_path / name, files | ({} if top is None else {"src/acme/__init__.py": top}))
        return tmp_path / "one/src", tmp_path / "two/src"

    return build


@pytest.mark.parametrize("top", [None, EXTENDED], ids=["PEP 420", "pkgutil"])
@pytest.mark.parametrize("order", [1, -1])
def test_two_distributions_share_a_namespace_package(
    parts: Callable[..., tuple[Path, Path]], top: str | None, order: int
) -> None:
    folders = parts(top)
    assert said(BOTH, *folders[::order]) == "1 1"
    files = [{str(f.relative_to(folder)) for f in folder.rglob("*.py")} for folder in folders]
    assert files[0] & files[1] == (
        set() if top is None else {"acme/__init__.py"}
    )  # as wheels they are installed together


@pytest.mark.parametrize("old", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("order", [1, -1])
def test_generated_folders_of_an_earlier_layout_hide_nothing(
    parts: Callable[..., tuple[Path, Path]], old: tuple[int, ...], order: int
) -> None:
    folders = parts()
    for number in old:
        (folders[number] / "acme" / INIT).touch()
    assert said(BOTH, *folders[::order]) == "1 1"


def test_modules_of_one_subpackage_may_come_from_two_distributions(tmp_path: Path) -> None:
    for name in ("one", "two"):
        built(tmp_path / name, {f"src/acme/tools/{name}.py": spec(name)})
    code = "from acme.tools.one import one; from acme.tools.two import two; print(one(), two())"
    assert said(code, tmp_path / "one/src", tmp_path / "two/src") == "1 1"


def test_a_regular_package_gets_its_init_files(tmp_path: Path) -> None:
    built(tmp_path, {"src/app/__init__.py": "", "src/app/deep/__init__.py": "", "src/app/deep/a.py": spec("a")})
    assert (tmp_path / "src/app" / INIT).is_file()
    assert (tmp_path / "src/app/__generated__/deep/__init__.py").is_file()


# --- archives ---


@pytest.mark.parametrize("module", ["app.a", "single"])
def test_modules_in_a_zip_find_their_code_there_or_say_that_it_has_none(module: str, tmp_path: Path) -> None:
    built(tmp_path, {"src/app/__init__.py": "", "src/app/a.py": spec("f"), "src/single.py": spec("f")})
    code = f"from {module} import f\ntry: print(f())\nexcept Exception as error: print(error)"
    for archive, keeps in (("whole.zip", True), ("bare.zip", False)):
        with zipfile.ZipFile(tmp_path / archive, "w") as packed:
            for file in (tmp_path / "src").rglob("*.py"):
                if keeps or "__generated__" not in file.parts:
                    packed.write(file, os.path.relpath(file, tmp_path / "src"))
    run = [
        run_python("-c", code, cwd=tmp_path, PYTHONPATH=python_path(tmp_path / a)) for a in ("whole.zip", "bare.zip")
    ]
    assert run[0].stdout == "1\n", run[0].stderr
    assert run[1].stdout == (
        f"{module}:f is not built (run: jaunt build, then make {tmp_path / 'bare.zip'} again: "
        f"it holds no generated code of {module})\n"
    )


# --- symlinked folders ---


def modules_of(root: Path) -> list[str]:
    return sorted(load_project(load_config(root=root)).modules)


def test_a_symlinked_package_of_the_project_is_built_and_cleaned(tmp_path: Path, run_in: RunIn) -> None:
    write_files(tmp_path, {"shared/lib/__init__.py": "", "shared/lib/b.py": spec("twice")})
    (tmp_path / "src").mkdir()
    (tmp_path / "src/lib").symlink_to("../shared/lib")
    assert built(tmp_path, {"src/app/c.py": spec("f")}) == ["app.c", "lib.b"]
    assert said("import lib.b; print(lib.b.twice())", tmp_path / "src") == "1"
    assert run_in(tmp_path, "check").code == 0
    assert run_in(tmp_path, "clean").lines[-1] == "2 removed"
    assert not (tmp_path / "shared/lib/__generated__").exists()


def test_symlinks_in_circles_are_walked_once(tmp_path: Path) -> None:
    write_files(tmp_path, {"jaunt.toml": PLAIN, "src/app/a.py": spec("f"), "other/deep/b.py": spec("g")})
    links = {
        "src/app/up": "..",
        "src/app/top": "../..",
        "src/same": "app",
        "src/other": "../other",
        "src/more": "../other/deep",
        "other/deep/back": "..",
        "other/home": "../src/app",
        "src/gone": "../gone",
        "src/self": "self",
        "src/app/self.py": "self.py",
    }
    for link, target in links.items():
        (tmp_path / link).symlink_to(target)
    found = modules_of(tmp_path)
    assert found == ["app.a", "more.b"]  # of two ways to one folder, the first by name
    (tmp_path / "src/more").unlink()
    assert modules_of(tmp_path) == ["app.a", "other.deep.b"]


@pytest.mark.parametrize("holds", ["specs", "data"])
def test_a_symlink_out_of_the_project_is_named_and_nothing_is_written_through_it(
    holds: str, tmp_path: Path, run_in: RunIn
) -> None:
    outside = tmp_path / "outside"
    write_files(outside, {"sub/b.py": spec("f") if holds == "specs" else "print('jaunty')\n"})
    root = tmp_path / "project"
    write_files(root, {"jaunt.toml": PLAIN, "src/app/a.py": spec("f")})
    (root / "src/lib").symlink_to(outside)
    status = run_in(root, "status")
    warned = [line for line in status.errors if "src/lib: is a symlink out of the project" in line]
    assert len(warned) == (holds == "specs")
    assert built(root, {}) == ["app.a"]
    assert [file.name for file in outside.rglob("*.py")] == ["b.py"]


# --- a project without a folder for its sources ---

FLAT = PLAIN.replace("[verify]", '[paths]\nsource_roots = ["."]\n\n[verify]')


@pytest.mark.parametrize(
    "folder", ["build/lib/app", "build", "dist/app", "old/app", "app/old", "copies/v1/app", "app_v1"]
)
def test_copies_that_a_packager_made_or_git_ignores_are_not_built(folder: str, tmp_path: Path) -> None:
    ignored = "# copies\n*.py[cod]\nold/\n/copies/*\napp_v[0-9]\n"
    files = {".gitignore": ignored, "app/__init__.py": "", "app/a.py": spec("f"), f"{folder}/a2.py": spec("f")}
    assert built(tmp_path, files, config=FLAT) == ["app.a"]


@pytest.mark.parametrize(
    "files", [{"build/__init__.py": ""}, {".gitignore": "build/\n!build/\n"}, {"app/build/a.py": ""}]
)
def test_packages_of_such_a_name_are_built(files: dict[str, str], tmp_path: Path) -> None:
    folder = "app/build" if "app/build/a.py" in files else "build"
    found = built(tmp_path, {**files, f"{folder}/a.py": spec("f")}, config=FLAT)
    assert found == [f"{folder.replace('/', '.')}.a"]


def test_below_a_folder_for_sources_everything_is_searched(tmp_path: Path) -> None:
    files = {".gitignore": "build/\n", "src/build/a.py": spec("f"), "src/app/dist/b.py": spec("g")}
    assert built(tmp_path, files) == ["app.dist.b", "build.a"]

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

"""`jaunt eject --all --into DIR`: the source roots without jaunt, in another folder; and a wheel of them."""

import tarfile
import zipfile
from pathlib import Path

import pytest
from processes import run_python
from projects import CONFIG, files_of, write_files
from said import RunIn

WITHOUT = "import sys\nsys.modules['jaunt'] = None\n"
USE = "from app.slug import slugify\nfrom app.tally import Tally\nprint(slugify('A b'), Tally().add())"


def without_jaunt(program: str, *folders: Path) -> str:
    """Run a program where jaunt can't be imported, from folders; return what it prints."""
    done = run_python("-S", "-c", WITHOUT + program, cwd=folders[0].parent, PYTHONPATH=":".join(map(str, folders)))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_source_roots_are_written_without_jaunt_and_the_project_stays(built_shop: Path, run_in: RunIn) -> None:
    write_files(built_shop, {"src/app/data.txt": "data\n", "src/app/py.typed": "", "src/app/plain.py": "X = 1\n"})
    before = files_of(built_shop / "src")
    into = built_shop.parent / "out"
    said = run_in(built_shop, "eject", "--all", "--into", str(into))
    assert said.code == 0, said.err
    assert said.lines == [f"3 modules without jaunt, and all that is beside them: {into / 'src'}"]
    written = files_of(into)
    assert written.keys() == {
        f"src/app/{name}"
        for name in ("__init__.py", "words.py", "slug.py", "tally.py", "data.txt", "py.typed", "plain.py")
    }
    assert not any(b"jaunt" in data for data in written.values())
    assert files_of(built_shop / "src") == before
    assert without_jaunt(USE, into / "src") == "a-b 1\n"


def test_all_that_is_not_built_is_told_at_once(built_shop: Path, run_in: RunIn) -> None:
    for name in ("slug", "tally"):
        (built_shop / f"src/app/__generated__/{name}.py").unlink()
    said = run_in(built_shop, "eject", "--all", "--into", str(built_shop.parent / "out"))
    told = "2 modules are not built, so there is no code to eject: app.slug, app.tally (run: jaunt build)"
    assert (said.code != 0, said.errors) == (True, [f"error: {told}"])


def test_a_folder_that_holds_something_is_left(built_shop: Path, run_in: RunIn) -> None:
    write_files(built_shop, {"out/mine.txt": "mine\n"})
    said = run_in(built_shop, "eject", "--all", "--into", "out")
    assert said.code == 2
    assert "is no empty folder" in said.err
    assert files_of(built_shop / "out") == {"mine.txt": b"mine\n"}


@pytest.mark.parametrize("line", ["--all", "--into out", "app.words --all --into out", ""])
def test_the_options_go_together(built_shop: Path, run_in: RunIn, line: str) -> None:
    said = run_in(built_shop, "eject", *line.split())
    assert (said.code, said.out, len(said.errors)) == (2, "", 1)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("words.py", None, "app.slug is not fresh: dependency changed"),
        ("uses.py", "import jaunt\n\nERROR = jaunt.JauntNotBuiltError\n", "would still use jaunt"),
        (
            "late.py",
            "def f():\n    from jaunt.errors import JauntError\n    return JauntError\n",
            "late.py:2: would still",
        ),
    ],
)
def test_what_cannot_do_without_jaunt_is_refused_and_nothing_written(
    built_shop: Path, run_in: RunIn, name: str, text: str | None, reason: str
) -> None:
    path = built_shop / "src/app" / name
    changed = path.read_text().replace("Return the words", "Give the words") if text is None else text
    path.write_text(changed, encoding="utf-8")
    said = run_in(built_shop, "eject", "--all", "--into", "out")
    assert said.code == 4, said.out
    assert reason in said.err
    assert not (built_shop / "out").exists()
    assert not list(built_shop.glob(".jaunt-*"))


def test_modules_that_hand_the_decorator_on_are_left_without_it(tmp_path: Path, run_in: RunIn) -> None:
    write_files(
        tmp_path,
        {
            "jaunt.toml": CONFIG,
            "src/app/__init__.py": "from .deco import spec\nfrom .mod import f\n",
            "src/app/deco.py": "import jaunt\n\nspec = jaunt.magic\nOTHER = 1\n",
            "src/app/mod.py": "from app.deco import spec\n\n\n@spec\ndef f() -> int:\n    '''Return 1.'''\n    ...\n",
        },
    )
    plain = (tmp_path / "src/app/mod.py").read_text()
    (tmp_path / "src/app/mod.py").write_text("def f() -> int:\n    '''Return 1.'''\n    return 1\n", encoding="utf-8")
    assert run_in(tmp_path, "adopt", "app.mod").code == 0
    (tmp_path / "src/app/mod.py").write_text(plain, encoding="utf-8")
    said = run_in(tmp_path, "eject", "--all", "--into", "out")
    assert said.code == 0, said.err
    assert (tmp_path / "out/src/app/deco.py").read_text() == "\nOTHER = 1\n"
    assert without_jaunt("from app import f; print(f())", tmp_path / "out/src") == "1\n"


PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "shop"
version = "1.0"

[tool.hatch.build.targets.wheel]
packages = ["src/app"]

[tool.hatch.build.hooks.jaunt]
"""


def test_a_wheel_has_no_jaunt_and_works_without_it(built_shop: Path, tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling is in the extra dev")
    write_files(built_shop, {"pyproject.toml": PYPROJECT, "src/app/data.txt": "data\n"})
    built = run_python("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist"), cwd=built_shop)
    assert built.returncode == 0, built.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.startswith("shop-")}
        assert names == {f"app/{each}" for each in ("__init__.py", "words.py", "slug.py", "tally.py", "data.txt")}
        assert not any(b"jaunt" in archive.read(name) for name in names)
    assert without_jaunt(USE, wheel) == "a-b 1\n"
    test = "from app.slug import slugify\n\n\ndef test_slugify():\n    assert slugify('A b') == 'a-b'\n"
    write_files(tmp_path / "tests", {"test_own.py": test, "conftest.py": WITHOUT})
    arguments = ["-m", "pytest", "-q", "-p", "no:jaunt", "-p", "no:cacheprovider", "test_own.py"]
    done = run_python(*arguments, cwd=tmp_path / "tests", PYTHONPATH=str(wheel))
    assert done.returncode == 0, done.stdout


MEMBER = PYPROJECT.replace('"src/app"', '"src/{name}"').replace('"shop"', '"{name}"')
CENTS = "def cents(n: float) -> int:\n    return round(n * 100)\n"
PAGE = "from core.money import cents\n\n\ndef page(n: float) -> str:\n    return f'{cents(n)}'\n"


def hatch(folder: Path, target: str, into: Path) -> Path:
    """Build a distribution by hatch, and return it."""
    built = run_python("-m", "hatchling", "build", "-t", target, "-d", str(into), cwd=folder)
    assert built.returncode == 0, built.stderr
    (made,) = into.iterdir()
    return made


def test_each_package_of_a_workspace_is_packed_by_itself(tmp_path: Path, run_in: RunIn) -> None:
    pytest.importorskip("hatchling", reason="hatchling is in the extra dev")
    write_files(
        tmp_path / "ws",
        {
            "jaunt.toml": '[paths]\nsource_roots = ["packages/*/src"]\n' + CONFIG.partition("\n")[2],
            **{f"packages/{name}/pyproject.toml": MEMBER.format(name=name) for name in ("core", "web")},
            **{f"packages/{name}/src/{name}/__init__.py": "" for name in ("core", "web")},
            "packages/core/src/core/money.py": CENTS,
            "packages/web/src/web/shown.py": PAGE,
        },
    )
    for module in ("core.money", "web.shown"):
        assert run_in(tmp_path / "ws", "adopt", module).code == 0
    core = hatch(tmp_path / "ws/packages/core", "wheel", tmp_path / "core")
    sdist = hatch(tmp_path / "ws/packages/web", "sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert not list(unpacked.rglob("__generated__"))
    web = hatch(unpacked, "wheel", tmp_path / "web")
    with zipfile.ZipFile(web) as archive:
        assert {name for name in archive.namelist() if name.startswith("web/")} == {"web/__init__.py", "web/shown.py"}
    assert without_jaunt("from web.shown import page; print(page(1.5))", core, web) == "150\n"

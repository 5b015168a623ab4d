"""Fixtures that tests share."""

import shutil
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import hypothesis
import pytest
from apps import App
from counted_model import make_counted_shop
from libraries import MakeEntry
from processes import python_path, run_jaunt
from projects import ProjectFiles, make_shop
from said import Run, RunIn, Said

from jaunt.cli import main
from jaunt.registry import SpecEntry, clear_registries
from jaunt.spec_ref import SpecRef

# What is started in the background of a script ignores Ctrl-C, and so would all that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No machine's load decides whether a test passes.
hypothesis.settings.register_profile("jaunt", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("jaunt")


@pytest.fixture
def project_files(tmp_path: Path) -> ProjectFiles:
    """A function that writes files, path -> text (dedented) or bytes, below `tmp_path`, which it returns."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())
        return tmp_path

    return write


@pytest.fixture
def make_entry(tmp_path: Path) -> MakeEntry:
    """A function that makes an entry by hand: `make_entry("app.slug:slugify", deps=["app.words:split"])`.

    Its file is the module's below `tmp_path`; keyword arguments are the decorator's.
    """

    def make(ref: str, **decorator_kwargs: Any) -> SpecEntry:
        module, _, qualname = ref.partition(":")
        file = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
        return SpecEntry("magic", SpecRef(ref), module, qualname, str(file), object(), decorator_kwargs)

    return make


@pytest.fixture
def run_in(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> RunIn:
    """A function that runs the jaunt command in this process, in a folder: `run_in(root, "build")`."""

    def call(root: Path, *argv: str) -> Said:
        monkeypatch.chdir(root)
        capfd.readouterr()
        code = main(argv)
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Said(code, out, err)

    return call


@pytest.fixture
def run(run_in: RunIn) -> Run:
    """As `run_in`, in the working directory; whatever is on standard error is an error or a warning."""

    def call(*argv: str) -> Said:
        said = run_in(Path(), *argv)
        assert all(line.startswith(("error: ", "warning: ")) for line in said.errors), said.err
        return said

    return call


@pytest.fixture(scope="session")
def _built_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_shop(tmp_path_factory.mktemp("shop") / "shop")
    built = run_jaunt("test", "--no-run", cwd=root)
    assert built.returncode == 0, built.stderr
    return root


@pytest.fixture
def built_shop(_built_shop: Path, tmp_path: Path) -> Path:
    """The project SHOP with everything built, its candidates checked for no more than syntax and names."""
    return shutil.copytree(_built_shop, tmp_path / "shop")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project SHOP, unbuilt, as the working directory."""
    root = make_shop(tmp_path / "shop")
    monkeypatch.chdir(root)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTHONPATH", python_path())
    return root


@pytest.fixture
def counted_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project SHOP as the working directory, with a model that writes down each call: see `counted_model`."""
    project = make_counted_shop(tmp_path)
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def app(tmp_path: Path) -> App:
    """A package `app` with an unbuilt function `app.slug:slugify`."""
    app = App(tmp_path)
    app.write(
        {
            "app/__init__.py": "",
            "app/slug.py": """
                import jaunt

                @jaunt.magic
                def slugify(text: str, *, sep: str = "-") -> str:
                    '''Return the text as a slug.'''
                """,
        }
    )
    return app


@pytest.fixture
def empty_registries() -> Iterator[None]:
    """No spec is registered before the test, nor after it."""
    clear_registries()
    yield
    clear_registries()

"""Fixtures that tests share."""

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef

ProjectFiles = Callable[[Mapping[str, str | bytes]], Path]
MakeEntry = Callable[..., SpecEntry]


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

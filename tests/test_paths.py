from pathlib import PurePosixPath

import pytest

from jaunt.paths import generated_module_to_relpath, is_single_file, module_to_relpath, spec_module_to_generated_module


@pytest.mark.parametrize(
    ("module", "generated", "file"),
    [
        ("a", "a.__generated__", "a/__generated__/__init__.py"),
        ("a.b", "a.__generated__.b", "a/__generated__/b.py"),
        ("a.b.c", "a.__generated__.b.c", "a/__generated__/b/c.py"),
        ("größe.maß", "größe.__generated__.maß", "größe/__generated__/maß.py"),
    ],
)
def test_a_spec_module_has_its_generated_module_below_the_top_package(module: str, generated: str, file: str) -> None:
    assert spec_module_to_generated_module(module) == generated
    assert generated_module_to_relpath(generated) == PurePosixPath(file)


def test_the_generated_folder_can_have_another_name() -> None:
    assert spec_module_to_generated_module("a.b", "_gen") == "a._gen.b"
    assert generated_module_to_relpath("a._gen.b", generated_dir="_gen") == PurePosixPath("a/_gen/b.py")


def test_a_plain_module_is_a_file_below_its_root() -> None:
    assert module_to_relpath("a") == PurePosixPath("a.py")
    assert module_to_relpath("a.b.c") == PurePosixPath("a/b/c.py")


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", "a-b", "a/b", "../a", "a b", "1a"])
def test_what_is_no_module_name_is_refused_everywhere(name: str) -> None:
    for convert in (spec_module_to_generated_module, module_to_relpath, generated_module_to_relpath):
        with pytest.raises(ValueError, match="not a module name"):
            convert(name)


@pytest.mark.parametrize("folder", ["", "..", "../up", "/etc", "a b"])
def test_a_generated_folder_that_could_lead_elsewhere_is_refused(folder: str) -> None:
    with pytest.raises(ValueError, match="not a module name"):
        spec_module_to_generated_module("a.b", folder)


@pytest.mark.parametrize("module", ["a", "a.b", "a.b.__generated__", "__generated__.a", "a._gen.b"])
def test_a_module_that_is_not_generated_has_no_generated_file(module: str) -> None:
    with pytest.raises(ValueError, match="not a generated module"):
        generated_module_to_relpath(module)


@pytest.mark.parametrize(
    ("module", "path", "single"),
    [
        ("slug", "/p/slug.py", True),
        ("app", "/p/app/__init__.py", False),
        ("app.slug", "/p/app/slug.py", False),
        ("app.sub", "/p/app/sub/__init__.py", False),
    ],
)
def test_a_single_file_module_is_in_no_package(module: str, path: str, single: bool) -> None:
    assert is_single_file(module, path) is single

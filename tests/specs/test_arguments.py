"""What decorators say of their specs, read without an import."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from projects import ProjectFiles

from jaunt.files.listing import ModuleFile
from jaunt.specs.spec_module import SpecModule, scan_file


def scan(root: Path, name: str = "m") -> SpecModule:
    module = scan_file(ModuleFile(name, root.joinpath(*name.split(".")).with_suffix(".py"), root))
    assert module is not None
    return module


def arguments(root: Path, name: str = "m") -> dict[str, object]:
    (entry,) = scan(root, name).entries
    return entry.decorator_kwargs


@pytest.mark.parametrize(
    ("decorator", "above", "expected"),
    [
        ("magic", "", {}),
        ("magic()", "", {}),
        ("magic(deps=None, prompt=None, infer_deps=None)", "", {}),
        ("magic(infer_deps=False)", "", {"infer_deps": False}),
        ("magic(prompt='Be quick.')", "", {"prompt": "Be quick."}),
        ("magic(prompt='Be '\n'quick.')", "", {"prompt": "Be quick."}),
        ("magic(prompt='Be ' + 'quick.')", "", {"prompt": "Be quick."}),
        ("magic(prompt=P)", "P = 'Be quick.'", {"prompt": "Be quick."}),
        ("magic(prompt='Be ' + P)", "P: str = 'quick.'", {"prompt": "Be quick."}),
        ("magic(deps='a.b:c')", "", {"deps": ["a.b:c"]}),
        ("magic(deps=['a.b.c', 'd:e'])", "", {"deps": ["a.b:c", "d:e"]}),
        ("magic(deps=[c])", "from a.b import c", {"deps": ["a.b:c"]}),
        ("magic(deps=(c, d))", "from a.b import c\nfrom a.b import x as d", {"deps": ["a.b:c", "a.b:x"]}),
        ("magic(deps=c)", "from .b import c", {"deps": ["a.b:c"]}),
        ("magic(deps=[b.c])", "from a import b", {"deps": ["a.b:c"]}),
        ("magic(deps=[b.c])", "import a.b as b", {"deps": ["a.b:c"]}),
        ("magic(deps=[g])", "def g(): ...", {"deps": ["a.m:g"]}),
        ("magic(deps=DEPS)", "from a.b import c\nDEPS = [c, 'd:e']", {"deps": ["a.b:c", "d:e"]}),
        ("magic(deps=[ONE])", "ONE = 'd:e'", {"deps": ["d:e"]}),
        ("magic(deps=[])", "", {"deps": []}),
        ("magic(infer_deps=INFER)", "INFER = False", {"infer_deps": False}),
    ],
)
def test_arguments_are_read_without_an_import(
    decorator: str, above: str, expected: Mapping[str, object], project_files: ProjectFiles
) -> None:
    text = f"raise SystemExit\nimport jaunt\n{above}\n@jaunt.{decorator}\ndef f(): ...\n"
    root = project_files({"a/m.py": text})
    assert arguments(root, "a.m") == expected
    assert scan(root, "a.m").unread == {}


@pytest.mark.parametrize(
    ("argument", "above"),
    [
        ("prompt=f'{1}'", ""),
        ("prompt=P", "from other import P"),
        ("prompt=P", "P = 'a'\nP += 'b'"),
        ("prompt=P", "P = 'a'\nif x:\n    P = 'b'"),
        ("prompt=P", "try:\n    from other import P\nexcept ImportError:\n    P = 'a'"),
        ("prompt=P", "P = 'a'\nfor P in words: pass"),
        ("prompt=P", "P = 'a'\nP, Q = 'b', 'c'"),
        ("prompt=P", "P = 'a'\nprint(P := 'b')"),
        ("prompt=P", "P = 'a'\nwith open('b') as P: pass"),
        ("prompt=P", "P = 'a'\ndef change():\n    global P\n    P = 'b'\nchange()"),
        ("prompt=P", "P = 'a'\nmatch x:\n    case {'p': P}: pass"),
        ("infer_deps=P", "P = True\ndel P"),
        ("deps=D", "D = ['a:b']\nD.append('c:d')"),
        ("deps=D", "D = ['a:b']\nD[0] = 'c:d'"),
        ("prompt='a'.upper()", ""),
        ("prompt=P", "P = P"),
        ("deps=[*DEPS]", "DEPS = ['a:b']"),
        ("deps=find()", ""),
        ("deps=[unknown]", ""),
        ("deps=[a]", "import a"),
        ("deps=D", "D = [D]"),
        ("infer_deps=not True", ""),
        ("**OPTIONS", "OPTIONS = {}"),
    ],
)
def test_what_only_an_import_can_tell_is_unread(argument: str, above: str, project_files: ProjectFiles) -> None:
    root = project_files({"m.py": f"import jaunt\n{above}\n@jaunt.magic({argument})\ndef f(): ...\n"})
    module = scan(root)
    assert list(module.unread) == ["f"]
    assert module.problem is None

"""The graph of specs: edges given and inferred, orders on it, cycles, reachability and components."""

from collections.abc import Mapping
from typing import Any

import pytest
from libraries import MakeEntry, by_ref
from projects import ProjectFiles

from jaunt.deps import build_spec_graph
from jaunt.errors import JauntDiscoveryError
from jaunt.spec_ref import SpecRef
from jaunt.specs.folder_names import source_root
from jaunt.specs.graph import collapse_to_module_dag

WORDS = "def split(text): ...\nclass Word: ...\n"


@pytest.mark.parametrize(
    ("slug", "files"),
    [
        ("from app.words import split\ndef slugify(text):\n    return split(text)\n", {}),
        ("from app.words import split as s\ndef slugify(text):\n    return s(text)\n", {}),
        ("from .words import split\ndef slugify(text):\n    return split(text)\n", {}),
        ("from . import words\ndef slugify(text):\n    return words.split(text)\n", {}),
        ("import app.words\ndef slugify(text):\n    return app.words.split(text)\n", {}),
        ("import app.words as w\ndef slugify(text):\n    return w.split(text)\n", {}),
        ("def slugify(text):\n    from app.words import split\n    return split(text)\n", {}),
        ("def slugify(text):\n    'As `app.words.split` does.'\n", {}),
        (
            "from app import split\ndef slugify(x=split): ...\n",
            {"app/__init__.py": "from .words import split\n"},
        ),
        (
            "from app import cut\ndef slugify(x=cut): ...\n",
            {"app/__init__.py": "from .words import split as cut\n"},
        ),
        (
            "from app import split\ndef slugify(x=split): ...\n",
            {"app/__init__.py": "from app.words import *\n"},
        ),
        ("from app.words import *\ndef slugify(x=split): ...\n", {}),
        ("import app\ndef slugify(x=app.split): ...\n", {"app/__init__.py": "from app.words import split\n"}),
        (
            "import app as a\ndef slugify(x=a.w.split): ...\n",
            {"app/__init__.py": "from app import words as w\n"},
        ),
        (
            "from app.api import split\ndef slugify(x=split): ...\n",
            {"app/api.py": "from app.words import split\n"},
        ),
        ("from app.tally import split\ndef slugify(x=split): ...\n", {}),
        (
            "from app import split\ndef slugify(x=split): ...\n",
            {
                "app/__init__.py": "from app.sub import split\n",
                "app/sub/__init__.py": "from ..words import split\n",
            },
        ),
        ("if TYPE_CHECKING:\n    from app.words import split\ndef slugify(x: 'split'): ...\n", {}),
    ],
)
def test_a_dependency_is_inferred_through_every_import(
    slug: str, files: Mapping[str, str], project_files: ProjectFiles, make_entry: MakeEntry
) -> None:
    tally = "from app.words import split\ndef count(): ...\n"
    project_files({"app/words.py": WORDS, "app/tally.py": tally, "app/slug.py": slug, **files})
    specs = by_ref(make_entry("app.words:split"), make_entry("app.slug:slugify"), make_entry("app.tally:count"))
    graph = build_spec_graph(specs, infer_default=True)
    assert graph == {
        "app.words:split": set(),
        "app.slug:slugify": {"app.words:split"},
        "app.tally:count": set(),
    }
    assert not any(build_spec_graph(specs, infer_default=False).values())


def test_a_member_of_a_re_exported_class_means_the_class(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files(
        {
            "app/__init__.py": "from .words import Word\n",
            "app/words.py": WORDS,
            "app/slug.py": "import app\ndef slugify(text):\n    return app.Word.parse(text)\n",
        }
    )
    specs = by_ref(make_entry("app.words:Word"), make_entry("app.slug:slugify"))
    assert build_spec_graph(specs, infer_default=True)["app.slug:slugify"] == {"app.words:Word"}  # ty: ignore[invalid-argument-type]


def test_a_re_export_in_a_circle_or_in_a_broken_file_is_no_edge(
    project_files: ProjectFiles, make_entry: MakeEntry
) -> None:
    project_files(
        {
            "app/__init__.py": "from app.api import split\nfrom app.bad import cut\n",
            "app/api.py": "from app import split\n",
            "app/bad.py": "def (\n",
            "app/slug.py": "from app import split, cut\ndef slugify(x=split, y=cut): ...\n",
        }
    )
    specs = by_ref(make_entry("app.slug:slugify"))
    assert build_spec_graph(specs, infer_default=True) == {"app.slug:slugify": set()}


def test_a_decorator_decides_on_inference_for_itself(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    text = "def g(): ...\ndef f(x=g): ...\n"
    project_files({"m.py": text})
    for default, own, expected in [
        (True, False, False),
        (False, True, True),
        (True, None, True),
        (False, None, False),
    ]:
        specs = by_ref(make_entry("m:g"), make_entry("m:f", infer_deps=own))
        graph = build_spec_graph(specs, infer_default=default)
        assert graph == {"m:g": set(), "m:f": {"m:g"} if expected else set()}


def test_given_and_inferred_dependencies_add_up(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def a(): ...\ndef b(): ...\ndef f(x=a): ...\n"})
    specs = by_ref(make_entry("m:a"), make_entry("m:b"), make_entry("m:f", deps=["m:b"]))
    assert build_spec_graph(specs, infer_default=True) == {"m:a": set(), "m:b": set(), "m:f": {"m:a", "m:b"}}


def test_a_spec_does_not_depend_on_itself(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def f():\n    'f() is `f`.'\n    return f()\n"})
    specs = by_ref(make_entry("m:f", deps=["m:f"]))
    assert build_spec_graph(specs, infer_default=True) == {"m:f": set()}


def test_what_is_no_spec_is_no_edge(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "from os import path\nclass Helper: ...\ndef f(x: Helper, y=path.join): ...\n"})
    specs = by_ref(make_entry("m:f", deps=["other:thing", "m:Helper"]))
    assert build_spec_graph(specs, infer_default=True) == {"m:f": set()}


def test_specs_of_one_module_may_refer_to_each_other(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def even(n):\n    return odd(n - 1)\ndef odd(n):\n    return even(n - 1)\n"})
    graph = build_spec_graph(by_ref(make_entry("m:even"), make_entry("m:odd")), infer_default=True)
    assert graph == {"m:even": {"m:odd"}, "m:odd": {"m:even"}}
    assert collapse_to_module_dag(graph) == {"m": set()}


def test_a_spec_that_its_file_does_not_define_is_an_error(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def f(): ...\n"})
    with pytest.raises(JauntDiscoveryError, match=r"m\.py: does not define 'g'"):
        build_spec_graph(by_ref(make_entry("m:g")), infer_default=True)
    with pytest.raises(JauntDiscoveryError, match=r"gone\.py: cannot be read"):
        build_spec_graph(by_ref(make_entry("gone:g")), infer_default=True)


def test_a_source_file_may_be_a_path_object(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    root = project_files({"m.py": "def g(): ...\ndef f(x=g): ...\n"})
    path: Any = root / "m.py"
    paths = [e._replace(source_file=path) for e in (make_entry("m:f"), make_entry("m:g"))]
    assert build_spec_graph(by_ref(*paths), infer_default=True)[SpecRef("m:f")] == {"m:g"}
    assert source_root(paths[0]) == root

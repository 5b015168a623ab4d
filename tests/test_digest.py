"""Digests: what moves a spec's own, its graph's and its module's, and what leaves them alone."""

import itertools
import random
import string
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libraries import MakeEntry
from projects import ProjectFiles

from jaunt.deps import build_spec_graph
from jaunt.digest import graph_digest, local_digest, module_digest
from jaunt.errors import JauntDependencyCycleError, JauntDiscoveryError
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, module_of
from jaunt.specs.dag import dependents_of
from jaunt.specs.digests import graph_digests
from jaunt.specs.texts import extract_source_segment

HEX = set(string.hexdigits.lower())


def refs(graph: dict[str, set[str]]) -> dict[SpecRef, set[SpecRef]]:
    return {SpecRef(ref): {SpecRef(dep) for dep in deps} for ref, deps in graph.items()}


def locals_of(graph: dict[SpecRef, set[SpecRef]]) -> dict[SpecRef, str]:
    return {ref: f"local {ref}" for ref in graph}


def test_a_digest_is_64_hex_digits(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def f(): ...\n"})
    entry = make_entry("m:f")
    specs = {entry.spec_ref: entry}
    graph: dict[SpecRef, set[SpecRef]] = {entry.spec_ref: set()}
    digests = [
        local_digest(entry),
        graph_digest(entry.spec_ref, specs, graph),
        module_digest("m", [entry], specs, graph),
    ]
    assert all(len(digest) == 64 and set(digest) <= HEX for digest in digests)
    assert module_digest("m", {"m": [entry]}, specs, graph) == digests[2]


def test_a_digest_is_that_of_the_file_not_of_the_object(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    root = project_files({"m.py": "def f(): ...\n"})
    one = make_entry("m:f")
    path: Any = root / "m.py"
    assert local_digest(one) == local_digest(one._replace(obj=None, source_file=path, kind="test"))


def test_a_digest_does_not_depend_on_the_folder(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    root = project_files({"m.py": "def f(): ...\n", "elsewhere/m.py": "# moved\ndef f(): pass\n"})
    one = make_entry("m:f")
    assert local_digest(one) == local_digest(one._replace(source_file=str(root / "elsewhere" / "m.py")))


def test_the_decorators_arguments_count(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def f(): ...\n"})
    plain = local_digest(make_entry("m:f"))
    assert local_digest(make_entry("m:f", prompt="Be quick.")) != plain
    assert local_digest(make_entry("m:f", prompt="Be slow.")) != local_digest(make_entry("m:f", prompt="Be quick."))
    assert local_digest(make_entry("m:f", deps=["a:b"])) != plain
    assert local_digest(make_entry("m:f", deps=[], prompt=None, infer_deps=True)) == plain
    assert local_digest(make_entry("m:f", prompt="")) == plain


def test_deps_count_as_a_set_of_references(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def f(): ...\n"})
    one = local_digest(make_entry("m:f", deps=["a:b", "c.d:e"]))
    assert local_digest(make_entry("m:f", deps=("c.d.e", "a.b", "a:b"))) == one
    assert local_digest(make_entry("m:f", deps=["a:b"])) != one


def test_a_changed_method_called_prompt_is_seen(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    digests = set()
    for result in ("int", "str"):
        project_files({"m.py": f"class C:\n    def prompt(self) -> {result}: ...\n"})
        digests.add(local_digest(make_entry("m:C", prompt="Be quick.")))
    assert len(digests) == 2


@pytest.mark.parametrize("read", [extract_source_segment, local_digest])
def test_a_spec_that_is_not_there_is_an_error(
    read: "object", project_files: ProjectFiles, make_entry: MakeEntry
) -> None:
    assert callable(read)
    project_files({"m.py": "def f(): ...\nclass C:\n    def g(self): ...\n"})
    for ref in ["m:g", "m:C.g", "n:f"]:
        with pytest.raises(JauntDiscoveryError, match=r"[mn]\.py: (does not define|cannot be read)"):
            read(make_entry(ref))


def test_a_dependencys_change_goes_up_but_not_down() -> None:
    graph = refs({"a:f": set(), "b:f": {"a:f"}, "c:f": {"b:f"}, "d:f": set()})
    before = graph_digests(locals_of(graph), graph)
    after = graph_digests({**locals_of(graph), SpecRef("b:f"): "new"}, graph)
    assert {ref for ref in graph if before[ref] != after[ref]} == {"b:f", "c:f"}


def test_a_new_edge_changes_the_one_that_has_it() -> None:
    before = refs({"a:f": set(), "b:f": set(), "c:f": {"b:f"}})
    after = refs({"a:f": set(), "b:f": {"a:f"}, "c:f": {"b:f"}})
    old, new = (graph_digests(locals_of(graph), graph) for graph in (before, after))
    assert {ref for ref in old if old[ref] != new[ref]} == {"b:f", "c:f"}


def test_specs_of_one_module_in_a_circle_have_digests_of_their_own() -> None:
    graph = refs({"m:a": {"m:b"}, "m:b": {"m:a", "x:f"}, "x:f": set(), "m:c": {"m:a"}})
    before = graph_digests(locals_of(graph), graph)
    assert len({*before.values()}) == 4
    for changed, moved in [("m:a", {"m:a", "m:b", "m:c"}), ("x:f", {*graph}), ("m:c", {"m:c"})]:
        after = graph_digests({**locals_of(graph), SpecRef(changed): "new"}, graph)
        assert {ref for ref in graph if before[ref] != after[ref]} == moved


def test_a_circle_through_modules_is_an_error_that_names_its_path(
    project_files: ProjectFiles, make_entry: MakeEntry
) -> None:
    project_files({f"{name}.py": "def f(): ...\n" for name in "abc"})
    specs = {e.spec_ref: e for e in (make_entry("a:f"), make_entry("b:f"), make_entry("c:f"))}
    graph = refs({"a:f": {"c:f"}, "c:f": {"b:f"}, "b:f": {"a:f"}})
    with pytest.raises(JauntDependencyCycleError) as caught:
        graph_digest(SpecRef("a:f"), specs, graph)
    path = caught.value.message.removeprefix("dependency cycle: ").split(" -> ")
    assert all(later in graph[SpecRef(earlier)] for earlier, later in itertools.pairwise(path))
    assert path[0] == path[-1] and len(path) == 4


def test_a_dependency_that_is_no_spec_counts_by_its_name(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def f(): ...\n"})
    entry = make_entry("m:f")
    specs = {entry.spec_ref: entry}
    one, two, none = (graph_digest(entry.spec_ref, specs, refs({"m:f": deps})) for deps in ({"x:a"}, {"x:b"}, set()))
    assert len({one, two, none}) == 3
    assert graph_digest(entry.spec_ref, specs, {}) == none


def test_a_cache_is_filled_and_changes_no_digest(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({f"{name}.py": "def f(): ...\ndef g(): ...\n" for name in "abc"})
    entries = [make_entry(f"{m}:{f}") for m in "abc" for f in "fg"]
    specs = {e.spec_ref: e for e in entries}
    graph = refs({"a:f": {"a:g"}, "a:g": {"a:f"}, "b:f": {"a:f"}, "b:g": set(), "c:f": {"b:f", "b:g"}, "c:g": {"c:f"}})
    expected = {ref: graph_digest(ref, specs, graph) for ref in specs}
    for order in (sorted(specs), sorted(specs, reverse=True)):
        cache: dict[SpecRef, str] = {}
        assert {ref: graph_digest(ref, specs, graph, cache=cache) for ref in order} == expected
        assert cache == expected
        assert graph_digest(SpecRef("a:f"), {}, {}, cache={SpecRef("a:f"): "known"}) == "known"


def test_a_chain_of_five_thousand_specs_has_a_digest(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    count = 5_000
    project_files({"m.py": "".join(f"def f{i}(): ...\n" for i in range(count))})
    specs = {e.spec_ref: e for e in (make_entry(f"m:f{i}") for i in range(count))}
    graph = refs({f"m:f{i}": {f"m:f{i - 1}"} if i else set() for i in range(count)})
    cache: dict[SpecRef, str] = {}
    top = graph_digest(SpecRef(f"m:f{count - 1}"), specs, graph, cache=cache)
    assert len(cache) == count and cache[SpecRef(f"m:f{count - 1}")] == top


def test_a_modules_digest_is_that_of_all_its_specs(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    def digest(*names: str) -> str:
        entries = [make_entry(f"m:{name}") for name in names]
        specs = {e.spec_ref: e for e in entries}
        return module_digest("m", entries, specs, {ref: set() for ref in specs})

    project_files({"m.py": "def f(): ...\ndef g(): ...\n"})
    both, one = digest("f", "g"), digest("f")
    assert both == digest("g", "f") != one
    project_files({"m.py": "x = 1\ndef g(): pass\ndef f(): ...\n"})
    assert digest("f", "g") == both
    project_files({"m.py": "def f(): ...\ndef g(x): ...\n"})
    assert digest("f", "g") != both
    assert digest("f") == one


@settings(max_examples=25)
@given(st.integers(2, 7), st.randoms(use_true_random=False))
def test_an_edit_changes_the_modules_that_depend_on_it_and_no_others(count: int, chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        uses = {i: [j for j in range(i) if chance.random() < 0.4] for i in range(count)}
        edited = chance.randrange(count)

        def digests(arguments: str) -> dict[str, str]:
            entries: dict[str, SpecEntry] = {}
            for i in range(count):
                imports = "".join(f"from m{j} import f as f{j}\n" for j in uses[i])
                body = "".join(f"    f{j}()\n" for j in uses[i])
                file = Path(folder, f"m{i}.py")
                file.write_text(f"{imports}def f({arguments if i == edited else ''}):\n    'Doc.'\n{body}")
                entries[f"m{i}"] = SpecEntry("magic", SpecRef(f"m{i}:f"), f"m{i}", "f", str(file), object(), {})
            specs = {e.spec_ref: e for e in entries.values()}
            graph = build_spec_graph(specs, infer_default=True)
            assert {module_of(r): {module_of(d) for d in deps} for r, deps in graph.items()} == {
                f"m{i}": {f"m{j}" for j in uses[i]} for i in uses
            }
            return {m: module_digest(m, [entry], specs, graph) for m, entry in entries.items()}

        before, again, after = digests(""), digests(""), digests("x")
        assert before == again
        assert {m for m in before if before[m] != after[m]} == {
            f"m{i}" for i in dependents_of({i: set(uses[i]) for i in uses}, [edited])
        }

"""The one dirty rule: how a file is judged, and every reason that is given."""

from pathlib import Path

import pytest
from builds import load
from pages import CODE, FILES, generated_text
from projects import ProjectFiles, edit

from jaunt.header import format_header
from jaunt.plan.freshness import FRESH, Freshness, judge, judge_file
from jaunt.plan.plan import make_plan, module_fingerprint
from jaunt.plan.reasons import PartChange, Reason, ReasonKind
from jaunt.report.wording import all_reasons

EDITED = Reason(ReasonKind.EDITED)


def reasons(root: Path) -> dict[str, str]:
    return {name: all_reasons(f) for name, f in make_plan(load(root)).freshness.items() if f.stale}


def test_what_was_built_is_fresh(built: Path) -> None:
    plan = make_plan(load(built))
    assert (plan.stale, plan.fresh) == ([], ["app.free", "app.page", "app.slug", "app.words"])
    assert [*plan.freshness.values()] == [FRESH] * 4
    assert all_reasons(FRESH) == "fresh"


def test_what_was_never_built_is_unbuilt(project_files: ProjectFiles) -> None:
    plan = make_plan(load(project_files(FILES)))
    assert {*plan.freshness.values()} == {Freshness("unbuilt", (Reason(ReasonKind.UNBUILT),), stale=True)}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("the words.", "all words.", "spec changed: app.words:split (docstring)"),
        ("(text: str)", "(text: bytes)", "spec changed: app.words:split (signature)"),
        ("(text: str)", "(text: bytes, /)", "spec changed: app.words:split (signature)"),
        ("magic\ndef", "magic(prompt='p')\ndef", "spec changed: app.words:split (prompt)"),
        ("magic\nclass", "magic(deps=[split])\nclass", "spec changed: app.words:Word (deps)"),
        ("size(self)", "size(self, x)", "spec changed: app.words:Word.size (signature)"),
        ("def size", "def length", "spec changed: app.words:Word (method length added, method size removed)"),
        ("def split", "def cut", "spec added: app.words:cut; spec removed: app.words:split"),
        ("@jaunt.magic\nclass", "class", "spec removed: app.words:Word"),
        ('"""A word."""', "x: int = 1", "spec changed: app.words:Word (attributes, docstring)"),
        (
            '"""Return the words."""\n    ...',
            "return text.split()",
            "spec changed: app.words:split (body, docstring)",
        ),
    ],
)
def test_a_reason_names_the_spec_and_the_part_that_changed(old: str, new: str, reason: str, built: Path) -> None:
    edit(built / "src/app/words.py", old, new)
    if "cut" in new:
        edit(built / "src/app/slug.py", "deps=[split]", "deps=[]")
    assert reasons(built)["app.words"] == reason


def test_a_changed_dependency_is_named_all_the_way_up(built: Path) -> None:
    edit(built / "src/app/words.py", "the words.", "all words.")
    assert reasons(built) == {
        "app.words": "spec changed: app.words:split (docstring)",
        "app.slug": "dependency changed: app.words:split",
        "app.page": "dependency changed: app.slug:slugify",
    }


def test_a_change_of_a_spec_that_nobody_uses_goes_no_further_than_its_module(built: Path) -> None:
    edit(built / "src/app/words.py", "A word.", "One word.")
    found = make_plan(load(built)).freshness
    assert all_reasons(found["app.words"]) == "spec changed: app.words:Word (docstring)"
    assert (found["app.slug"].action, all_reasons(found["app.slug"])) == ("verify", "dependency is stale: app.words")


def test_a_new_and_a_removed_dependency_are_named(built: Path) -> None:
    edit(built / "src/app/page.py", "from app.slug import slugify", "from app.free import split as slugify")
    edit(built / "src/app/page.py", "deps=[slugify]", "deps=[slugify, 'app.words:Word']")
    assert reasons(built)["app.page"] == (
        "spec changed: app.page:page (deps); dependency added: app.free:split; "
        "dependency removed: app.slug:slugify; dependency added: app.words:Word"
    )


def test_a_header_that_tells_no_parts_gives_a_plain_reason(built: Path) -> None:
    expected = module_fingerprint(load(built), "app.free")
    fields = expected.header_fields()
    plain = {key: fields[key] for key in ("kind", "source_module", "spec_refs")}
    text = format_header(tool_version="0", module_digest="0" * 64, **plain) + "\n" + CODE
    assert judge(text, expected) == Freshness("stale", (Reason(ReasonKind.CONTRACT_CHANGED),), stale=True)
    fresh = format_header(tool_version="0", module_digest=expected.digest, **plain) + "\n" + CODE
    assert judge(fresh, expected) == FRESH


def test_the_header_of_another_module_or_kind_is_stale(built: Path) -> None:
    project = load(built)
    expected = module_fingerprint(project, "app.free")
    other = generated_text(module_fingerprint(project, "app.words"))
    assert all_reasons(judge(other, expected)) == "its header is that of build app.words"
    wrong_kind = generated_text(expected).replace("jaunt:kind=build", "jaunt:kind=test")
    reason = Reason(ReasonKind.OTHER_HEADER, "app.free", detail="test")
    assert judge(wrong_kind, expected) == Freshness("stale", (reason,), stale=True)


def test_only_the_contract_counts(built: Path) -> None:
    project = load(built)
    text = generated_text(module_fingerprint(project, "app.free"))
    upgraded = text.replace("tool_version=0", "tool_version=99").replace(
        "# jaunt:body", "# jaunt:model=new\n# jaunt:body"
    )
    assert upgraded != text
    assert not judge(upgraded, module_fingerprint(project, "app.free")).stale
    edit(built / "src/app/words.py", "import jaunt\n", "import os, jaunt  # both\n\nHELPER = 1\n")
    edit(built / "src/app/words.py", '"""Return the words."""\n    ...', "'''Return the words.'''")
    assert reasons(built) == {}


def test_an_edited_file_is_protected_and_not_stale(built: Path) -> None:
    edit(built / "src/app/__generated__/free.py", "return 1", "return 2")
    freshness = make_plan(load(built)).freshness["app.free"]
    assert freshness == Freshness("edited", (EDITED,), stale=False)
    assert freshness.protected


def test_an_edited_file_whose_contract_changed_gives_both_reasons(built: Path) -> None:
    edit(built / "src/app/__generated__/free.py", "return 1", "return 2")
    edit(built / "src/app/free.py", "A word.", "One word.")
    freshness = make_plan(load(built)).freshness["app.free"]
    changed = Reason(ReasonKind.SPEC_CHANGED, "app.free:Word", parts=(PartChange("docstring"),))
    assert freshness == Freshness("edited", (EDITED, changed), stale=True)
    assert all_reasons(freshness) == "edited by hand; spec changed: app.free:Word (docstring)"


def test_an_edited_file_whose_dependency_is_stale_is_left_alone(built: Path) -> None:
    edit(built / "src/app/__generated__/slug.py", "return 1", "return 2")
    edit(built / "src/app/words.py", "A word.", "One word.")
    freshness = make_plan(load(built)).freshness["app.slug"]
    assert (freshness, freshness.action) == (Freshness("edited", (EDITED,), stale=False), "keep")


@pytest.mark.parametrize(
    ("text", "state", "reason"),
    [
        ("", "unbuilt", "not built yet"),
        (" \n\n", "unbuilt", "not built yet"),
        ("x = 1\n", "edited", "edited by hand: it has no jaunt header"),
        ("# a comment\n{text}", "edited", "edited by hand: it has no jaunt header"),
        ("{text}x = 1\n", "edited", "edited by hand"),
        ("{text}\n\n", "fresh", "fresh"),
        ("\ufeff{text}", "fresh", "fresh"),
    ],
)
def test_a_file_is_judged_by_its_text(text: str, state: str, reason: str, built: Path) -> None:
    expected = module_fingerprint(load(built), "app.free")
    freshness = judge(text.replace("{text}", generated_text(expected)), expected)
    assert (freshness.state, all_reasons(freshness)) == (state, reason)


def test_line_ends_of_another_system_are_no_edit(built: Path) -> None:
    path = built / "src/app/__generated__/free.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert reasons(built) == {}
    assert make_plan(load(built)).freshness["app.free"].state == "fresh"


@pytest.mark.parametrize("cut", [2, 20, 60, 400])
def test_a_torn_file_is_never_fresh(cut: int, built: Path) -> None:
    expected = module_fingerprint(load(built), "app.free")
    text = generated_text(expected)
    assert judge(text[:-cut], expected).state == "edited"


def test_bytes_that_are_no_text_are_an_edit(built: Path) -> None:
    path = built / "src/app/__generated__/free.py"
    path.write_bytes(path.read_bytes() + b"\xff\xfe\x00")
    assert make_plan(load(built)).freshness["app.free"].state == "edited"


def test_what_cannot_be_read_is_broken(tmp_path: Path, built: Path) -> None:
    expected = module_fingerprint(load(built), "app.free")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "folder.py", tmp_path / "file" / "m.py"):
        freshness = judge_file(path, expected)
        assert (freshness.state, freshness.stale) == ("broken", True)
        assert str(path) in all_reasons(freshness)
    (tmp_path / "link.py").symlink_to(tmp_path / "nowhere.py")
    assert judge_file(tmp_path / "link.py", expected).state == "unbuilt"


@pytest.mark.parametrize("value", ["[]", "1", '{"docstring": []}', "[" * 9_999, "x"])
def test_a_damaged_header_is_no_crash(value: str, built: Path) -> None:
    path = built / "src/app/__generated__/free.py"
    lines = path.read_text().splitlines(keepends=True)
    damaged = f"# jaunt:spec_digest=Word {value}\n"
    path.write_text("".join(damaged if "spec_digest=Word" in line else line for line in lines))
    edit(built / "src/app/free.py", "A word.", "One word.")
    assert make_plan(load(built)).freshness["app.free"].state == "edited"

"""`jaunt init --agents`: files for programs that write code; nothing that a person wrote is lost."""

from pathlib import Path

from projects import files_of
from said import RunIn

from jaunt.commands.agent.guard import denial


def test_generated_folders_and_the_project_get_theirs(built_shop: Path, run_in: RunIn) -> None:
    before = files_of(built_shop)
    said = run_in(built_shop, "init", "--agents")
    assert said.code == 0
    assert [line for line in said.lines if "AGENTS" in line] == [
        "created   AGENTS.md",
        "created   src/app/__generated__/AGENTS.md",
        "created   tests/__generated__/AGENTS.md",
    ]
    after = files_of(built_shop)
    new = {name for name in after.keys() - before.keys() if name.endswith(".md")}
    assert new == {"AGENTS.md", "src/app/__generated__/AGENTS.md", "tests/__generated__/AGENTS.md"}
    assert {name: after[name] for name in before if name.endswith(".py")} == {
        name: data for name, data in before.items() if name.endswith(".py")
    }
    assert "jaunt agent instructions" in (built_shop / "AGENTS.md").read_text()
    assert run_in(built_shop, "check").code == 0
    assert run_in(built_shop, "clean", "--orphans", "--dry-run", "--json").facts["removed"] == []


def test_what_a_person_wrote_stays_and_a_second_time_nothing_is_added(built_shop: Path, run_in: RunIn) -> None:
    own, other = built_shop / "AGENTS.md", built_shop / "src/app/__generated__/AGENTS.md"
    own.write_text("# Ours\n\nBe kind.\n")
    other.write_text("mine\n")
    said = run_in(built_shop, "init", "--agents")
    assert "extended  AGENTS.md" in said.lines
    assert own.read_text().startswith("# Ours\n\nBe kind.\n\n<!-- jaunt -->\n## Specs\n")
    assert other.read_text() == "mine\n"
    first = own.read_bytes()
    said = run_in(built_shop, "init", "--agents")
    assert "kept      AGENTS.md (it has a stanza on jaunt)" in said.lines
    assert own.read_bytes() == first


def test_without_it_nothing_of_this_is_written(built_shop: Path, run_in: RunIn) -> None:
    assert run_in(built_shop, "init").code == 0
    assert [*built_shop.rglob("AGENTS.md")] == []


def test_one_that_cannot_be_read_is_one_line(built_shop: Path, run_in: RunIn) -> None:
    (built_shop / "AGENTS.md").write_bytes(b"\xff\xfe")
    said = run_in(built_shop, "init", "--agents")
    assert (said.code, len(said.errors)) == (2, 1)
    assert (built_shop / "AGENTS.md").read_bytes() == b"\xff\xfe"


def test_the_guard_lets_it_be_written(built_shop: Path) -> None:
    assert denial('{"file_path": "src/app/__generated__/AGENTS.md"}', built_shop) == ""

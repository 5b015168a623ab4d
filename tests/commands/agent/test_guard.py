"""The guard denies writes to generated code, names the spec, and lets everything else pass, junk too."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import child_environment
from projects import edit

from jaunt.commands.agent.guard import denial

SLUG = "src/app/__generated__/slug.py"
REASON = f"{SLUG} is generated from app.slug in src/app/slug.py (slugify): change the spec there, then run: jaunt build"


def denied(root: Path, call: object) -> str:
    return denial(json.dumps(call), root).replace(f"{root}/", "")


def patch(path: str) -> str:
    return f"*** Begin Patch\n*** Update File: {path}\n@@\n-a\n+b\n*** End Patch\n"


FORMS = {
    "write": {"tool_name": "Write", "tool_input": {"file_path": SLUG, "content": "x = 1"}},
    "edit": {"tool_name": "Edit", "tool_input": {"file_path": SLUG, "old_string": "a", "new_string": "b"}},
    "absolute": {"toolName": "create_file", "args": {"absolute_path": "@/" + SLUG}},
    "several edits": {"edits": [{"path": "src/app/slug.py"}, {"path": SLUG}]},
    "files": {"tool": "delete", "files": ["README.md", SLUG]},
    "uri": {"uri": "file://@/" + SLUG},
    "a patch": {"tool_name": "apply_patch", "tool_input": {"input": patch(SLUG)}},
    "a diff": {"tool_name": "shell", "input": f"--- a/{SLUG}\n+++ b/{SLUG}\n@@ -1 +1 @@\n"},
    "another folder": {"cwd": "@/src", "tool_input": {"filePath": "app/__generated__/slug.py"}},
    "dots": {"file_path": "src/app/../app/__generated__/slug.py"},
}


SHELL = {
    "redirection": f"echo 'x = 1' > {SLUG}",
    "no blank": f"echo x>{SLUG}",
    "appended": f"printf '\\n# x\\n' >> {SLUG}",
    "both streams": f"python make.py &> {SLUG}",
    "forced": f"cat a >| {SLUG}",
    "here document": f"cat > {SLUG} <<'EOF'\nx = '\nEOF\n",
    "here document first": f"cat <<EOF > {SLUG}\nit's\nEOF",
    "after others": f"cd src && make; ls | tee ../{SLUG} | wc -l",
    "sed": f"sed -i 's/a/b/' {SLUG}",
    "sed of the mac": f"sed -i '' -e 's/a/b/' {SLUG}",
    "sed with more": f"sed -Ei.bak 's/(a) > b/c/' -- {SLUG}",
    "perl": f"perl -pi -e 's/a/b/' {SLUG}",
    "cp": f"cp /tmp/new.py {SLUG}",
    "cp into": "cp /tmp/slug.py src/app/__generated__/",
    "cp -t": "cp -t src/app/__generated__ /tmp/slug.py",
    "mv to": f"mv new.py {SLUG}",
    "mv from": f"mv {SLUG} old.py",
    "rm": f"rm -f README.md {SLUG}",
    "dd": f"dd if=/dev/zero of={SLUG}",
    "truncate": f"truncate -s 0 {SLUG}",
    "in a folder": "cd src/app/__generated__ && sed -i s/a/b/ slug.py",
    "two steps": "cd src\ncd app/__generated__\necho > slug.py",
    "a shell in it": f"bash -lc 'echo x > {SLUG}'",
    "a prefix": f"sudo FOO=1 env BAR=2 tee {SLUG}",
    "in a loop": f"for a in 1 2; do echo $a >> {SLUG}; done",
    "in brackets": f"(echo a; echo b)>{SLUG}",
    "after an open quote": f"echo it's\nrm {SLUG}",
    "goes on": f"sed -i \\\n  s/a/b/ \\\n  {SLUG}",
}


@pytest.mark.parametrize("form", SHELL)
def test_a_plain_write_of_a_shell_is_denied(built_shop: Path, form: str) -> None:
    for key, name in (("command", "Bash"), ("cmd", "exec_command"), ("script", "shell")):
        reason = denied(built_shop, {"tool_name": name, "tool_input": {key: SHELL[form]}})
        assert reason == REASON or reason.startswith("src/app/__generated__ holds generated code"), form
    argv = {"tool_name": "shell", "tool_input": {"command": ["bash", "-lc", SHELL[form]]}}
    assert denied(built_shop, argv), form


@pytest.mark.parametrize(
    "command",
    [
        f"cat {SLUG}",
        f"cat {SLUG} > copy.py",
        f"cp {SLUG} /tmp/",
        f"grep -n 'x > {SLUG}' README.md",
        f"sed -n 1,20p {SLUG}",
        f"diff {SLUG} new.py 2>/dev/null",
        f"python -m pytest {SLUG} >&2",
        f"echo 'rm {SLUG}'",
        f"cat > notes.md <<'EOF'\nrm {SLUG}\necho > {SLUG}\nEOF",
        f"ls # > {SLUG}",
        "sed -i s/a/b/ src/app/slug.py && jaunt build",
        f"git diff -- {SLUG}",
        f"wc -l < {SLUG}",
        "rm -r .jaunt",
        'echo "',
        ">",
        "> >",
        "cd",
        "bash -c",
        "cp -t",
        "dd of=",
        "((((",
        "a" * 100_000,
        "'" * 999,
        "<<EOF " * 200,
    ],
)
def test_other_command_lines_pass(built_shop: Path, command: str) -> None:
    assert denied(built_shop, {"tool_name": "Bash", "tool_input": {"command": command}}) == ""


def test_a_tool_that_is_told_to_view_only_reads(built_shop: Path) -> None:
    call = {"tool_name": "str_replace_based_edit_tool", "tool_input": {"command": "view", "path": SLUG}}
    assert denied(built_shop, call) == ""
    call["tool_input"] = {"command": "create", "path": SLUG}
    assert denied(built_shop, call) == REASON


@pytest.mark.parametrize("form", FORMS)
def test_a_write_to_generated_code_is_denied_with_its_spec(built_shop: Path, form: str) -> None:
    text = json.dumps(FORMS[form]).replace("@/", f"{built_shop}/")
    assert denied(built_shop, json.loads(text)) == REASON


def test_a_link_to_generated_code_is_that(built_shop: Path) -> None:
    (built_shop / "link.py").symlink_to(built_shop / SLUG)
    assert denied(built_shop, {"file_path": "link.py"}) == REASON


def test_a_generated_test_names_its_own_command(built_shop: Path) -> None:
    assert denied(built_shop, {"path": "tests/__generated__/test_slug.py"}).endswith("run: jaunt test")


def test_what_is_not_generated_yet_or_lost_its_header_is_denied_too(built_shop: Path) -> None:
    assert denied(built_shop, {"path": "src/app/__generated__/new.py"}).startswith("src/app/__generated__/new.py is")
    (built_shop / SLUG).write_text("x = 1\n")
    assert "src/app/slug.py" in denied(built_shop, {"path": SLUG})


def test_the_folder_may_have_another_name(built_shop: Path) -> None:
    edit(built_shop / "jaunt.toml", "version = 1", 'version = 1\n[paths]\ngenerated_dir = "_gen"')
    assert denied(built_shop, {"path": "src/app/_gen/slug.py"}).startswith("src/app/_gen/slug.py is generated from ")


@pytest.mark.parametrize(
    "call",
    [
        {"tool_name": "Write", "tool_input": {"file_path": "src/app/slug.py", "content": SLUG}},
        {"tool_name": "Write", "tool_input": {"file_path": "notes.md", "content": f"see\n{SLUG}\n"}},
        {"tool_name": "Read", "tool_input": {"file_path": SLUG}},
        {"tool_name": "read_file", "tool_input": {"path": SLUG}},
        {"tool_name": "Grep", "tool_input": {"path": "src/app/__generated__"}},
        {"file_path": "src/app/__generated__/AGENTS.md"},
        {"file_path": "elsewhere/slug.py"},
        {"file_path": ""},
        {"file_path": None},
        {},
    ],
)
def test_anything_else_passes(built_shop: Path, call: object) -> None:
    assert denied(built_shop, call) == ""


JUNK = [
    "",
    "junk",
    "[]",
    "3",
    "null",
    '{"file_path": "a\\u0000b"}',
    "[" * 100_000,
    '{"path": ["',
    '{"cwd": 3, "path": 4}',
]
JUNK += ['{"path": "' + "x/" * 5_000 + 'y"}', '{"path": "\\ud800"}', '{"cwd": "\\u0000", "path": "a"}', '{"path": "~"}']


@pytest.mark.parametrize("junk", JUNK)
def test_junk_passes(tmp_path: Path, junk: str) -> None:
    assert denial(junk, tmp_path) == ""


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)
    )
)
def test_no_json_makes_it_fail(call: object) -> None:
    assert denial(json.dumps({"file_path": call, "x": call, "command": call}), Path("/nowhere")) == ""


def ask(root: Path, data: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "jaunt", "agent", "guard"]
    return subprocess.run(command, input=data, cwd=root, env=child_environment(), capture_output=True, check=False)


def test_a_no_is_2_with_the_reason_on_standard_error_and_as_json(built_shop: Path) -> None:
    done = ask(built_shop, json.dumps(FORMS["write"]).encode())
    assert (done.returncode, done.stderr.decode()) == (2, f"error: {REASON}\n")
    answer = json.loads(done.stdout)
    assert (answer["decision"], answer["reason"]) == ("block", REASON)
    assert answer["hookSpecificOutput"] == {
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": REASON,
    }


@pytest.mark.parametrize("data", [b"\xff\xfe\x00junk", b"", json.dumps({"file_path": "a.py"}).encode()])
def test_a_yes_is_0_and_says_nothing(tmp_path: Path, data: bytes) -> None:
    done = ask(tmp_path, data)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

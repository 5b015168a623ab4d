"""The header: what is written comes back, and only a whole block at the very start counts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaunt.header import (
    HEADER_MARKER,
    body_digest,
    extract_module_digest,
    format_header,
    parse_header,
    split_header,
)

DIGEST = "0123456789abcdef" * 4


def header(**changes: object) -> str:
    fields = {
        "tool_version": "1.2.3",
        "kind": "build",
        "source_module": "app.slug",
        "module_digest": DIGEST,
        "spec_refs": ["app.slug:slugify"],
        **changes,
    }
    return format_header(**fields)


def test_five_arguments_give_six_lines() -> None:
    assert header() == (
        f"{HEADER_MARKER}\n"
        "# jaunt:tool_version=1.2.3\n"
        "# jaunt:kind=build\n"
        "# jaunt:source_module=app.slug\n"
        f"# jaunt:module_digest=sha256:{DIGEST}\n"
        '# jaunt:spec_refs=["app.slug:slugify"]\n'
    )


def test_a_digest_may_come_with_its_prefix() -> None:
    assert header(module_digest=f"sha256:{DIGEST}") == header(module_digest=DIGEST)


def test_what_was_formatted_is_parsed() -> None:
    text = header(spec_digests={"slugify": {"body": "1"}}, body_digest="sha256:ab", model=None) + "\nx = 1\n"
    assert parse_header(text) == {
        "tool_version": "1.2.3",
        "kind": "build",
        "source_module": "app.slug",
        "module_digest": f"sha256:{DIGEST}",
        "spec_refs": ["app.slug:slugify"],
        "spec_digests": {"slugify": {"body": "1"}},
        "dependency_digests": {},
        "body_digest": "sha256:ab",
    }
    assert extract_module_digest(text) == f"sha256:{DIGEST}"
    assert split_header(text)[1] == "x = 1\n"


@given(
    version=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1),
    refs=st.lists(st.text()),
    body=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufeff")),
)
def test_any_header_comes_back_with_its_body(version: str, refs: list[str], body: str) -> None:
    text = f"{header(tool_version=version, spec_refs=refs)}\n{body}"
    fields = parse_header(text)
    assert fields is not None
    assert (fields["tool_version"], fields["spec_refs"]) == (version, refs)
    assert split_header(text)[1] == body


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\u2028b", "a\x0cb", "tail\n"])
def test_a_value_of_several_lines_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="tool_version"):
        header(tool_version=value)


def test_crlf_and_a_byte_order_mark_change_nothing() -> None:
    text = header() + "\nx = 1\n"
    assert parse_header("\ufeff" + text.replace("\n", "\r\n")) == parse_header(text)
    assert split_header("\ufeff" + text.replace("\n", "\r\n")) == split_header(text)


@pytest.mark.parametrize("before", ["\n", " ", "#!/usr/bin/env python\n", "# a comment\n", "x = 1\n", '"""'])
def test_a_header_further_down_does_not_count(before: str) -> None:
    assert parse_header(before + header()) is None
    assert extract_module_digest(before + header()) is None


def test_lines_below_the_block_are_not_of_the_header() -> None:
    text = header() + f"\n# jaunt:module_digest=sha256:{'f' * 64}\n"
    assert extract_module_digest(text) == f"sha256:{DIGEST}"


@pytest.mark.parametrize("name", ["tool_version", "kind", "source_module", "module_digest", "spec_refs"])
def test_a_header_that_lacks_a_field_is_none(name: str) -> None:
    lines = header().splitlines(keepends=True)
    assert parse_header("".join(line for line in lines if f"jaunt:{name}=" not in line)) is None


@pytest.mark.parametrize("text", ["", "\n", "x = 1\n", HEADER_MARKER, HEADER_MARKER + "\n", HEADER_MARKER[:-1]])
def test_no_header_is_none(text: str) -> None:
    assert parse_header(text) is None
    assert extract_module_digest(text) is None


@pytest.mark.parametrize(
    ("name", "damaged"),
    [
        ("spec_refs", '["app.slug:slug'),
        ("spec_refs", "{}"),
        ("spec_refs", "null"),
        ("spec_refs", ""),
        ("spec_refs", "[1]"),
        ("spec_refs", "[" * 100_000),
        ("spec_digests", "[]"),
        ("spec_digests", '{"slugify": 3}'),
        ("spec_digests", '{"slugify": {"body": []}}'),
        ("dependency_digests", '{"app.words:split": {}}'),
        ("dependency_digests", "{"),
    ],
)
def test_damaged_json_is_no_header(name: str, damaged: str) -> None:
    whole = {"spec_refs": ["a:f"], "spec_digests": {"f": {"body": "1"}}, "dependency_digests": {"a:g": "2"}}
    lines = [line for line in header().splitlines(keepends=True) if f"{name}=" not in line]
    assert parse_header("".join([*lines, f"# jaunt:{name}={json.dumps(whole[name])}\n"])) is not None
    assert parse_header("".join([*lines, f"# jaunt:{name}={damaged}\n"])) is None


@pytest.mark.parametrize("damaged", ["", "f", "f ", "f [", "f 3", 'f {"body": []}'])
def test_a_damaged_line_of_a_spec_is_no_header(damaged: str) -> None:
    assert parse_header(f'{header()}# jaunt:spec_digest=f {{"body": "1"}}\n') is not None
    assert parse_header(f"{header()}# jaunt:spec_digest={damaged}\n") is None


def test_each_spec_and_each_dependency_has_a_line_of_its_own() -> None:
    digests = {"b": {"body": "2", "docstring": "1"}, "a": {"body": "1"}}
    text = header(spec_digests=digests, dependency_digests={"m:g": "22", "m:f": "11"})
    assert text.splitlines()[6:] == [
        '# jaunt:spec_digest=a {"body": "1"}',
        '# jaunt:spec_digest=b {"body": "2", "docstring": "1"}',
        "# jaunt:dependency_digest=m:f 11",
        "# jaunt:dependency_digest=m:g 22",
    ]
    fields = parse_header(text) or {}
    assert (fields["spec_digests"], fields["dependency_digests"]) == (digests, {"m:f": "11", "m:g": "22"})
    assert not {"spec_digest", "dependency_digest"} & fields.keys()


def test_a_module_without_dependencies_is_known_to_have_none() -> None:
    fields = parse_header(header(spec_digests={"a": {"body": "1"}}, dependency_digests={})) or {}
    assert fields["dependency_digests"] == {}


def test_a_field_that_is_not_known_is_kept_as_text() -> None:
    assert (parse_header(header(model="big = 4")) or {})["model"] == "big = 4"


def test_the_body_digest_is_that_of_the_text_whatever_its_line_ends() -> None:
    assert body_digest("a\nb\n") == body_digest("a\r\nb\r\n") == body_digest("\na\nb\n\n")
    assert body_digest("a\nb\n") != body_digest("a\nb c\n")
    assert body_digest("a\n") != body_digest("  a\n")


def test_a_body_digest_takes_text_that_is_not_unicode() -> None:
    assert body_digest("x = '\ud800'") != body_digest("x = '\ud801'")

"""The header's line on strength: written and read, with no other byte touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaunt.header import body_digest, format_header, parse_header, split_header
from jaunt.syntax.body import is_edited
from jaunt.testing.strength.recorded import recorded_strength, with_strength_field

VALUE = "26 of 28 timeouts=2 waived=1 on=0123456789abcdef"
BODY = "x = 'häß'  \n\n\n\nclass A: ...\n\n"


def generated(body: str = BODY) -> str:
    """Return the text of a generated file."""
    header = format_header(
        tool_version="1",
        kind="test",
        source_module="tests.test_a",
        module_digest="0" * 64,
        spec_refs=["tests.test_a:test_b"],
        body_digest=body_digest(body),
    )
    return f"{header}\n{body}"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_one_line_is_added_changed_and_removed(end: str, mark: str) -> None:
    text = mark + generated().replace("\n", end)
    stamped = with_strength_field(text, VALUE)
    line = f"# jaunt:strength={VALUE}{end}"
    assert stamped.count(line) == 1
    assert stamped.replace(line, "") == text
    assert with_strength_field(stamped, VALUE) == stamped
    again = with_strength_field(stamped, VALUE.replace("26", "27"))
    assert again == stamped.replace("26 of", "27 of")
    assert with_strength_field(again, None) == text
    found = recorded_strength(parse_header(stamped))
    assert found is not None
    assert (found.noticed, found.counted, found.late, found.waived) == (26, 28, 2, 1)
    assert (found.score, found.digest) == (26 / 28, "0123456789abcdef")
    assert not is_edited(stamped)


@given(st.text())
def test_a_body_stays_whatever_it_is(body: str) -> None:
    text = generated(body)
    stamped = with_strength_field(text, VALUE)
    assert stamped.endswith(text[len("".join(f"{line}\n" for line in split_header(text)[0])) :])
    assert with_strength_field(stamped, None) == text


def test_a_file_without_a_header_stays() -> None:
    assert with_strength_field("x = 1\n", VALUE) == "x = 1\n"


@pytest.mark.parametrize("value", ["", "0.9", "3 of 2 timeouts=0 waived=0 on=ab", f"{VALUE} more", "26 of 28"])
def test_what_can_not_be_read_says_nothing(value: str) -> None:
    assert recorded_strength({"strength": value}) is None
    assert recorded_strength(parse_header(with_strength_field(generated(), value))) is None


def test_nothing_to_change_has_no_score() -> None:
    found = recorded_strength({"strength": "0 of 0 timeouts=0 waived=0 on=ab"})
    assert found is not None and found.score is None

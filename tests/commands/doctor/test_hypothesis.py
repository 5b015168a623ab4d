"""What the doctor says of Hypothesis: it has to be there for properties, and may be for calls with drawn inputs."""

from pathlib import Path

import pytest
from builds import load
from projects import write_files

from jaunt.commands.doctor.hypothesis import hypothesis

SPEC = 'import jaunt\n\n\n@jaunt.magic\ndef inc(n: int) -> int:\n    """Add one.\n{more}    """\n    ...\n'


@pytest.mark.parametrize("is_there", [True, False])
def test_hypothesis_is_looked_for_where_a_spec_has_properties(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    monkeypatch.setattr("jaunt.commands.doctor.hypothesis.has_hypothesis", lambda: is_there)
    write_files(tmp_path, {"src/app/__init__.py": "", "src/app/m.py": SPEC.format(more="")})
    said = [(each.level, each.text) for each in hypothesis(load(tmp_path, "version = 1\n"))]
    missing = ("ok", "not installed, so code is not called with drawn inputs (robustness)")
    assert said == ([] if is_there else [missing])
    assert list(hypothesis(load(tmp_path, "version = 1\n[verify]\nrobustness = 'off'\n"))) == []
    more = "\n    Properties:\n        given n: int :: inc(n) > n\n"
    write_files(tmp_path, {"src/app/m.py": SPEC.format(more=more)})
    (finding,) = hypothesis(load(tmp_path, "version = 1\n"))
    assert finding.level == ("ok" if is_there else "fail")
    assert is_there or "app.m has properties" in finding.text

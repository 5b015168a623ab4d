"""What makes a worker's verdicts another machine's."""

from dataclasses import asdict

import pytest

from jaunt.cluster.likeness import differences, this_machine
from jaunt.config import SandboxConfig


def test_what_code_sees_of_the_environment_is_compared_and_no_value_told(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = asdict(SandboxConfig(env=["APP_MODE", "APP_KEY"]))
    monkeypatch.setenv("APP_KEY", "hunter2")
    monkeypatch.delenv("TZ", raising=False)
    here = this_machine(sandbox)
    assert [*differences(here, this_machine(sandbox))] == []
    monkeypatch.setenv("PATH", "/elsewhere")  # where things are on a machine is its own
    monkeypatch.setenv("NOT_PASSED_ON", "1")
    assert [*differences(here, this_machine(sandbox))] == []
    for name, value in {"TZ": "Asia/Tokyo", "LC_ALL": "tr_TR", "APP_KEY": "hunter3", "APP_MODE": "fast"}.items():
        monkeypatch.setenv(name, value)
    there = this_machine(sandbox)
    told = [*differences(here, there)]
    assert told == [f"has another {name} in its environment" for name in ("APP_KEY", "APP_MODE", "LC_ALL", "TZ")]
    assert "hunter" not in f"{here}{there}"

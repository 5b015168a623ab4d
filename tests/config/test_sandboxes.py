"""The sandbox of single test modules: what `[sandbox.tests]` adds, for whom, and what is wrong with it."""

from pathlib import Path

import pytest

from jaunt.config import SandboxConfig, load_config
from jaunt.config.sandboxes import by_sandbox, sandbox_for
from jaunt.errors import JauntConfigError

CONFIG = SandboxConfig(
    seconds=5,
    env=["MODE"],
    tests={
        "tests.test_db*": {"network": "loopback", "env": ["DB_URL"]},
        "tests.test_db_far": {"network": True, "read": ["/srv"]},
    },
)


def test_a_test_module_gets_what_the_patterns_that_fit_it_add() -> None:
    assert sandbox_for(CONFIG, "tests.test_words") == SandboxConfig(seconds=5, env=["MODE"])
    near = SandboxConfig(seconds=5, env=["MODE", "DB_URL"], network="loopback")
    assert sandbox_for(CONFIG, "tests.test_db") == near
    far = SandboxConfig(seconds=5, env=["MODE", "DB_URL"], network=True, read=["/srv"])
    assert sandbox_for(CONFIG, "tests.test_db_far") == far


def test_modules_with_the_same_sandbox_go_together() -> None:
    names = ["tests.b", "tests.test_db", "tests.a", "tests.test_db2"]
    groups = [modules for _, modules in by_sandbox(CONFIG, names)]
    assert groups == [["tests.a", "tests.b"], ["tests.test_db", "tests.test_db2"]]
    assert [modules for _, modules in by_sandbox(SandboxConfig(), names)] == [sorted(names)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('network = "open"', 'sandbox.network: must be true, false or "loopback", is "open"'),
        ("network = 1", "sandbox.network: expected true, false or a string, got 1"),
        ('tests."tests.a" = 1', 'sandbox.tests: expected a table for "tests.a", got 1'),
        ('tests."tests.a".seconds = 1', 'sandbox.tests: "tests.a" has the key seconds, which is none of network, env'),
        ('tests."tests.a".network = 0', 'sandbox.tests: "tests.a": network must be true, false or "loopback", is 0'),
        ('tests."tests.a".read = "/srv"', 'sandbox.tests: "tests.a": read must be a list of strings'),
    ],
)
def test_what_is_wrong_is_told_with_the_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "jaunt.toml").write_text(f"[sandbox]\n{text}\n")
    with pytest.raises(JauntConfigError) as caught:
        load_config(root=tmp_path)
    assert said in str(caught.value)

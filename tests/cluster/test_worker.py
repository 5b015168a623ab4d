"""What a worker makes of what it is given."""

from pathlib import Path

import pytest

from jaunt.cluster.worker import below, moved


@pytest.mark.parametrize(
    ("sent", "there"),
    [
        ("/app", "/there"),
        (Path("/app/src/a.py"), Path("/there/src/a.py")),
        ("--rootdir=/app", "--rootdir=/there"),
        ({"/app/a": ["/app/b", Path("/app")]}, {"/there/a": ["/there/b", Path("/there")]}),
        ("/application/a", "/application/a"),
        ("len('/app/a')\n", "len('/app/a')\n"),
        ("return '/app'", "return '/app'"),
        (7, 7),
    ],
)
def test_only_paths_of_the_project_are_moved_and_no_code_that_names_one(sent: object, there: object) -> None:
    assert moved(sent, below("/app", "/there")) == there

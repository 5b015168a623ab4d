"""Where a build would never help, as it can't see what is a spec, the error says that, and where."""

from pathlib import Path

import pytest
from processes import run_python
from projects import write_files

HELPERS = """\
import functools
import jaunt
from jaunt import magic

def spec(function):
    return jaunt.magic(function)

def told(prompt):
    return lambda function: jaunt.magic(prompt=prompt)(function)

brief = functools.partial(jaunt.magic, prompt="Be brief.")
kinds = {"code": jaunt.magic}
"""
BODY = 'def one() -> int:\n    """Return 1."""\n    ...\n'


def last_words(root: Path, above: str, body: str = BODY, call: str = "app.m.one()") -> str:
    """Return the last line of a call's traceback; `above` is what stands above the spec."""
    files = {"jaunt.toml": "", "app/__init__.py": "", "app/helpers.py": HELPERS, "app/m.py": f"{above}\n{body}"}
    write_files(root, files)
    return run_python("-c", f"import app.m; {call}", cwd=root).stderr.splitlines()[-1]


UNSEEN = {
    "@spec": "from app.helpers import spec\n\n@spec",
    "@helpers.spec": "import jaunt\nfrom app import helpers\n\n@helpers.spec",
    '@told("x")': 'from app.helpers import told\n\n@told("x")',
    "@brief()": "from app.helpers import brief\n\n@brief()",
    '@kinds["code"]': 'from app.helpers import kinds\n\n@kinds["code"]',
    "@partial(jaunt.magic, infer_deps=False)": (
        "import jaunt\nfrom functools import partial\n\n@partial(jaunt.magic, infer_deps=False)"
    ),
    "@told(": "from app.helpers import told\n\n@told(\n    'x',\n)",
}


@pytest.mark.parametrize("decorator", UNSEEN)
def test_a_decorator_that_no_build_sees_is_named_with_its_line(tmp_path: Path, decorator: str) -> None:
    line = UNSEEN[decorator].split("\n").index(decorator) + 1
    place = f"{decorator} at {tmp_path}/app/m.py:{line}"
    said = last_words(tmp_path, UNSEEN[decorator])
    assert said.endswith(f"app.m:one is not built (jaunt can't see that it is a spec, by {place}: write @jaunt.magic)")


@pytest.mark.parametrize(
    "above",
    [
        "import jaunt\n\n@jaunt.magic",
        "import jaunt as j\n\n@j.magic(prompt='x')",
        "from jaunt import magic as written  # by a model\n\n@written",
        "from app.helpers import magic\n\n@magic()",
        "import jaunt\nbrief = jaunt.magic(prompt='x')\n\n@brief",
        "import jaunt, functools\n\n@functools.wraps(len)\n@jaunt.magic(\n    prompt='x',\n)  # so\n",
    ],
)
def test_where_a_build_helps_it_is_named(tmp_path: Path, above: str) -> None:
    assert last_words(tmp_path, above).endswith("app.m:one is not built (run: jaunt build)")


def test_a_class_spec_is_told_of_too(tmp_path: Path) -> None:
    body = 'class One:\n    """Counts."""\n\n    def add(self) -> int:\n        """Return 1."""\n        ...\n'
    assert "by @spec at " in last_words(tmp_path, "from app.helpers import spec\n\n@spec", body, "app.m.One()")

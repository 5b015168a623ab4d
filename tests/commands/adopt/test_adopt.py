"""`jaunt adopt`: handwritten functions become specs, their code generated code, and all else is as before."""

import subprocess
from pathlib import Path

import pytest
from processes import python_path, run_python
from projects import CONFIG, edit, files_of, write_files
from said import RunIn

SLUG = '''\
"""Slugs."""

import re

SEPARATOR = "-"


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def slugify(text: str) -> str:
    """Return the words of `text`, joined by SEPARATOR."""
    return SEPARATOR.join(words(text))


def count(seen: list[int] = []) -> int:  # noqa: B006
    """Count."""
    global _count
    _count = len(seen)
    return _count
'''
TEST = """\
from unittest import mock

from app import slug


def test_slugify():
    assert slug.slugify("A b") == "a-b"


def test_a_patch_is_seen():
    with mock.patch("app.slug.SEPARATOR", "+"):
        assert slug.slugify("A b") == "a+b"


def test_it_is_of_its_module():
    assert (slug.slugify.__module__, slug.slugify.__doc__[:6]) == ("app.slug", "Return")
"""
FILES = {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/app/slug.py": SLUG, "tests/test_slug.py": TEST}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without specs."""
    write_files(tmp_path, FILES)
    return tmp_path


def commit(root: Path) -> None:
    """Put all files of a folder under git."""
    write_files(root, {".gitignore": ".jaunt/\n__pycache__/\n.pytest_cache/\n"})
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=root, check=True, timeout=60)


def own_tests(root: Path) -> str:
    """Run the project's own tests, and return the last line that pytest prints."""
    done = run_python("-m", "pytest", "-q", "tests", cwd=root, PYTHONPATH=python_path(root / "src"))
    return done.stdout.splitlines()[-1]


def test_a_module_is_adopted_and_its_own_tests_pass(project: Path, run_in: RunIn) -> None:
    assert own_tests(project).startswith("3 passed")
    said = run_in(project, "adopt", "app.slug")
    assert said.code == 0, said.err
    assert said.lines == ["words, slugify: specs in src/app/slug.py now, code in src/app/__generated__/slug.py"]
    assert said.errors[:2] == [
        "warning: src/app/slug.py:19: count is left as it is: its body assigns module globals: _count",
        "warning: src/app/slug.py:8: words has no docstring: say in one what its code does",
    ]
    spec = (project / "src/app/slug.py").read_text()
    assert spec.count("@jaunt.magic") == 2
    assert '"""Return the words of `text`, joined by SEPARATOR."""\n    ...\n' in spec
    code = (project / "src/app/__generated__/slug.py").read_text()
    assert "# jaunt:adopted_by=" in code
    assert code.endswith("def slugify(text: str) -> str:\n    return SEPARATOR.join(words(text))\n")
    assert run_in(project, "check").lines == ["the only module is fresh"]
    assert run_in(project, "status").lines[0].endswith("unproven: slugify, words")
    assert own_tests(project).startswith("3 passed")


def test_eject_gives_the_file_back_to_the_byte(project: Path, run_in: RunIn) -> None:
    before = files_of(project / "src")
    assert run_in(project, "adopt", "app.slug").code == 0
    assert run_in(project, "eject", "app.slug").code == 0
    assert files_of(project / "src") == before


def test_one_function_then_another_share_a_generated_file(project: Path, run_in: RunIn) -> None:
    before = files_of(project / "src")
    assert run_in(project, "adopt", "app.slug:slugify").code == 0
    path = project / "src/app/__generated__/slug.py"
    assert "from app.slug import SEPARATOR, words" in path.read_text()
    assert run_in(project, "adopt", "src/app/slug.py:words").code == 0
    assert "from app.slug import SEPARATOR\n" in path.read_text()
    assert run_in(project, "check").lines == ["the only module is fresh"]
    assert own_tests(project).startswith("3 passed")
    assert run_in(project, "adopt", "app.slug:words").code == 4
    assert run_in(project, "eject", "app.slug").code == 0
    assert files_of(project / "src") == before


def test_a_dry_run_prints_both_patches_and_writes_nothing(project: Path, run_in: RunIn) -> None:
    before = files_of(project)
    said = run_in(project, "adopt", "app.slug:slugify", "--dry-run")
    assert said.code == 0
    assert {"+@jaunt.magic", "-    return SEPARATOR.join(words(text))", "+import jaunt"} <= {*said.lines}
    assert "+++ src/app/__generated__/slug.py (after)" in said.lines
    assert files_of(project) == before


@pytest.mark.parametrize("state", ["changed", "unknown"])
def test_a_dirty_tree_needs_force(project: Path, run_in: RunIn, state: str) -> None:
    commit(project)
    if state == "changed":
        edit(project / "tests/test_slug.py", "A b", "A  b")
    else:
        write_files(project, {"src/app/new.py": "def f() -> int:\n    return 1\n"})
    target = "app.slug" if state == "changed" else "app.new"
    before = files_of(project / "src")
    said = run_in(project, "adopt", target)
    assert said.code == 4
    assert "--force adopts all the same" in said.err
    assert files_of(project / "src") == before
    assert run_in(project, "adopt", target, "--dry-run").code == 0
    assert run_in(project, "adopt", target, "--force").code == 0


def test_a_clean_tree_needs_none_and_what_adoptions_wrote_is_clean(project: Path, run_in: RunIn) -> None:
    write_files(project, {"src/app/odd name.py": "", "src/app/two.py": "def f(n: int) -> int:\n    return n\n"})
    commit(project)
    assert run_in(project, "adopt", "app.slug:words").code == 0
    assert run_in(project, "adopt", "app.slug").code == 0
    edit(project / "src/app/slug.py", "Slugs", "Words")
    said = run_in(project, "adopt", "app.two")
    assert (said.code, "dirty: M src/app/slug.py" in said.err) == (4, True)
    edit(project / "src/app/slug.py", "Words", "Slugs")
    assert run_in(project, "adopt", "app.two").code == 0


def test_dependents_that_were_fresh_stay_fresh(built_shop: Path, run_in: RunIn) -> None:
    assert run_in(built_shop, "eject", "app.words").code == 0
    said = run_in(built_shop, "adopt", "app.words")
    assert said.code == 0, said.err
    assert said.lines[-1] == "still fresh: app.slug, tests.test_slug"
    assert run_in(built_shop, "check").code == 0


def test_what_was_shown_of_code_stays_known_while_code_moves_beside_it(tmp_path: Path, run_in: RunIn) -> None:
    pad = 'def pad(text: str) -> str:\n    """Pad."""\n    return text + " "\n'
    line = 'from app.a import pad\n\n\ndef line(text: str) -> str:\n    """Line."""\n    return pad(text)\n'
    # Its docstring makes a promise that its code breaks, so that the checks have nothing good to say of all of it.
    wrong = '\n\ndef wrong() -> int:\n    """One.\n\n    >>> wrong()\n    1\n    """\n    return 2\n'
    files = {"src/app/__init__.py": "", "src/app/a.py": pad, "src/app/b.py": line + wrong}
    write_files(tmp_path, {"jaunt.toml": CONFIG.replace("doctests = false", 'robustness = "off"'), **files})

    def unproven() -> list[str]:
        return run_in(tmp_path, "check", "--json").facts["unproven"]

    assert run_in(tmp_path, "adopt", "app.b:line").code == 0
    assert unproven() == ["app.b:line"]
    assert run_in(tmp_path, "adopt", "app.a").lines[-1] == "still fresh: app.b"
    edit(tmp_path / "src/app/b.py", "Line.", "A line.")
    assert '+    """A line."""' in run_in(tmp_path, "status", "app.b").lines
    edit(tmp_path / "src/app/b.py", "A line.", "Line.")
    assert unproven() == ["app.a:pad", "app.b:line"]
    assert run_in(tmp_path, "adopt", "app.b:wrong").errors[0].startswith("warning")
    assert unproven() == ["app.a:pad", "app.b:line"]
    assert run_in(tmp_path, "diff", "app.a").lines[0].startswith("app.a: adopted by ")
    edit(tmp_path / "src/app/a.py", "Pad.", "Pad it.")
    assert {'-    """Pad."""', '+    """Pad it."""'} <= {*run_in(tmp_path, "status", "app.a").lines}
    edit(tmp_path / "src/app/a.py", "Pad it.", "Pad.")
    assert run_in(tmp_path, "eject", "app.a").lines[-1] == "still fresh: app.b"
    assert unproven() == ["app.b:line"]


def test_what_a_build_would_warn_of_is_told(tmp_path: Path, run_in: RunIn) -> None:
    bar = 'def bar(value: int, per: int = 10) -> int:\n    """Return the length."""\n    return value // per\n'
    config = CONFIG.replace("doctests = false", "")
    write_files(tmp_path, {"jaunt.toml": config, "src/app/__init__.py": "", "src/app/one.py": bar})
    said = run_in(tmp_path, "adopt", "app.one", "--json")
    assert said.code == 0, said.err
    assert len(said.errors) == 2
    assert said.errors[1].startswith("warning: src/app/__generated__/one.py: bar(value=0, per=0): raises Zero")
    assert (said.facts["findings"], len(said.facts["warnings"])) == ([], 1)


def test_what_is_adopted_already_is_said_to_be(project: Path, run_in: RunIn) -> None:
    write_files(project, {"src/app/one.py": "def one() -> int:\n    return 1\n"})
    assert run_in(project, "adopt", "app.one", "--force").code == 0
    said = run_in(project, "adopt", "app.one", "--force")
    assert (said.code, len(said.errors)) == (4, 1)
    assert "src/app/one.py: its functions are specs already" in said.err


@pytest.mark.parametrize(
    ("target", "code", "reason"),
    [
        ("app.slog", 2, "unknown module 'app.slog' (did you mean 'app.slug'?)"),
        ("app.slug.slugify", 2, "unknown module 'app.slug.slugify' (did you mean 'app.slug:slugify'?)"),
        ("app.slug:count", 4, "src/app/slug.py:19: count is left as it is: its body assigns module globals: _count"),
        (
            "app.slug:nothing",
            4,
            "src/app/slug.py: nothing is left as it is: there is no function of that name",
        ),
        ("app", 4, "src/app/__init__.py: it has no function to adopt"),
        ("tests/test_slug.py", 4, "tests/test_slug.py: it is in a test root; only code is adopted"),
    ],
)
def test_what_is_refused_is_left(project: Path, run_in: RunIn, target: str, code: int, reason: str) -> None:
    before = files_of(project)
    said = run_in(project, "adopt", target)
    assert (said.code, said.out) == (code, "")
    assert reason in said.err
    assert files_of(project) == before


@pytest.mark.parametrize("which", ["spec", "generated", "import"])
def test_nothing_is_half_written(project: Path, run_in: RunIn, which: str) -> None:
    spec = project / "src/app/slug.py"
    if which == "spec":  # a symlink is not followed
        spec.rename(project / "slug.py")
        spec.symlink_to(project / "slug.py")
    elif which == "generated":
        write_files(project, {"src/app/__generated__": "a file\n"})
    else:  # the module is imported, the code is not: its import of a private name of a module that forbids it
        write_files(
            project,
            {
                "src/app/odd.py": "import sys\nclass Odd(str):\n    def __getattr__(self, name):\n        return 1\n",
                "src/app/slug.py": "import jaunt\nraise ValueError('no')\ndef f() -> int:\n    return 1\n",
            },
        )
    before = files_of(project)
    said = run_in(project, "adopt", "app.slug")
    assert said.code in (3, 4), said.err
    assert files_of(project) == before
    assert not (project / "src/app/__generated__/__init__.py").exists()


def test_line_ends_and_mark_of_a_file_stay(project: Path, run_in: RunIn) -> None:
    path = project / "src/app/slug.py"
    before = b"\xef\xbb\xbf" + SLUG.replace("\n", "\r\n").encode()
    path.write_bytes(before)
    assert run_in(project, "adopt", "app.slug").code == 0
    after = path.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\n") == after.count(b"\r\n")


def test_a_spec_that_moves_afterwards_is_generated_and_none_else(project: Path, run_in: RunIn) -> None:
    assert run_in(project, "adopt", "app.slug").code == 0
    edit(project / "src/app/slug.py", "joined by SEPARATOR", "joined with SEPARATOR")
    said = run_in(project, "status", "app.slug")
    assert "spec changed: slugify (docstring)" in said.out
    assert "words (" not in said.out


PURE = '''\
import datetime
import pathlib
from collections.abc import Sequence
from decimal import Decimal

from app import other


def double(n: int) -> int:
    return n * 2


def shout(text: str) -> str:
    """Return `text`, loud."""
    if not text:
        raise ValueError("nothing to shout")
    return text.upper() + "!"


def today(n: int) -> str:
    return str(datetime.date.today())


def write(name: str) -> int:
    pathlib.Path(name).write_text("x")
    return 1


def grow(items: list) -> int:
    items.append(1)
    return len(items)


def say(text: str) -> int:
    print(text)
    return 1


def order(text: str) -> list[str]:
    return list({*text})


def known(n: int) -> int:
    """Return `n`.

    >>> known(1)
    1
    """
    return n


def thing(n: int) -> object:
    return object()


def grade(total: Decimal, by: Sequence[int] | None = None) -> str:
    if total > 50:
        return "large"
    if by and by[0] == 1:
        return "first"
    if not total:
        return "none"
    return "small"


def later(day: datetime.date, days: int) -> datetime.date:
    """Return the day `days` later."""
    return day + datetime.timedelta(days)
'''


def test_examples_are_what_the_project_calls_it_with(project: Path, run_in: RunIn) -> None:
    called = (
        "from app.pure import shout\n\n\ndef test_shout():\n    assert shout('a') == 'A!'\n    assert shout('') or 1\n"
    )
    write_files(project, {"src/app/pure.py": PURE, "src/app/other.py": "", "tests/test_pure.py": called})
    said = run_in(project, "adopt", "app.pure", "--examples", "--json")
    assert said.code == 0, said.err
    assert said.facts["examples"] == {"double": 3, "shout": 3, "grade": 4, "later": 3}
    text = (project / "src/app/pure.py").read_text()
    assert (
        '    """What it gives today.\n\n    >>> double(0)\n    0\n    >>> double(1)\n    2\n'
        '    >>> double(10)\n    20\n    """\n    ...\n'
    ) in text
    assert (
        "    \"\"\"Return `text`, loud.\n\n    >>> shout('a')\n    'A!'\n    >>> shout('')\n"
        "    Traceback (most recent call last):\n        ...\n    ValueError: nothing to shout\n"
        "    >>> shout('Hello, World!')\n    'HELLO, WORLD!!'\n    \"\"\"\n    ...\n"
    ) in text
    done = run_python("-m", "doctest", "src/app/pure.py", cwd=project, PYTHONPATH=python_path(project / "src"))
    assert done.returncode == 0, done.stdout
    assert not (project / "a").exists()


KINDS = '''\
from dataclasses import dataclass, field
from enum import Enum
import asyncio


class Size(Enum):
    S = 1
    L = 3

    @property
    def price(self) -> int:
        return self.value * 10

    @classmethod
    def parse(cls, text: str) -> "Size":
        """Return the size of a name."""
        return cls[text.strip()]


@dataclass
class Cart:
    owner: str
    prices: list[int] = field(default_factory=list)

    def total(self, *, less: int = 0) -> int:
        """Return the sum."""
        return sum(self.prices) - less

    def add(self, price: int) -> None:
        """Add."""
        self.prices.append(price)

    def __len__(self) -> int:
        return len(self.prices)

    def __add__(self, other: "Cart") -> "Cart":
        """Return both."""
        return Cart(self.owner, self.prices + other.prices)

    def __hash__(self) -> int:
        return hash(self.owner)

    async def wait(self) -> int:
        """Wait."""
        return 1

    def __secret(self) -> int:
        return 1


class Shelf:
    def __init__(self, books: "asyncio.Queue") -> None:
        self.books = books

    def count(self) -> int:
        return 1


def upto(n: int):
    """Yield numbers."""
    yield from range(n)


def doc() -> int:
    "One."
    return 1
'''


def test_methods_have_examples_and_what_has_none_is_told_with_the_reason(project: Path, run_in: RunIn) -> None:
    test = "from app import Cart, Size\nSize.parse(' L ')\nCart('ann', [1, 2])\n"
    write_files(
        project,
        {"src/app/kinds.py": KINDS, "src/app/__init__.py": "from .kinds import *\nfrom .kinds import Cart, Size\n"},
    )
    write_files(project, {"tests/test_kinds.py": test})
    said = run_in(project, "adopt", "app.kinds", "--examples", "--json")
    assert said.code == 0, said.err
    assert said.facts["examples"] == {
        "Size.price": 2,
        "Size.parse": 3,
        "Cart.total": 3,
        "Cart.__len__": 3,
        "Cart.__add__": 3,
        "upto": 3,
    }
    text = (project / "src/app/kinds.py").read_text()
    for example in (
        ">>> Size.L.price\n        30\n",
        ">>> Size.parse(' L ')\n        <Size.L: 3>\n",
        ">>> Cart('ann', [1, 2]).total()\n        3\n",
        ">>> len(Cart('ann', [1, 2]))\n        2\n",
        ">>> Cart('ann', [1, 2]) + Cart('')\n        Cart(owner='ann', prices=[1, 2])\n",
        ">>> list(upto(1))\n    [0]\n",
    ):
        assert example in text
    assert said.facts["without_examples"] == {
        "Cart.add": "of 20 calls none could be shown: Cart('ann', [1, 2]).add(0) gives None",
        "Cart.__hash__": "it uses hash, so it may give another value at another time or place",
        "Cart.wait": "it is asynchronous, and an example can't wait for it",
        "Cart.__secret": "its name is another one outside of its class",
        "Shelf.count": "no arguments for Shelf can be drawn by its annotations, nor taken from calls in the project",
        "doc": "its docstring is not in triple quotes, on lines of its own",
    }
    done = run_python("-m", "doctest", "src/app/kinds.py", cwd=project, PYTHONPATH=python_path(project / "src"))
    assert done.returncode == 0, done.stdout
    assert run_in(project, "eject", "app.kinds").code == 0
    write_files(project, {"src/app/more.py": "def f(n: int) -> int:\n    print(n)\n    return n\n"})
    said = run_in(project, "adopt", "app.more", "--examples", "--force")
    assert said.lines[1:] == [
        "examples recorded: 0, for 0 of 1",
        "no examples for f: of 5 calls none could be shown: it prints",
    ]


def test_a_file_that_is_laid_out_in_a_way_of_its_own_is_given_back_so(project: Path, run_in: RunIn) -> None:
    odd = "import re, os\ndef f( a ) : return  re.sub( \"a\" , os.sep, a )\ndef g( b ):\n\t'''G.'''\n\treturn [ b ]\n"
    write_files(project, {"src/app/__init__.py": odd, "src/app/slug.py": SLUG})
    before = files_of(project / "src")
    assert run_in(project, "adopt", "app.slug").code == 0
    assert run_in(project, "adopt", "app").code == 0, "the generated folder is there, for another module"
    assert run_in(project, "check").code == 0
    assert run_in(project, "eject", "app").code == 0
    assert run_in(project, "eject", "app.slug").code == 0
    assert files_of(project / "src") == before


def test_a_builtin_that_a_star_import_hides_is_not_mistaken_for_pythons_own(project: Path, run_in: RunIn) -> None:
    text = "from math import *\n\n\ndef f(x: int) -> float:\n    return {} (x, 2)\n"
    write_files(project, {"src/app/one.py": text.format("pow"), "src/app/two.py": text.format("max")})
    before = files_of(project / "src")
    said = run_in(project, "adopt", "app.one")
    assert said.code == 4
    assert "f uses pow, which app.one has by `import *`, not Python's own" in said.err
    assert files_of(project / "src") == before
    assert run_in(project, "adopt", "app.two").code == 0


CART = '''\
"""Carts."""

from dataclasses import dataclass, field


class Base:
    def show(self) -> str:
        return "base"


@dataclass
class Cart(Base):
    """A cart."""

    LIMIT = 3
    prices: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.__kept = 0

    @property
    def kept(self) -> int:
        return self.__kept

    @kept.setter
    def kept(self, value: int) -> None:
        """Keep `value`."""
        # at most LIMIT
        self.__kept = min(value, self.LIMIT)

    @classmethod
    def of(cls, text: str, most: int = LIMIT) -> "Cart":
        """Return the cart of "1 2"."""
        return cls([int(each) for each in text.split()][:most])

    @staticmethod
    def twice(
        n: int,
    ):
        return 2 * n

    def show(self) -> str:
        """Return what Base shows, and

        the prices.
        """
        text = """
    of: """
        return super().show() + text + str(self.prices)

    class Note:
        def text(self) -> str:
            return "note"

    def odd(self) -> str:
        return __class__.__name__
'''
CART_USE = """\
from app.cart import Cart
cart = Cart.of("1 2 3 4")
cart.kept = 7
print(cart.kept, Cart.twice(2), repr(cart.show()), Cart.Note().text(), cart.odd(), cart == Cart([1, 2, 3]))
"""


def test_methods_are_adopted_and_given_back_to_the_byte(project: Path, run_in: RunIn) -> None:
    write_files(project, {"src/app/cart.py": CART})

    def used() -> str:
        return run_python("-c", CART_USE, cwd=project, PYTHONPATH=python_path(project / "src")).stdout

    before = used()
    assert before.startswith("3 4 ")
    said = run_in(project, "adopt", "app.cart:Cart.kept")
    assert said.code == 0, said.err
    said = run_in(project, "adopt", "app.cart:Cart", "--json")
    assert said.code == 0, said.err
    assert (said.facts["unannotated"], "Cart.twice: annotate what is returned" in said.err) == (["Cart.twice"], True)
    assert "return self._Cart__kept  # type: ignore[" in (project / "src/app/__generated__/cart.py").read_text()
    names = ["kept.setter", "of", "twice", "show", "Note.text"]
    assert said.facts["adopted"] == [f"Cart.{name}" for name in names]
    assert [(each["name"], each["reason"]) for each in said.facts["left"]] == [
        (
            "Cart.__post_init__",
            "it tells which attributes the class has: __kept; to move it, declare them in the class",
        ),
        ("Cart.odd", "it uses __class__, which is there in classes alone"),
    ]
    assert used() == before
    assert run_in(project, "check").code == 0
    assert run_in(project, "eject", "app.cart").code == 0
    assert (project / "src/app/cart.py").read_text() == CART


def test_modules_of_one_name_in_two_distributions_are_adopted_apart(tmp_path: Path, run_in: RunIn) -> None:
    roots = '[paths]\nsource_roots = ["packages/*/src"]\ntest_roots = ["packages/*/tests"]\n'
    stub = "import jaunt\n\n\n@jaunt.test\ndef test_it() -> None:\n    '''Assert that 1 == 1.'''\n    ...\n"
    write_files(tmp_path, {"jaunt.toml": CONFIG + roots})
    for name in ("a", "bcd"):
        code = f'def size(n: int) -> int:\n    """Return n times {name}."""\n    return n * {len(name)}\n'
        files = {"pyproject.toml": f"[project]\nname = '{name}'\nversion = '1'\ndependencies = []\n"}
        files |= {"src/util.py": code, "tests/test_util.py": stub}
        write_files(tmp_path, {f"packages/{name}/{path}": text for path, text in files.items()})
    said = run_in(tmp_path, "adopt", "util")
    assert (said.code, "'util' names 2 modules (choose util@packages-a or util@packages-bcd)" in said.err) == (2, True)
    said = run_in(tmp_path, "adopt", "util@packages-bcd", "--examples")
    assert said.code == 0, said.err
    assert ">>> size(1)\n    3\n" in (tmp_path / "packages/bcd/src/util.py").read_text()
    said = run_in(tmp_path, "adopt", "packages/a/src/util.py")
    assert said.code == 0, said.err
    states = [line.split()[:2] for line in run_in(tmp_path, "status").lines]
    assert states[:2] == [["fresh", "util@packages-a"], ["fresh", "util@packages-bcd"]]
    assert run_in(tmp_path, "accept", "util@packages-a").code == 0  # there is nothing to accept
    assert "jaunt:accepted_by" not in (tmp_path / "packages/a/src/__generated__/util.py").read_text()
    assert run_in(tmp_path, "eject", "util@packages-a").code == 0
    states = [line.split()[:2] for line in run_in(tmp_path, "status").lines]
    assert states[0] == ["fresh", "util@packages-bcd"]

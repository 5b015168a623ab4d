"""What was shown of other modules, and what code imports of them, counts by its shape: headers have a line for each."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with, load
from processes import run_python
from projects import edit, write_files
from said import RunIn

from jaunt.header import parse_header
from jaunt.plan.plan import make_plan
from jaunt.report.wording import reason_texts

MODELS = "src/app/models.py"
CODE = "src/app/__generated__/a.py"
FILES = {
    "jaunt.toml": PLAIN,
    "src/app/__init__.py": "",
    MODELS: '''\
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    NEW = "new"
    OLD = "old"


@dataclass(frozen=True)
class Invoice:
    """An invoice.

    Long words.
    """

    number: str
    total: int = 0

    def vat(self, rate: float) -> float:
        """The tax."""
        return self.total * rate


class LostError(Exception):
    def __init__(self, invoice: Invoice) -> None:
        self.invoice = invoice


RATE = 0.19
''',
    "src/app/a.py": '''\
import jaunt
from app.models import Invoice, Kind, LostError, RATE


@jaunt.magic
def pay(invoice: Invoice) -> bool:
    """Pay."""
    ...
''',
}
ANSWER = "from app.models import Invoice\n\n\ndef pay(invoice: Invoice) -> bool:\n    return bool(invoice.number)\n"


def make(root: Path, changes: Mapping[str, str] | None = None, answer: str = ANSWER, **answers: str) -> None:
    write_files(root, {**FILES, **(changes or {})})
    backend = FakeBackend({"app.a": [answer], **{f"app.{name}": [code] for name, code in answers.items()}})
    outcomes = build_with(root, backend)
    assert {m: o.errors for m, o in outcomes.items() if o.status != "generated"} == {}
    assert reasons(root) == []


def reasons(root: Path, module: str = "app.a") -> list[str]:
    """Return why a module is not what it has to be."""
    return reason_texts(make_plan(load(root)).freshness[module].reasons)


def against(root: Path) -> list[str]:
    return [*(parse_header((root / CODE).read_text()) or {}).get("checked_against", {})]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("number: str", "no: str", "Invoice (field no added, field number removed)"),
        ("number: str", "number: int", "Invoice (field number)"),
        ("total: int = 0", "total: int = 1", "Invoice (field total)"),
        ("    total: int = 0", "    total: int = 0\n    paid: bool = False", "Invoice (field paid added)"),
        ("    number: str\n    total: int = 0", "    total: int = 0\n    number: str", "Invoice (order of fields)"),
        ("rate: float)", "rate: float, *, more: int = 0)", "Invoice (method vat)"),
        ("def vat", "async def vat", "Invoice (method vat)"),
        ('"""The tax."""', '"""The tax, rounded."""', "Invoice (method vat)"),
        ("An invoice.", "A bill.", "Invoice (docstring)"),
        ("(frozen=True)", "(frozen=True, kw_only=True)", "Invoice (decorators)"),
        ("class Invoice:", "class Invoice(dict):", "Invoice (bases)"),
        ('NEW = "new"', 'NEW = "fresh"', "Kind (field NEW)"),
        ('    OLD = "old"\n', "", "Kind (field OLD removed)"),
        ("self.invoice = invoice", "self.bill = invoice", "LostError (field bill added, field invoice removed)"),
        ("invoice: Invoice) -> None", "invoice: Invoice, why: str) -> None", "LostError (method __init__)"),
        ("0.19", "0.16", "RATE (value)"),
        ("RATE = 0.19", "", "RATE (gone)"),
        ("RATE = 0.19", "def RATE() -> float: ...", "RATE (another kind of thing)"),
    ],
)
def test_the_member_that_moved_is_named(old: str, new: str, told: str, tmp_path: Path) -> None:
    make(tmp_path)
    edit(tmp_path / MODELS, old, new)
    assert reasons(tmp_path) == [f"handwritten changed: app.models:{told}"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return self.total * rate", "return 0.0"),
        ("Long words.", "Other words."),
        ("    number: str", "    # why\n    number: str  # so"),
        ("    def vat", "    def _own(self) -> None: ...\n\n    def vat"),
        ("RATE = 0.19", "RATE = 0.190\nOTHER = 1\n\n\nclass More: ..."),
        ("from enum import Enum", "import os\nfrom enum import Enum"),
        ('    NEW = "new"', "    NEW = 'new'"),
    ],
)
def test_bodies_comments_further_words_and_what_is_not_reached_count_for_nothing(
    old: str, new: str, tmp_path: Path
) -> None:
    make(tmp_path)
    edit(tmp_path / MODELS, old, new)
    assert reasons(tmp_path) == []


def test_what_an_earlier_jaunt_did_not_read_of_a_shape_is_no_change(tmp_path: Path) -> None:
    make(tmp_path, {MODELS: FILES[MODELS].replace("self.invoice = invoice", "self.invoice, self.why = invoice, 1")})
    text = (tmp_path / CODE).read_text()
    earlier = re.sub(r'"attribute \w+": "\w+", ', "", text)
    (tmp_path / CODE).write_text(earlier)
    assert (earlier == text, reasons(tmp_path)) == (False, [])
    (tmp_path / CODE).write_text(text)
    edit(tmp_path / MODELS, "self.why", "self.how")
    assert reasons(tmp_path) == [
        "handwritten changed: app.models:LostError (attribute how added, attribute why removed)"
    ]


def test_what_a_star_import_passes_on_no_more_is_gone(tmp_path: Path) -> None:
    models = f"{FILES[MODELS]}__all__ = ['Invoice', 'Kind', 'LostError', 'RATE']\n"
    spec = FILES["src/app/a.py"].replace("app.models", "app.api")
    make(tmp_path, {MODELS: models, "src/app/api.py": "from app.models import *\n", "src/app/a.py": spec})
    edit(tmp_path / MODELS, ", 'RATE']", "]")
    assert reasons(tmp_path) == ["handwritten changed: app.api:RATE (gone)"]


def test_what_a_branch_decides_on_counts_as_its_text_has_it_and_as_it_is_here(tmp_path: Path) -> None:
    # The header is to be the same one on other platforms, as far as that can be.
    decided = "import sys\nif sys.version_info > (3,): from app.models import RATE\nelse: from app.old import RATE\n"
    spec = FILES["src/app/a.py"].replace(", RATE", "\nfrom app.api import RATE")
    make(tmp_path, {"src/app/api.py": decided, "src/app/old.py": "RATE = 1\n", "src/app/a.py": spec})
    refs = (parse_header((tmp_path / CODE).read_text()) or {}).get("checked_against", {})
    assert {"app.api:RATE", "app.old:RATE", "app.models:RATE"} <= refs.keys()
    assert refs["app.api:RATE"] == '{"stands for": "app.old:RATE"}'
    edit(tmp_path / MODELS, "0.19", "0.16")
    assert reasons(tmp_path) == ["handwritten changed: app.models:RATE (value)"]


def test_a_header_without_such_lines_stays_fresh(tmp_path: Path) -> None:
    make(tmp_path)
    text = (tmp_path / CODE).read_text()
    assert against(tmp_path) == [f"app.models:{name}" for name in ("Invoice", "Kind", "LostError", "RATE")]
    (tmp_path / CODE).write_text("".join(line for line in text.splitlines(True) if "checked_digest" not in line))
    edit(tmp_path / MODELS, "number: str", "no: str")
    assert reasons(tmp_path) == []


def test_what_code_imports_counts_though_no_spec_reaches_it(tmp_path: Path) -> None:
    more = "def tax(amount: int) -> int:\n    return amount\n"
    answer = f"from app.more import tax\n{ANSWER}"
    make(tmp_path, {"src/app/more.py": more}, answer)
    edit(tmp_path / "src/app/more.py", "amount: int", "amount: float")
    assert reasons(tmp_path) == ["handwritten changed: app.more:tax (signature)"]


def test_a_class_beside_the_specs_counts_where_the_code_imports_it(tmp_path: Path) -> None:
    spec = FILES["src/app/a.py"].replace("\n\n\n@", "\n\n\nLIMIT = 3\n\n\nclass Mine:\n    word: str\n\n\n@")
    make(tmp_path, {"src/app/a.py": spec}, f"from app.a import LIMIT, Mine\n{ANSWER}")
    edit(tmp_path / "src/app/a.py", "LIMIT = 3", "LIMIT = 4")  # the code has that of today
    assert reasons(tmp_path) == []
    edit(tmp_path / "src/app/a.py", "word: str", "text: str")
    assert reasons(tmp_path) == ["handwritten changed: app.a:Mine (field text added, field word removed)"]


def test_a_re_export_that_leads_elsewhere_counts(tmp_path: Path) -> None:
    spec = FILES["src/app/a.py"].replace("from app.models import", "from app.api import")
    api = "from app.models import Invoice, Kind, LostError, RATE\n"
    make(tmp_path, {"src/app/a.py": spec, "src/app/api.py": api})
    assert "app.api:Invoice" in against(tmp_path)
    write_files(tmp_path, {"src/app/other.py": FILES[MODELS]})
    edit(tmp_path / "src/app/api.py", "Invoice, Kind", "Kind")
    edit(tmp_path / "src/app/api.py", "\n", "\nfrom app.other import Invoice\n")
    assert reasons(tmp_path) == ["handwritten changed: app.api:Invoice (stands for)"]


IMPORTED = {
    "src/app/low.py": 'import jaunt\n\n\n@jaunt.magic\ndef low() -> int:\n    """Return 1."""\n    ...\n',
    "src/app/a.py": FILES["src/app/a.py"].replace("import jaunt\n", "import jaunt\nfrom app.low import low\n"),
}


def test_a_spec_that_is_imported_and_not_mentioned_counts_as_a_used_one(tmp_path: Path) -> None:
    make(tmp_path, IMPORTED, low="def low() -> int:\n    return 1\n")
    assert "app.low:low" in against(tmp_path)
    assert "dependency_digest" not in (tmp_path / CODE).read_text()
    edit(tmp_path / "src/app/low.py", "Return 1.", "Return one.")
    assert reasons(tmp_path) == ["used spec changed: app.low:low"]


def test_a_test_module_counts_what_it_imports(tmp_path: Path) -> None:
    make(tmp_path)
    test = (
        'import jaunt\nfrom app.a import pay\n\n\n@jaunt.test\ndef test_pay() -> None:\n    """It pays."""\n    ...\n'
    )
    write_files(tmp_path, {"tests/test_a.py": test})
    code = "from app.a import pay\n\n\ndef test_pay() -> None:\n    assert pay is not None\n"
    build_with(tmp_path, FakeBackend({"tests.test_a": [code]}), kind="test")
    edit(tmp_path / MODELS, "number: str", "no: str")
    told = "handwritten changed: app.models:Invoice (field no added, field number removed)"
    assert told in reasons(tmp_path, "tests.test_a")


def test_check_names_the_member(tmp_path: Path, run_in: RunIn) -> None:
    make(tmp_path)
    edit(tmp_path / MODELS, "number: str", "number: int")
    said = run_in(tmp_path, "check")
    assert said.code == 4
    assert "handwritten changed: app.models:Invoice (field number)" in said.err


PARSED = """\
import sys
from jaunt.files import listing
listing.GRANULARITY_NS = 0
parsed = []
sys.addaudithook(lambda event, args: parsed.append(args[0]) if event == "compile" else None)
from jaunt.cli import main
code = main(["status"])
texts = [text.decode() if isinstance(text, bytes) else str(text) for text in parsed]
print("parsed", *sorted({text.split(chr(10))[0] for text in texts if text.startswith("#m")}))
print("loaded", *sys.modules)
"""


def test_nothing_is_parsed_that_has_not_changed(tmp_path: Path) -> None:
    files = {"jaunt.toml": PLAIN, "src/app/__init__.py": ""}
    answers = {}
    for n in range(4):
        files[f"src/app/m{n}.py"] = f"#m{n}\nclass Thing{n}:\n    word: str\n"
        files[f"src/app/s{n}.py"] = FILES["src/app/a.py"].replace(
            "from app.models import Invoice, Kind, LostError, RATE", f"from app.m{n} import Thing{n} as Invoice"
        )
        imported = f"from app.m{n} import Thing{n} as Invoice\n\n\n"
        answers[f"app.s{n}"] = [f"{imported}def pay(invoice: Invoice) -> bool:\n    return True\n"]
    write_files(tmp_path, files)
    assert {o.errors for o in build_with(tmp_path, FakeBackend(answers)).values()} == {()}

    def status() -> tuple[str, set[str]]:
        done = run_python("-c", PARSED, cwd=tmp_path)
        lines = done.stdout.splitlines()
        assert done.returncode == 0, done.stderr
        return lines[-2].removeprefix("parsed").strip(), {*lines[-1].split()}

    status()
    parsed, loaded = status()
    assert parsed == ""
    assert loaded & {"jaunt.syntax.source", "jaunt.project.sources"} == set()
    edit(tmp_path / "src/app/m2.py", "word: str", "word: int")
    assert status()[0] == "#m2"
    assert status()[0] == ""

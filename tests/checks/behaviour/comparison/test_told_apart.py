"""What inputs of a kind of their own tell apart, and the examples that settle it, which pass on what they are of."""

import doctest
from collections.abc import Mapping
from pathlib import Path

import pytest
from projects import write_files

from jaunt.checks.behaviour.comparison.asked import Report
from jaunt.checks.behaviour.comparison.compare import Versions, compare
from jaunt.config import load_config
from jaunt.plan.module_work import project_work
from jaunt.project.project import load_project

HEAD = """\
import dataclasses
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path


@dataclasses.dataclass
class Item:
    price: int

"""
# signature -> what the docstring says, right code and wrong code, how the smallest call begins, and what alone differs
FUNCTIONS: Mapping[str, tuple[str, str, str, str, str]] = {
    "once(xs: Iterable[int]) -> int": ("", "return len([*xs])", "[*xs]\n    return len([*xs])", "once(iter([0]))", ""),
    "several(xs: Collection[int]) -> int": ("", "return len(xs)", "return len({*xs})", "several([0, 0])", ""),
    "named(path: Path) -> Path": (
        "",
        "return path / '.bak'",
        "return path if path.suffix else path / '.bak'",
        "named(Path('b.txt'))",
        "",
    ),
    "zero(x: float) -> float": ("", "return abs(x)", "return x if x >= 0 else -x", "zero(-0.0)", "zero"),
    "sign(x: float) -> str": ("", "return str(x)[:1] == '-'", "return x < 0", "sign(-0.0)", ""),
    "highest(xs: list[float]) -> float": (
        "NaN if one is.",
        "return max(xs, default=0.0) if all(x == x for x in xs) else float('nan')",
        "return max(xs, default=0.0)",
        "highest([0.0, float('nan')])",
        "",
    ),
    "size(s: str) -> int": (
        "A lone surrogate takes 3.",
        "return len(s.encode('utf-8', 'surrogatepass'))",
        "return len(s.encode())",
        "size('\\udfff')",
        "",
    ),
    "plain(s: str) -> int": ("", "return len(s.encode('utf-8', 'surrogatepass'))", "return len(s.encode())", "", ""),
    "cents(x: Decimal) -> Decimal": (
        "",
        "return x.quantize(Decimal('0.1'), ROUND_HALF_UP) if abs(x) < 99 else x",
        "return x.quantize(Decimal('0.1')) if abs(x) < 99 else x",
        "cents(Decimal('",
        "",
    ),
    "kept(xs: list[int]) -> list[int]": ("", "return [*xs]", "return xs", "kept([])", "alias"),
    "cheaper(item: Item) -> Item": (
        "",
        "return Item(item.price + 1)",
        "item.price += 1\n    return Item(item.price)",
        "cheaper(Item(price=0))",
        "",
    ),
    "later(day: date) -> date": ("", "return day.replace(day=1)", "return day", "later(date(", ""),
    "checked(s: str) -> str": (
        'As "2024-02-29" is.',
        "if len(s) != 10 or s[:4] != '2024':\n        raise ValueError(s)\n    return s",
        "if len(s) != 10 or s[:3] != '202':\n        raise ValueError(s)\n    return s",
        "",
        "",
    ),
    "read(n: int) -> Iterator[int]": (
        "",
        "yield n",
        "if n < 0:\n        raise KeyError(n)\n    yield n",
        "read(-1)",
        "",
    ),
}


def code_of(version: int) -> str:
    bodies = {signature: facts[version] for signature, facts in FUNCTIONS.items()}
    return HEAD + "".join(f"\n\ndef {signature}:\n    {body}\n" for signature, body in bodies.items())


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Report]:
    root: Path = tmp_path_factory.mktemp("apart")
    specs = [
        f'\n\n@jaunt.magic\ndef {each}:\n    """Do it. {facts[0]}"""\n    ...\n' for each, facts in FUNCTIONS.items()
    ]
    spec = HEAD.replace("import dataclasses\n", "import dataclasses\nimport jaunt\n") + "".join(specs)
    write_files(root, {"jaunt.toml": "version = 1\n", "src/app/__init__.py": "", "src/app/m.py": spec})
    project = load_project(load_config(root=root))
    head = f"{HEAD.partition('@dataclasses')[0]}from app.m import Item\n"
    sources = [head + code_of(version).removeprefix(HEAD) for version in (1, 2)]
    (found,) = compare(project, [Versions(project_work(project, "app.m"), sources, None)], inputs=100)
    assert not found.why_not
    return {each["name"]: each for each in found.reports}


@pytest.mark.parametrize("signature", FUNCTIONS)
def test_versions_are_told_apart_by_the_smallest_input(reports: Mapping[str, Report], signature: str) -> None:
    *_, call, aside = FUNCTIONS[signature]
    report = reports[signature.partition("(")[0]]
    assert report["why_not"] == ""
    assert [each["aside"] for each in report["differences"]] == ([aside] if report["name"] != "plain" else [])
    assert all(each["call"].startswith(call) for each in report["differences"])


def test_the_lines_that_settle_it_pass_on_what_they_are_said_of_and_on_nothing_else(
    reports: Mapping[str, Report],
) -> None:
    scopes: list[dict[str, object]] = [{}, {}]
    for version, scope in enumerate(scopes, 1):
        exec(compile(code_of(version), "code.py", "exec"), scope)
    for report in reports.values():
        for difference in report["differences"]:
            for group in difference["groups"]:
                (own,) = group["versions"]
                text = "\n".join(group["lines"])
                passes = []
                for scope in scopes:
                    test = doctest.DocTestParser().get_doctest(text, dict(scope), report["name"], None, None)
                    assert test.examples, difference
                    passes.append(not doctest.DocTestRunner(verbose=False).run(test, out=lambda _: None).failed)
                assert passes == [own == 0, own == 1], text

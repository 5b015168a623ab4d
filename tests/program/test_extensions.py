"""One file and one line in a table add a provider, a check, a command, a finding of the doctor; one line adds a key.

Each test makes a copy of the package, adds just that to it, and runs the copy's own command.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from processes import run_python
from projects import SHOP, SHOP_ANSWERS, write_files

import jaunt


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package `jaunt`, without what is compiled and the example projects."""
    ignored = shutil.ignore_patterns("__pycache__", "textkit", "tokens")
    return Path(shutil.copytree(Path(jaunt.__file__).parent, tmp_path / "lib" / "jaunt", ignore=ignored))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project without a provider; nothing checks its candidates but what always does."""
    root = tmp_path / "shop"
    write_files(root, {**SHOP, "jaunt.toml": '[verify]\nruff = "off"\nty = "off"\ndoctests = false\n'})
    return root


def add_line(file: Path, line: str, *, after: str) -> None:
    """Put a line into a file of the package, below the line that begins with `after`."""
    lines = file.read_text(encoding="utf-8").splitlines()
    (at,) = [number for number, each in enumerate(lines) if each.startswith(after)]
    lines.insert(at + 1, line)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(package: Path, *arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command of a copy of the package."""
    done = run_python("-m", "jaunt", *arguments, cwd=cwd, PYTHONPATH=str(package.parent), **environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done


PROVIDER = f'''\
"""The provider `parrot`: says what it was taught."""

import os

from jaunt.generate.model import Answer, ModelBackend
from jaunt.generate.providers.provider import Usable

SETTINGS = 'provider = "parrot" # says what it was taught\\n'
KEY_VARIABLE = "PARROT_KEY"
ANSWERS = {dict(SHOP_ANSWERS)!r}


class Parrot(ModelBackend):
    async def complete(self, request):
        return Answer(ANSWERS[request.context.spec_module])


def make_backend(config, templates):
    backend = Parrot(templates, secrets=[os.environ[KEY_VARIABLE]])
    backend.key_variable = KEY_VARIABLE
    return backend


def usable():
    yield Usable('provider = "parrot"', "a parrot sits here")
'''


def test_a_provider(package: Path, shop: Path) -> None:
    write_files(package / "generate" / "providers", {"parrot.py": PROVIDER})
    line = '    "parrot": "jaunt.generate.providers.parrot",'
    add_line(package / "generate/providers/__init__.py", line, after="PROVIDERS = {")
    without = run(package, "build", cwd=shop, PATH="")
    assert 'usable here is provider = "parrot" (a parrot sits here)' in without.stderr
    assert "set provider in [llm] to one of: parrot, " in without.stderr
    nearly = shop / "jaunt.toml"
    settings = nearly.read_text(encoding="utf-8")
    nearly.write_text(f'{settings}\n[llm]\nprovider = "parot"\n', encoding="utf-8")
    assert "did you mean 'parrot'?" in run(package, "build", cwd=shop).stderr
    nearly.write_text(f'{settings}\n[llm]\nprovider = "parrot"\n', encoding="utf-8")
    doctor = run(package, "doctor", cwd=shop, PARROT_KEY="polly-wants-a-cracker")
    assert "parrot, PARROT_KEY is set" in doctor.stdout
    built = run(package, "build", "--json", cwd=shop, PARROT_KEY="polly-wants-a-cracker")
    modules = json.loads(built.stdout)["modules"]
    assert {each["module"]: each["origin"] for each in modules} == dict.fromkeys(
        ["app.slug", "app.tally", "app.words"], "model"
    )
    run(package, "init", "new", cwd=shop.parent)
    assert '\n# provider = "parrot" # says' in (shop.parent / "new/jaunt.toml").read_text(encoding="utf-8")


CHECK = '''\
"""Refuses code that slugifies."""

from dataclasses import dataclass

from jaunt import codes
from jaunt.text.flaw import Flaw

DEFAULT = "error"
CODE = codes.STATIC


def make_check(project, severity):
    return PlainChecks()


class PlainChecks:
    def for_module(self, work):
        return PlainCheck()


@dataclass(frozen=True)
class PlainCheck:
    name: str = "plain"
    after_failure: bool = False
    needs: tuple = ()

    async def __call__(self, source):
        return [Flaw("slugifies", line=1)] if "slug" in source else []
'''


def test_a_check(package: Path, shop: Path) -> None:
    write_files(package / "checks", {"plain.py": CHECK})
    add_line(package / "checks/__init__.py", '    "plain": "jaunt.checks.plain",', after="CHECKS = {")
    write_files(package / "generate/providers", {"parrot.py": PROVIDER})
    line = '    "parrot": "jaunt.generate.providers.parrot",'
    add_line(package / "generate/providers/__init__.py", line, after="PROVIDERS = {")
    config = shop / "jaunt.toml"
    settings = f'{config.read_text(encoding="utf-8")}robustness = "off"\n'
    for severity, code in (("", 3), ('plain = "warn"\n', 0)):
        config.write_text(f'{settings}{severity}\n[llm]\nprovider = "parrot"\n', encoding="utf-8")
        built = run(package, "build", cwd=shop, PARROT_KEY="polly-wants-a-cracker")
        assert (built.returncode, "line 1: slugifies" in built.stderr) == (code, True), built.stderr


COMMAND = '''\
"""`jaunt count`."""

from jaunt.commands.shared.options import add_project_options
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import read_project
from jaunt.report.console import say


def add_arguments(parser):
    parser.add_argument("--tests", action="store_true", help="count the test modules")
    add_project_options(parser)


def run(arguments):
    modules = read_project(arguments).modules_of("test" if arguments.tests else "build")
    say(f"{len(modules)} modules")
    return Result(data={"count": len(modules)})
'''


def test_a_command(package: Path, shop: Path) -> None:
    write_files(package / "commands", {"count.py": COMMAND})
    line = '    "count": Command("count the modules", "jaunt count --tests"),'
    add_line(package / "commands/__init__.py", line, after="COMMANDS = {")
    assert run(package, "count", cwd=shop).stdout == "3 modules\n"
    counted = json.loads(run(package, "count", "--tests", "--json", cwd=shop).stdout)
    assert (counted["command"], counted["ok"], counted["count"]) == ("count", True, 1)
    assert "  count       count the modules" in run(package, "--help", cwd=shop).stdout
    helped = run(package, "count", "--help", cwd=shop).stdout
    assert "Count the modules." in helped
    assert "example: jaunt count --tests" in helped
    assert "count the test modules" in helped
    assert "did you mean 'count'?" in run(package, "cuont", cwd=shop).stderr
    script = run(package, "completion", "bash", cwd=shop).stdout
    assert "        count) options='--tests " in script


FINDING = '''\
"""How many modules there are."""

from jaunt.commands.doctor.finding import Finding


def size(project):
    if len(project.modules) > 3:
        yield Finding("warn", "size", f"{len(project.modules)} modules are many", "split the project")
'''


def test_a_finding_of_the_doctor(package: Path, shop: Path) -> None:
    write_files(package / "commands" / "doctor", {"size.py": FINDING})
    line = "    __import__('jaunt.commands.doctor.size', fromlist=['size']).size,"
    add_line(package / "commands/doctor/findings.py", line, after="OF_THE_SPECS: ")
    told = run(package, "doctor", cwd=shop).stdout
    assert "warn  size       4 modules are many (split the project)" in told
    found = json.loads(run(package, "doctor", "--json", cwd=shop).stdout)["checks"]
    assert {
        "level": "warn",
        "subject": "size",
        "text": "4 modules are many",
        "hint": "split the project",
        "code": "",
    } in found


def test_a_key_of_the_configuration(package: Path, shop: Path) -> None:
    line = '    pause: float = key(0.5, "how long to wait between two calls, in seconds", wrong=positive)'
    add_line(package / "config/schema.py", line, after="    jobs: int = key(8, ")
    config = shop / "jaunt.toml"
    settings = config.read_text(encoding="utf-8")
    for value, problem in (("2", ""), ("0", "build.pause: must be more than 0"), ('"x"', "expected a number")):
        config.write_text(f"{settings}\n[build]\npause = {value}\n", encoding="utf-8")
        status = run(package, "status", cwd=shop)
        assert (status.returncode, problem in status.stderr) == (2 if problem else 0, True)
    config.write_text(f"{settings}\n[build]\npaus = 2\n", encoding="utf-8")
    assert "did you mean 'pause'?" in run(package, "status", cwd=shop).stderr
    code = "from jaunt.config.reference import all_keys, reference; print(reference(all_keys()))"
    told = run_python("-c", code, cwd=shop, PYTHONPATH=str(package.parent)).stdout
    assert "| `build.pause` | a number | `0.5` | how long to wait between two calls, in seconds |" in told

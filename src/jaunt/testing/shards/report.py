"""A report of a run, as a JUnit file: what CI servers show, and what the parts of a run are merged from."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

from jaunt.errors import JauntConfigError
from jaunt.files.plain import read_plain
from jaunt.process.frozen import frozen
from jaunt.testing.shards.split import Shard, read_shard
from jaunt.text.sizes import MB

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LARGEST = 200 * MB
_PROPERTY = "jaunt."
_TEXTS = ("kind", "shard", "split", "inputs", "all", "modules", "passed")


class UnreadableReportError(ValueError):
    """A file is no report of jaunt's, or not a whole one."""


@frozen
class Case:
    """One test, or one module that was checked: its module, its name, and what failed, if anything did.

    `module` is "jaunt" for what is of no module. `file` is relative to the project's folder, `seconds` is wall time.
    """

    module: str
    name: str
    seconds: float = 0.0
    file: str = ""
    failure: str = ""
    details: str = ""


@frozen
class Report:
    """What one part of a run came to.

    `kind` is "test" or "check"; `modules` are those of the part, `all` a digest of those of the whole; `split` tells
    how it was cut, `inputs` what it was of.
    """

    kind: str
    shard: Shard
    split: str
    inputs: str
    all: str
    modules: tuple[str, ...]
    passed: bool
    cases: tuple[Case, ...]

    @property
    def failed(self) -> int:
        """How many of the cases failed."""
        return sum(bool(case.failure) for case in self.cases)


def format_reports(reports: Iterable[Report]) -> bytes:
    """Return reports as a JUnit file, each as a test suite."""
    top = Xml.Element("testsuites")
    suites = [_suite(report) for report in reports]
    for name in ("tests", "failures"):
        top.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    top.set("errors", "0")
    top.extend(suites)
    Xml.indent(top)
    return Xml.tostring(top, encoding="utf-8", xml_declaration=True) + b"\n"


def _suite(report: Report) -> Xml.Element:
    suite = Xml.Element("testsuite", name=f"jaunt {report.kind} {report.shard}")
    suite.set("tests", str(len(report.cases)))
    suite.set("failures", str(report.failed))
    suite.set("errors", "0")
    suite.set("skipped", "0")
    suite.set("time", f"{sum(case.seconds for case in report.cases):.3f}")
    properties = Xml.SubElement(suite, "properties")
    values = {**vars(report), "modules": json.dumps(report.modules), "passed": json.dumps(report.passed)}
    for name in _TEXTS:
        Xml.SubElement(properties, "property", name=f"{_PROPERTY}{name}", value=str(values[name]))
    for case in report.cases:
        element = Xml.SubElement(suite, "testcase", classname=case.module, name=_xml(case.name))
        element.set("time", f"{case.seconds:.3f}")
        if case.file:
            element.set("file", _xml(case.file))
        if case.failure:
            Xml.SubElement(element, "failure", message=_xml(case.failure)).text = _xml(case.details)
    return suite


def _xml(text: str) -> str:
    """Return a text without what XML has no way to write."""
    return _NOT_XML.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def read_reports(path: Path) -> list[Report]:
    """Return the reports that a file holds; raises UnreadableReportError, which says what is wrong with it."""
    try:
        data = read_plain(path)
    except OSError as error:
        raise UnreadableReportError(error.strerror or str(error)) from error
    if len(data) > _LARGEST or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnreadableReportError("was not written by jaunt")
    try:
        top = Xml.fromstring(data)
    except (Xml.ParseError, ValueError, LookupError) as error:
        raise UnreadableReportError(f"is no whole JUnit file: {error}") from error
    suites = [top] if top.tag == "testsuite" else top.findall("testsuite")
    reports = [_report(suite) for suite in suites]
    if not reports:
        raise UnreadableReportError("holds no report")
    return reports


def _report(suite: Xml.Element) -> Report:
    found = {each.get("name", ""): each.get("value", "") for each in suite.iterfind("properties/property")}
    values = {name: found.get(f"{_PROPERTY}{name}") for name in _TEXTS}
    if any(value is None for value in values.values()):
        raise UnreadableReportError("was not written by `jaunt test` or `jaunt check` with --junitxml")
    cases = tuple(_cases(suite))
    try:
        modules = json.loads(str(values["modules"]))
        shard = read_shard(str(values["shard"]))
    except (ValueError, RecursionError, JauntConfigError) as error:
        raise UnreadableReportError(f"is damaged: {error}") from error
    if not isinstance(modules, list) or not all(isinstance(each, str) for each in modules):
        raise UnreadableReportError("is damaged: its list of modules is none")
    texts = {name: str(values[name]) for name in ("kind", "split", "inputs", "all")}
    report = Report(shard=shard, modules=tuple(modules), passed=values["passed"] == "true", cases=cases, **texts)
    for name, number in (("tests", len(cases)), ("failures", report.failed)):
        if suite.get(name) != str(number):
            raise UnreadableReportError(f"is damaged: it says {name}={suite.get(name)!r} and holds {number}")
    return report


def _cases(suite: Xml.Element) -> Iterator[Case]:
    for element in suite.iterfind("testcase"):
        wrong = next((each for each in element if each.tag in ("failure", "error", "skipped")), None)
        failure = "" if wrong is None else wrong.get("message") or wrong.tag
        try:
            seconds = float(element.get("time", "0"))
        except ValueError as error:
            raise UnreadableReportError(f"is damaged: {error}") from error
        if not 0 <= seconds < 1e9:
            raise UnreadableReportError(f"is damaged: a test took {seconds} s")
        names = element.get("classname", ""), element.get("name", "")
        yield Case(*names, seconds, element.get("file", ""), failure, (wrong is not None and wrong.text) or "")


def seconds_in(path: Path) -> dict[str, float]:
    """Return how long each module took by the reports in a file; raises UnreadableReportError.

    One whose check took no time is left out: it was known to pass, and may take any time when it is looked at again.
    """
    found: dict[str, float] = {}
    for report in read_reports(path):
        for case in report.cases:
            if case.module in report.modules and (case.seconds or report.kind == "test"):
                found[case.module] = round(found.get(case.module, 0.0) + case.seconds, 6)
    return found

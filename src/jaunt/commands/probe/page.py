"""The page on what specs leave open: each question, who gives which answer, the lines that settle it, the spec."""

import html
from collections.abc import Iterator
from pathlib import Path

from jaunt.checks.behaviour.comparison.open_questions import OpenQuestions
from jaunt.checks.behaviour.comparison.words import Question
from jaunt.errors import JauntDiscoveryError
from jaunt.paths import PACKAGE
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project
from jaunt.spec_ref import SpecRef
from jaunt.text.counts import counted

_STYLE = """
main { max-width: 70rem; margin: 0 auto; padding: 24px; }
h1 { white-space: normal; font-size: 20px; } h2 { margin: 2rem 0 0; font: 650 16px var(--mono); }
h3 { margin: 1.2rem 0 .4rem; font: 650 14px var(--mono); overflow-wrap: anywhere; }
pre { background: var(--card); border: 1px solid var(--line); padding: 8px; margin: 0; overflow: auto; }
table { border-collapse: collapse; width: 100%; }
td, th { padding: 6px 12px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
td:first-child { white-space: nowrap; } td code { overflow-wrap: anywhere; }
summary { cursor: pointer; }
.landed { color: var(--accent); font-weight: 650; }
"""


def probe_page(project: Project, work: ModuleWork, found: OpenQuestions) -> str:
    """Return a page of html that needs no other file and runs no script."""
    style = Path(PACKAGE, "report", "page.css").read_text(encoding="utf-8")
    title = f"{html.escape(found.module)}: what its specs leave open"
    body = "\n".join(line for spec in found.agreed for line in _of_spec(project, found, spec))
    count = counted(sum(not each.aside for each in found.questions), "question")
    why = f"<p>Not compared: {html.escape(found.why_not)}</p>" if found.why_not else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>\n{style}{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"<p>{count}, by {found.versions} versions of the code that all pass every check. Where they disagree, the "
        "spec says nothing: paste the example that is right into its docstring, and build.</p>\n"
        f"{why}{body}\n</main>\n</body>\n</html>\n"
    )


def _of_spec(project: Project, found: OpenQuestions, spec: str) -> Iterator[str]:
    yield f"<h2>{html.escape(spec)}</h2>\n<p class=soft>{html.escape(found.agreed[spec])}</p>"
    yield f"<details><summary>the spec</summary><pre>{html.escape(_contract(project, spec))}</pre></details>"
    for each in found.questions:
        if each.spec == spec:
            yield from _of_question(each)


def _of_question(question: Question) -> Iterator[str]:
    yield f"<h3>{html.escape(question.call)}</h3>"
    if question.aside:
        yield f"<p>{question.aside[0].upper()}{question.aside[1:]}.</p>"
    yield "<table>\n<tr><th>versions</th><th>give</th><th>to settle it so</th></tr>"
    total = sum(each.versions for each in question.answers)
    for each in question.answers:
        landed = ' <span class="landed">landed</span>' if each.landed else ""
        settles = f"<pre>{html.escape(each.doctest)}</pre>" if each.doctest else "say so in the docstring"
        gives = f"<code>{html.escape(each.gives)}</code>"
        yield f"<tr><td>{each.versions} of {total}{landed}</td><td>{gives}</td><td>{settles}</td></tr>"
    yield "</table>"


def _contract(project: Project, spec: str) -> str:
    """Return the spec as it is written, "" where that can't be read, or where it is a class with methods as specs."""
    try:
        return project.texts.segment(project.specs[SpecRef(spec)]) if spec in project.specs else ""
    except JauntDiscoveryError:
        return ""

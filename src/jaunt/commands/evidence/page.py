"""The page on the evidence of specs, to be handed to a reviewer: each spec, what stands behind it, its contract."""

import html
from collections.abc import Sequence
from pathlib import Path

from jaunt.commands.shared.spec_evidence import AS_COUNTED, LEVELS, SpecEvidence, words_of
from jaunt.errors import JauntDiscoveryError
from jaunt.paths import PACKAGE
from jaunt.project.project import Project
from jaunt.text.counts import counted

_STYLE = """
main { max-width: 75rem; margin: 0 auto; padding: 24px; }
table { border-collapse: collapse; width: 100%; }
td, th { padding: 6px 12px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
pre { background: var(--card); border: 1px solid var(--line); padding: 8px; overflow: auto; }
summary { cursor: pointer; font-family: var(--mono); }
.none { color: light-dark(#b42318, #ff8a80); font-weight: 650; }
"""


def evidence_page(project: Project, found: Sequence[SpecEvidence]) -> str:
    """Return a page of html that needs no other file and runs no script."""
    style = Path(PACKAGE, "report", "page.css").read_text(encoding="utf-8")
    title = f"{html.escape(project.root.name)}: what stands behind the code"
    number = {level: sum(each.level == level for each in found) for level in LEVELS}
    counts = ", ".join(f"{number[level]} {AS_COUNTED[level]}" for level in LEVELS if number[level])
    rows = "\n".join(_row(project, each) for each in found)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>\n{style}{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"<p>{counted(len(found), 'spec')}: {counts or 'none at all'}. The weakest come first: "
        f"{' &lt; '.join(LEVELS)}.</p>\n"
        f"<table>\n<tr><th>level</th><th>spec</th><th>evidence</th></tr>\n{rows}\n</table>\n</main>\n</body>\n</html>\n"
    )


def _row(project: Project, each: SpecEvidence) -> str:
    spec, said = html.escape(each.spec), html.escape("; ".join(words_of(each)))
    return (
        f'<tr><td class="{each.level}">{each.level}</td><td><details><summary>{spec}</summary>'
        f"<pre>{html.escape(_contract(project, each))}</pre></details></td><td>{said}</td></tr>"
    )


def _contract(project: Project, each: SpecEvidence) -> str:
    """Return the spec as it is written, "" where that can't be read."""
    try:
        return project.texts.segment(project.specs[each.spec]) if each.spec in project.specs else ""
    except JauntDiscoveryError:
        return ""

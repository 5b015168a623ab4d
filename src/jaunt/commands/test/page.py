"""The page on the strength of tests: each change that no test notices, beside the code that it changes."""

import html
from collections.abc import Iterator, Sequence
from pathlib import Path

from jaunt.files.plain import read_plain
from jaunt.paths import PACKAGE
from jaunt.project.project import Project
from jaunt.testing.strength.mutant import Mutant
from jaunt.testing.strength.strength import Strength, by_code

_AROUND = 3
"""How many lines are shown above and below the one that is changed."""
_STYLE = """
main { max-width: 70rem; margin: 0 auto; padding: 24px; }
h2 { margin-top: 2rem; } pre { background: var(--card); border: 1px solid var(--line); padding: 8px; overflow: auto; }
table { border-collapse: collapse; } td, th { padding: 2px 12px 2px 0; text-align: left; }
del { background: light-dark(#ffd9d6, #5c2b29); text-decoration: none; display: block; }
ins { background: light-dark(#d3f2d6, #1f4a2a); text-decoration: none; display: block; }
"""


def strength_page(project: Project, strengths: Sequence[Strength], least: float | None) -> str:
    """Return a page of html that needs no other file and runs no script."""
    style = Path(PACKAGE, "report", "page.css").read_text(encoding="utf-8")
    title = f"{html.escape(project.root.name)}: strength of tests"
    body = "\n".join(
        [*_overview(strengths, least), *(line for each in strengths for line in _of_module(project, each))]
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>\n{style}{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"{body}\n</main>\n</body>\n</html>\n"
    )


def _overview(strengths: Sequence[Strength], least: float | None) -> Iterator[str]:
    if least is not None:
        yield f"<p>Each test module has to notice {least:.0%} of the changes.</p>"
    yield _row("th", "test module", "score", "noticed", "survived", "timed out", "waived", start="<table>")
    for each in strengths:
        score = "-" if each.score is None else f"{each.score:.2f}"
        counts = (each.killed, len(each.survivors), len(each.late), len(each.waived))
        yield _row("td", each.module, score, *map(str, counts), each.problem)
    yield "</table>"
    yield _row("th", "code", "score", "noticed", "survived", start="<table>")
    for code in by_code(strengths):
        yield _row("td", code["module"], f"{code['score']:.2f}", str(code["noticed"]), str(code["survived"]))
    yield "</table>"


def _row(cell: str, *texts: str, start: str = "") -> str:
    return f"{start}<tr>{''.join(f'<{cell}>{html.escape(text)}</{cell}>' for text in texts)}</tr>"


def _of_module(project: Project, strength: Strength) -> Iterator[str]:
    if not strength.problem:
        yield f"<h2>{html.escape(strength.module)}</h2>"
        yield _row("th", "test spec", "notices", "of those that it reaches", start="<table>")
        for spec in strength.specs:
            yield _row("td", spec, *map(str, strength.of_spec(spec)))
        yield "</table>"
        for mutant in strength.survivors:
            yield from _of_survivor(project, strength, mutant)


def _of_survivor(project: Project, strength: Strength, mutant: Mutant) -> Iterator[str]:
    path = project.generated_path(mutant.module)
    lines = read_plain(path).decode("utf-8", "replace").splitlines()
    first, last = max(0, mutant.line - 1 - _AROUND), mutant.line + _AROUND
    reached = sorted(strength.reached.get(mutant.name, ()))
    yield f"<h3>{html.escape(mutant.place)} <span class=soft>{mutant.kind}, {mutant.name}</span></h3>"
    yield f"<p>{html.escape(', '.join(reached) or 'no test')} {'run' if len(reached) > 1 else 'runs'} this line.</p>"
    shown = [f"{number:>4} {html.escape(lines[number - 1])}" for number in range(first + 1, min(last, len(lines)) + 1)]
    at = mutant.line - 1 - first
    shown[at : at + 1] = [f"<del>{shown[at]}</del>", f"<ins>     {html.escape(mutant.after)}</ins>"]
    yield f"<pre>{chr(10).join(shown)}</pre>".replace("</del>\n", "</del>").replace("</ins>\n", "</ins>")
    yield f"<p class=soft>If no test could tell: <code># jaunt:equivalent {mutant.name} REASON</code> in its spec.</p>"

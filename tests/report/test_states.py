"""One table says how a state is shown, and all that show states read it."""

import io
import json
import re
from pathlib import Path
from typing import get_args

import pytest

from jaunt.commands.graph.diagrams import draw_dot, draw_mermaid
from jaunt.commands.graph.html import draw_html
from jaunt.commands.graph.text import draw_text
from jaunt.commands.status.view import print_status
from jaunt.config import JauntConfig
from jaunt.files.listing import ModuleFile
from jaunt.plan.freshness import Freshness, State
from jaunt.plan.plan import Plan
from jaunt.plan.reasons import Reason, ReasonKind
from jaunt.project.project import Project
from jaunt.report.states import STATES, severity, style_of
from jaunt.report.terminal import coloured
from jaunt.specs.spec_module import SpecModule


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def plan() -> Plan:
    """The plan of a project that has a module in each state, named after it."""
    names = get_args(State)
    files = [ModuleFile(name, Path(f"/p/{name}.py"), Path("/p")) for name in names]
    modules = {file.name: SpecModule(file.name, file) for file in files}
    project = Project(Path("/p"), JauntConfig(root=Path("/p")), modules=modules, dag={name: set() for name in names})
    forced = (Reason(ReasonKind.FORCED),)
    return Plan(project, {name: Freshness(name, () if name == "fresh" else forced, True) for name in names}, {})


@pytest.mark.parametrize("state", get_args(State))
def test_a_state_has_the_same_colour_wherever_it_is_shown(
    state: State, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    style, terminal = STATES[state], Terminal()
    print_status(plan, terminal, verbose=True)
    assert coloured(f"{state:<8}", style.colour) in terminal.getvalue()
    assert coloured(f"{state:<9}", style.colour) in draw_text(plan, colour=True)
    assert f"classDef {state} fill:{style.fill},stroke:{style.light}," in draw_mermaid(plan)
    assert f'"{state}" [' in draw_dot(plan)
    assert f'fillcolor="{style.fill}", color="{style.light}"' in draw_dot(plan)


def test_a_page_has_the_sign_and_the_colours_of_every_state(plan: Plan) -> None:
    page = draw_html(plan)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert found is not None
    data = json.loads(found[1])
    assert data["styles"] == {name: {"sign": s.sign, "meaning": s.meaning} for name, s in STATES.items()}
    for name, style in STATES.items():
        assert f"--{name}: light-dark({style.light}, {style.dark});" in page
        assert f".{name} {{ --state: var(--{name}); }}" in page


def test_no_two_states_look_alike_on_a_page() -> None:
    for field in ("light", "dark", "fill", "sign", "meaning"):
        assert len({getattr(style, field) for style in [*STATES.values(), style_of("another")]}) == len(STATES) + 1


def test_what_needs_a_person_comes_first_and_what_nobody_knows_last() -> None:
    assert sorted(["fresh", "another", "stale", "broken", "edited"], key=severity) == [
        *("broken", "edited", "stale", "fresh", "another")
    ]

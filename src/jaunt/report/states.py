"""How the states of modules are shown: one table for lists, trees, diagrams and pages."""

from collections.abc import Mapping

from jaunt.process.frozen import frozen


@frozen
class StateStyle:
    """How one state is shown.

    `colour` is that of a terminal, "" for none. `light` and `dark` are the colours of a page's lines and signs on a
    ground of that sort, `fill` is that of a box with a `light` outline. A state that `says_enough` needs no reason
    beside it.
    """

    colour: str
    light: str
    dark: str
    fill: str
    sign: str
    meaning: str
    says_enough: bool = False


STATES: Mapping[str, StateStyle] = {
    "broken": StateStyle("red", "#c62828", "#ff7b72", "#ffd5d2", "✕", "it cannot be built"),
    "orphaned": StateStyle("magenta", "#a0306e", "#f08cc0", "#fbdcec", "∅", "its spec module is gone"),
    "edited": StateStyle("magenta", "#8b3fb8", "#c88cf0", "#eedcf9", "✎", "the generated file was edited by hand"),
    "conflict": StateStyle("red", "#b3261e", "#ff9d94", "#ffe0dd", "≠", "git has left conflict markers in it"),
    "unbuilt": StateStyle("blue", "#2563c9", "#6ea8fe", "#d8e6fd", "○", "no code was generated yet", says_enough=True),
    "stale": StateStyle(
        "yellow", "#b45f06", "#f0a83c", "#fde8c4", "↻", "the spec, or something it depends on, has changed"
    ),
    "verify": StateStyle(
        "cyan",
        "#0e7490",
        "#5cc8dc",
        "#d3f0f6",
        "?",
        "what its code was checked against has changed",
    ),
    "judge": StateStyle(
        "yellow",
        "#8a6d00",
        "#d9c04a",
        "#faf0c0",
        "≈",
        "the spec was reworded: the model is asked whether the code fits",
    ),
    "accepted": StateStyle(
        "green", "#4d7c0f", "#a3d65c", "#e7f5d0", "✔", "a person has accepted the code, which is never overwritten"
    ),
    "fresh": StateStyle(
        "green", "#16803c", "#4cc77a", "#d6f2de", "✓", "the generated code answers the spec", says_enough=True
    ),
}
"""All states, what needs a person first."""

_OTHER = StateStyle("", "#5a6472", "#9aa5b4", "#e8ebef", "·", "")


def style_of(state: str) -> StateStyle:
    """Return how a state is shown; one that is not in the table is grey."""
    return STATES.get(state, _OTHER)


def severity(state: str) -> int:
    """Return a state's place in the order of the table; one that is not in it comes last."""
    return [*STATES].index(state) if state in STATES else len(STATES)


def states_css() -> str:
    """Return rules for pages: a variable for each state's colour (`--fresh`), and one that a class sets (`--state`)."""
    styles = [*STATES.items(), ("other", _OTHER)]
    colours = "".join(f"  --{name}: light-dark({style.light}, {style.dark});\n" for name, style in styles)
    classes = "".join(f".{name} {{ --state: var(--{name}); }}\n" for name, _ in styles)
    return f":root {{\n{colours}}}\n{classes}"

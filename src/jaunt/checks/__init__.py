"""What a candidate has to pass, a check a file; one is imported only when a build asks it."""

import importlib
from typing import TYPE_CHECKING, cast

from jaunt import codes
from jaunt.checks.severity import SEVERITIES, Severity
from jaunt.config import JauntConfig
from jaunt.errors import JauntConfigError
from jaunt.text.nearest import did_you_mean

if TYPE_CHECKING:  # for a command that builds nothing, the names are enough
    from jaunt.checks.check_file import CheckFile

CHECKS = {
    "decorators": "jaunt.checks.static.outer_decorators",
    "bodies": "jaunt.checks.static.handwritten_bodies",
    "own_class": "jaunt.checks.static.own_class",
    "static": "jaunt.checks.static.check",
    "ruff": "jaunt.checks.tools.ruff",
    "own_attributes": "jaunt.checks.tools.own_attributes",
    "ty": "jaunt.checks.tools.ty",
    "doctests": "jaunt.checks.doctests.check",
    "properties": "jaunt.checks.behaviour.properties",
    "robustness": "jaunt.checks.behaviour.robustness",
    "require_evidence": "jaunt.checks.behaviour.evidence",
    "collection": "jaunt.checks.collection.check",
    "vacuity": "jaunt.checks.vacuity.check",
}
"""To add a check, write its file, which declares what `CheckFile` names, and add its line here.

They look at a candidate in this order: what takes least time stands first. `[verify]` takes the name as a key, unless
the file's DEFAULT is None.
"""


def load_check(name: str) -> "CheckFile":
    """Import the file of one of CHECKS."""
    return cast("CheckFile", importlib.import_module(CHECKS[name]))


def severities(config: JauntConfig) -> dict[str, Severity]:
    """Return how severe each of CHECKS is, as [verify] or else the check's own file says.

    Raises JauntConfigError for a key of [verify] that is no check's, and for a value that is no severity.
    """
    optional = {name for name in config.verify.others if name in CHECKS and load_check(name).DEFAULT is not None}
    wrong: list[tuple[str, str | None]] = []
    for name, value in config.verify.others.items():
        if name in CHECKS and name not in optional:
            wrong.append((f"verify.{name}: this check always counts: it has no key", "leave the key out"))
        elif name not in optional:
            wrong.append((f"verify.{name}: unknown key", _near(name, config)))
        elif not isinstance(value, bool) and value not in SEVERITIES:
            shown = ", ".join(SEVERITIES)
            wrong.append((f"verify.{name}: must be one of {shown}, or true or false, is {value!r}", None))
    if wrong:
        told, hints = "; ".join(text for text, _ in wrong), dict.fromkeys(hint for _, hint in wrong if hint)
        raise JauntConfigError(
            f"{config.config_file or config.root}: {told}", hint="; ".join(hints) or None, code=codes.WRONG_KEY
        )
    given = {**{name: getattr(config.verify, name, None) for name in CHECKS}, **config.verify.others}
    return {name: _severity(given[name], name) for name in CHECKS}


def is_off(config: JauntConfig, name: str) -> bool:
    """Whether [verify] says so of one of CHECKS; its file, which may not be needed otherwise, is not imported."""
    return config.verify.others.get(name, True) in ("off", False)


def _severity(given: object, name: str) -> Severity:
    if isinstance(given, bool):
        return "error" if given else "off"
    return cast(Severity, given) if given else load_check(name).DEFAULT or "error"


def _near(name: str, config: JauntConfig) -> str:
    optional = (check for check in CHECKS if load_check(check).DEFAULT is not None)
    known = list(dict.fromkeys([*(key for key in vars(config.verify) if key != "others"), *optional]))
    return did_you_mean(name, known, otherwise=f"there are: {', '.join(known)}")

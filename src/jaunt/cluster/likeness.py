"""What has to be the same on a worker as here, so that its verdicts are those that we would come to ourselves."""

import platform
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Any, NamedTuple

from jaunt.config import SandboxConfig
from jaunt.errors import JauntConfigError
from jaunt.sandbox.sandbox import Sandbox


class Machine(NamedTuple):
    """What tells one machine's verdicts from another's. `sandbox` is what is active; "" if there is none as asked."""

    python: str
    system: str
    sandbox: str
    packages: Mapping[str, str]


def this_machine(sandbox: Mapping[str, Any]) -> Machine:
    """Return what this machine has; `sandbox` are the settings of `[sandbox]`."""
    try:
        text = Sandbox(SandboxConfig(**sandbox)).describe()
    except JauntConfigError:
        text = ""
    return Machine(
        python=f"{platform.python_implementation()} {platform.python_version()}",
        system=f"{sys.platform} {platform.machine()}",
        sandbox=text,
        packages=_packages(),
    )


def _packages() -> Mapping[str, str]:
    """Return the versions of what is installed; of two of one name, the first on the path is imported."""
    found: dict[str, str] = {}
    for each in metadata.distributions():
        if each.name:
            found.setdefault(each.name.lower(), each.version)
    return found


def differences(here: Machine, there: Machine) -> Iterator[str]:
    """Yield in words what a worker has otherwise."""
    if there.python != here.python:
        yield f"has {there.python}, not {here.python}"
    if there.system != here.system:
        yield f"is of {there.system}, not {here.system}"
    if there.sandbox != here.sandbox:
        yield f"has another sandbox: {there.sandbox or 'none as [sandbox] asks for'}"
    for name, version in sorted(here.packages.items()):
        found = there.packages.get(name)
        if found != version:
            yield f"has {name} {found}, not {version}" if found else f"lacks {name} {version}"

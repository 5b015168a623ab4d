"""What has to be the same on a worker as here, so that its verdicts are those that we would come to ourselves."""

import hashlib
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Any, NamedTuple

from jaunt.config import SandboxConfig
from jaunt.errors import JauntConfigError
from jaunt.sandbox.environment import passed_environment
from jaunt.sandbox.sandbox import Sandbox


class Machine(NamedTuple):
    """What tells one machine's verdicts from another's. `sandbox` is what is active; "" if there is none as asked.

    `environment` are the variables that code in the sandbox sees and that are no place on a machine, each with a digest
    of its value, which may be secret.
    """

    python: str
    system: str
    sandbox: str
    packages: Mapping[str, str]
    environment: Mapping[str, str]


def this_machine(sandbox: Mapping[str, Any]) -> Machine:
    """Return what this machine has; `sandbox` are the settings of `[sandbox]`."""
    config = SandboxConfig(**sandbox)
    try:
        text = Sandbox(config).describe()
    except JauntConfigError:
        text = ""
    return Machine(
        python=f"{platform.python_implementation()} {platform.python_version()}",
        system=f"{sys.platform} {platform.machine()}",
        sandbox=text,
        packages=_packages(),
        environment=_environment(config),
    )


def _packages() -> Mapping[str, str]:
    """Return the versions of what is installed; of two of one name, the first on the path is imported."""
    found: dict[str, str] = {}
    for each in metadata.distributions():
        if each.name:
            found.setdefault(each.name.lower(), each.version)
    return found


def _environment(config: SandboxConfig) -> Mapping[str, str]:
    passed = passed_environment(config)
    names = [name for name in passed if name in {"LANG", "LANGUAGE", "TZ", *config.env} or name.startswith("LC_")]
    return {name: hashlib.sha256(passed[name].encode("utf-8", "surrogateescape")).hexdigest() for name in names}


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
    for name in sorted({*here.environment, *there.environment}):
        if here.environment.get(name) != there.environment.get(name):
            yield f"has another {name} in its environment"

"""What every project needs: Python, and the packages that a build runs in, in the releases that jaunt asks for."""

import re
import sys
from collections.abc import Iterator
from importlib import metadata

from jaunt import codes
from jaunt.commands.doctor.finding import Finding

try:
    from packaging import specifiers
except ImportError:  # the doctor has to run where packages are missing
    specifiers = None

_PACKAGES = ("doit", "packaging", "pytest")
"""Those that every build needs. The others are told of where they are used: tools, the lock, the provider."""


def python() -> Iterator[Finding]:
    """Check that Python is one that jaunt's package asks for."""
    version, wanted = ".".join(map(str, sys.version_info[:3])), wanted_python()
    if _fits(version, wanted):
        yield Finding("ok", "python", f"{version}, {sys.executable}")
    else:
        yield Finding("fail", "python", f"{version} is not {wanted}", f"use Python {wanted}", codes.PYTHON)


def packages() -> Iterator[Finding]:
    """Check that the packages that every build needs are there, in releases that jaunt's package asks for."""
    for name in _PACKAGES:
        version, wanted = _version(name), wanted_releases().get(name, "")
        hint = f"pip install '{name}{wanted}'"
        if not version:
            yield Finding("fail", name, "is not installed beside jaunt", hint, codes.PACKAGES)
        elif not _fits(version, wanted):
            yield Finding("fail", name, f"{version} is not {wanted}, which jaunt needs", hint, codes.PACKAGES)
        else:
            yield Finding("ok", name, version)


def wanted_python() -> str:
    """Return the releases of Python that jaunt's package asks for: ">=3.11"; "", any, if it is not installed."""
    try:
        return metadata.metadata("jaunt")["Requires-Python"]
    except metadata.PackageNotFoundError:  # it runs from a folder of sources
        return ""


def wanted_releases() -> dict[str, str]:
    """Return the releases of other packages that jaunt's package asks for, by name: {"doit": "<0.38,>=0.37"}."""
    try:
        lines = metadata.requires("jaunt") or []
    except metadata.PackageNotFoundError:
        return {}
    found = (re.fullmatch(r"([\w.-]+)\s*([^;]*)", line) for line in lines)  # one with ";" is for an extra
    return {match[1]: match[2] for match in found if match}


def _fits(version: str, releases: str) -> bool:
    return specifiers is None or specifiers.SpecifierSet(releases).contains(version, prereleases=True)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""

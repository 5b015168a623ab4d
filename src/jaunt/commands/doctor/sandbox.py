"""Where generated code runs."""

from collections.abc import Iterator

from jaunt import codes
from jaunt.commands.doctor.finding import Finding, failed
from jaunt.config import JauntConfig, SandboxConfig
from jaunt.config.sandboxes import sandbox_for
from jaunt.errors import JauntConfigError
from jaunt.sandbox.sandbox import Sandbox


def sandbox(config: JauntConfig) -> Iterator[Finding]:
    """Check that there is a sandbox as configured, and how strong it is; for single test modules, too."""
    yield _finding(config.sandbox, "sandbox")
    for pattern in config.sandbox.tests:
        yield _finding(sandbox_for(config.sandbox, pattern), f"sandbox of {pattern}")


def _finding(config: SandboxConfig, name: str) -> Finding:
    box = Sandbox(config)
    try:
        text = box.describe().removeprefix("sandbox: ")
        if box.is_weak:
            return Finding("warn", name, text, "install bubblewrap, and leave sandbox.mode at auto", codes.SANDBOX)
        return Finding("ok", name, text)
    except JauntConfigError as error:
        return failed(name, error)

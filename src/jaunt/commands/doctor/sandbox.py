"""Where generated code runs."""

from collections.abc import Iterator

from jaunt.commands.doctor.finding import Finding
from jaunt.config import JauntConfig
from jaunt.errors import JauntConfigError
from jaunt.sandbox.sandbox import Sandbox


def sandbox(config: JauntConfig) -> Iterator[Finding]:
    """Check that there is a sandbox as configured, and how strong it is."""
    box = Sandbox(config.sandbox)
    try:
        text = box.describe().removeprefix("sandbox: ")
        if box.is_weak:
            yield Finding("warn", "sandbox", text, "install bubblewrap, and leave sandbox.mode at auto")
        else:
            yield Finding("ok", "sandbox", text)
    except JauntConfigError as error:
        yield Finding("fail", "sandbox", str(error), error.hint or "")

"""Which environment variables reach untrusted code."""

import os

from jaunt.config import SandboxConfig

_PASSED_ON = ("PATH", "LANG", "LANGUAGE", "TZ", "TERM", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")


def passed_environment(config: SandboxConfig) -> dict[str, str]:
    """Return those variables of this process that code in the sandbox sees as they are: without a sandbox, all."""
    allowed = {*_PASSED_ON, *config.env}
    everything = config.mode == "off"
    return {n: v for n, v in os.environ.items() if everything or n in allowed or n.startswith("LC_")}

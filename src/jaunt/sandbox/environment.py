"""Which environment variables reach untrusted code."""

import os
from collections.abc import Sequence
from pathlib import Path

from jaunt.config import SandboxConfig

_PASSED_ON = ("PATH", "LANG", "LANGUAGE", "TZ", "TERM", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")


def passed_environment(config: SandboxConfig) -> dict[str, str]:
    """Return those variables of this process that code in the sandbox sees as they are: without a sandbox, all."""
    allowed = {*_PASSED_ON, *config.env}
    everything = config.mode == "off"
    return {n: v for n, v in os.environ.items() if everything or n in allowed or n.startswith("LC_")}


def environment_of_run(config: SandboxConfig, scratch: Path, pythonpath: Sequence[Path | str]) -> dict[str, str]:
    """Return the environment of a program in the sandbox: `pythonpath` comes first, its home is below `scratch`."""
    own = {"HOME": str(scratch / "home"), "TMPDIR": str(scratch / "tmp"), "PYTHONNOUSERSITE": "1"}
    cache = str(scratch / "pycache")
    callers = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    folders = os.pathsep.join(str(Path(folder).absolute()) for folder in [*pythonpath, *callers])
    more = {} if config.mode == "off" else own
    return {**passed_environment(config), **more, "PYTHONPATH": folders, "PYTHONPYCACHEPREFIX": cache}

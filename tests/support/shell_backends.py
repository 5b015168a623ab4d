"""Backends of the provider `command` whose program is a shell."""

from pathlib import Path
from typing import Any

from jaunt.config import LLMConfig
from jaunt.generate.providers.command import CommandBackend
from jaunt.generate.transport import Policy

CODE = "def slugify(text):\n    return text\n"
ANSWER = f"printf %s '{CODE}'"
PATIENT = Policy(timeout=20.0)


def shell(script: str, root: Path = Path(), policy: Policy = PATIENT, **settings: Any) -> CommandBackend:
    """Return a backend whose program is a shell that runs `script`."""
    llm = LLMConfig(provider="command", command=["sh", "-c", script], **settings)
    return CommandBackend(llm, root, policy=policy)

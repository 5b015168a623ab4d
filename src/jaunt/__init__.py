"""jaunt: specs, which are typed and documented Python stubs, become generated code by a build.

import jaunt

@jaunt.magic
def slugify(text: str) -> str:
    \"\"\"Return `text` in lower case, with one "-" for each run of other characters.\"\"\"
"""

from jaunt.errors import (
    JauntAnswerError,
    JauntAuthenticationError,
    JauntBudgetError,
    JauntConfigError,
    JauntDependencyCycleError,
    JauntDiscoveryError,
    JauntError,
    JauntGenerationError,
    JauntMachineError,
    JauntNotBuiltError,
    JauntRefusedError,
    JauntSpecError,
    JauntStoppedError,
    JauntWriteError,
)
from jaunt.runtime import magic, module, test

__version__ = "0.1.0"

__all__ = [
    "JauntAnswerError",
    "JauntAuthenticationError",
    "JauntBudgetError",
    "JauntConfigError",
    "JauntDependencyCycleError",
    "JauntDiscoveryError",
    "JauntError",
    "JauntGenerationError",
    "JauntMachineError",
    "JauntNotBuiltError",
    "JauntRefusedError",
    "JauntSpecError",
    "JauntStoppedError",
    "JauntWriteError",
    "__version__",
    "magic",
    "module",
    "test",
]

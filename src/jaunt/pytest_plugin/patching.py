"""A patch of a name that a spec module lacks: the generated code has it, and the test is told what to patch."""

import os
import re
import sys

from jaunt.paths import DEFAULT_GENERATED_DIR, spec_module_to_generated_module
from jaunt.runtime.loader import configured_dir

_LACKS = re.compile(
    r"(?:<module '(?P<module>[\w.]+)'.*>|'\w+' object at (?P<place>[\w.]+)) "
    r"(?:does not have the|has no) attribute '(?P<name>\w+)'",
    re.DOTALL,
)
"""What `unittest.mock` and pytest's `monkeypatch` say of a name that is not there."""


def what_to_patch(error: BaseException) -> str:
    """Return a line that says what to patch, for an error of a patch; "" if it is none, or there is no such name."""
    found = _LACKS.search(str(error)) if isinstance(error, AttributeError) else None
    if found is None:
        return ""
    spec, name = found["module"] or found["place"], found["name"]
    folder = os.path.dirname(getattr(sys.modules.get(spec), "__file__", None) or "")  # noqa: PTH120 - may be ""
    for generated_dir in (DEFAULT_GENERATED_DIR, configured_dir(folder or ".")):
        generated = spec_module_to_generated_module(spec, generated_dir)
        if generated in sys.modules and name in vars(sys.modules[generated]):
            return f"{spec} has no {name}: the code that was generated for it has (patch {generated}.{name})"
    return ""

"""How severe a check is."""

from typing import Literal, get_args

Severity = Literal["error", "warn", "off"]
SEVERITIES = get_args(Severity)

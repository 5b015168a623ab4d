"""What every candidate has to be, for callers of the library: it compiles, and defines the expected names.

What else a project's candidates have to pass stands in `checks/`.
"""

from collections.abc import Sequence

from jaunt.syntax.candidate import missing_names, parse_candidate


def validate_generated_source(source: str, expected_names: Sequence[str]) -> list[str]:
    """Return what is wrong with a candidate: it must parse and define every expected name at module level."""
    candidate, errors = parse_candidate(source)
    return [*errors] if candidate is None else [*missing_names(candidate, expected_names)]


def compile_check(source: str, filename: str) -> list[str]:
    """Return the error that keeps `source` from being compiled, in a list of one or none."""
    return [*parse_candidate(source, filename=filename)[1]]

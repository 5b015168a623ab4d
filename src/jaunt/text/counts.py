"""Numbers of things, as a person would say them."""


def counted(number: int, noun: str) -> str:
    """Return a number of things: "1 module", "1,234 modules"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def share(number: int, total: int, noun: str, state: str) -> str:
    """Return how many of all are in a state: "all 4 modules are fresh", "1 of 4 modules is fresh"."""
    if not total:
        return f"there are no {noun}s"
    if total == 1:
        return f"the only {noun} is {'' if number else 'not '}{state}"
    if number in (0, total):
        return f"{'all' if number else 'none of the'} {total:,} {noun}s {'are' if number else 'is'} {state}"
    return f"{number:,} of {total:,} {noun}s {'is' if number == 1 else 'are'} {state}"

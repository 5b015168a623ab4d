"""Specs that have an example, a property, and a test of another module: what may stand behind code."""

SHOWN_HELD_TESTED = '''\
import jaunt


@jaunt.magic
def shown(n: int) -> int:
    """Add one.

    >>> shown(1)
    2
    """
    ...


@jaunt.magic
def held(n: int) -> int:
    """Add one.

    Properties:
        given n: int :: held(n) > n
    """
    ...


@jaunt.magic
def tested(n: int) -> int:
    """Add one."""
    ...
'''

"""Sizes in bytes: KB, MB and GB are 2**10, 2**20 and 2**30 of them, everywhere in jaunt."""

import re

KB = 2**10
MB = 2**20

_UNITS = {"": 1, "K": KB, "M": MB, "G": 2**30}


def parse_size(text: str) -> int | None:
    """Return the bytes that a text such as "500K", "1.5 MB" or "20" means; None if it is no size."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]?)B?", text.strip().upper())
    return int(float(found[1]) * _UNITS[found[2]]) if found else None


def show_size(size: int) -> str:
    """Return a number of bytes as text: "12.5 KB"."""
    return f"{size / KB:.1f} KB"

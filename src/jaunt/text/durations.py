"""Times as a person reads them."""


def duration(seconds: float) -> str:
    """Return a time in whole seconds as a person reads it: `14 s`, `2:05`, `1:02:05`."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    if whole < 60:
        return f"{whole} s"
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def short_duration(seconds: float) -> str:
    """Return a time that may be short, with its tenths below ten seconds: `0.7 s`, `14 s`, `2:05`."""
    return f"{seconds:.1f} s" if seconds < 10 else duration(seconds)

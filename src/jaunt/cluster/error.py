"""What a cluster's callers have to be ready for."""


class ClusterError(Exception):
    """A call could not be done on the cluster: it has to be done here."""


class SilentWorkersError(ClusterError):
    """It could not be done as some `workers` don't answer: the others may do."""

    def __init__(self, problem: str, workers: frozenset[str]) -> None:
        super().__init__(problem)
        self.workers = workers

"""What a cluster's callers have to be ready for."""


class ClusterError(Exception):
    """A call could not be done on the cluster: it has to be done here."""

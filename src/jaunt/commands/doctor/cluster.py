"""The workers of a cluster, each with what it has otherwise than this machine."""

from collections.abc import Iterator

from jaunt import codes
from jaunt.cluster.call import open_cluster
from jaunt.cluster.error import ClusterError
from jaunt.commands.doctor.finding import Finding
from jaunt.config import JauntConfig
from jaunt.errors import JauntConfigError
from jaunt.report.console import some


def cluster(config: JauntConfig) -> Iterator[Finding]:
    """Check which workers can be used, if a cluster is configured: those whose verdicts would be ours."""
    try:
        found = open_cluster(config)
        machines = found.machines() if found is not None else []
    except (ClusterError, JauntConfigError) as error:
        yield Finding(
            "warn", "cluster", f"{config.cluster.address}: {error}", getattr(error, "hint", None) or "", codes.CLUSTER
        )
        return
    for worker, differences in machines:
        if differences:
            yield Finding(
                "warn",
                "cluster",
                f"{worker} is not used: it {some(differences, 3)}",
                "make it as this machine",
                codes.CLUSTER,
            )
        else:
            yield Finding("ok", "cluster", f"{worker} is as this machine: Python, packages, sandbox")
    if found is not None and not machines:
        yield Finding(
            "warn",
            "cluster",
            f"{config.cluster.address} has no workers",
            "dask worker ADDRESS starts one",
            codes.CLUSTER,
        )

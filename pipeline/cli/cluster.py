"""The options of a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..model.errors import UsageError
from ..model.options import ClusterOptions
from ..workers.cluster.link import local_workers
from .options import PATH

CLUSTER = (
    click.option(
        "--cluster",
        metavar="ADDRESS",
        help="Make the pages on a Dask cluster: tcp://scheduler:8786, tls://scheduler:8786, or"
        " local:N for N workers on this machine.",
    ),
    click.option(
        "--shared-root",
        multiple=True,
        metavar="LOCAL[=REMOTE]",
        help="A folder that the workers see, too: where it is here, and there.",
    ),
    click.option("--ship-scans", is_flag=True, help="Send the scans to the workers."),
    click.option("--cluster-cert", type=PATH, metavar="FILE", help="For TLS: our certificate."),
    click.option("--cluster-key", type=PATH, metavar="FILE", help="For TLS: its key."),
    click.option("--cluster-ca", type=PATH, metavar="FILE", help="For TLS: who signs the others."),
    click.option(
        "--cluster-wait",
        type=click.FloatRange(1),
        metavar="S",
        default=ClusterOptions("").wait_s,
        show_default=True,
        help="A scheduler, or workers, that are gone for longer are gone for good, in seconds.",
    ),
)


def cluster_options(chosen: dict[str, Any]) -> ClusterOptions | None:
    """The cluster, as the user chose; None for this machine alone.

    Raises:
        UsageError: The options contradict themselves.
    """
    address = chosen["cluster"]
    given = {
        name: chosen[name.replace("-", "_")]
        for name in ("shared-root", "ship-scans", "cluster-cert", "cluster-key", "cluster-ca")
    }
    if address is None:
        for name, value in given.items():
            if value:
                raise UsageError(f"--{name} goes with --cluster; give its address, too")
        return None
    if local_workers(address):
        for name, value in given.items():
            if value:
                raise UsageError(f"--{name} is for other machines; leave it out with {address}")
    return ClusterOptions(
        address,
        chosen["cluster_cert"],
        chosen["cluster_key"],
        chosen["cluster_ca"],
        tuple(_root(value) for value in chosen["shared_root"]),
        chosen["ship_scans"],
        chosen["cluster_wait"],
    )


def _root(value: str) -> tuple[Path, Path]:
    here, _, there = value.partition("=")
    local, remote = Path(here).absolute(), Path(there or here)
    if not here or not local.is_dir():
        raise UsageError(f"--shared-root {value}: {here or 'nothing'} is no folder on this machine")
    if there and not remote.is_absolute():
        raise UsageError(f"--shared-root {value}: write the whole path that {there} has there")
    return local, remote if there else local

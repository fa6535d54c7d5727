"""The options of a cluster, and the `ClusterOptions` that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..model.errors import UsageError
from ..model.options import ClusterOptions
from ..workers.cluster.link import local_workers
from .help import Section, option
from .options import PATH

CLUSTER = (
    option(
        "--cluster",
        metavar="ADDRESS",
        section=Section.CLUSTER,
        help="Address of the scheduler: tcp://HOST:8786 or tls://HOST:8786."
        " Or local:N, to try it with N workers on this machine.",
    ),
    option(
        "--shared-root",
        multiple=True,
        metavar="HERE[=THERE]",
        section=Section.CLUSTER,
        help="Folder that the workers see, too. THERE: its path on the workers, if that differs."
        " You can give this option several times.",
    ),
    option(
        "--ship-scans",
        is_flag=True,
        section=Section.CLUSTER,
        help="Send the scans to the workers: for workers that do not see the folders.",
    ),
    option(
        "--cluster-cert",
        type=PATH,
        metavar="FILE",
        section=Section.CLUSTER,
        help="For tls://: certificate of this machine, as PEM.",
    ),
    option(
        "--cluster-key",
        type=PATH,
        metavar="FILE",
        section=Section.CLUSTER,
        help="For tls://: private key of that certificate.",
    ),
    option(
        "--cluster-ca",
        type=PATH,
        metavar="FILE",
        section=Section.CLUSTER,
        help="For tls://: certificate of the authority that signed the cluster's certificates.",
    ),
    option(
        "--cluster-wait",
        type=click.FloatRange(1),
        metavar="S",
        default=ClusterOptions("").wait_s,
        show_default=True,
        section=Section.CLUSTER,
        help="End the run if the scheduler, or every worker, is away for more than S seconds.",
    ),
)


def cluster_options(values: dict[str, Any]) -> ClusterOptions | None:
    """The cluster, from the values of the command's options; None for this machine alone.

    Raises:
        UsageError: The options contradict themselves.
    """
    address = values["cluster"]
    others = {
        name: values[name.replace("-", "_")]
        for name in ("shared-root", "ship-scans", "cluster-cert", "cluster-key", "cluster-ca")
    }
    if address is None:
        for name, value in others.items():
            if value:
                raise UsageError(f"--{name} goes with --cluster; give its address, too")
        return None
    if local_workers(address):
        for name, value in others.items():
            if value:
                raise UsageError(f"--{name} is for other machines; leave it out with {address}")
    return ClusterOptions(
        address,
        values["cluster_cert"],
        values["cluster_key"],
        values["cluster_ca"],
        tuple(_root(value) for value in values["shared_root"]),
        values["ship_scans"],
        values["cluster_wait"],
    )


def _root(value: str) -> tuple[Path, Path]:
    """A value of `--shared-root` as the folder here, and the same folder on the workers."""
    here, _, there = value.partition("=")
    local, remote = Path(here).absolute(), Path(there or here)
    if not here or not local.is_dir():
        raise UsageError(f"--shared-root {value}: {here or 'nothing'} is no folder on this machine")
    if there and not remote.is_absolute():
        raise UsageError(f"--shared-root {value}: write the whole path that {there} has there")
    return local, remote if there else local

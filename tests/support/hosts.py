"""Hosts on this machine: network namespaces on a bridge, which needs root and `ip`."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self


def why_not() -> str:
    """Why there can be no hosts here; empty where there can."""
    if os.name != "posix" or os.geteuid() != 0:
        return "needs root"
    for tool in ("ip", "unshare", "mount"):
        if not shutil.which(tool):
            return f"needs the command {tool}"
    name = f"try{secrets.token_hex(3)}"
    done = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if done.returncode:
        return f"no network namespaces here: {done.stderr.strip()}"
    subprocess.run(["ip", "netns", "delete", name], check=True)
    return ""


class Hosts:
    """This many hosts on a network of their own with this one. A context manager.

    Args:
        count: How many.

    Attributes:
        address: Of this machine there.
    """

    def __init__(self, count: int) -> None:
        self._mark = secrets.token_hex(3)
        self._bridge = f"br{self._mark}"
        self._net = f"10.{secrets.randbelow(200) + 20}.{secrets.randbelow(250)}"
        self._count = count
        self.address = f"{self._net}.1"

    def __enter__(self) -> Self:
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("address", "add", f"{self.address}/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")
        for number in range(self._count):
            here, there, name = self._link(number), f"w{number}{self._mark}", self._name(number)
            _ip("netns", "add", name)
            _ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
            _ip("link", "set", here, "master", self._bridge, "up")
            for what in (
                ("address", "add", f"{self._net}.{number + 2}/24", "dev", there),
                ("link", "set", there, "up"),
                ("link", "set", "lo", "up"),
            ):
                _ip("-n", name, *what)
        return self

    def prefix(self, number: int, hidden: Path) -> Sequence[str]:
        """What a command begins with to run there, without a folder of this machine."""
        hide = 'mount -t tmpfs none "$0" && exec "$@"'
        return (
            "ip", "netns", "exec", self._name(number), "unshare", "--mount",
            "sh", "-c", hide, str(hidden),
        )  # fmt: skip

    def cut_off(self, number: int) -> None:
        """Takes the cable out of a host."""
        _ip("link", "set", self._link(number), "down")

    def __exit__(self, *error: object) -> None:
        for number in range(self._count):
            subprocess.run(["ip", "netns", "delete", self._name(number)], capture_output=True)
        subprocess.run(["ip", "link", "delete", self._bridge], capture_output=True)

    def _name(self, number: int) -> str:
        return f"host{number}-{self._mark}"

    def _link(self, number: int) -> str:
        return f"v{number}{self._mark}"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)

"""A hidden folder beside the PDFs for the files of unfinished documents, deleted after the run.

A run holds a lock on its folder, and the system releases the lock however the run ends. So the next
run can tell the folder of a run that was killed from that of a run still at work.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from ..model.errors import OutputError
from .atomic import SPOOL_PREFIX, leave_nothing_of, make_folders, not_writable, sweep_parts
from .locks import HAS_LOCKS, locked

SUFFIX = ".spool"


class Spool:
    """The folder of one run. `close` removes it; so does the end of the process.

    Args:
        beside: The folder of the PDFs; made where it is missing.

    Raises:
        OutputError: The folder cannot be made there.
    """

    def __init__(self, beside: Path) -> None:
        self._beside = beside
        self._count = 0
        try:
            make_folders(beside)
            self.folder, self._lock = _make(beside)
        except OSError as error:
            raise not_writable(beside, error) from error
        leave_nothing_of(self.folder)

    def new_folder(self) -> Path:
        """An empty folder for one document.

        Raises:
            OutputError: It cannot be made: the disk is full, or the whole spool was removed.
        """
        self._count += 1
        folder = self.folder / str(self._count)
        try:
            folder.mkdir()
        except FileNotFoundError as error:
            gone = f"{self._beside}: the folder was removed while PDFs were being made; run again"
            raise OutputError(gone) from error
        except OSError as error:
            raise not_writable(self._beside, error) from error
        return folder

    def close(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):
            os.close(self._lock)


def is_in_spool(path: Path) -> bool:
    """Whether a path lies in the folder of a run: what is there is gone after it."""
    return any(
        name.startswith(SPOOL_PREFIX) and name.endswith(SUFFIX) for name in path.absolute().parts
    )


def sweep(folder: Path) -> None:
    """Removes the spools in `folder`, and the unfinished files, whose runs were killed."""
    sweep_parts(folder)
    if not HAS_LOCKS or not folder.is_dir():
        return
    for path in list(folder.glob(f"{SPOOL_PREFIX}*{SUFFIX}")):
        with suppress(OSError):  # one of another user, say
            lock = locked(path)
            if lock is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def _make(beside: Path) -> tuple[Path, int]:
    """A new folder and the lock on it; another run may sweep it away in between."""
    while True:
        folder = beside / f"{SPOOL_PREFIX}{secrets.token_hex(8)}{SUFFIX}"
        folder.mkdir(mode=stat.S_IRWXU)  # some scans are for nobody else
        try:
            lock = locked(folder)
        except OSError:  # a disk without locks: nobody can sweep it, then
            return folder, os.open(os.devnull, os.O_RDONLY)
        if lock is None:
            continue
        if folder.exists():
            return folder, lock
        os.close(lock)

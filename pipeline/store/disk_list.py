"""A list in a temporary file: a million entries take the memory of a few."""

from __future__ import annotations

import pickle
import tempfile
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO, Generic, TypeVar, cast

from ..model.errors import OutputError

Item = TypeVar("Item")

IN_MEMORY_BYTES = 1_000_000
"""A list up to this size makes no file. That is some 10,000 paths, as most runs have."""


class DiskList(Generic[Item]):
    """Entries in the order in which they were added, in a file without a name, until it is closed.

    Entries are pickled one by one: built-in types take the least room.
    """

    def __init__(self) -> None:
        self._file = cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))  # noqa: SIM115
        self._access = threading.Lock()
        self._count = 0
        self._end = self._place = 0

    def append(self, item: Item) -> None:
        """Adds an entry.

        Raises:
            OutputError: The folder for temporary files is full, or cannot be written.
        """
        try:
            with self._access:
                self._go_to(self._end)
                self._end += self._file.write(pickle.dumps(item, pickle.HIGHEST_PROTOCOL))
                self._place = self._end
                self._count += 1
        except OSError as error:
            raise OutputError(
                f"{tempfile.gettempdir()}: cannot be written ({error.strerror or error});"
                " make room there, or name another folder with TMPDIR"
            ) from error

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Item]:
        """The entries; several may look through them at once, each in its own time."""
        place: int = 0
        while place < self._end:
            with self._access:
                self._go_to(place)
                item: Any = pickle.load(self._file)
                place = self._place = self._file.tell()
            yield item

    def close(self) -> None:
        """Lets the file go."""
        self._file.close()

    def _go_to(self, place: int) -> None:
        """Seeks where it must, and no more: each time, what the file has in memory is lost."""
        if self._place != place:
            self._file.seek(place)
            self._place = place

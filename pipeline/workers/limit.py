"""How many may be at work at once, where that changes while they are."""

from __future__ import annotations

import asyncio


class Limit:
    """A semaphore that can be resized: those who are in it stay, newcomers wait for the new size.

    Args:
        size: How many it holds.
    """

    def __init__(self, size: int) -> None:
        self._free = asyncio.Semaphore(size)
        self._size = size
        self._owed = 0

    async def acquire(self) -> None:
        """Waits for a place."""
        await self._free.acquire()

    def release(self) -> None:
        """Gives a place back."""
        if self._owed:
            self._owed -= 1
        else:
            self._free.release()

    def resize(self, size: int) -> None:
        """Makes it hold `size`, at once or as those who are too many leave."""
        for _ in range(size - self._size):
            self.release()
        self._owed += max(0, self._size - size)
        self._size = size

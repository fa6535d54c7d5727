"""A limit on concurrent work that may change while the work goes on."""

from __future__ import annotations

import asyncio


class Limit:
    """A semaphore that can be resized: holders keep their slots, newcomers wait for the new size.

    Args:
        size: The number of slots.
    """

    def __init__(self, size: int) -> None:
        self._free = asyncio.Semaphore(size)
        self._size = size
        self._owed = 0

    async def acquire(self) -> None:
        """Waits for a slot."""
        await self._free.acquire()

    def release(self) -> None:
        """Gives a slot back."""
        if self._owed:
            self._owed -= 1
        else:
            self._free.release()

    def resize(self, size: int) -> None:
        """Sets the number of slots; where more are held, they are not given out again."""
        for _ in range(size - self._size):
            self.release()
        self._owed += max(0, self._size - size)
        self._size = size

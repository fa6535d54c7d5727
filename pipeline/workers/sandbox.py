"""A sandbox for worker processes: they write to their own folders only, and have no network.

Decoders of images are native code, and scans come from anywhere. Two parts of the Linux kernel are
used, on x86-64 and aarch64: Landlock for files (landlock(7), Linux 5.19 or later), and a filter of
system calls for the network (seccomp(2)). Reading files and starting programs stay allowed. Where
the kernel has one part only, that is used; elsewhere there is no sandbox.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import stat
import struct
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..store.atomic import make_folders

DEVICES = ("null", "zero", "full", "tty", "shm", "dri", "kfd", "nvidia*")
"""In /dev: what libraries open for writing; the last three are graphics processors."""
OWN_PROCESS = Path("/proc/self")
"""Libraries name their threads there (pthread_setname_np(3))."""

# linux/landlock.h; the numbers of the calls are the same on all machines.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1
WRITE_FILE, TRUNCATE, REFER = 1 << 1, 1 << 14, 1 << 13
CHANGE_FOLDER = sum(1 << bit for bit in range(4, 13))
"""LANDLOCK_ACCESS_FS_REMOVE_DIR to LANDLOCK_ACCESS_FS_MAKE_SYM."""
ABI_WITH_REFER, ABI_WITH_TRUNCATE = 2, 3
"""Before the first, nothing can be moved from one folder to another."""

# linux/prctl.h, linux/seccomp.h, linux/audit.h, linux/bpf_common.h
SET_NO_NEW_PRIVS = 38
SET_MODE_FILTER, FILTER_FLAG_TSYNC = 1, 1
RETURN_ALLOW, RETURN_ERRNO = 0x7FFF0000, 0x00050000
LOAD, JUMP_EQUAL, JUMP_NOT_BELOW, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, ARGUMENT = 0, 4, 16
"""Offsets in `struct seccomp_data`."""
X32_CALLS = 0x40000000
"""From here on are calls of x86-64's other binary interface."""
IO_URING_SETUP = 425
"""It opens sockets without `socket`."""
AF_UNIX = 1


@dataclass(frozen=True, slots=True)
class _Machine:
    """Numbers of a processor's system calls (asm/unistd.h)."""

    architecture: int
    socket: int
    seccomp: int


MACHINES = {"x86_64": _Machine(0xC000003E, 41, 317), "aarch64": _Machine(0xC00000B7, 198, 277)}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What worker processes may do.

    Attributes:
        folders: What they may write to, beside the temporary folder and some devices; they are
            made where they are missing.
        network: Whether they have one.
        spooled: They also write to the spool of the run, which is known with the first page.
    """

    folders: tuple[Path, ...] = ()
    network: bool = False
    spooled: bool = False

    def enter(self) -> None:
        """Confines this thread, and all threads and processes that it starts, for good.

        What the kernel does not have is left out without a word.
        """
        machine = _machine()
        if machine is None:
            return
        with suppress(OSError):
            _call_libc("prctl", SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            with suppress(OSError):
                self._confine_files()
            if not self.network:
                _close_network(machine)

    def _confine_files(self) -> None:
        abi = _landlock_abi()
        if abi < ABI_WITH_REFER:
            return
        to_file = WRITE_FILE | (TRUNCATE if abi >= ABI_WITH_TRUNCATE else 0)
        to_folder = to_file | CHANGE_FOLDER | REFER
        handled = struct.pack("=Q", to_folder)
        rules = _call(CREATE_RULESET, handled, len(handled), 0)
        try:
            for path in (*self.folders, *_always_writable()):
                with suppress(OSError):
                    if path in self.folders:
                        make_folders(path)
                    _allow(rules, path, to_file, to_folder)
            _call(RESTRICT_SELF, rules, 0)
        finally:
            os.close(rules)


def note(sandbox: Sandbox | None) -> str:
    """What a user who asks should know of it, in a line."""
    if sandbox is None:
        return "worker processes have no sandbox"
    missing = _lacking()
    if missing:
        return f"worker processes have no whole sandbox: {missing}"
    network = "the network" if sandbox.network else "no network"
    return f"worker processes are in a sandbox: they write to their own folders, and have {network}"


def _lacking() -> str:
    """What this system lacks for a sandbox, in words; empty if it has all."""
    machine = _machine()
    if machine is None:
        return f"{sys.platform} on {platform.machine()} has none"
    missing = []
    if _landlock_abi() < ABI_WITH_REFER:
        missing.append("files can be written anywhere (the kernel has no Landlock)")
    if not Path("/proc/sys/kernel/seccomp").is_dir():
        missing.append("the network is open (the kernel has no seccomp)")
    return ", ".join(missing)


def _always_writable() -> Iterator[Path]:
    yield Path(tempfile.gettempdir())
    yield OWN_PROCESS
    for name in DEVICES:
        yield from Path("/dev").glob(name)


def _machine() -> _Machine | None:
    is_whole = sys.maxsize > 2**32  # a Python of 32 bits has other calls
    usable = sys.platform == "linux" and is_whole and not _is_android()
    return MACHINES.get(platform.machine()) if usable else None


def _is_android() -> bool:
    """Whether this is Android, as under Termux: it kills a process that asks for Landlock."""
    return "ANDROID_ROOT" in os.environ or "android" in platform.release().lower()


def _landlock_abi() -> int:
    """The version of Landlock; 0 where there is none."""
    try:
        return _call(CREATE_RULESET, None, 0, CREATE_RULESET_VERSION)
    except OSError:
        return 0


def _allow(rules: int, path: Path, to_file: int, to_folder: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        access = to_folder if stat.S_ISDIR(os.fstat(opened).st_mode) else to_file
        beneath = struct.pack("=Qi", access, opened)
        _call(ADD_RULE, rules, RULE_PATH_BENEATH, beneath, 0)
    finally:
        os.close(opened)


class _Program(ctypes.Structure):
    """`struct sock_fprog`: a filter of so many instructions."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _close_network(machine: _Machine) -> None:
    """Sockets are refused, but those between processes of this system.

    In all threads that there are; or, where one has another filter already, in this one and those
    that it starts.
    """
    instructions = _filter(machine)
    program = _Program(len(instructions) // 8, instructions)
    for flags in (FILTER_FLAG_TSYNC, 0):
        # What is not 0 is a thread that has another filter: then no thread has got this one.
        if _call(machine.seccomp, SET_MODE_FILTER, flags, ctypes.byref(program)) == 0:
            return


def _filter(machine: _Machine) -> bytes:
    """The filter, as instructions of BPF; a jump skips so many of those after it."""
    allow, refuse, unknown = RETURN_ALLOW, RETURN_ERRNO | errno.EACCES, RETURN_ERRNO | errno.ENOSYS
    return _packed(
        (
            (LOAD, 0, 0, ARCHITECTURE),
            (JUMP_EQUAL, 0, 8, machine.architecture),
            (LOAD, 0, 0, NUMBER),
            (JUMP_NOT_BELOW, 6, 0, X32_CALLS),
            (JUMP_EQUAL, 5, 0, IO_URING_SETUP),
            (JUMP_EQUAL, 0, 2, machine.socket),
            (LOAD, 0, 0, ARGUMENT),
            (JUMP_EQUAL, 0, 1, AF_UNIX),
            (RETURN, 0, 0, allow),
            (RETURN, 0, 0, refuse),
            (RETURN, 0, 0, unknown),
        )
    )


def _packed(instructions: Iterable[tuple[int, int, int, int]]) -> bytes:
    """Instructions as `struct sock_filter`: code, jump if true, jump if false, value."""
    return b"".join(struct.pack("=HBBI", *each) for each in instructions)


def _call(number: int, *arguments: object) -> int:
    """A system call.

    Raises:
        OSError: The kernel refuses it.
    """
    return _call_libc("syscall", number, *arguments)


def _call_libc(name: str, *arguments: object) -> int:
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    function.restype = ctypes.c_long
    wide = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    result: int = function(*wide)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

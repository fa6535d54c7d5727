"""Corrections that are kept for good, found by the bytes of their scan and never pruned.

So a correction holds whatever becomes of the file in which a person has made it, of the names of
scans and folders, and of the store of recognized texts, which is a cache.

Each is a JSON file, named by the hash of the scan and the page in it: the page's text, which may be
corrected further, after a first line that says which scan and file it came from. A file appears
whole, or not at all. One that is replaced or taken back stays beside it under another name.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..model.characters import printable, reason_of
from ..model.errors import CorrectionError, OutputError
from ..model.page import PageSource
from ..model.text import PageText
from .atomic import CANNOT_BE_THERE, atomic_file, make_folders
from .content import open_plain
from .correction_origin import CorrectionOrigin
from .corrections import TOO_LARGE, digest_of, parse_text, unusable
from .locks import one_at_a_time
from .texts import MAX_TEXT_BYTES

FOLDER = Path(".searchable-pdf", "corrections")
"""Where they are below the folder of the PDFs, if the user says nothing else."""
NAME = re.compile(r"([0-9a-f]{64})-([1-9][0-9]{0,8})\.json")
"""Hash of the scan, and its page, from 1."""
NOT_PLAIN = (errno.ELOOP, errno.EISDIR, errno.EINVAL)
"""What `open_plain` says of a link, of a folder, and of a pipe or a device."""
ORIGIN = "correction"
"""The member of the JSON that says where it came from; the first, in a line of its own."""
LONGEST_LINE = 20_000
"""Characters of that line: two paths, each of 4,096 bytes at most, with escapes."""
HASH_LENGTH = 64
"""Characters of a hash of a scan (`content_hash`)."""


@dataclass(frozen=True, slots=True)
class KeptCorrection:
    """A correction that is kept.

    Attributes:
        path: Its file.
        text: The page's text.
        hash: Of the text.
        origin: Where it came from.
        changed_ns: When its file was written.
    """

    path: Path
    text: PageText
    hash: str
    origin: CorrectionOrigin
    changed_ns: int


class KeptCorrections:
    """The corrections in one folder. Several runs may use it at once.

    Args:
        folder: Their folder; made when the first one is kept.
        is_named: The user has named the folder: then it may be a link.
    """

    def __init__(self, folder: Path, is_named: bool) -> None:
        self.folder = folder
        self._is_named = is_named
        self._listing = threading.Lock()
        self._contents: set[str] | None = None
        self._changed_ns: int | None = None

    def may_have(self, contents: Iterable[str]) -> bool:
        """Whether there may be a correction of one of these scans, given by their hashes.

        The folder is listed once: what other runs keep meanwhile is met by the next one.
        """
        with self._listing:
            if self._contents is None:
                try:
                    self._contents = {path.name[:HASH_LENGTH] for path in self.paths()}
                except OSError:  # to open them will say why
                    return True
            return not self._contents.isdisjoint(contents)

    def get(self, content: str, frame: int) -> KeptCorrection | None:
        """The correction of a page; None where there is none.

        Args:
            content: Hash of the scan's bytes.
            frame: The page in it, from 0.

        Raises:
            CorrectionError: One is there, or may be, and cannot be used.
        """
        return self._load(self.path(content, frame))

    def keep(
        self, text: PageText, content: str, source: PageSource, text_file: Path
    ) -> Path | None:
        """Keeps a correction, before anything is made of it.

        Args:
            text: The page's text.
            content: Hash of the scan's bytes.
            source: The page.
            text_file: The file in which a person has corrected it.

        Returns:
            Where the one is now that was kept before and says something else; None for none.

        Raises:
            OutputError: It cannot be kept.
        """
        path = self.path(content, source.frame)
        origin = CorrectionOrigin.of(content, source, text_file)
        try:
            self._check_no_link()
            make_folders(self.folder)
            with one_at_a_time(self.folder):
                aside = self._copied_aside(path, digest_of(text))
                self._write(path, text, origin)
        except CorrectionError as error:
            raise OutputError(str(error)) from error
        except (OSError, OutputError) as error:
            raise self._not_writable(error) from error
        with self._listing:
            if self._contents is not None:
                self._contents.add(content)
        return aside

    def note_move(self, kept: KeptCorrection, source: PageSource, text_file: Path | None) -> None:
        """Notes where the scan, and the file with its text, are now, if they were moved."""
        content = kept.path.name[:HASH_LENGTH]
        origin = kept.origin.moved_to(CorrectionOrigin.of(content, source, text_file))
        if origin == kept.origin:
            return
        with suppress(OSError, OutputError, CorrectionError), one_at_a_time(self.folder):
            now = self._load(kept.path)
            if now is not None and now.hash == kept.hash:
                self._write(kept.path, kept.text, origin)

    def take_back(self, kept: KeptCorrection) -> Path:
        """Takes a correction back; where it is now.

        Raises:
            OutputError: It cannot be moved away.
        """
        aside = kept.path.with_suffix(f".taken-back-{kept.hash[:12]}.json")
        try:
            with one_at_a_time(self.folder):
                kept.path.replace(aside)
        except OSError as error:
            raise self._not_writable(error) from error
        return aside

    def origin_of(self, path: Path) -> CorrectionOrigin:
        """Where a correction came from: by its first line, if that says it.

        Raises:
            CorrectionError: It is no text of a page.
        """
        with suppress(OSError, ValueError, RecursionError), open_plain(path, follow=False) as file:
            line = file.readline(LONGEST_LINE).decode().rstrip(",\n")
            members = json.loads(line + "}")
            if isinstance(members, dict) and ORIGIN in members:
                return CorrectionOrigin.from_json(members[ORIGIN])
        kept = self._load(path)
        return CorrectionOrigin() if kept is None else kept.origin

    def paths(self) -> list[Path]:
        """The files of all corrections.

        Raises:
            OSError: They cannot be listed.
        """
        try:
            with os.scandir(self.folder) as listing:
                names = [entry.name for entry in listing if NAME.fullmatch(entry.name)]
        except OSError as error:
            if error.errno in CANNOT_BE_THERE:
                return []
            raise
        return [self.folder / name for name in sorted(names)]

    def changed_ns(self) -> int:
        """When one of them was last kept, changed, moved away or deleted; 0 where none ever was.

        It is looked up once, as `may_have` does.
        """
        with self._listing:
            if self._changed_ns is None:
                self._changed_ns = 0
                with suppress(OSError):
                    for path in (self.folder, *self.paths()):
                        with suppress(FileNotFoundError):
                            self._changed_ns = max(self._changed_ns, path.lstat().st_mtime_ns)
            return self._changed_ns

    def path(self, content: str, frame: int) -> Path:
        """Where the correction of a page is, if there is one."""
        return self.folder / f"{content}-{frame + 1}.json"

    def _not_writable(self, error: Exception) -> OutputError:
        cause = error.__cause__ or error
        why = (isinstance(cause, OSError) and cause.strerror) or reason_of(cause)
        return OutputError(
            f"{printable(str(self.folder))}: cannot be written ({why}); check its"
            " permissions and free space, or choose another folder with --corrections"
        )

    def _check_no_link(self) -> None:
        """Sees that no link leads elsewhere, but one that the user has named.

        Raises:
            CorrectionError: One does.
        """
        for folder in () if self._is_named else (self.folder.parent, self.folder):
            if folder.is_symlink():
                raise CorrectionError(
                    f"{printable(str(folder))}: is a link, which is not followed; name the folder"
                    " that it leads to with --corrections"
                )

    def _load(self, path: Path) -> KeptCorrection | None:
        """The correction in a file; None where there is no such file.

        Raises:
            CorrectionError: It cannot be used.
        """
        self._check_no_link()
        try:
            with open_plain(path, follow=False) as file:
                changed_ns = os.fstat(file.fileno()).st_mtime_ns
                content = file.read(MAX_TEXT_BYTES + 1)
            if len(content) > MAX_TEXT_BYTES:
                raise ValueError(TOO_LARGE)
            text, members = parse_text(content.decode())
            origin = CorrectionOrigin.from_json(members.get(ORIGIN))
            if origin.content not in ("", path.name[:HASH_LENGTH]):
                raise ValueError("it is a correction of another scan than its name says")
            hashed = digest_of(text)
        except OSError as error:
            if error.errno in CANNOT_BE_THERE:
                return None
            if error.errno in NOT_PLAIN:
                raise unusable(path, "it is a link or a folder, not a file") from error
            raise CorrectionError(
                f"{printable(str(self.folder))}: the corrections that are kept in it cannot be"
                f" opened ({error.strerror or error}); check its permissions"
            ) from error
        except (ValueError, RecursionError) as error:
            raise unusable(path, error) from error
        return KeptCorrection(path, text, hashed, origin, changed_ns)

    def _copied_aside(self, path: Path, new: str) -> Path | None:
        """What is at a path under another name, too, unless it has the text with the hash `new`."""
        with suppress(CorrectionError):  # what is damaged is put aside as well
            kept = self._load(path)
            if kept is None or kept.hash == new:
                return None
        try:
            with open_plain(path, follow=False) as file:
                name = hashlib.file_digest(file, "sha256").hexdigest()[:12]
                aside = path.with_suffix(f".replaced-{name}.json")
                file.seek(0)
                with atomic_file(aside, scans=[path]) as copy:
                    shutil.copyfileobj(file, copy)
        except OSError as error:
            if error.errno == errno.ELOOP:
                return None  # a link, in the place of which the correction goes
            raise
        return aside

    def _write(self, path: Path, text: PageText, origin: CorrectionOrigin) -> None:
        first = json.dumps({ORIGIN: origin.to_json()}, ensure_ascii=False)[:-1]
        rest = json.dumps(json.loads(text.to_json()), ensure_ascii=False, indent=1)[1:]
        seen_by = filter(None, (origin.scan, origin.text_file, path))
        with atomic_file(path, scans=seen_by) as file:
            # A byte of a name that is no UTF-8 becomes an escape of JSON.
            file.write(f"{first},{rest}\n".encode(errors="backslashreplace"))

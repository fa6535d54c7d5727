"""The corrections of a run: taken over from text files, kept, and those that no page has met."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ...model.characters import printable
from ...model.errors import CorrectionError, OutputError
from ...model.exit_code import ExitCode
from ...model.options import ConvertOptions
from ...model.page import PageSource
from ...model.text import PageText
from ...store.correction_origin import CorrectionOrigin
from ...store.corrections import CORRECTED, MADE, LoadedText, digest_of, load_text, write_text
from ...store.kept_corrections import FOLDER, KeptCorrection, KeptCorrections
from ...store.spool import is_in_spool
from .page import PageCorrection

MOST_LINES = 20
"""So many corrections that are not used are named: after a folder was deleted, all of its are."""


class RunCorrections:
    """The corrections of a run: those that are kept, and which of them were used.

    Beside a PDF that goes to a stream, nothing can be kept.

    Args:
        inputs: Files and folders that the run converts.
        root: The folder of the PDFs.
        options: The user's options.
        writes: Whether anything is written. Otherwise it is only found out which corrections would
            be used.
    """

    def __init__(
        self,
        inputs: Sequence[Path],
        root: Path,
        options: ConvertOptions,
        *,
        writes: bool = True,
    ) -> None:
        self._writes = writes
        self._keeps = options.corrections is not None or not is_in_spool(root)
        self._inputs = [path.absolute() for path in inputs]
        self._is_named = options.corrections is not None
        self._looks_at_all = options.existing in ("replace", "force") and options.retry is None
        self.kept = KeptCorrections(options.corrections or root / FOLDER, self._is_named)
        self.are_missing = not os.path.lexists(self.kept.folder)
        self._used: set[str] = set()

    def of(self, source: PageSource, content: str, text_file: Path | None) -> PageCorrection:
        """What a person has made of a page's text. What was corrected in its text file is kept.

        Args:
            source: The page.
            content: Hash of the scan's bytes; empty where it cannot be opened.
            text_file: The page's text file; None where the user wants none.

        Raises:
            OutputError: A correction that is kept cannot be written to the text file.
        """
        kept, without = self._kept(source, content, text_file is not None)
        try:
            loaded = load_text(text_file) if text_file is not None else None
        except FileNotFoundError:
            loaded = None
        except CorrectionError as error:
            if kept is None:
                return replace(without, error=str(error))
            remark = f"{error}; until then, the correction that was kept before is used"
            return PageCorrection(kept.text).but(remark, ExitCode.PAGES_FAILED)
        if text_file is not None and loaded is not None:
            is_correction = self._is_correction(loaded, kept, without, source, content)
            if is_correction and content and loaded.scan not in ("", content):
                remark = (
                    f"{printable(str(text_file))}: this correction is not used, as it was made for"
                    f" another scan than {source} is now; move it away, or, if it is right for this"
                    f' one, too, take its member "{MADE}" out'
                )
                return (PageCorrection(kept.text) if kept is not None else without).but(remark)
            if is_correction:
                if not self._writes:
                    return PageCorrection(loaded.text)
                return self._taken_over(loaded.text, kept, source, content, text_file)
            if kept is not None and _is_set_back(text_file, loaded, kept):
                if not self._writes:
                    return PageCorrection()
                return self._taken_back(kept, source, text_file)
        if kept is None:
            return without
        if not self._writes:
            return PageCorrection(kept.text)
        self.kept.note_move(kept, source, text_file)
        if text_file is not None and (loaded is None or loaded.text != kept.text):
            scans = [source.path, kept.path]
            write_text(text_file, kept.text, CORRECTED, content=content, scans=scans)
        return PageCorrection(kept.text)

    def _is_correction(
        self,
        loaded: LoadedText,
        kept: KeptCorrection | None,
        without: PageCorrection,
        source: PageSource,
        content: str,
    ) -> bool:
        """Whether a text file has a correction, which may be kept nowhere else.

        So may one that this program wrote from a correction: it was kept beside other PDFs, say.
        """
        if loaded.made_from != CORRECTED:
            return loaded.made_from is None
        if kept is None:
            return bool(content) and not without.lost
        if loaded.scan in ("", content):
            return False
        with suppress(CorrectionError):
            other = self.kept.get(loaded.scan, source.frame)
            return other is None or other.hash != digest_of(loaded.text)
        return True

    def _kept(
        self, source: PageSource, content: str, in_any_case: bool
    ) -> tuple[KeptCorrection | None, PageCorrection]:
        """The correction that is kept of a page, and what is to be said where there is none."""
        if not content or not (in_any_case or self.kept.may_have((content,))):
            return None, PageCorrection()
        path = self.kept.path(content, source.frame)
        try:
            kept = self.kept.get(content, source.frame)
            if kept is not None:
                self._used.add(path.name)
            return kept, PageCorrection()
        except CorrectionError as error:
            self._used.add(path.name)
            return None, PageCorrection(lost=True).but(str(error), ExitCode.PAGES_FAILED)

    def unused(self) -> Iterator[str]:
        """What the user should know of corrections that are kept and that no page has met.

        Nothing is said of one whose scan is still in its place: it is of another run.
        """
        try:
            paths = self.kept.paths()
        except OSError:  # each page that was looked for has said it
            return
        for path in paths:
            if path.name in self._used:
                continue
            try:
                origin = self.kept.origin_of(path)
            except CorrectionError as error:
                yield str(error)
                continue
            is_of_input = self._is_of_input(origin)
            looks = is_of_input or (self._looks_at_all and not self._is_named)
            why = origin.what_became_of_scan() if looks else ""
            if why:
                file = "delete this file" if is_of_input else "keep this file for a run that has it"
                yield (
                    f"{printable(str(path))}: this correction is not used, as {why}; correct the"
                    f" text of the scan that has its place, or {file}"
                )

    def _is_of_input(self, origin: CorrectionOrigin) -> bool:
        """Whether a scan lay below what this run converts."""
        return origin.scan is not None and any(map(origin.scan.is_relative_to, self._inputs))

    def _taken_over(
        self,
        text: PageText,
        kept: KeptCorrection | None,
        source: PageSource,
        content: str,
        text_file: Path,
    ) -> PageCorrection:
        if not content or not self._keeps:
            return PageCorrection(text)
        if kept is not None and kept.hash == digest_of(text):
            self.kept.note_move(kept, source, text_file)
            return PageCorrection(kept.text)
        name = printable(str(text_file))
        try:
            aside = self.kept.keep(text, content, source, text_file)
        except OutputError as error:
            remark = f"{name}: this correction is used now, but cannot be kept for later: {error}"
            return PageCorrection(text).but(remark, error.exit_code)
        self._used.add(self.kept.path(content, source.frame).name)
        taken = PageCorrection(text, is_new=True)
        if aside is None:
            return taken
        return taken.but(
            f"{name}: takes the place of the correction that was kept of {source}, which is now"
            f" {printable(str(aside))}"
        )

    def _taken_back(
        self, kept: KeptCorrection, source: PageSource, text_file: Path
    ) -> PageCorrection:
        try:
            aside = self.kept.take_back(kept)
        except OutputError as error:
            return PageCorrection(kept.text).but(str(error), error.exit_code)
        return PageCorrection().but(
            f"{printable(str(text_file))}: is again as it was made, so the correction of {source}"
            f" is taken back; it is now {printable(str(aside))}"
        )


def named(lines: Iterator[str]) -> Iterator[str]:
    """The first of many lines, and how many more there are."""
    yield from islice(lines, MOST_LINES)
    more = sum(1 for _ in lines)
    if more:
        yield f"and {more:,} more corrections that are not used"


def _is_set_back(text_file: Path, loaded: LoadedText, kept: KeptCorrection) -> bool:
    """Whether a person has undone what was taken over from a text file.

    A text file that is older, or is not the one that was corrected, was not looked at since.
    """
    if loaded.made_from == CORRECTED:
        return False
    try:
        is_newer = text_file.stat().st_mtime_ns > kept.changed_ns
    except OSError:
        return False
    return is_newer and kept.origin.text_file == text_file.absolute()

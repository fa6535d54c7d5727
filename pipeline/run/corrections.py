"""What people have corrected: taken over from text files, kept, and used in every later run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from ..load.scan import sources_of
from ..model.characters import printable
from ..model.errors import CorrectionError, OutputError
from ..model.events import DocumentDone
from ..model.exit_code import ExitCode
from ..model.options import ConvertOptions
from ..model.page import Document, PageSource
from ..model.text import PageText
from ..store.correction_origin import CorrectionOrigin
from ..store.corrections import CORRECTED, MADE, LoadedText, digest_of, load_text, write_text
from ..store.kept_corrections import FOLDER, KeptCorrection, KeptCorrections
from .scans import DocumentScans

MOST_LINES = 20
"""So many corrections that are not used are named: after a folder was deleted, all of its are."""


@dataclass(frozen=True, slots=True)
class PageCorrection:
    """What a person has made of a page's text.

    Attributes:
        text: The corrected text; None where the page is to be recognized.
        error: Why a text file, which may be a correction, cannot be used: the page fails.
        lost: A correction is kept, and cannot be used.
        is_new: It was taken over now.
        remarks: What the user should know.
        exit_code: What the command's exit code becomes because of that.
    """

    text: PageText | None = None
    error: str = ""
    lost: bool = False
    is_new: bool = False
    remarks: tuple[str, ...] = ()
    exit_code: ExitCode = ExitCode.DONE

    @property
    def in_fingerprint(self) -> str:
        """What stands for it in a fingerprint. PDFs hold such fingerprints: this never changes."""
        return self.error if self.text is None else digest_of(self.text)

    def but(self, remark: str, exit_code: ExitCode = ExitCode.DONE) -> PageCorrection:
        """The same, with something that the user should know."""
        codes = self.exit_code, exit_code
        return replace(self, remarks=(*self.remarks, remark), exit_code=ExitCode.gravest(codes))


class RunCorrections:
    """The corrections of a run: those that are kept, and which of them were used.

    Args:
        inputs: Files and folders that the run converts.
        root: The folder of the PDFs.
        options: The user's options.
    """

    def __init__(self, inputs: Sequence[Path], root: Path, options: ConvertOptions) -> None:
        self._inputs = [path.absolute() for path in inputs]
        self._is_named = options.corrections is not None
        self._looks_at_all = options.existing in ("replace", "force") and options.retry is None
        self.kept = KeptCorrections(options.corrections or root / FOLDER, self._is_named)
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
        kept, remark = None, ""
        if content and (text_file is not None or self.kept.may_have((content,))):
            self._used.add(self.kept.path(content, source.frame).name)
            try:
                kept = self.kept.get(content, source.frame)
            except CorrectionError as error:
                remark = str(error)
        without = PageCorrection()
        if remark:
            without = PageCorrection(lost=True).but(remark, ExitCode.PAGES_FAILED)
        loaded = None
        try:
            loaded = load_text(text_file) if text_file is not None else None
        except FileNotFoundError:
            pass
        except CorrectionError as error:
            if kept is None:
                return replace(without, error=str(error))
            remark = f"{error}; until then, the correction that was kept before is used"
            return PageCorrection(kept.text).but(remark, ExitCode.PAGES_FAILED)
        if text_file is not None and loaded is not None:
            if loaded.made_from is None and loaded.scan not in ("", content) and content:
                remark = (
                    f"{printable(str(text_file))}: this correction is not used, as it was made for"
                    f" another scan than {source} is now; move it away, or, if it is right for this"
                    f' one, too, take its member "{MADE}" out'
                )
                return (PageCorrection(kept.text) if kept is not None else without).but(remark)
            if loaded.made_from is None:
                return self._taken_over(loaded.text, kept, source, content, text_file)
            if kept is not None and _is_set_back(text_file, loaded, kept):
                return self._taken_back(kept, source, text_file)
        if kept is None:
            return without
        self.kept.note_move(kept, source, text_file)
        if text_file is not None and (loaded is None or loaded.text != kept.text):
            scans = [source.path, kept.path]
            write_text(text_file, kept.text, CORRECTED, content=content, scans=scans)
        return PageCorrection(kept.text)

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
            why = origin.what_became_of_scan() if self._concerns(origin) else ""
            if why:
                yield (
                    f"{printable(str(path))}: this correction is not used, as {why}; correct the"
                    " text of the scan that has its place, or delete this file"
                )

    def _concerns(self, origin: CorrectionOrigin) -> bool:
        """Whether a scan belongs to this run, or to the folder of PDFs alone."""
        if not self._is_named and self._looks_at_all:
            return True
        return origin.scan is not None and any(map(origin.scan.is_relative_to, self._inputs))

    def _taken_over(
        self,
        text: PageText,
        kept: KeptCorrection | None,
        source: PageSource,
        content: str,
        text_file: Path,
    ) -> PageCorrection:
        if not content:
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


class DocumentCorrections:
    """The corrections of one document, and what the user should know of them.

    Args:
        run: Those of the run.
        document: The document.
        scans: Its scans.
        text_file: Gives the path of a page's text file; None where the user wants none.

    Attributes:
        lost: Pages whose corrections are kept, and cannot be used.
    """

    def __init__(
        self,
        run: RunCorrections,
        document: Document,
        scans: DocumentScans,
        text_file: Callable[[PageSource], Path] | None,
    ) -> None:
        self._run = run
        self._document = document
        self._scans = scans
        self._text_file = text_file
        self.lost: set[PageSource] = set()
        self._new: set[PageSource] = set()
        self._remarks: dict[str, bool] = {}
        self._exit_codes: set[ExitCode] = set()

    def of(self, source: PageSource) -> PageCorrection:
        """What a person has made of a page's text; see `RunCorrections.of`."""
        text_file = self._text_file(source) if self._text_file is not None else None
        found = self._run.of(source, self._scans.content(source.path).hash, text_file)
        (self.lost.add if found.lost else self.lost.discard)(source)
        if found.is_new:
            self._new.add(source)
        for remark in found.remarks:
            self._remarks.setdefault(remark, False)
        self._exit_codes.add(found.exit_code)
        return found

    def in_fingerprint(self) -> list[str]:
        """What stands for those of all pages in a fingerprint, as they are now; empty for none."""
        contents = [self._scans.content(path).hash for path in self._document.scans]
        if self._text_file is None and not self._run.kept.may_have(contents):
            return []
        return [self.of(source).in_fingerprint for source in sources_of(self._document)]

    def new_remarks(self) -> list[str]:
        """What the user should know, and has not been told before."""
        new = [remark for remark, is_told in self._remarks.items() if not is_told]
        self._remarks |= dict.fromkeys(new, True)
        return new

    def noted_in(self, done: DocumentDone) -> DocumentDone:
        """How the document ends, with what is to be said of its corrections."""
        message = done.message
        if self._new:
            number = len(self._new)
            kept = f"{number:,} correction{'s' * (number != 1)} kept in {self._run.kept.folder}"
            message = "; ".join(filter(None, (message, printable(kept))))
        code = ExitCode.gravest((done.exit_code, *self._exit_codes))
        return replace(done, message=message, exit_code=code)


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
        if text_file.stat().st_mtime_ns <= kept.changed_ns:
            return False
        made_in = kept.origin.text_file
        return made_in in (None, text_file.absolute()) or not made_in.exists()
    except (OSError, ValueError):
        return False

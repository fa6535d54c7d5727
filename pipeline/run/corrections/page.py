"""What a person has made of the text of one page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...model.exit_code import ExitCode
from ...model.text import PageText
from ...store.corrections import digest_of


@dataclass(frozen=True, slots=True)
class PageCorrection:
    """What a person has made of a page's text.

    Attributes:
        text: The corrected text; None where the page is to be recognized.
        error: Why a text file, which may be a correction, cannot be used: the page fails.
        lost: There is or was a correction, and it cannot be used.
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

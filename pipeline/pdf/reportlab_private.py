"""The parts of reportlab that are used here and are not its public interface.

reportlab has no public way to draw with a font of one's own making, to embed a picture whose bytes
are encoded already, or to write other objects into a document. No other module may use a private
part of reportlab (`tests/pdf/test_reportlab_private.py` sees to both: that these parts are still
there, and that there are no others), so that a new version of reportlab is tried against this one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFObject
from reportlab.pdfgen.canvas import Canvas

FONTS_KEY = "BasicFonts"
"""Under which reportlab keeps the dictionary of fonts that all pages share."""


def document_of(canvas: Canvas) -> Any:
    """The document that a canvas draws into (`reportlab.pdfbase.pdfdoc.PDFDocument`)."""
    return canvas._doc


def has_object(document: Any, key: str) -> bool:
    """Whether an object was added under this key."""
    return key in document.idToObject


def add_object(document: Any, value: object, key: str) -> Any:
    """Adds an object of its own to a document, under a key that names it there; a reference."""
    return document.Reference(value, key)


def add_x_object(document: Any, name: str, value: WrittenObject) -> None:
    """Adds what `canvas.doForm(name)` then draws: reportlab makes no difference to a picture."""
    document.addForm(name, value)


def indirect_dictionary(**entries: object) -> Any:
    """A dictionary that is written as an object of its own, not in the place of its reference."""
    dictionary = PDFDictionary(entries)
    dictionary.__RefOnly__ = 1
    return dictionary


class WrittenObject(ABC, PDFObject):  # type: ignore[misc]
    """An object of its own that writes itself when the document is saved."""

    __RefOnly__ = 1

    @abstractmethod
    def written(self, document: Any) -> bytes:
        """Its bytes in the file, without `obj` and `endobj`."""

    def format(self, document: Any) -> bytes:
        """As reportlab calls it."""
        return self.written(document)


class DynamicFont(ABC):
    """A font that makes itself as it is used, as reportlab's `TTFont` does.

    reportlab asks it to split a text into runs, each in a "subset" of the font with codes of its
    own, and to write itself when the document is saved.

    Attributes:
        fontName: What `canvas.setFont` calls it.
        resourcePrefix: Of the names of its subsets in a page's resources; a number follows.
        face: What reportlab asks of a typeface: `name`, `builtIn`, `ascent` and `descent`.
    """

    fontName: str
    resourcePrefix: str
    face: type
    _multiByte = 1
    _dynamicFont = 1
    shapable = False

    @abstractmethod
    def stringWidth(self, text: str | bytes, size: float, encoding: str = "utf8") -> float:
        """Width of `text` set at `size`, in points."""

    @abstractmethod
    def splitString(
        self, text: str | bytes, doc: Any, encoding: str = "utf8"
    ) -> list[tuple[int, bytes]]:
        """Runs of (subset, codes) that show `text`; the document notes what is used."""

    @abstractmethod
    def subsets(self, document: Any) -> Mapping[int, Any]:
        """The font dictionaries of all subsets in use, as they are to be written."""

    def getSubsetInternalName(self, subset: int, doc: Any) -> str:
        """The name of a subset in a page's resources; makes the document write the font."""
        if self.fontName not in doc.fontMapping:
            doc.fontMapping[self.fontName] = f"/{self.resourcePrefix}"
            doc.delayedFonts.append(self)
        return f"/{self.resourcePrefix}{subset}"

    def addObjects(self, doc: Any) -> None:
        """Writes the subsets in use; reportlab calls it as it saves."""
        fonts = doc.idToObject[FONTS_KEY].dict
        for subset, font in self.subsets(doc).items():
            fonts[f"{self.resourcePrefix}{subset}"] = font

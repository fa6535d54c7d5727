"""Whether a PDF is whole, as far as its own structure tells."""

from __future__ import annotations

import zlib
from pathlib import Path

from pypdf import PdfReader
from pypdf.generic import ArrayObject, IndirectObject, StreamObject

from .pypdf_private import encoded_bytes


def is_sound(path: Path) -> bool:
    """Whether every object of a PDF can be parsed, and every stream in Flate be unpacked.

    A program that changes a PDF leaves one that is; a bad disk or a copy that was cut off does
    not, unless it hit a picture or a letter.
    """
    try:
        with PdfReader(path, strict=True) as reader:
            numbers = {
                (number, generation)
                for generation, places in reader.xref.items()
                for number in places
            } | {(number, 0) for number in reader.xref_objStm}
            for number, generation in numbers:
                value = reader.get_object(IndirectObject(number, generation, reader))
                if isinstance(value, StreamObject) and not _unpacks(value):
                    return False
            return all(page.mediabox is not None for page in reader.pages)
    except Exception:  # pypdf raises nearly anything on a damaged file
        return False


def _unpacks(stream: StreamObject) -> bool:
    filters = stream.get("/Filter")
    if isinstance(filters, ArrayObject):
        filters = filters[0] if filters else None
    if filters != "/FlateDecode":
        return True
    unpacking = zlib.decompressobj()
    unpacking.decompress(encoded_bytes(stream))
    return unpacking.eof

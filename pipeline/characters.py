"""What is known of characters: forms, printing them safely, and where spaces belong."""

from __future__ import annotations

import unicodedata


def nfc(text: str) -> str:
    """`text` in Unicode normalisation form C, as every word here is."""
    return unicodedata.normalize("NFC", text)


def printable(text: str) -> str:
    """`text` on one line and encodable: line breaks, controls and broken bytes as escapes."""
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def is_cjk(character: str) -> bool:
    """Whether this is a Chinese or Japanese sign, of a script written without spaces.

    Korean is wide, too, but puts spaces between words.
    """
    return unicodedata.east_asian_width(character) in "WF" and not (
        "\uac00" <= character <= "\ud7a3"
    )


def needs_space(before: str, after: str) -> bool:
    """Whether a space belongs between two words of a line: not between two CJK signs."""
    return not (before and after and is_cjk(before[-1]) and is_cjk(after[0]))

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


WIDE_GAP = 1.5
"""From here on two CJK words stand apart, as in columns; a full stop leaves nearly as much."""


def needs_space(before: str, after: str, gap: float = 0.0) -> bool:
    """Whether a space belongs between two words of a line: not between CJK signs that are near.

    Args:
        before: A word.
        after: The next one.
        gap: What lies between them, in heights of the line (baseline to top).
    """
    if gap > WIDE_GAP:
        return True
    return not (before and after and is_cjk(before[-1]) and is_cjk(after[0]))


def is_right_to_left(text: str) -> bool:
    """Whether a word has letters of a script that runs from right to left."""
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def visual_order(word: str) -> str:
    """A word as it stands on paper from left to right; numbers keep their order.

    It undoes itself: the logical order of a word that is given as it stands on paper.
    """
    if not is_right_to_left(word):
        return word
    runs: list[str] = []
    in_number = False
    for character in word:
        is_digit = unicodedata.bidirectional(character) in ("EN", "AN")
        if is_digit and in_number:
            runs[-1] += character
        else:
            runs.append(character)
        in_number = is_digit
    return "".join(reversed(runs))

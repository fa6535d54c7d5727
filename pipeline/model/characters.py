"""Characters: Unicode form, printing them safely, where spaces belong, right-to-left order."""

from __future__ import annotations

import unicodedata


def nfc(text: str) -> str:
    """A text in Unicode normalization form C, as every word of a page is (UAX 15)."""
    return unicodedata.normalize("NFC", text)


def printable(text: str) -> str:
    """A text on one line that can be encoded: line breaks, controls and broken bytes as escapes.

    For names and messages: a file's name may hold any of these.
    """
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def reason_of(error: BaseException) -> str:
    """Why something failed, in one line: what the exception says, or else its class.

    The class stands before it where it is no `Exception`: such exceptions say little (`0`).
    """
    try:
        said = printable(str(error).strip())
    except Exception:  # its `__str__` is somebody's own
        said = ""
    kind = type(error).__name__
    if isinstance(error, Exception):
        return said or kind
    return f"{kind}: {said}" if said else kind


def is_cjk(character: str) -> bool:
    """Whether a character is Chinese or Japanese, of a script without spaces between words.

    It is if it is wide (UAX 11), and no Hangul: Korean is wide, too, but has spaces.
    """
    return unicodedata.east_asian_width(character) in "WF" and not (
        "\uac00" <= character <= "\ud7a3"
    )


WIDE_GAP = 1.5
"""From this gap on, in heights of the line, Chinese or Japanese words stand apart, as in columns.

A sign is about as wide as the line is high. After a full stop, whose mark fills a corner of its
square, nearly a whole square is empty: that is no column yet.
"""


def needs_space(before: str, after: str, gap: float = 0.0) -> bool:
    """Whether a space belongs between two words of a line.

    It does, unless Chinese or Japanese signs stand near to each other.

    Args:
        before: A word.
        after: The next one.
        gap: The distance between them, in heights of the line (baseline to top).
    """
    if gap > WIDE_GAP:
        return True
    return not (before and after and is_cjk(before[-1]) and is_cjk(after[0]))


def is_right_to_left(text: str) -> bool:
    """Whether a word has letters of a script that runs from right to left (UAX 9)."""
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def visual_order(word: str) -> str:
    """A word as it stands on paper from left to right; numbers keep their order.

    The function is its own inverse: of a word as it stands on paper it gives the logical order.
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

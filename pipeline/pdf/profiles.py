"""Color profiles (ICC) as PDF takes them."""

from __future__ import annotations

COMPONENTS = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4, b"Lab ": 3}
"""Of the color spaces that PDF takes, by their signatures (ISO 32000-1, 8.6.5.5)."""
CLASSES = (b"mntr", b"scnr", b"prtr", b"spac")
"""Profiles of displays, scanners, printers and color spaces (ICC.1:2010, 7.2.5)."""
LATEST = 4
"""The last major version of ICC profiles that PDF/A-2 knows."""


def is_profile(profile: bytes, components: int) -> bool:
    """Whether a color profile may be embedded (ISO 19005-2, 6.2.4.2; ICC.1:2010, 7.2).

    Args:
        profile: Its bytes.
        components: How many components the colors of the image have.
    """
    return (
        profile[36:40] == b"acsp"
        and profile[8] <= LATEST
        and profile[12:16] in CLASSES
        and COMPONENTS.get(profile[16:20]) == components
    )

"""Colour profiles (ICC) as PDF takes them."""

from __future__ import annotations

COMPONENTS = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4, b"Lab ": 3}
CLASSES = (b"mntr", b"scnr", b"prtr", b"spac")
LATEST = 4


def is_profile(profile: bytes, components: int) -> bool:
    """Whether a profile may be embedded (clause 6.2.4.2; ICC.1:2010, 7.2)."""
    return (
        profile[36:40] == b"acsp"
        and profile[8] <= LATEST
        and profile[12:16] in CLASSES
        and COMPONENTS.get(profile[16:20]) == components
    )

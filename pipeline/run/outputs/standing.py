"""What a PDF in an output's place is: ours as it was made, or changed, damaged, or another's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...pdf.soundness import is_sound
from ...store.provenance import NOT_OURS, Provenance, in_the_way, load_provenance
from ...store.seal import read_seal, sealed_size

State = Literal["intact", "damaged", "changed", "foreign"]
CHANGED = "was changed since this program made it"
"""Why a PDF is not replaced."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in an output's place.

    Attributes:
        state: `intact`: as this program made it; so is one of a version that made no seals.
            `damaged`: made by this program, and spoiled since. `changed`: made by this program, and
            changed since, or spoiled so that this cannot be told. `foreign`: another's.
        provenance: What it remembers; None where that cannot be read.
    """

    state: State
    provenance: Provenance | None = None

    @property
    def why_kept(self) -> str:
        """Why it may not be replaced; empty where it may."""
        return {"foreign": NOT_OURS, "changed": CHANGED}.get(self.state, "")


def standing(pdf: Path, *, quick: bool = False) -> Standing:
    """Looks at a PDF that exists.

    Args:
        pdf: The file.
        quick: Let its size stand for the hash of its bytes.
    """
    provenance = load_provenance(pdf)
    if quick and provenance is not None:
        size = sealed_size(provenance.seal)
        if not provenance.seal or size == pdf.stat().st_size:
            return Standing("intact", provenance)
    try:
        with pdf.open("rb") as file:
            seal = read_seal(file)
    except OSError:
        return Standing("foreign")
    if seal is None:
        if provenance is None:
            return Standing("foreign")
        # Without an entry, it is of a version that made no seals.
        return Standing("changed" if provenance.seal else "intact", provenance)
    if seal.is_intact:
        return Standing("intact", provenance)
    if seal.may_be_spoiled and not is_sound(pdf):
        return Standing("damaged", provenance)
    return Standing("changed", provenance)


def check_is_ours(pdf: Path) -> None:
    """Sees that a PDF may be overwritten: there is none, or it is as this program made it.

    Raises:
        OutputError: It may not.
    """
    why = standing(pdf).why_kept if pdf.exists() else ""
    if why:
        raise in_the_way(pdf, why)

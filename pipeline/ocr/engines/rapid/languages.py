"""The languages that PP-OCRv6 reads."""

from __future__ import annotations

LANGUAGES = frozenset(
    """
afr ast bos bre cat ceb ces cos cym dan deu eng epo est eus fao fil fin fra fry gla gle glg hat
hrv hun ilo ind isl ita jav kmr lat lav lit ltz mlt mri msa nds nld nor oci pol por que ron slk
slv som spa sqi srp_latn sun swa swe tgl ton tuk tur uzb xho zul chi_sim chi_tra jpn
""".split()
)
"""Languages all of whose letters are among the characters of the recognition model. Vietnamese, for
example, is missing: the model lacks some of its letters."""

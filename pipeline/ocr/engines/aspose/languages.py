"""The languages that Aspose.OCR reads, and its names for them."""

from __future__ import annotations

from ....model.errors import LanguageError
from ....model.languages import only_latin

SEVERAL_LATIN = "EXT_LATIN"
"""Its name for all languages of Latin script at once."""
NAMES = dict(
    pair.split(":")
    for pair in """
afr:AFR bos:BOS cat:CAT ceb:CEB ces:CES dan:DAN deu:DEU eng:ENG est:EST fin:FIN fra:FRA glg:GLG
hau:HAU hrv:HRV hun:HUN ilo:ILO ind:IND ita:ITA kmr:KMR lav:LAV lit:LIT msa:MLY nds:NDS nld:NLD
nor:NOR pol:POL por:POR ron:RON slk:SLK slv:SLV som:SOM spa:SPA sqi:ALN sun:SUN swa:SWH swe:SWE
tgl:TGL tuk:TUK tur:TUR vie:VIE xho:XHO yor:YOR zul:ZUL chi_sim:CHINESE chi_tra:CHINESE jpn:JPN
ara:ARA bel:BEL bul:BUL fas:PES hin:HIN kan:KAN kaz:KAZ kor:KOR mar:MAR mon:MON nep:NEP rus:RUS
srp:SRP tam:TAM tel:TEL uig:UIG ukr:UKR urd:URD
""".split()
)
"""Its name, a member of `aspose.models.Language`, by ISO 639-2/3 code."""


def aspose_language(codes: tuple[str, ...]) -> str:
    """Aspose's name for these languages; empty for its own choice.

    Raises:
        LanguageError: It does not read one of them, or not all of them together.
    """
    if not codes:
        return ""
    for code in codes:
        if code not in NAMES:
            raise LanguageError(f"engine aspose does not read language {code!r}")
    if len(codes) == 1:
        return NAMES[codes[0]]
    if only_latin(codes):
        return SEVERAL_LATIN
    raise LanguageError(
        f"engine aspose reads one language at a time, or several of Latin script: not"
        f" {'+'.join(codes)}"
    )

"""Languages by the codes that users know: ISO 639-2/3 as Tesseract writes them, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Script = Literal["latin", "cjk", "other"]


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        code: As users write it after `-l`.
        name: In English.
        script: What its letters are: `latin`, `cjk` (Chinese or Japanese) or `other`.
        rapid: Whether PP-OCRv6 has all its letters.
        aspose: Its name among Aspose's `Language` values; empty where there is none.
    """

    code: str
    name: str
    script: Script
    rapid: bool
    aspose: str


# code, name; then what PP-OCRv6 reads (r), and Aspose's name for it where there is one.
_LATIN = """
afr Afrikaans r AFR; ast Asturian r; aze Azerbaijani -; bos Bosnian r BOS; bre Breton r
cat Catalan r CAT; ceb Cebuano r CEB; ces Czech r CES; cos Corsican r; cym Welsh r
dan Danish r DAN; deu German r DEU; deu_latf German_(Fraktur) -; eng English r ENG
enm Middle_English -; epo Esperanto r; est Estonian r EST; eus Basque r; fao Faroese r
fil Filipino r; fin Finnish r FIN; fra French r FRA; frm Middle_French -; fry Western_Frisian r
gla Scottish_Gaelic r; gle Irish r; glg Galician r GLG; hat Haitian_Creole r; hau Hausa - HAU
hrv Croatian r HRV; hun Hungarian r HUN; ilo Ilocano r ILO; ind Indonesian r IND; isl Icelandic r
ita Italian r ITA; ita_old Old_Italian -; jav Javanese r; kmr Kurmanji r KMR; lat Latin r
lav Latvian r LAV; lit Lithuanian r LIT; ltz Luxembourgish r; mlt Maltese r; mri Maori r
msa Malay r MLY; nds Low_German r NDS; nld Dutch r NLD; nor Norwegian r NOR; oci Occitan r
pol Polish r POL; por Portuguese r POR; que Quechua r; ron Romanian r RON; slk Slovak r SLK
slv Slovenian r SLV; som Somali r SOM; spa Spanish r SPA; spa_old Old_Spanish -; sqi Albanian r ALN
srp_latn Serbian_(Latin) r; sun Sundanese r SUN; swa Swahili r SWH; swe Swedish r SWE
tgl Tagalog r TGL; ton Tongan r; tuk Turkmen r TUK; tur Turkish r TUR; uzb Uzbek r
vie Vietnamese - VIE; xho Xhosa r XHO; yor Yoruba - YOR; zul Zulu r ZUL
"""
_CJK = """
chi_sim Chinese_(simplified) r CHINESE; chi_sim_vert Chinese_(simplified,_vertical) -
chi_tra Chinese_(traditional) r CHINESE; chi_tra_vert Chinese_(traditional,_vertical) -
jpn Japanese r JPN; jpn_vert Japanese_(vertical) -
"""
_OTHER = """
amh Amharic -; ara Arabic - ARA; asm Assamese -; aze_cyrl Azerbaijani_(Cyrillic) -
bel Belarusian - BEL; ben Bengali -; bod Tibetan -; bul Bulgarian - BUL; chr Cherokee -
div Dhivehi -; dzo Dzongkha -; ell Greek -; equ Equations -; fas Persian - PES
grc Ancient_Greek -; guj Gujarati -; heb Hebrew -; hin Hindi - HIN; hye Armenian -
iku Inuktitut -; kan Kannada - KAN; kat Georgian -; kat_old Old_Georgian -; kaz Kazakh - KAZ
khm Khmer -; kir Kyrgyz -; kor Korean - KOR; kor_vert Korean_(vertical) -; lao Lao -
mal Malayalam -; mar Marathi - MAR; mkd Macedonian -; mon Mongolian - MON; mya Burmese -
nep Nepali - NEP; ori Odia -; pan Punjabi -; pus Pashto -; rus Russian - RUS; san Sanskrit -
sin Sinhala -; snd Sindhi -; srp Serbian - SRP; syr Syriac -; tam Tamil - TAM; tat Tatar -
tel Telugu - TEL; tgk Tajik -; tha Thai -; tir Tigrinya -; uig Uyghur - UIG; ukr Ukrainian - UKR
urd Urdu - URD; uzb_cyrl Uzbek_(Cyrillic) -; yid Yiddish -
"""


def _table() -> dict[str, Language]:
    table: dict[str, Language] = {}
    scripts: tuple[tuple[Script, str], ...] = (("latin", _LATIN), ("cjk", _CJK), ("other", _OTHER))
    for script, rows in scripts:
        for row in rows.replace("\n", ";").split(";"):
            if row.strip():
                code, name, rapid, *aspose = row.split()
                table[code] = Language(
                    code, name.replace("_", " "), script, rapid == "r", "".join(aspose)
                )
    return table


LANGUAGES = _table()
"""All languages by code."""


def in_words(codes: tuple[str, ...]) -> str:
    """Codes with their names: `Swedish (swe), English (eng)`."""
    return ", ".join(
        f"{LANGUAGES[code].name} ({code})" if code in LANGUAGES else code for code in codes
    )


def only_latin(codes: tuple[str, ...]) -> bool:
    """Whether languages are named, and all of them are written with Latin letters."""
    return bool(codes) and all(
        code in LANGUAGES and LANGUAGES[code].script == "latin" for code in codes
    )


# Tags of BCP 47 (RFC 5646), which takes the two letters of ISO 639-1 where there are any.
_TAGS = dict(
    pair.split(":")
    for pair in """
afr:af aze:az bos:bs bre:br cat:ca ces:cs cos:co cym:cy dan:da deu:de deu_latf:de-Latf eng:en
epo:eo est:et eus:eu fao:fo fin:fi fra:fr fry:fy gla:gd gle:ga glg:gl hat:ht hau:ha hrv:hr hun:hu
ind:id isl:is ita:it ita_old:it jav:jv kmr:kmr lat:la lav:lv lit:lt ltz:lb mlt:mt mri:mi msa:ms
nld:nl nor:no oci:oc pol:pl por:pt que:qu ron:ro slk:sk slv:sl som:so spa:es spa_old:es sqi:sq
srp_latn:sr-Latn sun:su swa:sw swe:sv ton:to tuk:tk tur:tr uzb:uz vie:vi xho:xh yor:yo zul:zu
chi_sim:zh-Hans chi_sim_vert:zh-Hans chi_tra:zh-Hant chi_tra_vert:zh-Hant jpn:ja jpn_vert:ja
amh:am ara:ar asm:as aze_cyrl:az-Cyrl bel:be ben:bn bod:bo bul:bg div:dv dzo:dz ell:el equ:zxx
fas:fa guj:gu heb:he hin:hi hye:hy iku:iu kan:kn kat:ka kat_old:ka kaz:kk khm:km kir:ky kor:ko
kor_vert:ko lao:lo mal:ml mar:mr mkd:mk mon:mn mya:my nep:ne ori:or pan:pa pus:ps rus:ru san:sa
sin:si snd:sd srp:sr tam:ta tat:tt tel:te tgk:tg tha:th tir:ti uig:ug ukr:uk urd:ur
uzb_cyrl:uz-Cyrl yid:yi
""".split()
)


def language_tag(code: str) -> str:
    """A code as users write it as a tag of BCP 47, such as `en` for `eng`."""
    return _TAGS.get(code, code)


def parse_languages(value: str | None) -> tuple[str, ...]:
    """`eng+swe` as a tuple of codes; nothing as an empty one."""
    return tuple(code for code in (value or "").strip().split("+") if code)

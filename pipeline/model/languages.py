"""Languages by the codes that users know: ISO 639-2/3 as Tesseract writes them, in one table."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from .errors import UnknownLanguageError

Script = Literal["latin", "cjk", "other"]
Languages = str | Iterable[str] | None
"""Languages as users give them: `eng+swe`, or a tuple of codes; None for none."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        code: As users write it after `-l`.
        name: In English.
        script: What its letters are: `latin`, `cjk` (Chinese or Japanese) or `other`.
        tag: Its tag of BCP 47, such as `en`.
    """

    code: str
    name: str
    script: Script
    tag: str


# code and name
_LATIN = """
afr Afrikaans; ast Asturian; aze Azerbaijani; bos Bosnian; bre Breton; cat Catalan; ceb Cebuano
ces Czech; cos Corsican; cym Welsh; dan Danish; deu German; deu_latf German_(Fraktur); eng English
enm Middle_English; epo Esperanto; est Estonian; eus Basque; fao Faroese; fil Filipino
fin Finnish; fra French; frm Middle_French; fry Western_Frisian; gla Scottish_Gaelic; gle Irish
glg Galician; hat Haitian_Creole; hau Hausa; hrv Croatian; hun Hungarian; ilo Ilocano
ind Indonesian; isl Icelandic; ita Italian; ita_old Old_Italian; jav Javanese; kmr Kurmanji
lat Latin; lav Latvian; lit Lithuanian; ltz Luxembourgish; mlt Maltese; mri Maori; msa Malay
nds Low_German; nld Dutch; nor Norwegian; oci Occitan; pol Polish; por Portuguese; que Quechua
ron Romanian; slk Slovak; slv Slovenian; som Somali; spa Spanish; spa_old Old_Spanish
sqi Albanian; srp_latn Serbian_(Latin); sun Sundanese; swa Swahili; swe Swedish; tgl Tagalog
ton Tongan; tuk Turkmen; tur Turkish; uzb Uzbek; vie Vietnamese; xho Xhosa; yor Yoruba; zul Zulu
"""
_CJK = """
chi_sim Chinese_(simplified); chi_sim_vert Chinese_(simplified,_vertical)
chi_tra Chinese_(traditional); chi_tra_vert Chinese_(traditional,_vertical); jpn Japanese
jpn_vert Japanese_(vertical)
"""
_OTHER = """
amh Amharic; ara Arabic; asm Assamese; aze_cyrl Azerbaijani_(Cyrillic); bel Belarusian
ben Bengali; bod Tibetan; bul Bulgarian; chr Cherokee; div Dhivehi; dzo Dzongkha; ell Greek
equ Equations; fas Persian; grc Ancient_Greek; guj Gujarati; heb Hebrew; hin Hindi; hye Armenian
iku Inuktitut; kan Kannada; kat Georgian; kat_old Old_Georgian; kaz Kazakh; khm Khmer; kir Kyrgyz
kor Korean; kor_vert Korean_(vertical); lao Lao; mal Malayalam; mar Marathi; mkd Macedonian
mon Mongolian; mya Burmese; nep Nepali; ori Odia; pan Punjabi; pus Pashto; rus Russian
san Sanskrit; sin Sinhala; snd Sindhi; srp Serbian; syr Syriac; tam Tamil; tat Tatar; tel Telugu
tgk Tajik; tha Thai; tir Tigrinya; uig Uyghur; ukr Ukrainian; urd Urdu; uzb_cyrl Uzbek_(Cyrillic)
yid Yiddish
"""


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


# Codes that mean a language of the table: those of ISO 639-2/B, and some of single languages where
# the table has what they are written in.
_OTHER_CODES = dict(
    pair.split(":")
    for pair in """
alb:sqi arm:hye baq:eus bur:mya chi:chi_sim cmn:chi_sim cze:ces dut:nld fre:fra geo:kat ger:deu
gre:ell ice:isl mac:mkd mao:mri may:msa nb:nor nn:nor nno:nor nob:nor per:fas rum:ron slo:slk
tib:bod wel:cym zh:chi_sim zh-cn:chi_sim zh-hk:chi_tra zh-sg:chi_sim zh-tw:chi_tra zho:chi_sim
""".split()
)
ALIKE = 0.75
"""How like a word of `_words` a slip of the pen is (`difflib`): `germn`, `swedich`, `englsh` are
from 0.85 on; of the names of two languages, few are above 0.75 (`Czech`, `Greek`: 0.4)."""


def _table() -> dict[str, Language]:
    table: dict[str, Language] = {}
    scripts: tuple[tuple[Script, str], ...] = (("latin", _LATIN), ("cjk", _CJK), ("other", _OTHER))
    for script, rows in scripts:
        for row in rows.replace("\n", ";").split(";"):
            if row.strip():
                code, name = row.split()
                table[code] = Language(code, name.replace("_", " "), script, _TAGS.get(code, code))
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


def language_tag(code: str) -> str:
    """A code as users write it as a tag of BCP 47, such as `en` for `eng`."""
    return LANGUAGES[code].tag if code in LANGUAGES else code


def parse_languages(value: Languages) -> tuple[str, ...]:
    """`eng+swe` as a tuple of codes, as is a tuple; nothing as an empty one."""
    if value is None or isinstance(value, str):
        codes = map(str.strip, (value or "").split("+"))
        return tuple(code for code in codes if code)
    return tuple(value)


def meant_languages(codes: Iterable[str], known: Collection[str] = ()) -> tuple[str, ...]:
    """The codes that somebody meant who wrote `de`, `en-US`, `German`, `ger` or `deu,eng`.

    Args:
        codes: As they were written.
        known: Codes of an engine that are in no table of ours.

    Returns:
        One code for each language; empty where one of them cannot be told.
    """
    meant: list[str] = []
    for code in codes:
        pieces = [code] if _meant(code, known) else re.split(r"[\s,;/+&]+", code)
        for piece in filter(None, pieces):
            language = _meant(piece, known)
            if not language:
                return ()
            meant.append(language)
    return tuple(dict.fromkeys(meant))


def check_known(unread: Iterable[str], languages: Iterable[str], readable: Collection[str]) -> None:
    """Sees that the languages that an engine does not read are languages at all.

    Args:
        unread: The codes that it does not read.
        languages: All codes that the user has given.
        readable: The codes that it reads.

    Raises:
        UnknownLanguageError: One is in no table; the message says what was meant.
    """
    unknown = [code for code in unread if code not in LANGUAGES]
    if unknown:
        meant = meant_languages(languages, readable)
        guess = f"did you mean -l {'+'.join(meant)}? Codes" if meant else "codes"
        raise UnknownLanguageError(
            f"no language has the code {', '.join(map(repr, unknown))}; {guess} are those of ISO"
            " 639-2/3 (eng, deu, chi_sim), joined by +: `searchable-pdf engines` lists them"
        )


def _meant(code: str, known: Collection[str]) -> str:
    """The code of one language; empty where it cannot be told."""
    if code in LANGUAGES or code in known:
        return code
    words = _words()
    # Of a locale such as `de_DE.UTF-8`, its language.
    written = code.strip().casefold().partition(".")[0].replace("_", "-")
    for word in (written, written.partition("-")[0]):
        if word in words:
            return words[word]
    alike = difflib.get_close_matches(written, [word for word in words if len(word) > 3], 1, ALIKE)
    return words[alike[0]] if len(written) > 3 and alike else ""


def _words() -> dict[str, str]:
    """What people write for a language, and its code: the usual one where several are possible."""
    ways: tuple[Callable[[Language], str], ...] = (
        lambda language: language.code.replace("_", "-"),
        lambda language: language.name,
        lambda language: language.tag,
        lambda language: language.name.partition(" (")[0],
    )
    words: dict[str, str] = {}
    for way in ways:
        for language in LANGUAGES.values():
            words.setdefault(way(language).casefold(), language.code)
    return words | _OTHER_CODES

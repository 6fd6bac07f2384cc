"""Character encodings under their IANA names and aliases: https://www.iana.org/assignments/character-sets.

The tables are those of Python's codecs; a few rare characters are not where Packer's libraries have them (the euro sign
of GBK, two letters of KOI8-U, compatibility characters of Big5 and EUC-JP).
"""

from __future__ import annotations

import re
from functools import cache

from runner.expand.functions.error import Refused

_NAMES = {
    "utf_8": "UTF-8 csUTF8",
    "utf_16": "UTF-16 csUTF16",
    "utf_16_be": "UTF-16BE csUTF16BE",
    "utf_16_le": "UTF-16LE csUTF16LE",
    "ascii": (
        "US-ASCII iso-ir-6 ANSI_X3.4-1968 ANSI_X3.4-1986 ISO_646.irv:1991 ISO646-US us IBM367 cp367 csASCII"
    ),
    "iso8859_1": "ISO-8859-1 ISO_8859-1:1987 iso-ir-100 ISO_8859-1 latin1 l1 IBM819 CP819 csISOLatin1",
    "iso8859_2": "ISO-8859-2 ISO_8859-2:1987 iso-ir-101 ISO_8859-2 latin2 l2 csISOLatin2",
    "iso8859_3": "ISO-8859-3 ISO_8859-3:1988 iso-ir-109 ISO_8859-3 latin3 l3 csISOLatin3",
    "iso8859_4": "ISO-8859-4 ISO_8859-4:1988 iso-ir-110 ISO_8859-4 latin4 l4 csISOLatin4",
    "iso8859_5": "ISO-8859-5 ISO_8859-5:1988 iso-ir-144 ISO_8859-5 cyrillic csISOLatinCyrillic",
    "iso8859_6": (
        "ISO-8859-6 ISO_8859-6:1987 iso-ir-127 ISO_8859-6 ECMA-114 ASMO-708 arabic csISOLatinArabic "
        "ISO_8859-6-E csISO88596E ISO-8859-6-E ISO_8859-6-I csISO88596I ISO-8859-6-I"
    ),
    "iso8859_7": (
        "ISO-8859-7 ISO_8859-7:1987 iso-ir-126 ISO_8859-7 ELOT_928 ECMA-118 greek greek8 "
        "csISOLatinGreek"
    ),
    "iso8859_8": (
        "ISO-8859-8 ISO_8859-8:1988 iso-ir-138 ISO_8859-8 hebrew csISOLatinHebrew ISO_8859-8-E "
        "csISO88598E ISO-8859-8-E ISO_8859-8-I csISO88598I ISO-8859-8-I"
    ),
    "iso8859_9": "ISO-8859-9 ISO_8859-9:1989 iso-ir-148 ISO_8859-9 latin5 l5 csISOLatin5",
    "iso8859_10": "ISO-8859-10 iso-ir-157 l6 ISO_8859-10:1992 csISOLatin6 latin6",
    "iso8859_13": "ISO-8859-13 csISO885913",
    "iso8859_14": "ISO-8859-14 iso-ir-199 ISO_8859-14:1998 ISO_8859-14 latin8 iso-celtic l8 csISO885914",
    "iso8859_15": "ISO-8859-15 ISO_8859-15 Latin-9 csISO885915",
    "iso8859_16": "ISO-8859-16 iso-ir-226 ISO_8859-16:2001 ISO_8859-16 latin10 l10 csISO885916",
    "cp932": "Shift_JIS MS_Kanji csShiftJIS",
    "euc_jp": "EUC-JP Extended_UNIX_Code_Packed_Format_for_Japanese csEUCPkdFmtJapanese",
    "iso2022_jp": "ISO-2022-JP csISO2022JP",
    "cp949": "EUC-KR csEUCKR",
    "gbk": "GBK CP936 MS936 windows-936 csGBK",
    "gb18030": "GB18030 csGB18030",
    "hz": "HZ-GB-2312",
    "big5hkscs": "Big5 csBig5",
    "mac_roman": "macintosh mac csMacintosh",
    "cp037": "IBM037 cp037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-wt ebcdic-cp-nl csIBM037",
    "cp437": "IBM437 cp437 437 csPC8CodePage437",
    "cp850": "IBM850 cp850 850 csPC850Multilingual",
    "cp852": "IBM852 cp852 852 csPCp852",
    "cp855": "IBM855 cp855 855 csIBM855",
    "cp858": "IBM00858 CCSID00858 CP00858 PC-Multilingual-850+euro csIBM00858",
    "cp860": "IBM860 cp860 860 csIBM860",
    "cp862": "IBM862 cp862 862 csPC862LatinHebrew",
    "cp863": "IBM863 cp863 863 csIBM863",
    "cp865": "IBM865 cp865 865 csIBM865",
    "cp866": "IBM866 cp866 866 csIBM866",
    "cp1140": "IBM01140 CCSID01140 CP01140 ebcdic-us-37+euro csIBM01140",
    "cp1047": "IBM1047 IBM-1047 csIBM1047",
    "koi8_r": "KOI8-R csKOI8R",
    "koi8_u": "KOI8-U csKOI8U",
    "cp874": "windows-874 cswindows874",
    **{f"cp{page}": f"windows-{page} cswindows{page}" for page in range(1250, 1259)},
}
"""Python's codec -> the names of the encoding."""

_PRIVATE = re.compile("[\ue000-\uf8ff]")  # what Windows' Shift_JIS has beyond the standard
_EBCDIC_LATIN = str.maketrans("¬Ý^[]¨", "^[¬Ý¨]")  # how IBM1047, which Python lacks, differs from IBM037
_EBCDIC_LATIN_BACK = str.maketrans("^[¬Ý¨]", "¬Ý^[]¨")


def encode(text: str, encoding: str) -> bytes:
    """Return ``text`` in ``encoding``. UTF-16 is big-endian with a byte order mark. Raises ``Refused``."""
    codec = _codec(encoding)
    if codec == "cp932" and (private := _PRIVATE.search(text)):
        raise Refused(f"{private[0]!r} cannot be written in {encoding}", "string")
    try:
        if codec == "utf_16":
            return b"\xfe\xff" + text.encode("utf_16_be") if text else b""
        if codec == "cp1047":
            return text.translate(_EBCDIC_LATIN_BACK).encode("cp037")
        return text.encode(codec)
    except UnicodeEncodeError as error:
        raise Refused(f"{text[error.start]!r} cannot be written in {encoding}", "string") from None


def decode(content: bytes, encoding: str) -> str:
    """Return the text that ``content`` is in ``encoding``. Raises ``Refused``."""
    codec = _codec(encoding)
    if codec == "utf_16" and content[:2] not in (b"\xfe\xff", b"\xff\xfe"):
        codec = "utf_16_be"
    try:
        text = content.decode("cp037").translate(_EBCDIC_LATIN) if codec == "cp1047" else content.decode(codec)
    except UnicodeDecodeError as error:
        raise Refused(f"the bytes from number {error.start} on are no {encoding}", "source") from None
    if codec == "cp932" and _PRIVATE.search(text):
        raise Refused(f"it has bytes that mean nothing in {encoding}", "source")
    return text


def _codec(encoding: str) -> str:
    codec = _codecs().get(encoding.strip().lower())
    if codec is None:
        raise Refused(f"{encoding!r} is no IANA name of a supported encoding, such as UTF-8 or UTF-16LE", "encoding")
    return codec


@cache
def _codecs() -> dict[str, str]:
    return {name.lower(): codec for codec, names in _NAMES.items() for name in names.split()}

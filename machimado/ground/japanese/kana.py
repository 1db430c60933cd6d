"""Kana as registers write them (full_kana) and as search compares them (search_kana)."""

import re
import unicodedata

import jaconv

_SPACES = re.compile(r"\s+")
_KANA_RUN = re.compile(r"[\u3041-\u309f\u30a1-\u30ff\u3099\u309a]+")
# Hyphens and dashes typed for the long vowel mark: only after a kana, since 1-2 stays an address.
_LONG_MARK = re.compile(r"(?<=[ァ-ヺ])[-‐‑‒–—―−ｰ－ー]+")


def full_kana(text: str) -> str:
    """Write a reading as registers do: full-width katakana, one full-width space between names.

    Half-width kana, hiragana and decomposed marks become full-width katakana; Latin letters stay.
    The result of a result is the same.
    """
    wide = jaconv.h2z(text, kana=True, ascii=False, digit=False)
    kana = jaconv.hira2kata(_KANA_RUN.sub(_composed, wide))
    return _SPACES.sub("　", _LONG_MARK.sub("ー", kana)).strip("　")


def is_full_kana(text: str) -> bool:
    """Tell whether a reading is already full-width katakana, spaces and the marks that names use."""
    return bool(re.fullmatch(r"[ァ-ヺー・ヽヾ　]+", text))


def search_kana(text: str) -> str:
    """Fold a reading to the key that search compares; for indexes, never to be shown or stored.

    Spaces, marks and case go; old kana (ヰ ヱ ヲ ヂ ヅ), small kana and long vowels (オオ, オー) become one.
    A beginning of a reading folds to a beginning of its key, so prefix search works; folding twice changes
    nothing.
    """
    plain = unicodedata.normalize("NFKC", full_kana(text)).upper()
    for loan, native in _LOANS:
        plain = plain.replace(loan, native)
    return _one_long_vowel(_repeated(plain).translate(_FOLDS))


def _composed(match: re.Match[str]) -> str:
    """Join か and a combining mark; only kana, because NFC would replace compatibility kanji (神)."""
    return unicodedata.normalize("NFC", match[0])


# ヴ sounds are written both ways (ヴィクター, ビクター), and small vowels only matter there.
_LOANS = (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ"))

# Source: 現代仮名遣い (昭和61年内閣告示第1号) for ヰ→イ ヱ→エ ヂ→ジ ヅ→ズ; ヲ is read オ.
# Small kana were written large in registers kept in half-width capitals (シユン for シュン).
_OLD = dict(zip("ヰヱヲヂヅヷヸヹヺ", "イエオジズバビベボ", strict=True))
_SMALL = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_DROPPED = "　 ・･.,'’‐‑‒–—―−-/()（）"
_FOLDS = str.maketrans({**_OLD, **_SMALL, **dict.fromkeys(_DROPPED, "")})


def _repeated(text: str) -> str:
    """Write out iteration marks: サヽキ → ササキ, イスヾ → イスズ."""
    out = ""
    for character in text:
        if out and character == "ヽ":
            out += _plain(out[-1])
        elif out and character == "ヾ":
            out += unicodedata.normalize("NFC", _plain(out[-1]) + "\u3099")
        else:
            out += character
    return out


def _plain(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0]


_ROWS = {
    "ア": "アカサタナハマヤラワガザダバパ",
    "イ": "イキシチニヒミリギジビピ",
    "ウ": "ウクスツヌフムユルグズブプ",
    "エ": "エケセテネヘメレゲゼデベペ",
    "オ": "オコソトノホモヨロゴゾドボポ",
}
_VOWEL_OF = {kana: vowel for vowel, row in _ROWS.items() for kana in row}
# How each vowel is drawn out: オオ, オウ and オー sound the same, and so do エエ, エイ and エー.
_DRAWN_OUT = {
    "ア": ("ー", "ア"),
    "イ": ("ー", "イ"),
    "ウ": ("ー", "ウ"),
    "エ": ("ーエイ", "イ"),
    "オ": ("ーオウ", "ウ"),
}


def _one_long_vowel(text: str) -> str:
    """Rewrite long vowels to one spelling, from left to right, so that a beginning stays a beginning."""
    out: list[str] = []
    for character in text:
        marks, mark = _DRAWN_OUT.get(_VOWEL_OF.get(out[-1], "") if out else "", ("", ""))
        out.append(mark if character in marks and marks else character)
    return "".join(out).replace("ー", "")

"""Words as the search compares them: without case, accents and endings."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Final

_LIGATURES: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "’": "'", "ʼ": "'", "`": "'"}
)
_MARKS: Final = re.compile(r"[\u0300-\u036f]+")
_WORD: Final = re.compile(r"[^\W_]+")
_COMPOUND: Final = re.compile(r"[^\W_]+(?:[-\u2010\u2011][^\W_]+)+")
LONGEST_WORD: Final = 60

_STOP_WORDS_FR: Final = (
    "a ai ainsi alors apres au aucun aussi autre autres aux avant avec avoir c ca car ce "
    "ceci cela celle celles celui ces cet cette ceux chaque chez ci comme comment d dans de "
    "depuis des deux donc dont du elle elles en encore entre es est et etaient etait etant "
    "ete etre eu eux faire fait font fut grace ici il ils j je l la le les leur leurs lors "
    "lui m ma mais me meme memes mes moi moins mon n ne ni non nos notre nous on ont or ou "
    "par parce pas pendant peu peut peuvent plus pour pourquoi puis qu quand que quel quelle "
    "quelles quels qui quoi s sa sans se selon sera ses si soit son sont sous sur t ta te "
    "tel telle tels tes toi ton tous tout toute toutes tres trop tu un une va vers via vos "
    "votre vous y "
)
_STOP_WORDS_EN: Final = (
    "an and are as at be been but by can did do does for from had has have how i if in into "
    "is it its more my no not of or our so than that the their them then there these they "
    "this those to was we were what when where which who will with without you your "
)
STOP_WORDS: Final = frozenset(f"{_STOP_WORDS_FR} {_STOP_WORDS_EN}".split())

# Endings that Snowball leaves as they are once accents are gone, or that it makes equal to
# another word of the trade: `formation` and `format`, `communication` and `commune`.
_OWN_STEMS: Final = {
    "format": "formatt", "formats": "formatt",
    "formation": "formation", "formations": "formation",
    "formatif": "formatif", "formative": "formatif",
    "communication": "communication", "communications": "communication",
    "direction": "direction", "directions": "direction",
    "publique": "public", "publiques": "public",
    "travaux": "travail", "serieuse": "serieu", "serieuses": "serieu",
    "nombreuse": "nombreu", "nombreuses": "nombreu", "presentielle": "presentiel",
    "yeux": "oeil", "quizz": "quiz", "maitresse": "maitr",
}  # fmt: skip
_FRENCH_ENDINGS: Final = (
    (re.compile(r"(?<=.{3})trices?$"), "teur"),
    (re.compile(r"^tutrices?$"), "tuteur"),
    (re.compile(r"(?<=.{3})euses?$"), "eur"),
    (re.compile(r"(?<=.{2})ieres?$"), "ier"),
    (re.compile(r"(?<=.{3})ees?$"), "e"),
    (re.compile(r"(?<=.{2})ifs?$"), "ive"),
    (re.compile(r"(?<=[eo]u)x$"), ""),
    (re.compile(r"(?<=.{3}[aiou])s$"), ""),
)


def fold(text: str) -> str:
    """Lower case, without accents, with ligatures written out and one kind of apostrophe."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    return _MARKS.sub("", spread).translate(_LIGATURES).lower()


def words(text: str) -> list[str]:
    """The folded words of a text in their order, stop words too; longer ones are cut."""
    return [found[:LONGEST_WORD] for found in _WORD.findall(fold(text))]


def compounds(text: str) -> list[str]:
    """The hyphenated words of a text joined in one, folded: `co-animation` as `coanimation`."""
    found = _COMPOUND.findall(fold(text))
    return ["".join(_WORD.findall(compound))[:LONGEST_WORD] for compound in found]


def as_written(texts: Iterable[str]) -> dict[str, str]:
    """Folded word → the word with its accents, in lower case, as it is first written."""
    found: dict[str, str] = {}
    for text in texts:
        for word in _WORD.findall(unicodedata.normalize("NFC", text).lower()):
            found.setdefault(fold(word)[:LONGEST_WORD], word[:LONGEST_WORD])
    return found


def is_stop_word(word: str) -> bool:
    """Whether a folded word says nothing of the subject: articles, pronouns, single letters."""
    return word in STOP_WORDS or (len(word) == 1 and not word.isdigit())


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """What a folded word shares with its plural and its relatives; French and English."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if language == "fr":
        return _french(word)
    return str(_stemmer("english").stemWord(word)) if language == "en" else word


def stems(text: str, language: str) -> list[str]:
    """The stems of a text in their order, without stop words."""
    return [stem(word, language) for word in words(text) if not is_stop_word(word)]


def both_stems(word: str) -> tuple[str, ...]:
    """The stems that a word may have in a text of either language, each once."""
    return tuple(dict.fromkeys((stem(word, "fr"), stem(word, "en"))))


def _french(word: str) -> str:
    if word in _OWN_STEMS:
        return _OWN_STEMS[word]
    for ending, replacement in _FRENCH_ENDINGS:
        word = ending.sub(replacement, word)
    if word in _OWN_STEMS:
        return _OWN_STEMS[word]
    found = str(_stemmer("french").stemWord(word))
    return (found.rstrip("e") or found) if len(found) > 3 else found


@cache
def _stemmer(name: str) -> Any:
    import Stemmer

    # without a cache of its own, a call is one step for every thread; `stem` remembers
    return Stemmer.Stemmer(name, 0)

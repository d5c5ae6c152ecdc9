"""What is said in place of what cannot be read aloud, in the language of the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences of one language; ``{n}`` and ``{m}`` are counts.

    Attributes:
        code: A block of code of one line, and of several.
        table: A table: columns, rows.
        image: An image with its description.
    """

    code: tuple[str, str]
    table: str
    image: str


_ENGLISH = Phrases(
    code=("Code block, 1 line, on the screen.", "Code block, {n} lines, on the screen."),
    table="Table, columns: {m}, rows: {n}, on the screen.",
    image="Image: {text}",
)
_PHRASES = {
    "en": _ENGLISH,
    "de": Phrases(
        code=(
            "Codeblock, 1 Zeile, auf dem Bildschirm.",
            "Codeblock, {n} Zeilen, auf dem Bildschirm.",
        ),
        table="Tabelle, Spalten: {m}, Zeilen: {n}, auf dem Bildschirm.",
        image="Bild: {text}",
    ),
    "fr": Phrases(
        code=("Bloc de code, 1 ligne, à l’écran.", "Bloc de code, {n} lignes, à l’écran."),
        table="Tableau, colonnes : {m}, lignes : {n}, à l’écran.",
        image="Image : {text}",
    ),
    "es": Phrases(
        code=(
            "Bloque de código, 1 línea, en la pantalla.",
            "Bloque de código, {n} líneas, en la pantalla.",
        ),
        table="Tabla, columnas: {m}, filas: {n}, en la pantalla.",
        image="Imagen: {text}",
    ),
    "it": Phrases(
        code=(
            "Blocco di codice, 1 riga, sullo schermo.",
            "Blocco di codice, {n} righe, sullo schermo.",
        ),
        table="Tabella, colonne: {m}, righe: {n}, sullo schermo.",
        image="Immagine: {text}",
    ),
    "zh": Phrases(
        code=("代码块，1 行，在屏幕上。", "代码块，{n} 行，在屏幕上。"),
        table="表格，{m} 列，{n} 行，在屏幕上。",
        image="图片：{text}",
    ),
    "ja": Phrases(
        code=("コード、1 行、画面にあります。", "コード、{n} 行、画面にあります。"),
        table="表、{m} 列、{n} 行、画面にあります。",
        image="画像：{text}",
    ),
}

_KANA = re.compile(r"[぀-ヿ]")
_HAN = re.compile(r"[一-鿿]")
_WORD = re.compile(r"[^\W\d_]+")
_COMMON = {
    "en": frozenset(
        [
            "the",
            "and",
            "is",
            "of",
            "to",
            "you",
            "that",
            "it",
            "for",
            "are",
            "with",
            "this",
            "can",
            "have",
            "not",
            "here",
            "be",
        ]
    ),
    "de": frozenset(
        [
            "der",
            "die",
            "das",
            "und",
            "ist",
            "ein",
            "eine",
            "ich",
            "sie",
            "es",
            "nicht",
            "mit",
            "für",
            "auf",
            "den",
            "hier",
            "zu",
        ]
    ),
    "fr": frozenset(
        [
            "le",
            "la",
            "les",
            "et",
            "est",
            "un",
            "une",
            "vous",
            "je",
            "que",
            "pour",
            "dans",
            "des",
            "voici",
            "avec",
            "du",
            "pas",
        ]
    ),
    "es": frozenset(
        [
            "el",
            "los",
            "es",
            "un",
            "una",
            "que",
            "para",
            "con",
            "en",
            "aquí",
            "por",
            "las",
            "del",
            "lo",
            "está",
            "su",
        ]
    ),
    "it": frozenset(
        [
            "il",
            "gli",
            "è",
            "un",
            "una",
            "che",
            "per",
            "con",
            "di",
            "ecco",
            "non",
            "sono",
            "del",
            "lo",
            "si",
            "della",
        ]
    ),
}


def base_language(language: str) -> str:
    """The language of a tag such as "de-AT", lower case: "de"; empty for none."""
    return re.split(r"[-_]", language.strip().lower(), maxsplit=1)[0]


def guess_language(text: str) -> str:
    """The likely language of a text by its script and its commonest words; "en" when nothing tells."""
    if _KANA.search(text):
        return "ja"
    if _HAN.search(text):
        return "zh"
    words = _WORD.findall(text.lower())
    return max(_COMMON, key=lambda language: sum(word in _COMMON[language] for word in words))


def phrases(language: str) -> Phrases:
    """The sentences of a language; English for one that has none here."""
    return _PHRASES.get(base_language(language), _ENGLISH)

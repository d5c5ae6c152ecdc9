"""Streamed answers for tests: pieces of text as models write them, and ways to split a text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

PIECES = (
    *"ab hwZ.,:;!?*_`~[]()<>|#-+\\&\n→·…—\"'1 3。！？，你ー😀",
    "word ",
    "Sure, ",
    "Dr. ",
    "z. B. ",
    "e.g. ",
    "3.5 ",
    "1. ",
    "- ",
    "* ",
    "# ",
    "> ",
    "**bold** ",
    "`code_x` ",
    "```py\nx = 1\n```\n",
    "```",
    "~~~\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
    "[text](https://a.example/b_(c)) ",
    "![alt](x.png) ",
    "[^1]",
    "https://www.example.org/a.b, ",
    "www.",
    "http",
    "<br>",
    "&amp;",
    "\n\n",
    "👩\u200d👩\u200d👧 ",
    "This is a whole sentence. ",
    "Das ist der 3. Mai und nicht der 4. ",
    "今天天气很好！",
    "no mark for a long while ",
)


def texts(most: int = 40) -> st.SearchStrategy[str]:
    """Texts of ordinary and broken Markdown."""
    return st.lists(st.sampled_from(PIECES), max_size=most).map("".join)


@st.composite
def split_texts(draw: st.DrawFn, most: int = 40) -> tuple[str, list[str]]:
    """A text, and the same in pieces."""
    text = draw(texts(most))
    places = draw(st.lists(st.integers(0, len(text)), max_size=60))
    edges = sorted({0, len(text), *places})
    return text, [text[start:end] for start, end in pairwise(edges)]

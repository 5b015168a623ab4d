"""Words: what is left of a text without case, accents and punctuation."""

import jaunt


@jaunt.magic(prompt="Decompose (unicodedata, NFKD) before you fold the case: some symbols become capitals.")
def fold(text: str) -> str:
    """Return `text` in lower case ASCII.

    - Accents are dropped; ligatures, full-width forms and superscripts become plain characters.
    - The case is folded, not just lowered: the German sharp s becomes `ss`.
    - The typographic apostrophe (U+2019) becomes the plain one.
    - Every other character without an ASCII form becomes one space, so that words stay apart.

    >>> fold("Crème BRÛLÉE")
    'creme brulee'
    >>> fold("Straße")
    'strasse'
    >>> fold("tea—or coffee")
    'tea or coffee'
    """
    ...


@jaunt.magic
def words(text: str) -> list[str]:
    """Return the words of `text`, folded by `fold(text)`, in the order in which they stand.

    A word is a run of ASCII letters and digits. An apostrophe between two of them is left out
    without ending the word; everything else, the underscore too, ends it.

    >>> words("Don't panic: 42 naïve_tests!")
    ['dont', 'panic', '42', 'naive', 'tests']
    >>> words(" ... ")
    []
    """
    ...

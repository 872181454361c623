"""Uncivil words: the list of them, and where a text has one (article 28, item 2).

A hit is for a person to look at: no text is refused or changed for it.
"""

from collections.abc import Iterable, Iterator

from ahocorasick import Automaton

from models import typed
from models.described import Coded, Described
from models.errors import BadInput, NotFound
from models.events import Cause
from models.store import Document


class WordNotFound(NotFound):
    code = "word_not_found"
    message = "词表中没有这个词"


class WordInvalid(BadInput):
    code = "word_invalid"
    message = "请填写1到{most}个字的词，不计标点和空格"
    field = "word"


LONGEST = 20


class UncivilWord(Coded):
    """`code` is the word in the form in which it is looked for; one that is not `used` was struck off."""

    used: bool = True


class Filter:
    """Finds words in texts: in any width and case, and with anything but letters and digits in between."""

    def __init__(self, words: Iterable[str]) -> None:
        self.automaton = Automaton()
        for word in filter(None, map(looked_for, words)):
            self.automaton.add_word(word, word)
        self.automaton.make_automaton()

    def found_in(self, text: str) -> list[str]:
        """The words that a text has, each once, in their order."""
        return list(dict.fromkeys(self._hits(typed.narrow(text).casefold()))) if len(self.automaton) else []

    def _hits(self, text: str) -> Iterator[str]:
        places = [place for place, char in enumerate(text) if char.isalnum()]
        for last, word in self.automaton.iter("".join(text[place] for place in places)):
            first = last + 1 - len(word)
            if not (word.isascii() and _is_part(text, places[first], places[last])):
                yield word


class UncivilWords(Described[UncivilWord]):
    """A document is a word. Staff add and strike off words; what `data/` lists is learnt once."""

    collection = "uncivil"
    model = UncivilWord
    missing = WordNotFound
    tells = ("uncivil.added", "uncivil.changed")

    def content(self, thing: UncivilWord) -> Document:
        return {"used": thing.used}

    async def learn(self, words: Iterable[str], by: Cause) -> int:
        """Add those that are not there yet, nor were struck off; returns how many."""
        known = {one.code for one in await self.all()}
        new = {looked_for(word) for word in words} - known - {""}
        return sum([await self.put(UncivilWord(code=word), by) for word in sorted(new)])

    async def use(self, word: str, by: Cause, reason: str, *, used: bool) -> bool:
        """Add a word to the list, or strike it off, with a reason; False if that changed nothing.

        Raises:
            BadInput: `word_invalid`.
            NotFound: `word_not_found`, of one that is struck off.
        """
        code = looked_for(word)
        if not 1 <= len(code) <= LONGEST:
            raise WordInvalid(most=LONGEST)
        if not used:
            await self.get(code)
        return await self.put(UncivilWord(code=code, used=used), by, {"reason": reason})

    async def all(self) -> list[UncivilWord]:
        """Also those that were struck off."""
        return await self._each(self.documents.find({}, {"events": 0}).sort("_id"))

    async def filter(self) -> Filter:
        return Filter(one.code for one in await self.all() if one.used)


def looked_for(word: str) -> str:
    """A word as it is looked for: letters and digits alone, in half width and small."""
    return "".join(filter(str.isalnum, typed.narrow(word).casefold()))


def _is_part(text: str, first: int, last: int) -> bool:
    """Whether what stands there is a part of a longer Latin word."""
    return _is_latin(text[first - 1 : first]) or _is_latin(text[last + 1 : last + 2])


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()

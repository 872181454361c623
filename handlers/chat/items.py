"""Which items words name: alone, or in the midst of a sentence."""

from dataclasses import replace

from handlers.chat.dialogue.heard import is_english, plain, spoken
from handlers.web.services import Services
from models.guides import Found, Guide, Referral

LISTED = 8
"""Items in one list: what fits on a phone without scrolling."""
SENTENCE = 4
"""English words; of so many some stand in some name or other, and what only comes close is no hit."""


async def named(services: Services, words: str, sentence: str = "") -> Found:
    """What the words hit; else what the sentence names that they are from; else what comes closest."""
    found = await services.search.find(words, limit=LISTED)
    if found.whole and found.hits:
        exact: list[Guide | Referral] = [
            guide for guide in found.guides if plain(words) in (plain(guide.name), plain(guide.name_en))
        ]
        return replace(found, hits=exact) if exact else found
    spotted = await services.search.spot(spoken(plain(sentence or words)), limit=LISTED)
    if spotted.hits:
        return spotted
    is_noise = is_english(plain(words)) and len(words.split()) >= SENTENCE
    return replace(found, hits=[]) if is_noise else found

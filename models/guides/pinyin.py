"""The pinyin of Chinese words. Importing this loads the dictionaries: 50 MB."""

from pypinyin import Style, lazy_pinyin

from models.guides.wording import plain


def spellings(*texts: str) -> list[str]:
    """Each text and its pinyin, full and initials."""
    found: set[str] = set()
    for text in filter(None, map(plain, texts)):
        found |= {text, "".join(lazy_pinyin(text)), "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))}
    return sorted(found)

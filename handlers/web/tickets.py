"""The ticket of a visit: a picture to keep on the phone and to show at the hall, with its QR and its number.

It is drawn beside the event loop by one thread, in the Chinese font that a package brings. What was drawn
lately is kept, so that a repeat costs nothing.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from tornado.locale import Locale

from handlers.web.qr import qr_png
from handlers.web.sentences import filled
from handlers.web.visits import Visit
from handlers.web.words import WEEKDAYS
from models.errors import TooMany
from models.workdays import local, local_date

FONTS, FONT, SIMPLIFIED = "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc", 2
"""The package with the font (Noto Sans CJK, SIL Open Font License), its file, and the face in that file."""
REGULAR, BOLD = 400, 700
WIDTH, MARGIN = 750, 50
"""Pixels: a phone's width."""
TITLE, NUMBER, LABEL, VALUE = 34, 120, 24, 34
"""Sizes of letters in pixels."""
LEADING = 1.45
MOST_LINES = 3
"""Of one value; what is longer is cut."""
INK, FAINT, GREEN, PAPER = "#1a1a1a", "#6b6b6b", "#07733c", "#ffffff"
KEPT = 64
"""Pictures of some 30 kB each."""
MOST_WAITING = 32
RETRY_AFTER = 10


class TicketsBusy(TooMany):
    code = "tickets_busy"
    message = "正在生成的票据较多，请稍后再试"


@dataclass(frozen=True)
class Ticket:
    """The words of a picture from top to bottom; `facts` are labels with their values."""

    title: str
    number_label: str
    number: str
    url: str
    facts: tuple[tuple[str, str], ...]


def ticket_of(visit: Visit, locale: Locale) -> Ticket:
    day = local_date(visit.start)
    date = filled(locale, "{year}年{month}月{day}日", year=day.year, month=day.month, day=day.day)
    told = (
        *_matters(visit, locale),
        ("日期", f"{date} {locale.translate(WEEKDAYS[day.weekday()])}"),
        *((("时间", _hours(visit)),) if len(_booked(visit)) == 1 else ()),
        ("大厅", visit.hall),
        ("地址", visit.address),
    )
    return Ticket(
        title=locale.translate("番禺智慧政务预约票据"),
        number_label=locale.translate("您的预约号"),
        number=visit.number,
        url=visit.url,
        facts=tuple((locale.translate(label), value) for label, value in told if value),
    )


def _booked(visit: Visit) -> list[Visit]:
    """The matters that one still goes for."""
    return [one for one in visit.all if one.booked]


def _hours(visit: Visit) -> str:
    return f"{local(visit.start, '%H:%M')}–{local(visit.end, '%H:%M')}"


def _matters(visit: Visit, locale: Locale) -> Iterator[tuple[str, str]]:
    """What one comes for; of several each with its time and its number."""
    matters = _booked(visit)
    if len(matters) == 1:
        yield "事项", visit.item
        return
    for one in matters:
        number = filled(locale, "预约号：{number}", number=one.number) if one.number else ""
        yield " · ".join(filter(None, (_hours(one), number))), one.item


class Drawer:
    """Draws one ticket at a time; at most `most` wait for theirs."""

    def __init__(self, most: int) -> None:
        self.most, self.waiting = most, 0
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="tickets")

    async def drawn(self, visit: Visit, locale: Locale) -> bytes:
        """The picture as PNG.

        Raises:
            TicketsBusy
        """
        if self.waiting >= self.most:
            raise TicketsBusy(retry_after=RETRY_AFTER)
        self.waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.thread, ticket_png, ticket_of(visit, locale))
        finally:
            self.waiting -= 1


DRAWER = Drawer(MOST_WAITING)


@lru_cache(maxsize=KEPT)
def ticket_png(ticket: Ticket) -> bytes:
    """The picture of a ticket, as long as its words ask for."""
    code = Image.open(BytesIO(qr_png(ticket.url))).convert("RGB")
    rows = [(label, list(_lines(value))) for label, value in ticket.facts]
    height = MARGIN + _leading(TITLE) + code.height + MARGIN
    height += _leading(LABEL) + _leading(NUMBER) if ticket.number else 0
    height += sum(_leading(LABEL) + len(lines) * _leading(VALUE) + MARGIN // 4 for _, lines in rows)
    picture = Image.new("RGB", (WIDTH, height), PAPER)
    _write(picture, code, ticket, rows)
    out = BytesIO()
    picture.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


def _write(
    picture: Image.Image, code: Image.Image, ticket: Ticket, rows: list[tuple[str, list[str]]]
) -> None:
    draw, middle, top = ImageDraw.Draw(picture), WIDTH // 2, MARGIN
    draw.rectangle((0, 0, WIDTH, MARGIN // 4), fill=GREEN)

    def centred(text: str, size: int, weight: int, colour: str) -> int:
        draw.text((middle, top), text, font=_font(size, weight), fill=colour, anchor="ma")
        return top + _leading(size)

    top = centred(ticket.title, TITLE, BOLD, GREEN)
    if ticket.number:
        top = centred(ticket.number_label, LABEL, REGULAR, FAINT)
        top = centred(ticket.number, NUMBER, BOLD, INK)
    picture.paste(code, (middle - code.width // 2, top))
    top += code.height
    for label, lines in rows:
        draw.text((MARGIN, top), label, font=_font(LABEL, REGULAR), fill=FAINT)
        top += _leading(LABEL)
        for line in lines:
            draw.text((MARGIN, top), line, font=_font(VALUE, REGULAR), fill=INK)
            top += _leading(VALUE)
        top += MARGIN // 4


def _lines(text: str) -> Iterator[str]:
    """A value in lines that fit; English breaks between words, Chinese anywhere."""
    rest = " ".join(text.split())
    for _ in range(MOST_LINES - 1):
        fits = _fitting(rest)
        if fits == len(rest):
            break
        space = rest.rfind(" ", 0, fits + 1)
        cut = space if space > 0 and rest[fits - 1 : fits + 1].isascii() else fits
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    yield rest if _fitting(rest) == len(rest) else f"{rest[: _fitting(rest, '…')]}…"


def _fitting(text: str, end: str = "") -> int:
    """How many characters of a text fit on a line with an `end` after them."""
    font, room = _font(VALUE, REGULAR), float(WIDTH - 2 * MARGIN)
    lengths = range(1, len(text) + 1)
    return bisect_right(lengths, room, key=lambda count: font.getlength(text[:count] + end))


def _leading(size: int) -> int:
    return round(size * LEADING)


@lru_cache
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    with as_file(files(FONTS) / FONT) as path:
        font = ImageFont.truetype(path, size, index=SIMPLIFIED)
    font.set_variation_by_axes([weight])
    return font

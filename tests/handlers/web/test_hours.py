"""The hours of a place in words: made from its schedule, in the language of who reads them."""

from pathlib import Path

import pytest
import tornado.locale

from handlers.chat.telling import locale_of
from handlers.web.hours import hours_said
from models.places import Hall
from tests.house.places import MORNING, WHOLE_DAY, hall

ROOT = Path(__file__).parents[3]
AT = {"weekday_hours": WHOLE_DAY, "capacity": {"general": 1}}
DAILY = "周一至周五 9:00–12:00、13:00–17:00"
ENGLISH = "Mon to Fri 9:00–12:00, 13:00–17:00"


@pytest.mark.article("18.4")
@pytest.mark.parametrize(
    ("place", "said", "english"),
    [
        (hall(windows=AT, all_day=False), DAILY, ENGLISH),
        (
            hall(windows=AT),
            f"窗口：{DAILY}；自助服务区24小时开放",
            f"Windows: {ENGLISH}; self-service area open 24 hours",
        ),
        (
            hall(windows={**AT, "by_weekday": {3: MORNING, 5: [], 6: MORNING}}, all_day=False),
            "周一至周二 9:00–12:00、13:00–17:00；周三 9:00–12:00；周四 9:00–12:00、13:00–17:00",
            "Mon to Tue 9:00–12:00, 13:00–17:00; Wed 9:00–12:00; Thu 9:00–12:00, 13:00–17:00",
        ),
        (
            hall(windows=None, staffed=MORNING),
            "人工指引：周一至周五 9:00–12:00；自助服务区24小时开放",
            "Staff guide you: Mon to Fri 9:00–12:00; self-service area open 24 hours",
        ),
        (hall(windows=None), "自助服务区24小时开放", "self-service area open 24 hours"),
        (hall(windows=None, all_day=False), "开放时间请电话咨询", "please call for opening hours"),
    ],
)
def test_hours_are_said_as_the_schedule_has_them(place: Hall, said: str, english: str) -> None:
    tornado.locale.load_gettext_translations(str(ROOT / "locale"), "panyu")
    for words, is_english in ((said, False), (english, True)):
        assert hours_said(place.hours, locale_of(english=is_english).translate) == words

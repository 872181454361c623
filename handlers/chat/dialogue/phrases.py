"""What people say in the chat, as data: answers, wishes, fillers, and other names of halls and items."""

import re
from collections.abc import Mapping
from enum import StrEnum

from handlers.chat.dialogue.state import Goal
from handlers.chat.dialogue.times import NUMBER


class Sign(StrEnum):
    """An answer that is no choice of a list."""

    YES = "yes"
    NO = "no"
    BACK = "back"
    STOP = "stop"
    MORE = "more"
    AGAIN = "again"
    PLACES = "places"
    TONGUE = "tongue"
    ADD = "add"


def _whole(*lines: str) -> frozenset[str]:
    """Messages that stand on these lines, parted by slashes."""
    return frozenset(said for line in lines for said in line.split("/"))


SIGNS: Mapping[Sign, frozenset[str]] = {
    Sign.YES: _whole(
        "是/是的/是啊/好/好的/好啊/好吧/好呀/可以/可以的/行/得/要/对/对的/嗯/嗯嗯/没错/没问题/确认",
        "確認/确定/确认预约/确定预约/就这个/就这样/1确认/同意/系/係/系啊/得嘅/冇问题/ok/okay/okey/yes",
        "y/yeah/yep/sure/confirm/confirmed/correct/right/确定取消/确认取消/就这个时间/好嘅",
    ),
    Sign.NO: _whole(
        "否/不/不是/不对/不要/不用/不好/不行/唔系/唔係/唔要/唔得/no/n/nope/不取消/不取消了",
    ),
    Sign.BACK: _whole(
        "0/返回/上一步/后退/回去/退回/返去/重选/重新选/选错了/错了/按错了/搞错了/back/return/previous",
        "go back",
    ),
    Sign.STOP: _whole(
        "取消/退出/算了/不约了/不预约了/不办了/唔约啦/唔要啦/唔约了/结束/停/停止/不搞了/不弄了/stop",
        "quit/exit/cancel/先不约了/下次再说/改天再说/以后再说/nevermind/never mind/forget it",
    ),
    Sign.MORE: _whole(
        "更多/下一页/还有吗/还有呢/还有/还有没有/其他/其它/其他时间/别的时间/别的/换一批/more/others",
        "other/next page/other times",
    ),
    Sign.AGAIN: _whole(
        "继续/接着/接着来/再说一遍/再说一次/再发一次/重复/刚才说到哪/到哪了/好了/认证好了/已认证",
        "认证完了/已经认证/已经认证了/我认证了/绑定好了/完成/完成了/搞定/搞掂/continue/again/repeat",
        "done/finished/go on/i am done/i'm done",
    ),
    Sign.PLACES: _whole(
        "大厅/选大厅/先选大厅/换大厅/换个大厅/别的大厅/其他大厅/附近/附近大厅/附近的大厅/最近的",
        "最近的大厅/有哪些大厅/哪些大厅/哪个大厅/去哪里/去边度/换个地方/换地方/halls/hall/places",
        "place/nearest/other halls/another hall/choose a hall/change hall/which hall/nearest hall",
    ),
    Sign.ADD: _whole(
        "再加一个事项/再加一个/再加一件/再加/加一个/加一项/加一件/再加一项/再办一件/再办一个/再约一个/还要办",
        "还有一件/再来一个",
        "add/add one/add another/add one more/one more/another one/add another service/add a service",
        "one more service/another service",
    ),
    Sign.TONGUE: _whole(
        "中文/说中文/讲中文/用中文/请说中文/请讲中文/换中文/中文版/普通话/chinese/chinese please",
        "in chinese",
        "请用中文/转中文/切换中文/英文/英语/说英文/讲英文/用英文/英文版/换英文/切换英文/请用英文/讲英语",
        "说英语/用英语/english/english please/in english/in english please/speak english/use english",
        "english version",
        "please speak english/please use english/switch to english/switch to chinese/chinese version",
    ),
}
"""Whole messages, in small letters."""
IN_ENGLISH = re.compile("英|english")
"""Of the words for a tongue, those that mean English."""
GOALS: tuple[tuple[Goal, str], ...] = (
    (
        Goal.MOVE,
        "改(?:一?下)?((?!时|约|期|到|去|预|个|日)[^,，。 ]{2,14}?)的?(?:时间|预约)|改到|改期|change to"
        "|can(?: i)? change|改个?時?时?间|改個時間|改约|改一下时间|改一下预约|改预约"
        "|换个?时间|换个?日子|改个?日子|改日期|预约改到?"
        "|改到|改去|延后|推迟|延期|reschedul(?:e|ing)|(?:move|change|shift|postpone) (?:my|the|our) "
        "(?:appointment|booking|visit|time|date)|change (?:appointment|booking)",
    ),
    (
        Goal.CANCEL,
        "取消(.{0,12})预约|预约.{0,6}取消|取消(?:啦|了)?唔去|取消(?=.{0,4}[0-9]{4})|(?:那个|嗰个)取消"
        "|取消掉|退号|退掉预约|取消(?=我?[这那]个|周|星期|礼拜|明天|后天|听日)|不去了|去不了"
        "|去唔到|唔去啦|来不了|cancel (?:my|the|our|an|a|this|that) (?:[a-z]+ )*?(?:appointment|booking"
        "|visit)s?"
        "|cancel (?:appointment|booking)s?|can(?:not|'t) (?:come|make it)",
    ),
    (
        Goal.SEE,
        "我的预约|我嘅预约|(?:查看|查询|查一?下?|看看?|看一?下)(?:我的|一下|自己的)*预约|预约记录"
        "|预约情况|预约查询"
        "|我(?:是)?(?:预约|约)(?:了|咗|的是|的系)?(?:什么时候|几时|几点|哪天|边日|哪里)|我?(?:预约"
        "|约)(?:了|咗)(?:没有|没|吗|哪些|什么|乜)|我约了$|我约咗|有冇约|不动我?的?预约.*|号.{0,3}是几点"
        "|我有(?:没有|什么|几个)?预约|(?:show|see|list|check|view|what are|when is|where is) my "
        "(?:appointment|booking|visit)s?|my (?:appointment|booking)s?",
    ),
    (
        Goal.BOOK,
        "(?<!网络)(?:预约|預約)|重新开始|重新来|从头来|重来|start over|restart|预订|约个?时间|约个?号"
        "|约个?期|想约|要约|帮我约|帮约|约一个|约一下|约[0-9两二三四五六七八九] ?个号?|(?:^|(?<=[ ,，。"
        "]))约(?![了好定束会等])|微信约|上面约|取号|排号|挂号|book个期"
        r"|\bbook(?:ing)?\b|\bappointments?\b|\breserv(?:e|ation)\b|\bschedule\b",
    ),
)
"""What asks for what; the first that is there counts."""
SPOKEN: tuple[tuple[str, str], ...] = (
    (
        "不是(?:要|想)?取消|(?:不要|别|不想|唔好|唔系|不用)取消|(?:do not|don't|not|no) (?:want to"
        " )?cancel(?:ling)?",
        "不动",
    ),
    ("优代证|优侍证|忧待证", "优待证"),
    ("小卖部|士多店?|便利店|小超市|杂货店", "开店 营业执照"),
    ("营业执照的?地址|执照换地址", "营业执照"),
    ("(?:房产证|房子|房屋|物业)过户|过户", "不动产 房产过户"),
    (
        "(?:paper|permit|card|permission|document)s? (?:for|to) (?:live|stay|living)(?: here)?",
        "residence permit",
    ),
    ("appoint ment", "appointment"),
    ("石基|石棋|石其", "石碁"),
)
"""What is said → what is meant."""
ADDING = re.compile(
    "^(?:再|还要|还想|另外|顺便|加上|一起|同时)(?:再|一起|顺便)?(?:加|办|约)?上?(?:一?[个件项])?"
    "(?:事项?)?[:： ]*"
    "|^(?:and )?(?:also|add|plus)\\b"
)
"""With what a message begins that names another matter for the same visit."""
ALSO = re.compile("另外|顺便|同时|还要|还有就是|and also|also")
SEVERAL = re.compile(
    "约 ?(?:[2-9]|[两二三四五六七八九]) ?个|[2-9两二三四五] ?(?:家公司|个人)|(?:two|three|several)"
    " appointments"
)
NOT_THEN = re.compile(
    "(?:除了?|不要|别约|except(?: for)?|not on|but not)[ ]*"
    "(?:下?(?:周|星期|礼拜)[一二三四五六日天]|明天|后天|今天|[a-z]+day)"
    "(?:以外|之外|外)?"
)
"""Days that will not do: none is meant by them."""
VISIT = re.compile(
    r"(?:预约)?(?:号码?|number|no\.?|#)?(?: ?is)?"
    r" ?(?<![0-9a-z:./-])((?!20[0-9]{2}[年./-])[0-9]{4})(?![0-9:./-])"
)
"""The number of an appointment, as it was said when it was booked."""
ANY_HALL = re.compile(
    "(?:哪个|边个|任何|随便哪个|什么)(?:大厅|厅|地方)都(?:行|可以|得|好)|any (?:hall|centre|center|place)"
)
PARTS_OF_DAY = {"早": "早上", "朝": "早上", "晚": "晚上"}
END = " 。.!！?？,，~～、;；…"
"""With what a message may begin and end, voices above all."""
NUMBERS = re.compile(
    rf"(?:我?选择?|我?要)?(?:第|no\.? ?|number |option |回复|回)?\s*({NUMBER}|zero|one|two|three|four"
    rf"|five|six"
    r"|seven|eight|nine|ten|eleven|twelve)\s*(?:个|個|项|号|號|吧|啦|那个|這個|这个|个吧|。|\.|\)|）)*"
)
CIRCLED = {chr(0x2460 + number): str(number + 1) for number in range(20)}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1, "最后一个": -1}
FILLING = re.compile(
    "请问|请|麻烦|劳驾|唔该|谢谢|你好|您好|我想要|我想|我要|我们|想要|想|帮我|帮忙|帮|给我|给|能不能"
    "|可不可以|可以|能否|但是?能不能|但是?能|但是|不过"
    "|可唔可以|得唔得|需要|怎么|怎样|如何|点样|要怎么|一下|一个|一個|个|办理|去办|来办|想办|办|时间"
    "|的时候|去|到|在|过来"
    "|喺|嚟|我系|我是|现在|有没有|有冇|还有|有空|空位|号源|大厅|窗口|行吗|好吗|吗|呢|吧|啊|呀|啦|嘛|咩"
    "|嘅|的|了|和|跟|把"
    "|那天|那日|的话|我的|我"
)
EDGES = "请我想要帮办去到在的了吗呢吧啊呀啦个一下和跟把给约号来"
ENGLISH_FILLING = re.compile(
    r"\b(?:i'd like|i would like|i want|i need|i|can you|can|could you|could|please|to|make|an?|the|for"
    r"|my|at|on|in|of"
    r"|with|help|me|get|do|have|like|want|need|hello|hi|is|there|any|slot|time|go|come|visit|it|from"
    r"|between|and|me|early|late|later|by"
    r"|would|you|we|us|our|about|this|that|apply|thanks|thank|um|er|well|so|hall|centre|center|service"
    r"|appointments?|booking|free|what|when|which|possible|available)\b"
)
TAILS = re.compile("24小时智慧政务大厅|智慧政务大厅|政务服务中心|政务中心|接待大厅|登记大厅|大厅|街道|镇")
ENGLISH_TAILS = re.compile(
    r"(?: 24-hour| smart| government| service| centre| center| hall| subdistrict| office)+$"
)
CENTRE = (
    *("区政务服务中心", "区政务中心", "区中心", "政务中心", "区大厅", "中心大厅"),
    *("district centre", "district center", "main hall", "government service center"),
)
VAGUE = frozenset({"番禺区", "番禺", "番禺区公安出入境", "番禺区不动产", "panyu district", "panyu"})
SHORT = 2
BEFORE_PLACES, AFTER_PLACES = ("去", "到", "在", "喺", "系咪", "嚟", "换", "换成"), ("政务", "大厅", "厅")
LEAVING = "[^\u4e00-\u9fff]|办|吧|啦|行|得|可以"
"""What may follow on a place to which one goes."""
AROUND_A_PLACE = re.compile(
    "^(?:我?想|要)?(?:换个?|改)?(?:成|到|去|在|喺|嚟)?"
    "|(?:政务)?(?:大厅|厅)?(?:行吗|吧|啦|啊|呀|了|呢|吗|好)?$"
)
"""Around the name of a place that is all that was said."""
AROUND_HALLS = re.compile(
    r"(?:换|转|改)(?:个|成|到|去|做|为)?(?=\s)|(?<=\s)(?:街道|镇|政务大厅|大厅|政务服务中心|厅)+"
)
"""What belongs to names of halls that were taken away."""
POLITE = re.compile(
    "(?<=.)[ ,，。.!！]*(?:谢谢[你您]?|多谢(?:晒|你)?|唔该(?:晒|你)?|麻烦(?:你|您)?了?|辛苦了?|感谢"
    "|thanks?(?: you)?(?: very much| a lot)?|please|pls)[ 啦了哈。.!！]*$"
)
"""At the end of a message that says something else."""
MIXED = 3
"""Fewer English words may stand in a Chinese sentence."""
NEUTRAL = frozenset({"ok", "okay", "okey", "yes", "yeah", "no"})

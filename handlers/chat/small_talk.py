"""What people send besides: greetings, thanks, questions about the account and the halls. Data: patterns, and
what is answered, in Chinese and in English."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from handlers.chat.dialogue.heard import HallName, halls_in, left_of, plain, spoken

TOGETHER = 2
"""Answers about a hall in one message."""
LONGEST = 40
"""Characters of a question; what is longer is a story, and no small talk."""


class Topic(StrEnum):
    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"
    BYE = "bye"
    HOURS = "hours"
    ADDRESS = "address"
    PHONE = "phone"
    PERSON = "person"
    COMPLAINT = "complaint"
    LARGE = "large"
    WHO = "who"
    FEES = "fees"
    BRING = "bring"
    PROGRESS = "progress"
    BINDING = "binding"
    PLACES = "places"
    PARKING = "parking"
    WAIT = "wait"


PATTERNS: Mapping[Topic, str] = {
    Topic.COMPLAINT: "(?:我?[要想]?|怎么|如何|怎样|哪里可以)(?:投诉|举报).*|.*(?:态度|服务)(?:很|太|好"
    "|真)?(?:差|恶劣|不好).*"
    "|.*被(?:骂|刁难).*|.*\\bcomplain(?:t|ts|ing)?\\b.*|.*\\brude\\b.*",
    Topic.HELP: "帮助|帮忙|help(?: me)?|\\?|？|菜单|你?(?:能|会|可以)(?:帮我)?(?:做|办|干)?(?:什么|啥|咩"
    "|乜|哪些事?)(?:事|业务)?"
    "|你?有(?:什么|哪些|啥)功能|怎么(?:用|使用|操作)|点用|使用说明|what can (?:you|i) do(?: here)?|menu"
    "|how does (?:this|it)"
    " work|how do i use this",
    Topic.GREETING: "你好|您好|嗨|哈喽|在吗|有人吗|早上好|上午好|中午好|下午好|晚上好|早晨|早安|你好呀"
    "|hi(?: there)?|hello"
    "|hey|good (?:morning|afternoon|evening)",
    Topic.THANKS: "谢谢(?:你|您|啦|了)?|多谢(?:晒)?|唔该(?:晒)?|感谢|辛苦(?:了|晒)?|太好了|真棒"
    "|thank(?:s| you)(?: very much| a lot)?"
    "|thx|great|cheers",
    Topic.BYE: "再见|拜拜|回头见|没事了|冇嘢啦|没有了|bye(?: bye)?|goodbye|see you",
    Topic.HOURS: "(?:周末|周六|周日|星期[六天日]|礼拜[六天日]|节假日|中午|晚上|今天|明天|现在|平时"
    "|你们)*(?:几点|几时|什么时候|何时"
    "|有冇|有没有)?(?:开始|可以)?(?:上不上班|开不开门|上班|开门|下班|关门|收工|返工|开放|营业|休息"
    "|办公)(?:时间|到几点|吗|么|冇)?"
    "|(?:营业|办公|工作|服务|开放|上班)时间|(?:opening|office|business|working) (?:hours|times)|when"
    " (?:are|do|does|is) (?:you"
    "|it|they|the hall|the centre) (?:open|close)|what time (?:do|does) (?:you|it|the hall|the centre)"
    " (?:open|close)"
    "|are you open(?: on .*| today| now)?|hours",
    Topic.ADDRESS: "(?:具体|详细)?地址(?:在哪里?|是什么|是哪里|是)?|(?:在|系|喺)(?:哪里|哪儿|哪|边度|边"
    "|什么地方)|(?:怎么|点|如何)"
    "(?:去|走|过去)|位置|导航|where (?:are you|is it|is the (?:hall|centre|office)|are the halls|is)"
    "|address|how (?:do i|to|can i)"
    " get (?:there|to)|directions",
    Topic.PHONE: "(?:联系|咨询|服务|客服|办公|人工)?电话(?:号码|是多少|几号|多少|是)?|联系方式|打(?:哪个"
    "|什么)电话|(?:phone|telephone"
    "|contact|hotline)(?: number)?|what is (?:your|the) (?:phone )?number|call you",
    Topic.PERSON: "(?:转)?人工(?:服务|客服)?|客服|找(?:个)?(?:人|真人)|真人|我要找人|(?:talk|speak) to"
    " (?:a |an |some)?(?:person|human"
    "|agent|one|somebody|someone)|real person|human|agent",
    Topic.LARGE: "(?:打开|换成?|调成?)?大字(?:版|体)?|字太小(?:了)?|字好细|睇唔清|看不清(?:楚)?"
    "|字体?(?:调|放|变)?大(?:一?点)?"
    "|large(?:r)? (?:text|print|font)|bigger (?:text|font|letters)|text is too small",
    Topic.WHO: "你(?:是|系)(?:谁|边个|什么|机器人吗?|真人吗?|人吗)|who are you|are you (?:a robot|a bot"
    "|human|real)",
    Topic.FEES: "(?:预约)?(?:要不要钱|要钱吗?|收不收费|收费吗?|收费标准|多少钱|要给钱吗?|免费吗?)|how"
    " much(?: does it cost| is it)?"
    "|(?:is it|is this) free|do i have to pay|fees?",
    Topic.BRING: "(?:预约|去|到时|当天)?(?:要|需要|应该)?(?:带|准备)(?:什么|啥|咩|乜|哪些)(?:材料|资料"
    "|东西|证件|嘢|野)?"
    "|what (?:do i|should i|to) (?:need to )?bring|which documents",
    Topic.PROGRESS: "(?:我要|我想|怎么|如何)?(?:查|看|查询|查看)?(?:一下)?(?:我的)?(?:办件|办理"
    "|申请)?(?:进度|办件|状态)(?:查询)?"
    "|查询|办到哪(?:里|一步)?了?|办好了?(?:没有|没|吗)|(?:my |check |the )*(?:progress|status"
    "|applications?)(?: of my application)?",
    Topic.BINDING: "(?:我要|我想|怎么|如何)?(?:实名)?(?:认证|绑定)(?:身份)?|(?:verify|verification|bind"
    "|binding|register)(?: my name)?",
    Topic.PLACES: "(?:附近|最近|全部|所有|有哪些)?的?(?:办事)?(?:大厅|网点)(?:有哪些|列表)?|(?:the"
    " )?(?:nearest )?(?:halls?|service"
    " cent(?:re|er)s?)(?: near me)?",
}
"""Whole questions, in small letters, without the hall that is named in them; tried in this order."""


LOOSE: Mapping[Topic, str] = {
    Topic.COMPLAINT: "投诉|举报|态度.{0,4}(?:差|恶劣)|白跑|搞什么|什么破|垃圾|骗人|complain|\\brude\\b"
    "|waste of time",
    Topic.WHO: "机器|\\brobot\\b|\\bbot\\b",
    Topic.PERSON: "真人|人工|同人讲|找(?:个)?人|领导|\\bhuman\\b|real person",
    Topic.LARGE: "字(?:体|号)?(?:太|好|这么|咁)?(?:细|小)|大号?字|字体?.{0,3}大|睇唔(?:到|清)|看不(?:清|见)"
    "|(?:large|bigg)e?r? (?:text|print|font|letters)",
    Topic.HELP: "what can (?:you|i)|speak english|能(?:做|干|帮)|会(?:做|干)(?:什么|啥)|怎么用|how to use",
    Topic.PHONE: "电话|phone|call you|contact",
    Topic.PROGRESS: "[件我](?:的|那个)?.{0,24}(?:到哪(?:里|一步)?了|办得?怎么样了?|办好(?:了)?[没吗])"
    "|进度|\\bprogress\\b|\\bstatus\\b",
    Topic.HOURS: "几点(?:钟)?(?:开|关|上|下|收|返)|开门|关门|上班|下班|营业|休息|节假日|放假|\\bopen\\b"
    "|\\bclosed?\\b|opening|hours",
    Topic.ADDRESS: "地址|(?:在|系|喺)(?:哪|边|什么地方)|(?:怎么|点|如何)(?:去|走|行)|位置|where (?:is"
    "|are)|address|how (?:to|do i) (?:get|go)"
    "|how go|\\bmetro\\b|\\bbus\\b|directions|地铁|公交",
    Topic.PARKING: "停车|车位|泊车|\\bpark(?:ing)?\\b",
    Topic.FEES: "要钱|收费|多少钱|免费|how much|\\bfree\\b|\\bpay\\b|\\bfee",
    Topic.BRING: "带(?:什么|啥|咩|乜|哪些)|(?:什么|哪些)(?:材料|资料|证件)|\\bbring\\b|which documents",
    Topic.WAIT: "等(?:下|阵|一下|会|一阵)|稍等|没空|唔得闲|迟啲|\\bwait\\b|\\blater\\b",
    Topic.THANKS: "谢谢|多谢|唔该|感谢|thank",
    Topic.GREETING: "喂|在吗|有人吗|你好|您好|听(?:唔|不)听|hello|\\bhi\\b",
}
"""Parts of sentences, for what is left when nothing else was understood; the first ones count."""
SORRY = re.compile("垃圾|搞什么|卡住|说了[三几多]遍|什么破|烦死|气死|stupid|useless")
"""Who says so is asked for pardon first."""


@dataclass(frozen=True)
class Question:
    """`halls` are codes of the halls of which it is asked."""

    topic: Topic
    halls: tuple[str, ...] = ()


def asked(text: str, halls: tuple[HallName, ...] = ()) -> Question | None:
    """What is asked, where it is one of the topics and nothing else."""
    said = plain(text)
    if not said or len(said) > LONGEST:
        return None
    rest, codes = halls_in(said, halls)
    rest = plain(rest)
    for topic, pattern in PATTERNS.items():
        found = re.search(pattern, rest)
        if found and found[0] and not left_of(rest[: found.start()] + " " + rest[found.end() :]):
            return Question(topic, codes)
    return None


def loosely(text: str, halls: tuple[HallName, ...] = ()) -> list[Question]:
    """What a longer sentence asks: of a hall all of it, else one thing."""
    said = spoken(plain(text))
    _, codes = halls_in(said, halls)
    topics = [topic for topic, pattern in LOOSE.items() if re.search(pattern, said)]
    of_hall = [topic for topic in topics if topic in OF_A_HALL]
    chosen = of_hall[:TOGETHER] if topics[:1] == of_hall[:1] else topics[:1]
    return [Question(topic, codes) for topic in chosen]


ANSWERS: Mapping[Topic, tuple[str, str]] = {
    Topic.GREETING: ("您好！", "Hello!"),
    Topic.THANKS: (
        "不客气！还有要办的事，直接发给我；办完后欢迎发送“评价”。",
        "You are welcome! If there is anything else, just write to me.",
    ),
    Topic.BYE: ("再见！有事随时发给我。", "Goodbye! Write to me at any time."),
    Topic.HOURS: (
        "{hall}\n{today}\n服务时间：{hours}\n周末和法定节假日人工窗口不办公，调休上班的日子除外。要预约，回复“预约”。",
        "{hall}\n{today}\nHours: {hours}\nStaffed windows are closed on weekends and public"
        " holidays. To make an appointment, reply “book”.",
    ),
    Topic.ADDRESS: (
        "{hall}\n地址：{address}\n电话：{hall_phone}\n{way}\n发送位置（点＋，再点“位置”），"
        "看离您最近的网点。{halls}",
        "{hall}\nAddress: {address}\nPhone: {hall_phone}\n{way}\nSend your location (tap +, then"
        " Location) to see the"
        " nearest places. {halls}",
    ),
    Topic.PHONE: (
        "服务电话：{phone}\n{hall}：{hall_phone}\n政务服务热线：12345（24小时）",
        "Phone: {phone}\n{hall}: {hall_phone}\nGovernment hotline: 12345 (24 hours)",
    ),
    Topic.PERSON: (
        "需要人工帮助，请拨打 {phone}，或政务服务热线12345（24小时）。",
        "To talk to a person, please call {phone} or the government hotline 12345 (24 hours).",
    ),
    Topic.COMPLAINT: (
        "很抱歉让您不满意。投诉请拨打政务服务热线12345（24小时），或我们的电话 {phone}。"
        "\n对办完的事不满意，发送“评价”；"
        "对预约到场记录有异议，发送“异议”。",
        "We are sorry. To complain, please call the government hotline 12345 (24 hours) or us: {phone}.",
    ),
    Topic.PARKING: (
        "{hall}\n停车：{parking}\n进出：{step_free}\n电话：{hall_phone}",
        "{hall}\nParking: {parking}\nAccess: {step_free}\nPhone: {hall_phone}",
    ),
    Topic.WAIT: (
        "好的，不急，您先忙。有需要随时发给我。",
        "All right, take your time. Write to me when you are ready.",
    ),
    Topic.LARGE: ("请点下面的蓝字：\n{elder}", "Please tap here:\n{elder}"),
    Topic.WHO: (
        "我是番禺智慧政务的自动应答，可以帮您查指南、预约、查进度。要找工作人员，请拨打 {phone}。",
        "I am the automatic assistant of Panyu's government services: guides, appointments, progress. To"
        " talk to a person,"
        " call {phone}.",
    ),
    Topic.FEES: (
        "查询和预约都不收费。办事收不收费，见各事项的办事指南：{guides}",
        "Asking and booking is free. Whether a service costs anything is in its guide: {guides}",
    ),
    Topic.BRING: (
        "每件事要带的材料不同。请发要办的事，例如：居住证，我就告诉您要带什么。",
        "That depends on the service. Write to me what you want to do, e.g. residence permit, and I tell"
        " you what to bring.",
    ),
    Topic.PROGRESS: (
        "请点下面的蓝字，或直接发申请流水号：\n{progress}\n{applications}",
        "Please tap below, or send me the serial number of your application:\n{progress}\n{applications}",
    ),
    Topic.BINDING: ("请点下面的蓝字：\n{binding}\n{me}", "Please tap below:\n{binding}\n{me}"),
    Topic.PLACES: (
        "请点下面的蓝字，或发送位置，看离您最近的网点：\n{halls}\n要预约，回复“预约”。",
        "Please tap below, or send your location to see the nearest places:\n{halls}\nTo make an"
        " appointment, reply “book”.",
    ),
}
"""In Chinese and in English."""
LINKS: Mapping[str, tuple[str, str, str]] = {
    "elder": ("/elder", "打开大字版", "Large text"),
    "halls": ("/halls", "办事网点", "All places"),
    "guides": ("/guides", "全部办事指南", "All guides"),
    "progress": ("/progress", "按申请流水号查进度", "Progress by serial number"),
    "applications": ("/applications", "我的办件", "My applications"),
    "binding": ("/binding", "实名认证", "Verify my name"),
    "me": ("/me", "个人中心", "My page"),
}
"""What the answers link to: where, and the words for it in Chinese and in English."""
OF_A_HALL = frozenset({Topic.HOURS, Topic.ADDRESS, Topic.PHONE, Topic.PARKING})
"""What is asked of a hall: of the centre where none is named."""


def may_name_hall(text: str) -> bool:
    """Whether it can be a question about a hall that is named in it."""
    said = plain(text)
    return len(said) <= LONGEST and any(re.search(LOOSE[topic], said) for topic in OF_A_HALL)

"""Which Chinese characters sound alike, tones apart: people type the wrong one of them.

GB 2312 lists the 3755 characters that are used most in the order of their pinyin, so where a character
stands tells its syllable, without a dictionary.
"""

from bisect import bisect_right

FIRSTS = (
    "啊埃鞍肮凹芭白斑邦苞杯奔崩逼鞭标鳖彬兵玻捕擦猜餐苍操厕层插拆搀昌超车郴撑吃充抽初揣川疮吹春戳疵聪凑粗"
    "蹿摧村磋搭呆耽当刀德蹬堤颠碉跌丁丢东兜督端堆墩掇蛾恩而发藩坊菲芬丰佛否夫噶该干冈篙哥给根耕工钩辜刮乖"
    "棺光瑰辊锅哈骸酣夯壕呵嘿痕哼轰喉呼花槐欢荒灰荤豁击嘉歼僵蕉揭巾荆炯揪鞠捐撅均喀开刊康考坷肯坑空抠枯夸"
    "块宽匡亏坤括垃莱蓝琅捞勒雷棱厘俩联粮撩列琳玲溜龙楼芦驴峦掠抡萝妈埋瞒芒猫么玫门萌眯棉苗蔑民明谬摸谋拇"
    "拿氖南囊挠呢馁嫩能妮蔫娘鸟捏您柠牛脓奴女暖虐挪哦欧啪拍攀乓抛呸喷砰坯篇飘撇拼乒坡扑期掐牵枪橇切钦青琼"
    "秋趋圈缺裙然瓤饶惹壬扔日戎揉茹软蕊闰若撒腮三桑搔瑟森僧莎筛珊墒梢奢砷声师收蔬刷摔栓霜谁吮说斯松搜苏酸"
    "虽孙蓑塌胎坍汤掏特藤梯天挑贴厅通偷凸湍推吞拖挖歪豌汪威瘟嗡挝巫昔瞎掀相萧楔薪星兄休墟轩靴勋压焉殃邀椰"
    "一茵英哟拥幽迂鸳曰耘匝栽咱赃遭责贼怎增扎摘瞻樟招遮珍蒸芝中舟珠抓拽专桩椎谆捉兹鬃邹租钻嘴尊昨"
)
"""The first character of each syllable."""


def _place(character: str) -> bytes:
    return character.encode("gb2312", "replace")


_BEGINNINGS = [_place(first) for first in FIRSTS]
_END = b"\xd7\xf9"
"""Where the last of them, 座, stands; rarer characters are in the order of their radicals."""


def sounds(text: str) -> str:
    """`text` with each character replaced by the first one of its syllable; others stay."""
    return "".join(map(_sound, text))


def _sound(character: str) -> str:
    place = _place(character)
    if not _BEGINNINGS[0] <= place <= _END:
        return character
    return FIRSTS[bisect_right(_BEGINNINGS, place) - 1]

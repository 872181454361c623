"""What the panel says of kiosks: events, the evidence of a proposal to retire, devices, and their times."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers.web import charts
from handlers.web.charts import Mark
from models.kiosks import Foreseen, Heard, Kiosk
from models.kiosks.availability import LOST, Availability, Part
from models.kiosks.document import Retirement
from models.workdays import local

TOLD: Mapping[str, str] = {
    "kiosk.requested": "申请进驻",
    "kiosk.requested_again": "重新申请进驻",
    "kiosk.paper_given": "提交文件",
    "kiosk.reviewed": "审核通过",
    "kiosk.declined": "不同意进驻",
    "kiosk.placed": "确定位置",
    "kiosk.code_issued": "发出激活码",
    "kiosk.activated": "设备激活，开始服务",
    "kiosk.reactivated": "设备重新激活",
    "kiosk.key_offered": "设备提交新密钥",
    "kiosk.key_renewed": "设备启用新密钥",
    "kiosk.key_revoked": "撤销设备密钥",
    "kiosk.commanded": "下达指令",
    "kiosk.command_answered": "设备回复指令",
    "kiosk.suspension_planned": "通知暂停服务",
    "kiosk.suspension_called_off": "取消暂停",
    "kiosk.suspension_posted": "大厅已张贴公告",
    "kiosk.suspended": "暂停服务",
    "kiosk.resumed": "恢复服务",
    "kiosk.taken_away": "暂时撤离",
    "kiosk.brought_back": "搬回原位，恢复服务",
    "kiosk.removed": "撤离",
    "kiosk.fault_reported": "报告故障",
    "kiosk.repaired": "修复，恢复服务",
    "kiosk.outage_attributed": "认定停用原因",
    "kiosk.found": "记录核查情况",
    "kiosk.prolonged": "变更使用期限",
    "kiosk.retirement_proposed": "系统建议退出",
    "kiosk.withdrawal_asked": "部门申请撤离",
    "kiosk.retirement_dismissed": "不予退出",
    "kiosk.retirement_agreed": "商定撤离日期",
    "kiosk.retired": "退出服务",
    "kiosk.handed_back": "交还设备",
}
BY_DEVICE = (
    "kiosk.activated",
    "kiosk.reactivated",
    "kiosk.key_offered",
    "kiosk.key_renewed",
    "kiosk.command_answered",
)
EVIDENCE: Mapping[str, str] = {
    "use_until": "使用期限",
    "items": "事项",
    "start": "开始",
    "end": "结束",
    "month": "月份",
    "days": "停用的工作日",
    "at": "核查时间",
    "words": "核查情况",
}
"""Of what a proposal rests on; the rest is for the record."""

PERIPHERALS = {"printer": "打印", "reader": "读卡", "scanner": "扫描"}
IPP: Mapping[str, str] = {
    "media-empty": "缺纸",
    "media-low": "纸张不足",
    "media-jam": "卡纸",
    "media-needed": "需加纸",
    "toner-empty": "碳粉用尽",
    "toner-low": "碳粉不足",
    "marker-supply-empty": "耗材用尽",
    "marker-supply-low": "耗材不足",
    "cover-open": "盖板打开",
    "door-open": "门未关",
    "output-area-full": "出纸口已满",
    "output-tray-missing": "出纸盘缺失",
    "input-tray-missing": "纸盒缺失",
    "paused": "已暂停",
    "offline-report": "未连接",
    "connecting-to-device": "正在连接",
    "timed-out": "无响应",
    "shutdown": "已关机",
    "stopped-partly": "部分停止",
    "other": "其他故障",
}
"""The words of `printer-state-reasons` (RFC 8011); a word that is not here is shown as it came."""
SEVERITIES = ("-error", "-warning", "-report")


def evidence(proposal: Retirement) -> list[tuple[str, str]]:
    found = proposal["evidence"]
    return [(label, in_words(found[name])) for name, label in EVIDENCE.items() if name in found]


def law_words(seen: Foreseen) -> list[tuple[str, str]]:
    """What the law asks of a suspension, as label and text."""
    asked = seen.asked
    told = "以工作联络单或公函" if asked.notice.by_letter else "书面或口头"
    source = f"{asked.period.source}{'（期限由本平台设定）' if asked.period.ours else ''}"
    return [
        ("触及工作日", f"{len(seen.days)}个：{'、'.join(f'{day:%m-%d}' for day in seen.days) or '无'}"),
        ("提前通知", f"提前{asked.period.number}个工作日，{told}，依据{source}"),
        ("最早可从", f"{asked.earliest:%Y-%m-%d}"),
        ("期间设备", asked.notice.custody.label),
    ]


def suspension_words(kiosk: Kiosk) -> list[tuple[str, str]]:
    """The suspension that is announced, as label and text."""
    told = kiosk["suspension"]
    if told is None:
        return []
    return [("期间", f"{local(told['start'])} 至 {local(told['end'])}"), ("理由", told["reason"])]


def in_words(value: Any) -> str:
    if isinstance(value, datetime):
        return local(value)
    return "、".join(value) if isinstance(value, list) else str(value)


def said_words(heard: Heard) -> list[str]:
    """What a device said of its peripherals, and what it has left to print with."""
    words = [
        f"{name}：{worded(word)}"
        for part, name in PERIPHERALS.items()
        for word in heard.get(part, ())  # type: ignore[attr-defined]
        if word != "none"
    ]
    levels = {"纸": heard.get("paper"), "碳粉": heard.get("toner")}
    return words + [f"{name} {round(level)}%" for name, level in levels.items() if level is not None]


def worded(word: str) -> str:
    """A word of IPP, which may end in how bad it is."""
    if word in IPP:
        return IPP[word]
    bare = next((word.removesuffix(end) for end in SEVERITIES if word.endswith(end)), word)
    return IPP.get(bare, word)


def hours(time: timedelta) -> str:
    """In hours, with one digit; "" of none."""
    return f"{time / timedelta(hours=1):,.1f}" if time else ""


def mark(of: Availability, label: str = "", href: str = "") -> Mark:
    """A time with its parts, what was served first."""
    shown = (Part.WORKING, *LOST, Part.SUSPENDED, Part.UNKNOWN)
    parts = tuple(charts.Part(of.parts[part] / timedelta(hours=1), part.value) for part in shown)
    return Mark(label, parts, href)

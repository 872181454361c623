"""The channels by which messages go out, and what is wrong with one, in words for staff."""

from collections.abc import Mapping
from datetime import datetime

from models.outgoing import Closure, Via
from models.workdays import local

VIAS = {Via.WECHAT: "微信", Via.SMS: "短信", Via.GOVERNMENT: "政务系统"}
CODES: Mapping[str, str] = {
    "sms_used_up": "今日此类短信额度已用完",
    "phone_notice_limit": "该号码今日通知短信已达上限",
    "no_answer": "对方系统没有应答",
    "not_json": "对方系统应答有误",
    "internal": "本系统处理出错",
    "signature_invalid": "签名不符，请运维人员核对密钥",
    "40003": "不是本公众号的关注用户",
    "43004": "用户未关注公众号",
    "43019": "用户在公众号黑名单内",
    "43101": "用户拒收消息",
    "45009": "接口调用次数已达上限",
    "45011": "接口调用过于频繁",
    "40164": "本机地址不在微信IP白名单",
    "48001": "公众号没有此接口权限",
    "40013": "公众号AppID有误",
    "40125": "公众号密钥有误",
    "40037": "模板编号有误",
    "47001": "消息格式有误",
    "47003": "内容不符合模板",
    "isv.BUSINESS_LIMIT_CONTROL": "该号码发送过于频繁",
    "isv.AMOUNT_NOT_ENOUGH": "短信账户余额不足",
    "isv.ACCOUNT_ABNORMAL": "短信账户异常",
    "isv.ACCOUNT_NOT_EXISTS": "短信账户不存在",
    "isv.PRODUCT_UN_SUBSCRIPT": "短信服务未开通",
    "isv.PRODUCT_UNSUBSCRIBE": "短信服务未开通",
    "isp.RAM_PERMISSION_DENY": "短信账户没有权限",
    "isv.DENY_IP_RANGE": "本机地址不在短信服务允许范围",
    "isv.DAY_LIMIT_CONTROL": "短信已达日发送上限",
    "isv.MONTH_LIMIT_CONTROL": "短信已达月发送上限",
    "isv.OUT_OF_SERVICE": "短信服务已停机",
    "isv.MOBILE_NUMBER_ILLEGAL": "手机号码无效",
    "isv.BLACK_KEY_CONTROL_LIMIT": "内容含有禁止的词",
    "isv.SMS_SIGNATURE_ILLEGAL": "短信签名未通过审核",
    "isv.SMS_TEMPLATE_ILLEGAL": "短信模板未通过审核",
    "isv.TEMPLATE_MISSING_PARAMETERS": "短信模板缺少变量",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "短信变量内容不合规",
    "isv.PARAM_LENGTH_LIMIT": "短信变量过长",
    "InvalidAccessKeyId.NotFound": "短信账户密钥不存在",
    "SignatureDoesNotMatch": "短信账户密钥有误",
    "Forbidden.RAM": "短信账户没有权限",
}
"""Providers' common codes in words; `wechat_backend.gateways` says what is done about each."""


def meaning(code: str) -> str:
    """A provider's code in words, as far as we have any."""
    return "对方系统故障" if code.startswith("http_5") else CODES.get(code, "")


def closure_text(closure: Closure, now: datetime, *, repairs: bool) -> str:
    """That nothing goes through a channel, since when and why; `repairs` is whether the reader sees to it."""
    why = f"{meaning(closure['code'])}（{closure['code']}）"
    again = f"，{local(closure['until'], '%H:%M')}再试" if closure["until"] > now else ""
    advice = f"请尽快处理{again}" if repairs else "急需告知当事人的，请打电话"
    since = local(closure["since"], "%m月%d日 %H:%M")
    return (
        f"{VIAS[closure['_id']]}渠道暂停发送：{why}，自{since}起发不出去。"
        f"待发的消息不会丢失，恢复后自动补发；{advice}。"
    )

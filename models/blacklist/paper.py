"""The paper of a decision: what is decided, why, by which law, and what one can do about it (article 28)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from models.blacklist.document import AppealState, Ban, State
from models.law import REGULATION, Term, in_force
from models.papers import Part
from models.workdays import local_date

EFFECT = (
    "自您收到本决定之日起三个月内，不能使用网上办事大厅的在线申请功能。"
    "预约、到窗口办理、查询进度、评价以及正在办理的事项不受影响。"
)
REMEDY = (
    "对本决定有异议的，可以自收到本决定或者知悉之日起三十个工作日内向作出决定的本局提出申诉："
    "登录番禺智慧政务，在“处理决定和申诉”中填写，或者到任一政务服务窗口书面提出。"
)
STATES: Mapping[State, str] = {
    State.PROPOSED: "待复核",
    State.DECLINED: "未通过复核",
    State.CONFIRMED: "生效中",
    State.LIFTED: "申诉成立，已撤销",
    State.DELISTED: "核实为非故意，已解除",
    State.EXPIRED: "已期满",
}
APPEAL_STATES: Mapping[AppealState, str] = {
    AppealState.OPEN: "申诉处理中",
    AppealState.KEPT: "申诉不成立，维持原决定",
    AppealState.LIFTED: "申诉成立，原决定不再执行",
}
TITLE = "网上办事黑名单处理决定书"
OFFICE = "广州市番禺区政务服务数据管理局"


@dataclass(frozen=True)
class DecisionPaper:
    number: str
    ground: str
    facts: str
    basis: str
    evidence: tuple[str, ...]
    effect: str
    remedy: str
    office: str
    title: str = TITLE

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its text, as it is read from top to bottom on every door and on paper."""
        return (
            Part("事实", (self.facts,)),
            Part("理由", (self.ground,)),
            Part("证据", self.evidence),
            Part("依据", (self.basis,)),
            Part("处理", (self.effect,)),
            Part("怎样申诉", (self.remedy,)),
        )


def number_of(ban: Ban) -> str:
    """As the paper has it; empty of a proposal."""
    return f"番政管〔{ban['year']}〕{ban['sequence']}号" if "sequence" in ban and "year" in ban else ""


def paper_of(ban: Ban) -> DecisionPaper:
    period = in_force(Term.BAN, local_date(ban["confirmed_at"] or ban["proposed_at"]))
    return DecisionPaper(
        number=number_of(ban),
        ground=ban["ground"].words,
        facts=ban["facts"],
        basis=f"《{REGULATION}》{period.article}第一款{ban['ground'].item}",
        evidence=tuple(one["title"] for one in ban["evidence"]),
        effect=EFFECT,
        remedy=REMEDY,
        office=OFFICE,
    )


def status_of(ban: Ban, at: datetime) -> str:
    """How it stands at a moment, whether or not a worker has noted its end yet."""
    if ban["state"] is State.CONFIRMED:
        if ban["until"] is None:
            return "待查收"
        if ban["until"] <= at:
            return STATES[State.EXPIRED]
    return STATES[ban["state"]]

"""网上办事黑名单 (article 28): decisions that keep a person from applying online, and appeals."""

from models.blacklist.appeals import Appeals
from models.blacklist.decisions import Decisions
from models.blacklist.document import Appeal, AppealState, Ban, Ground, How, State
from models.blacklist.evidence import Freezer, Reference
from models.blacklist.flags import Flag, Flags, FlagState
from models.blacklist.flags import Reason as FlagReason
from models.blacklist.malice import Malice
from models.blacklist.paper import APPEAL_STATES, DecisionPaper, number_of, paper_of, status_of
from models.blacklist.rules import Blacklisted, can_appeal, is_appealed, is_barring, is_unread, last_day
from models.blacklist.store import EXPIRY, PAPER, Bans, is_malice
from models.blacklist.watch import Watch

__all__ = [
    "APPEAL_STATES",
    "EXPIRY",
    "PAPER",
    "Appeal",
    "AppealState",
    "Appeals",
    "Ban",
    "Bans",
    "Blacklisted",
    "DecisionPaper",
    "Decisions",
    "Flag",
    "FlagReason",
    "FlagState",
    "Flags",
    "Freezer",
    "Ground",
    "How",
    "Malice",
    "Reference",
    "State",
    "Watch",
    "can_appeal",
    "is_appealed",
    "is_barring",
    "is_malice",
    "is_unread",
    "last_day",
    "number_of",
    "paper_of",
    "status_of",
]

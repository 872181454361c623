"""网上办事黑名单 (article 28): decisions that keep a person from applying online, and appeals."""

from models.blacklist.appeals import Appeals
from models.blacklist.decisions import Decisions, History
from models.blacklist.document import (
    GROUNDS,
    OVER,
    SHOWN,
    Appeal,
    AppealState,
    Ban,
    Evidence,
    FindingState,
    Ground,
    State,
)
from models.blacklist.evidence import Freezer, Opened, Reference
from models.blacklist.flags import Flag, Flags, FlagState, rests_on
from models.blacklist.flags import Reason as FlagReason
from models.blacklist.flags import Wanted as WantedFlags
from models.blacklist.malice import Malice
from models.blacklist.officers import is_another
from models.blacklist.paper import APPEAL_STATES, STATES, DecisionPaper, number_of, paper_of, status_of
from models.blacklist.rules import Blacklisted, can_appeal, is_appealed, is_barring, is_unread, last_day
from models.blacklist.store import EXPIRY, PAPER, Bans, Wanted, WantedAppeals, files_of, is_malice
from models.blacklist.watch import Watch

__all__ = [
    "APPEAL_STATES",
    "EXPIRY",
    "GROUNDS",
    "OVER",
    "PAPER",
    "SHOWN",
    "STATES",
    "Appeal",
    "AppealState",
    "Appeals",
    "Ban",
    "Bans",
    "Blacklisted",
    "DecisionPaper",
    "Decisions",
    "Evidence",
    "FindingState",
    "Flag",
    "FlagReason",
    "FlagState",
    "Flags",
    "Freezer",
    "Ground",
    "History",
    "Malice",
    "Opened",
    "Reference",
    "State",
    "Wanted",
    "WantedAppeals",
    "WantedFlags",
    "Watch",
    "can_appeal",
    "files_of",
    "is_another",
    "is_appealed",
    "is_barring",
    "is_malice",
    "is_unread",
    "last_day",
    "number_of",
    "paper_of",
    "rests_on",
    "status_of",
]

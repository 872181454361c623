"""What people say of the service: reviews (article 17)."""

from models.voices.disputes import Disputes, is_asked, is_heard
from models.voices.document import (
    OPEN_DISPUTE,
    READABLE,
    DisputeState,
    GivenReview,
    Kind,
    Mark,
    Opinion,
    WordsState,
)
from models.voices.evidence import DisputeFiles, sees_evidence, takes_files
from models.voices.figures import Counting, Figures, ReviewTicks
from models.voices.invitations import Asked, Asking, Invitations, Invited, where_and_when
from models.voices.involved import Involved
from models.voices.moderation import Moderation, Said, held
from models.voices.periods import Period
from models.voices.platforms import Invitation, platform
from models.voices.reconciled import Compared, Reconciled
from models.voices.recount import Recount
from models.voices.rectifications import (
    CONTACT_DUE,
    END,
    FIX_DUE,
    FURTHER,
    RECTIFY,
    Rectification,
    Rectifications,
)
from models.voices.rectifying import Rectifying, may_rate
from models.voices.replies import PublicReply, Replies
from models.voices.reviews import LOOK, ReviewMovedOn, Reviews, project_of
from models.voices.rules import can_review, check_reviewable, guide_matter, is_bad
from models.voices.sought import Sought
from models.voices.summary import Cut, Summaries, Summary, WantedFigures
from models.voices.tags import BAD_TAGS, LEVELS, TAG_LISTS, TagList, tags_of_version, tags_on
from models.voices.tally import Published, Tally, least, published, published_parts, together

__all__ = [
    "BAD_TAGS",
    "CONTACT_DUE",
    "END",
    "FIX_DUE",
    "FURTHER",
    "LEVELS",
    "LOOK",
    "OPEN_DISPUTE",
    "READABLE",
    "RECTIFY",
    "TAG_LISTS",
    "Asked",
    "Asking",
    "Compared",
    "Counting",
    "Cut",
    "DisputeFiles",
    "DisputeState",
    "Disputes",
    "Figures",
    "GivenReview",
    "Invitation",
    "Invitations",
    "Invited",
    "Involved",
    "Kind",
    "Mark",
    "Moderation",
    "Opinion",
    "Period",
    "PublicReply",
    "Published",
    "Reconciled",
    "Recount",
    "Rectification",
    "Rectifications",
    "Rectifying",
    "Replies",
    "ReviewMovedOn",
    "ReviewTicks",
    "Reviews",
    "Said",
    "Sought",
    "Summaries",
    "Summary",
    "TagList",
    "Tally",
    "WantedFigures",
    "WordsState",
    "can_review",
    "check_reviewable",
    "guide_matter",
    "held",
    "is_asked",
    "is_bad",
    "is_heard",
    "least",
    "may_rate",
    "platform",
    "project_of",
    "published",
    "published_parts",
    "sees_evidence",
    "tags_of_version",
    "tags_on",
    "takes_files",
    "together",
    "where_and_when",
]

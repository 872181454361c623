"""What people think of it: reviews, and all that follows from them."""

from dataclasses import dataclass

from models.stores.ground import Ground
from models.stores.matters import Matters
from models.stores.people import People
from models.voices import (
    Asking,
    Counting,
    DisputeFiles,
    Disputes,
    Figures,
    Invitations,
    Involved,
    Moderation,
    Reconciled,
    Recount,
    Rectifications,
    Rectifying,
    Replies,
    Reviews,
    ReviewTicks,
    Summaries,
)


@dataclass(frozen=True, kw_only=True)
class Voices:
    reviews: Reviews
    invitations: Invitations
    asking: Asking
    moderation: Moderation
    disputes: Disputes
    dispute_files: DisputeFiles
    rectifications: Rectifications
    rectifying: Rectifying
    replies: Replies
    figures: Figures
    review_ticks: ReviewTicks
    counting: Counting
    recount: Recount
    summaries: Summaries
    reconciled: Reconciled


def voices(on: Ground, who: People, what: Matters) -> Voices:
    database, privacy = on.database, on.privacy
    applications, appointments = what.applications, what.appointments
    reviews = Reviews(database, privacy, on.uncivil)
    rectifications = Rectifications(database, privacy, on.calendar)
    involved, invitations = Involved(applications, appointments), Invitations(database, privacy)
    figures, ticks = Figures(database), ReviewTicks(database)
    counting = Counting(figures, ticks, reviews, rectifications, applications, appointments)
    return Voices(
        reviews=reviews,
        invitations=invitations,
        asking=Asking(invitations, reviews, applications, appointments, who.binding, on.counters),
        moderation=Moderation(reviews, involved),
        disputes=Disputes(reviews, involved, on.calendar),
        dispute_files=DisputeFiles(reviews, on.materials),
        rectifications=rectifications,
        rectifying=Rectifying(rectifications, reviews, who.applicants, involved),
        replies=Replies(rectifications, reviews),
        figures=figures,
        review_ticks=ticks,
        counting=counting,
        recount=Recount(counting),
        summaries=Summaries(figures),
        reconciled=Reconciled(database),
    )

"""Who comes again with a code that is in use: the phone or the screen itself, whose answer may have been
lost, is answered as the first time; anybody else is told why it is worth nothing."""

from models.pairings.document import Pairing, State, Ticket, is_of_screen
from models.pairings.faults import OVER, PairingTaken, PairingUsed


def still_theirs(pairing: Pairing, state: State) -> Pairing:
    """The same phone comes again.

    Raises:
        Conflict: `pairing_used`, `pairing_expired`, `pairing_refused`.
    """
    if state in (State.SCANNED, State.AGREED, State.JOINED):
        return pairing
    raise OVER.get(state, PairingUsed)


def still_its(pairing: Pairing, state: State, ticket: Ticket, kiosk: str) -> Ticket:
    """The same screen comes again with an offer.

    Raises:
        Conflict: `pairing_taken`, `pairing_used`, `pairing_expired`, `pairing_refused`.
    """
    if state in OVER:
        raise OVER[state]
    if not is_of_screen(pairing, ticket, kiosk):
        raise PairingTaken
    return ticket

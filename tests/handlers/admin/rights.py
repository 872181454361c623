"""Who may do what in the panel, written by hand from the product's description, and as the code declares it.

A row is a route of the panel, a column a role. `all` is the whole district, `dept` the department of the
member's record, `halls` the halls and `towns` the townships that it names, `own` what is entrusted to the
member, `.` is no right at all. `each` stands for every member, who comes to what is their own there; `open`
for everybody, signed in or not. An address to which a form is sent leads, when it is opened in the browser,
to the page of the form: these are not listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers import admin
from handlers.admin.panel import FormAction
from handlers.routes import Served, address, served
from handlers.web.visitor import Auth
from models.applications import STEPS, Action
from models.applications.holding import HANDLES
from models.kiosks.actions import STEPS as KIOSK_STEPS
from models.kiosks.actions import Action as KioskAction
from models.staff import Reach, Role, Scope

BY_HAND = """
                                                     window  review  approve superv  manage  digital centre  towns   contact kiosks  audit   admin
GET  /admin                                          each
GET  /admin/sign-in                                  open
POST /admin/sign-in                                  open
POST /admin/sign-out                                 open

GET  /admin/applications                             all     dept    dept    dept    all     .       .       .       .       .       .       .
GET  /admin/applications.csv                         all     dept    dept    dept    all     .       .       .       .       .       .       .
POST /admin/applications/search                      all     dept    dept    dept    all     .       .       .       .       .       .       .
POST /admin/applications/accept                      all     dept    dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/views                       all     dept    dept    dept    all     .       .       .       .       .       .       .
POST /admin/applications/views/remove                all     dept    dept    dept    all     .       .       .       .       .       .       .
GET  /admin/applications/{id}                        all     dept    dept    dept    all     .       .       .       .       .       .       .
GET  /admin/applications/{id}/files/{id}             all     dept    dept    dept    all     .       .       .       .       .       .       .
GET  /admin/applications/{id}/files/{id}/pages/{page} all     dept    dept    dept    all     .       .       .       .       .       .       .
POST /admin/applications/{id}/reveal                 all     dept    dept    dept    all     .       .       .       .       .       .       .
POST /admin/applications/{id}/print                  all     dept    dept    dept    all     .       .       .       .       .       .       .
POST /admin/applications/{id}/note                   all     dept    dept    dept    all     .       .       .       .       .       .       .
POST /admin/applications/{id}/hand_over              all     dept    dept    dept    all     .       .       .       .       .       .       .
POST /admin/applications/{id}/receive                all     dept    dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/accept                 all     dept    dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/request_supplement     all     dept    dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/not_accept             all     dept    dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/take                   all     dept    dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/answer_nudge           all     dept    dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/invite                 all     dept    dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/withdraw_invitation    all     dept    dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/pause                  .       .       dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/resume                 .       .       dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/return                 .       .       dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/conclude               .       .       dept    .       .       .       .       .       .       .       .       .
POST /admin/applications/{id}/assign                 .       .       .       dept    all     .       .       .       .       .       .       .
POST /admin/applications/{id}/nudge                  .       .       .       dept    all     .       .       .       .       .       .       .

GET  /admin/appointments                             halls   .       .       .       .       .       halls   towns   .       .       .       .
POST /admin/appointments/{id}/ending                 halls   .       .       .       .       .       halls   towns   .       .       .       .
POST /admin/appointments/{id}/arrival                halls   .       .       .       .       .       halls   towns   .       .       .       .
POST /admin/appointments/{id}/giving-up              halls   .       .       .       .       .       halls   towns   .       .       .       .
GET  /admin/halls                                    .       .       .       .       .       .       halls   towns   .       .       .       .
GET  /admin/halls/{hall}/schedule                    .       .       .       .       .       .       halls   towns   .       .       .       .
POST /admin/halls/{hall}/schedule                    .       .       .       .       .       .       halls   towns   .       .       .       .
GET  /admin/unfit                                    .       .       .       .       .       .       halls   towns   .       .       .       .
GET  /admin/halls/{hall}/unfit                       .       .       .       .       .       .       halls   towns   .       .       .       .
POST /admin/halls/{hall}/unfit/keep                  .       .       .       .       .       .       halls   towns   .       .       .       .
POST /admin/halls/{hall}/unfit/ask                   .       .       .       .       .       .       halls   towns   .       .       .       .
GET  /admin/objections                               .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/objections/{id}/decision                 .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/reviews                                  .       .       .       dept    all     .       .       .       dept    .       .       .
GET  /admin/reviews.csv                              .       .       .       dept    all     .       .       .       dept    .       .       .
GET  /admin/figures                                  .       .       .       dept    all     .       .       .       dept    .       .       .
GET  /admin/figures.csv                              .       .       .       dept    all     .       .       .       dept    .       .       .
GET  /admin/reviews/{id}                             .       .       .       dept    all     .       .       .       dept    .       .       .
POST /admin/reviews/{id}/moderate                    .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/reviews/{id}/dispute                     .       .       .       dept    .       .       .       .       .       .       .       .
POST /admin/reviews/{id}/evidence                    .       .       .       dept    .       .       .       .       .       .       .       .
GET  /admin/reviews/{id}/evidence/{number}           .       .       .       dept    all     .       .       .       .       .       .       .
POST /admin/reviews/{id}/ask                         .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/reviews/{id}/decide                      .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/rectifications                           .       .       .       dept    all     .       .       .       dept    .       .       .
GET  /admin/rectifications/{id}                      .       .       .       dept    all     .       .       .       dept    .       .       .
POST /admin/rectifications/{id}/contact              .       .       .       dept    all     .       .       .       dept    .       .       .
POST /admin/rectifications/{id}/fix                  .       .       .       dept    all     .       .       .       dept    .       .       .
POST /admin/rectifications/{id}/call_back            .       .       .       dept    all     .       .       .       dept    .       .       .
POST /admin/rectifications/{id}/close                .       .       .       dept    all     .       .       .       dept    .       .       .
POST /admin/rectifications/{id}/reveal               .       .       .       dept    all     .       .       .       dept    .       .       .
GET  /admin/uncivil                                  .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/uncivil/words                            .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/uncivil/try                              .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/verify                                   all     .       .       .       .       .       .       .       .       .       .       .
POST /admin/verify                                   all     .       .       .       .       .       .       .       .       .       .       .

GET  /admin/new-flag                                 all     dept    dept    dept    all     .       .       .       .       .       .       .
POST /admin/new-flag                                 all     dept    dept    dept    all     .       .       .       .       .       .       .
GET  /admin/blacklist                                .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/blacklist/{id}                           .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/flags                                    .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/flags/{id}                               .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/flags/{id}/files/{id}                    .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/flags/{id}/dismiss                       .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/new-ban                                  .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/new-ban                                  .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/bans                                     .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/bans/{id}                                .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/bans/{id}/evidence/{page}                .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/bans/{id}/files/{id}                     .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/bans/{id}/confirm                        .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/bans/{id}/decline                        .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/bans/{id}/delist                         .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/bans/{id}/malice                         .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/bans/{id}/malice-confirm                 .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/bans/{id}/malice-decline                 .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/appeals                                  .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/appeals/{id}                             .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/appeals/{id}/evidence/{page}             .       .       .       .       all     .       .       .       .       .       .       .
GET  /admin/appeals/{id}/files/{id}                  .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/appeals/{id}/verdict                     .       .       .       .       all     .       .       .       .       .       .       .

GET  /admin/kiosk-availability                       .       .       .       dept    .       all     halls   towns   dept    .       .       .
GET  /admin/kiosk-availability.csv                   .       .       .       dept    .       all     halls   towns   dept    .       .       .
GET  /admin/kiosk-board                              .       .       .       dept    .       all     halls   towns   dept    .       .       .
GET  /admin/kiosks                                   .       .       .       dept    .       all     halls   towns   dept    .       .       .
GET  /admin/kiosks/{id}                              .       .       .       dept    .       all     halls   towns   dept    .       .       .
GET  /admin/kiosks/{id}/answers/{id}                 .       .       .       .       .       all     .       .       .       .       .       .
GET  /admin/kiosks/{id}/notice                       .       .       .       dept    .       all     halls   towns   dept    .       .       .
GET  /admin/kiosks/{id}/files/{id}                   .       .       .       dept    .       all     halls   towns   dept    .       .       .
POST /admin/kiosks/{id}/review                       .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/kiosks/{id}/place                        .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/kiosks/{id}/decline                      .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/kiosks/{id}/give_paper                   .       .       .       .       .       .       .       .       dept    .       .       .
POST /admin/kiosks/{id}/issue_code                   .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/kiosks/{id}/command                      .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/kiosks/{id}/revoke_key                   .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/kiosks/{id}/report_fault                 .       .       .       .       .       .       halls   towns   dept    .       .       .
POST /admin/kiosks/{id}/repair                       .       .       .       .       .       .       halls   towns   dept    .       .       .
POST /admin/kiosks/{id}/plan_suspension              .       .       .       .       .       .       .       .       dept    .       .       .
POST /admin/kiosks/{id}/call_off_suspension          .       .       .       .       .       .       .       .       dept    .       .       .
POST /admin/kiosks/{id}/post_suspension              .       .       .       .       .       .       halls   towns   .       .       .       .
POST /admin/kiosks/{id}/resume                       .       .       .       .       .       .       .       .       dept    .       .       .
POST /admin/kiosks/{id}/take_away                    .       .       .       .       .       .       halls   towns   .       .       .       .
POST /admin/kiosks/{id}/bring_back                   .       .       .       .       .       .       halls   towns   .       .       .       .
POST /admin/kiosks/{id}/remove                       .       .       .       .       .       .       halls   towns   .       .       .       .
POST /admin/kiosks/{id}/attribute                    .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/kiosks/{id}/find                         .       .       .       .       .       all     .       .       dept    .       .       .
POST /admin/kiosks/{id}/prolong                      .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/kiosks/{id}/agree                        .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/kiosks/{id}/dismiss                      .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/kiosks/{id}/withdraw                     .       .       .       .       .       .       .       .       dept    .       .       .
POST /admin/kiosks/{id}/hand_back                    .       .       .       .       .       .       halls   towns   .       .       .       .
GET  /admin/kiosks/{id}/request_again                .       .       .       .       .       .       .       .       dept    .       .       .
POST /admin/kiosks/{id}/request_again                .       .       .       .       .       .       .       .       dept    .       .       .
GET  /admin/kiosks/new                              .       .       .       .       .       .       .       .       dept    .       .       .
POST /admin/kiosks/new                              .       .       .       .       .       .       .       .       dept    .       .       .
GET  /admin/kiosk-contact                            .       .       .       dept    .       .       .       .       .       .       .       .
POST /admin/kiosk-contact                            .       .       .       dept    .       .       .       .       .       .       .       .
GET  /admin/alerts                                   .       .       .       .       .       all     halls   towns   .       .       .       .
GET  /admin/alerts/{id}                              .       .       .       .       .       all     halls   towns   .       .       .       .
POST /admin/alerts/{id}/acknowledge                  .       .       .       .       .       all     halls   towns   .       .       .       .
POST /admin/help-calls/{id}/go                       .       .       .       .       .       all     halls   towns   .       .       .       .
GET  /admin/duty                                     .       .       .       .       .       all     halls   towns   .       .       .       .
POST /admin/duty/days                                .       .       .       .       .       all     halls   towns   .       .       .       .
POST /admin/duty/heads                               .       .       .       .       .       all     halls   towns   .       .       .       .
GET  /admin/calendar                                 .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/calendar/days                            .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/calendar/confirm                         .       .       .       .       all     .       .       .       .       .       .       .
POST /admin/calendar/reopen                          .       .       .       .       all     .       .       .       .       .       .       .

GET  /admin/servings                                 all     dept    dept    .       all     .       .       .       .       .       .       .
GET  /admin/servings/{paper}                         all     dept    dept    .       all     .       .       .       .       .       .       .
POST /admin/servings/{paper}/record                  all     dept    dept    .       all     .       .       .       .       .       .       .
POST /admin/servings/{paper}/reveal                  all     dept    dept    .       all     .       .       .       .       .       .       .
POST /admin/servings/{paper}/print                   all     dept    dept    .       all     .       .       .       .       .       .       .
GET  /admin/deliveries                               .       .       .       .       .       all     .       .       .       .       .       .
POST /admin/deliveries/retry                         .       .       .       .       .       all     .       .       .       .       .       .

GET  /admin/absences                                 .       .       .       dept    .       .       .       .       .       .       .       all
POST /admin/absences/end                             .       .       .       dept    .       .       .       .       .       .       .       all
GET  /admin/new-absence                              .       .       .       dept    .       .       .       .       .       .       .       all
POST /admin/new-absence                              .       .       .       dept    .       .       .       .       .       .       .       all

GET  /admin/members                                  .       .       .       .       .       .       .       .       .       .       .       all
GET  /admin/members.csv                              .       .       .       .       .       .       .       .       .       .       .       all
GET  /admin/new-member                               .       .       .       .       .       .       .       .       .       .       .       all
POST /admin/new-member                               .       .       .       .       .       .       .       .       .       .       .       all
GET  /admin/members/{member}                         .       .       .       .       .       .       .       .       .       .       .       all
POST /admin/members/{member}                         .       .       .       .       .       .       .       .       .       .       .       all
POST /admin/members/{member}/suspend                 .       .       .       .       .       .       .       .       .       .       .       all
POST /admin/members/{member}/leave                   .       .       .       .       .       .       .       .       .       .       .       all
POST /admin/members/{member}/reset                   .       .       .       .       .       .       .       .       .       .       .       all
POST /admin/members/{member}/session                 .       .       .       .       .       .       .       .       .       .       .       all

GET  /admin/account                                  each
POST /admin/account/session                          each
POST /admin/account/recovery-codes                   each
GET  /admin/account/phone                            each
POST /admin/account/phone                            each
POST /admin/account/phone/code                       each
POST /admin/account/phone/remove                     each
GET  /admin/account/wechat                           each
POST /admin/account/wechat                           each
POST /admin/account/wechat/begin                     each
POST /admin/account/wechat/remove                    each
GET  /admin/account/absence                          each
POST /admin/account/absence                          each
POST /admin/account/absence/end                      each
POST /admin/account/acting                           each
GET  /admin/password                                 each
POST /admin/password                                 each
GET  /admin/second-factor                            each
POST /admin/second-factor                            each
POST /admin/second-factor/begin                      each
GET  /admin/confirm                                  each
POST /admin/confirm                                  each
"""  # noqa: E501 - a table is read by its columns
WORDS = {
    Reach.DISTRICT: "all",
    Reach.DEPARTMENT: "dept",
    Reach.HALLS: "halls",
    Reach.TOWNSHIP: "towns",
    Reach.OWN: "own",
}
SUPERVISES = frozenset({Scope.APPLICATIONS_SUPERVISE})
EVIDENCE = frozenset({Scope.DISPUTES_RAISE, Scope.DISPUTES_DECIDE})
ASKS = {
    "take": HANDLES,
    "answer_nudge": HANDLES,
    "invite": HANDLES,
    "withdraw_invitation": HANDLES,
    "assign": SUPERVISES,
    "nudge": SUPERVISES,
    "{number}": EVIDENCE,
}
"""What the store asks of a member besides the route's scope, by the last part of an address."""


@dataclass(frozen=True)
class Door:
    """One method of one address; `path` has names for its parts (`/admin/applications/{id}`)."""

    served: Served
    path: str

    def __str__(self) -> str:
        return f"{self.served.method:4} {self.path}"

    @property
    def scopes(self) -> frozenset[Scope]:
        """One of these is needed, as routes and actions declare it."""
        who, last = self.served.who, self.path.rpartition("/")[2]
        if not isinstance(who, Scope):
            return frozenset()
        if self.path.startswith("/admin/applications/{id}/") and last in list(Action):
            scope = STEPS[Action(last)].scope
            return frozenset({scope}) if scope else frozenset()
        if self.path.startswith("/admin/kiosks/{id}/") and last in list(KioskAction):
            return frozenset(KIOSK_STEPS[KioskAction(last)].scopes)
        return ASKS.get(last, frozenset({who}))

    def reach(self, role: Role) -> Reach | None:
        """How far a member who has no other role comes by this door."""
        reached = {role.within[scope] for scope in self.scopes if scope in role.within}
        return max(reached, key=list(Reach).index, default=None)

    @property
    def declared(self) -> list[str]:
        """Its row of the table as the code has it."""
        if not self.scopes:
            return ["open" if self.served.who is Auth.ANYONE else "each"]
        return [WORDS[reach] if (reach := self.reach(role)) else "." for role in Role]


def doors() -> Iterator[Door]:
    """All of the panel, but for those that only lead to the form's page."""
    for each in served(admin.ROUTES):
        if each.method == "GET" and issubclass(each.handler, FormAction):
            continue
        yield from (Door(each, path) for path in alternatives(address(each.pattern)))


def alternatives(path: str) -> list[str]:
    """`/x/(a|b)` as `/x/a` and `/x/b`."""
    begin, bracket, rest = path.partition("(")
    if not bracket or "|" not in rest:
        return [path]
    names, _, end = rest.partition(")")
    return [f"{begin}{name}{end}" for name in names.split("|")]


def by_hand() -> dict[str, list[str]]:
    """The rows of the table, by method and path."""
    rows = [line.split() for line in BY_HAND.split("\n")[2:] if line]
    return {f"{method:4} {path}": cells for method, path, *cells in rows}

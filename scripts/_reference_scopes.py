"""The reference page of roles and scopes."""

from _reference_tables import code, table

from models.staff import Reach, Role, Scope

HEAD = """# Scopes

What a role may do, and how far. [The routes](routes.md) say which scope each address of the panel needs;
`models/staff/scopes.py` is the source. A cell is the reach with which the role has the scope; an empty one
means that it has none. A member may have several roles: each scope then goes as far as the roles that give
it, and no further. What a record does not name is none, not all. An application that a member does not reach
is answered as one that does not exist; of an appointment at another hall, which is scanned from the page of
the person who stands there, the answer says at which hall it is.

"""


def scopes() -> str:
    """Role × scope × reach, what each reach is, and what each role and scope is for."""
    roles = [
        [code(role), role.label, role.reach, *(role.within.get(scope, "") for scope in Scope)]
        for role in Role
    ]
    reaches = [[code(reach), reach.sentence] for reach in Reach]
    purposes = [[code(role), role.sentence] for role in Role]
    meanings = [[code(one), one.sentence, "✓" if one.needs_second_factor else ""] for one in Scope]
    return (
        HEAD
        + table(["role", "name", "reach", *map(code, Scope)], roles)
        + "\n"
        + table(["reach", "goes to"], reaches)
        + "\n"
        + table(["role", "is for"], purposes)
        + "\n"
        + table(["scope", "lets a member", "needs a code"], meanings)
    )

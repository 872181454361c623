"""The reference page of roles and scopes."""

from _reference_tables import code, table

from models.staff import Reach, Role, Scope

HEAD = f"""# Scopes

What a role may do, and how far. [The routes](routes.md) say which scope each address of the panel needs;
`models/staff/scopes.py` is the source. Reach `{Reach.DISTRICT}` is every department,
`{Reach.DEPARTMENT}` the member's own, `{Reach.HALLS}` the halls of the member's record, `{Reach.OWN}`
what is entrusted to the member. A member may have several roles. Appointments are always within the halls
of the record. What a record does not name is none, not all.

"""


def scopes() -> str:
    """Role × scope, with the reach of each role, and what each scope is for."""
    roles = [
        [code(role), role.label, role.reach, *("✓" if scope in role.scopes else "" for scope in Scope)]
        for role in Role
    ]
    purposes = [[code(role), role.sentence] for role in Role]
    meanings = [[code(one), one.sentence, "✓" if one.needs_second_factor else ""] for one in Scope]
    return (
        HEAD
        + table(["role", "name", "reach", *map(code, Scope)], roles)
        + "\n"
        + table(["role", "is for"], purposes)
        + "\n"
        + table(["scope", "lets a member", "needs a code"], meanings)
    )

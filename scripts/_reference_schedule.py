"""The reference page of what can be due at a time."""

import inspect

from _reference_tables import code, table

from models.stores import planned
from wechat_backend.worker.jobs.schedule import FIRES


def schedule() -> str:
    """All that can be planned, the store whose events plan it, and what is done when it is due."""
    rows = [
        (
            code(what),
            code(f"{store.__module__}.{store.__qualname__}"),
            (inspect.getdoc(FIRES[what]) or "").partition("\n")[0] if what in FIRES else "**nobody**",
        )
        for what, store in sorted(planned().items())
    ]
    head = (
        "# What is due at a time\n\n"
        "What events can plan, and what a worker then does if it still holds (docs/architecture.md).\n\n"
    )
    return head + (table(["what", "planned by", "done"], rows) if rows else "Nothing yet.\n")

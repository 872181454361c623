"""大厅时间: the schedules of halls, and the visits that do not fit them any more (article 9)."""

from handlers.admin.halls import pages, unfit

ROUTES = [*pages.ROUTES, *unfit.ROUTES]
"""Further routes of the panel."""

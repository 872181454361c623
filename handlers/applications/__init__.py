"""办事申请 from the guide to the result, as the applicant walks it (articles 10 to 16)."""

from handlers.applications import confirm, form, materials, standing

ROUTES = [*standing.ROUTES, *form.ROUTES, *materials.ROUTES, *confirm.ROUTES]

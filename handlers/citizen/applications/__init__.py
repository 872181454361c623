"""办事申请 from the guide to the result, as the applicant walks it (articles 10 to 16)."""

from handlers.citizen.applications import confirm, form, materials, mine, paper, receipt

ROUTES = [*mine.ROUTES, *form.ROUTES, *materials.ROUTES, *confirm.ROUTES, *receipt.ROUTES, *paper.ROUTES]

"""The room 自助终端 of the panel (articles 18, 20 and 21)."""

from handlers.admin.kiosks import acting, answers, availability, board, contact, notice, pages, requests

ROUTES = [
    *board.ROUTES,
    *availability.ROUTES,
    *pages.ROUTES,
    *acting.ROUTES,
    *answers.ROUTES,
    *notice.ROUTES,
    *requests.ROUTES,
    *contact.ROUTES,
]

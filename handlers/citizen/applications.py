"""办事申请 from the guide to the result, on the phone or the computer (articles 10 to 16)."""

from handlers.web.cases.confirm import ConfirmPage
from handlers.web.cases.form import DraftHandler, FormPage
from handlers.web.cases.materials import FileHandler, MaterialsPage, RemoveHandler, UploadHandler
from handlers.web.cases.mine import (
    ApplicationsPage,
    ApplicationStatusPage,
    DeleteHandler,
    NewApplicationPage,
    SupplementPage,
    WithdrawHandler,
)
from handlers.web.cases.paper import PrintPage
from handlers.web.cases.receipt import ReceiptPage, ReceiptPicture
from handlers.web.pages import DOCUMENT_ID

CODE = r"([a-z0-9_]+)"
ROUTES = [
    (r"/applications", ApplicationsPage),
    (r"/applications/new", NewApplicationPage),
    (rf"/applications/{DOCUMENT_ID}", ApplicationStatusPage),
    (rf"/applications/{DOCUMENT_ID}/supplement", SupplementPage),
    (rf"/applications/{DOCUMENT_ID}/withdraw", WithdrawHandler),
    (rf"/applications/{DOCUMENT_ID}/delete", DeleteHandler),
    (rf"/applications/{DOCUMENT_ID}/form", FormPage),
    (rf"/applications/{DOCUMENT_ID}/draft", DraftHandler),
    (rf"/applications/{DOCUMENT_ID}/materials", MaterialsPage),
    (rf"/applications/{DOCUMENT_ID}/materials/{CODE}", UploadHandler),
    (rf"/applications/{DOCUMENT_ID}/materials/{CODE}/remove", RemoveHandler),
    (rf"/applications/{DOCUMENT_ID}/files/{DOCUMENT_ID}", FileHandler),
    (rf"/applications/{DOCUMENT_ID}/confirm", ConfirmPage),
    (rf"/applications/{DOCUMENT_ID}/receipt", ReceiptPage),
    (rf"/applications/{DOCUMENT_ID}/receipt\.png", ReceiptPicture),
    (rf"/applications/{DOCUMENT_ID}/print", PrintPage),
]

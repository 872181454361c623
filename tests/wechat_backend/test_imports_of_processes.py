"""What a process does without it does not load: a dictionary or a decoder costs megabytes in each of many.

`scripts/bench memory` measures what they take.
"""

import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVE, WORKER = "wechat_backend.app", "wechat_backend.worker"
"""What `wechat_backend.__main__` loads for each."""
PUBLISHES = "wechat_backend.loading.writer"
PICTURES, DOCUMENTS = "models.materials.inspection.pictures", "models.materials.inspection.documents"
PAGES = "models.materials.inspection.pages"
"""What the kinds of inspecting children load, beside `models.materials.inspection.child`."""

NEITHER = {
    "pypinyin": "names are spelled when a guide is published: `models.guides.publishing`",
    PICTURES: "pictures are judged in a child",
    "pillow_heif": "only that child reads photos",
    DOCUMENTS: "documents are judged in a child",
    "pypdf": "only that child reads documents",
    PAGES: "pages are drawn in a child",
    "pypdfium2": "only that child draws pages",
    "babel": "translations are compiled by a script",
    "motor": "the settings name one driver, by default the other",
    "wechat_backend.demo": "the demo starts the others, which know nothing of it",
    "simulator": "it stands outside",
}
"""What neither the web server nor the worker needs."""
NOT_THE_WORKER = {
    "handlers": "nothing comes in through a worker",
    "tornado.web": "nothing comes in through a worker",
    "tornado.template": "it shows no pages",
    "python_multipart": "it takes no forms",
    "wechatpy": "it opens no envelopes of the chat",
    "requests": "only wechatpy brings it",
    "xmltodict": "it reads no messages of the chat",
    "qrcode": "it draws no QR",
    "PIL": "only QR pictures and tickets are drawn with it",
    "icalendar": "it writes no calendar files",
}
NO_CHILD = {
    "wechat_backend": "a child knows no settings",
    "pymongo": "a child is given a file, and no database",
    "pydantic": "a child checks no forms",
}
NEEDLESS = {
    SERVE: NEITHER | {WORKER: "the worker is a process of its own"},
    WORKER: NEITHER | NOT_THE_WORKER,
    PICTURES: NO_CHILD | {"pypdf": "only documents are read with it"},
    DOCUMENTS: NO_CHILD | {"pillow_heif": "only photos are read with it"},
    PAGES: NO_CHILD | {"pypdf": "PDFium reads the document itself"},
}
"""What a process must not load, each with the reason for which it can do without."""

NEEDED = (
    (SERVE, "handlers.routes"),
    (SERVE, "qrcode"),
    (SERVE, "icalendar"),
    (WORKER, "aliyunsdkcore"),
    (PUBLISHES, "pypinyin"),
    (PICTURES, "PIL"),
    (DOCUMENTS, "pypdf"),
    (PAGES, "pypdfium2"),
)


@cache
def loaded(start: str) -> frozenset[str]:
    """All modules in a process that has imported `start`."""
    said = subprocess.run(
        [sys.executable, "-c", f"import sys, {start}; print(*sys.modules, sep='\\n')"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return frozenset(said.stdout.split())


@pytest.mark.parametrize(
    ("process", "module"), [(process, module) for process, modules in NEEDLESS.items() for module in modules]
)
def test_what_is_not_needed_is_not_loaded(process: str, module: str) -> None:
    assert find_spec(module), f"there is no {module}: the line shows nothing"
    assert module not in loaded(process), NEEDLESS[process][module]


@pytest.mark.parametrize(("process", "module"), NEEDED)
def test_what_is_needed_is_seen(process: str, module: str) -> None:
    assert module in loaded(process)

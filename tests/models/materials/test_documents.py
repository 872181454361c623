"""PDF documents are whole, open to everybody, and harmless (article 14)."""

import re
import struct
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Any
from zipfile import ZipFile, is_zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from models.errors import BadInput
from models.materials.inspection.faults import MaterialActive, MaterialKindNotAccepted
from models.materials.inspection.kinds import LARGEST, lane_of
from models.materials.inspection.pdf_actions import ACTIONS
from tests.files import a_pdf
from tests.models.materials.inspecting import encoded, inspect, page, refusal

START = b"startxref"


def made(value: Any) -> PdfObject:
    """Plain values as parts of a PDF: `"/Name"`, text, numbers, lists, dictionaries."""
    if isinstance(value, PdfObject):
        return value
    if isinstance(value, dict):
        return DictionaryObject({NameObject(key): made(each) for key, each in value.items()})
    if isinstance(value, list):
        return ArrayObject([made(each) for each in value])
    if isinstance(value, bool):
        return BooleanObject(value)
    if isinstance(value, int):
        return NumberObject(value)
    return NameObject(value) if value.startswith("/") else TextStringObject(value)


def in_catalogue(**entries: Any) -> bytes:
    return a_pdf(catalogue={f"/{key}": made(value) for key, value in entries.items()})


def on_page(**entries: Any) -> bytes:
    writer: Any = PdfWriter()
    writer.add_blank_page(200, 200)
    for key, value in entries.items():
        writer.pages[0][NameObject(f"/{key}")] = made(value)
    return written(writer)


def written(writer: Any) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def note(**entries: Any) -> dict[str, Any]:
    """An annotation."""
    return {"/Type": "/Annot", "/Subtype": "/Link", "/Rect": [0, 0, 9, 9]} | {
        f"/{key}": value for key, value in entries.items()
    }


@pytest.mark.article("14.kept")
def test_an_ordinary_pdf_is_taken_as_it_is() -> None:
    sent = a_pdf()
    cleaned = inspect(sent)
    assert (cleaned.content, cleaned.media_type) == (sent, "application/pdf")
    assert inspect(sent + b"\r\n\0\0").media_type == "application/pdf"


def with_startxref(content: bytes, line: bytes) -> bytes:
    return content[: content.rfind(START)] + line + b"\n%%EOF"


def for_owner(algorithm: str) -> Callable[[bytes], bytes]:
    """A password against changes; anybody can open it."""

    def lock(content: bytes) -> bytes:
        writer = PdfWriter(clone_from=BytesIO(content))
        writer.encrypt("", owner_password="secret", algorithm=algorithm)
        return written(writer)

    return lock


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"HTTP/1.1 200 OK\r\n\r\n" * 10 + content,
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content + b"<!-- appended by a portal -->\n" * 200,
        lambda content: content + b"PK\x03\x04" + bytes(40) + b"PK\x05\x06" + bytes(18),
        lambda content: content + b"PK\x05\x06" + bytes(16) + struct.pack("<H", 6) + b"\n%%EOF",
        lambda content: with_startxref(content, b"startxref\n17"),
        lambda content: with_startxref(content, b"startxref\n99999999"),
        lambda content: with_startxref(content, b"startxref\nnowhere"),
        lambda content: with_startxref(content, b""),
        lambda content: content.replace(b"/Type /Page\n", b"/Type /Page\n/Rotate 0\n/Rotate 0\n"),
        for_owner("RC4-128"),
        for_owner("AES-128"),
        for_owner("AES-256"),
    ],
    ids=[
        *("before", "byte order mark", "behind", "archive behind", "archive around"),
        *("offset wrong", "offset beyond", "no number", "no offset", "entry twice"),
        *("owner RC4", "owner AES-128", "owner AES-256"),
    ],
)
def test_what_every_viewer_opens_is_taken_and_written_anew(change: Callable[[bytes], bytes]) -> None:
    sent = change(a_pdf("a title"))
    cleaned = inspect(sent)
    assert cleaned.media_type == "application/pdf"
    reader = PdfReader(BytesIO(cleaned.content), strict=True)
    assert not reader.is_encrypted
    assert len(reader.pages) == 1
    assert b"PK\x05\x06" not in cleaned.content
    assert b"appended" not in cleaned.content


@given(st.binary(max_size=900), st.binary(max_size=900))
@settings(max_examples=30, deadline=None)
def test_what_stands_around_a_document_does_not_matter(before: bytes, behind: bytes) -> None:
    try:
        lane_of(before)
    except MaterialKindNotAccepted:  # else it is a picture, with a document behind it
        reader = PdfReader(BytesIO(inspect(before + a_pdf() + behind).content), strict=True)
        assert len(reader.pages) == 1


def test_a_document_with_a_password_is_refused_with_the_reason() -> None:
    with pytest.raises(BadInput, match="密码") as refused:
        inspect(a_pdf(password="secret"))
    assert refused.value.code == "material_encrypted"


def a_stream(data: bytes, **entries: Any) -> StreamObject:
    stream = StreamObject()
    stream.set_data(data)
    for key, value in entries.items():
        stream[NameObject(f"/{key}")] = made(value)
    return stream


def apart(value: PdfObject, place: Callable[[PdfObject], dict[str, Any]]) -> bytes:
    """An object that stands by itself, and what refers to it from the catalogue."""
    writer: Any = PdfWriter()
    writer.add_blank_page(200, 200)
    for key, entry in place(writer._add_object(value)).items():
        writer.root_object[NameObject(key)] = made(entry)
    return written(writer)


URL = {"/S": "/URI", "/URI": "https://example.com/"}
SCRIPT = {"/S": "/JavaScript", "/JS": "app.alert(1)"}
FILE = {"/Type": "/Filespec", "/F": "a.exe", "/EF": {"/F": "a"}}


@pytest.mark.article("14.legible")
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (in_catalogue(OpenAction=SCRIPT), "脚本"),
        (in_catalogue(OpenAction={"/S": "/GoTo", "/D": [0, "/Fit"], "/Next": SCRIPT}), "脚本"),
        (in_catalogue(AA={"/WC": SCRIPT}), "脚本"),
        (in_catalogue(Names={"/JavaScript": {"/Names": ["a", SCRIPT]}}), "脚本"),
        (in_catalogue(AcroForm={"/Fields": [{"/T": "f", "/AA": {"/K": SCRIPT}}]}), "脚本"),
        (in_catalogue(Outlines={"/First": {"/Title": "t", "/A": SCRIPT}}), "脚本"),
        (on_page(AA={"/O": SCRIPT}), "脚本"),
        (on_page(Annots=[note(A=SCRIPT)]), "脚本"),
        (in_catalogue(OpenAction={"/S": "/Launch", "/F": "cmd.exe"}), "运行程序"),
        (on_page(Annots=[note(A={"/S": "/Launch", "/F": "cmd.exe"})]), "运行程序"),
        (in_catalogue(OpenAction=URL), "自动访问网址"),
        (in_catalogue(OpenAction={"/S": "/GoTo", "/D": [0, "/Fit"], "/Next": [URL]}), "自动访问网址"),
        (on_page(AA={"/O": URL}), "自动访问网址"),
        (on_page(Annots=[note(AA={"/PV": URL})]), "自动访问网址"),
        (in_catalogue(OpenAction={"/S": "/SubmitForm", "/F": "https://example.com/"}), "发送出去"),
        (on_page(Annots=[note(A={"/S": "/SubmitForm", "/F": "https://example.com/"})]), "发送出去"),
        (in_catalogue(OpenAction={"/S": "/ImportData", "/F": "a.fdf"}), "读入其他文件"),
        (in_catalogue(OpenAction={"/S": "/GoToR", "/F": "b.pdf", "/D": [0, "/Fit"]}), "打开另一个文件"),
        (on_page(Annots=[note(A={"/S": "/GoToE", "/T": {"/R": "/C"}})]), "打开另一个文件"),
        (on_page(Annots=[note(A={"/S": "/URI", "/URI": "\\\\10.0.0.1\\share\\a"})]), "其他文件"),
        (on_page(Annots=[note(A={"/S": "/URI", "/URI": "file:///etc/passwd"})]), "其他文件"),
        (on_page(Annots=[note(A={"/S": "/URI", "/URI": "javascript:alert(1)"})]), "脚本"),
        (
            on_page(Annots=[note(FS={"/Type": "/Filespec", "/UF": TextStringObject("//10.0.0.1/share")})]),
            "其他文件",
        ),
        (in_catalogue(Names={"/EmbeddedFiles": {"/Names": ["a.exe", FILE]}}), "附件"),
        (in_catalogue(AF=[FILE]), "附件"),
        (on_page(Annots=[note(Subtype="/FileAttachment", FS=FILE)]), "附件"),
        (in_catalogue(AcroForm={"/Fields": [], "/XFA": ["template", "x"]}), "XFA"),
        (apart(a_stream(b"<xdp/>"), lambda xfa: {"/AcroForm": {"/Fields": [], "/XFA": xfa}}), "XFA"),
        (in_catalogue(URI={"/Base": "file://///10.0.0.1/share/"}), "其他文件"),
        (on_page(Annots=[note(A={"/S": "/URI", "/URI": TextStringObject("/\\10.0.0.1\\a")})]), "其他文件"),
        (in_catalogue(AF=[{"/Type": "/Filespec", "/F": " \\\\10.0.0.1\\share"}]), "其他文件"),
        (in_catalogue(AF=[{"/Type": "/Filespec", "/DOS": "\\\\10.0.0.1\\share"}]), "其他文件"),
        (in_catalogue(OpenAction={"/S": "/Thread", "/F": "b.pdf", "/D": 0}), "打开另一个文件"),
        (apart(a_stream(b"", Ref={"/F": "b.pdf", "/Page": 0}), lambda form: {"/X": form}), "其他文件"),
        (on_page(Annots=[note(Subtype="/RichMedia")]), "音频、视频"),
        (on_page(Annots=[note(Subtype="/Screen", A={"/S": "/Rendition"})]), "音频、视频"),
        (on_page(Annots=[note(Subtype="/3D")]), "音频、视频"),
        (on_page(Annots=[note(A={"/S": "/Hide", "/T": "f"})]), "显示或隐藏"),
    ],
)
def test_a_document_that_does_something_is_refused_by_the_name_of_it(content: bytes, what: str) -> None:
    with pytest.raises(MaterialActive, match=what) as refused:
        inspect(content)
    assert refused.value.code == "material_active"


@pytest.mark.parametrize("kind", [kind for kind, fault in ACTIONS.items() if fault])
def test_what_is_refused_is_refused_however_it_is_written(kind: str) -> None:
    """The kind of the action stands elsewhere, or in other letters for the same name."""
    writer: Any = PdfWriter()
    writer.add_blank_page(200, 200)
    elsewhere = writer._add_object(NameObject(kind))
    writer.pages[0][NameObject("/AA")] = made({"/O": {"/S": elsewhere}})
    assert refusal(written(writer)) == "material_active"
    plain = on_page(AA={"/O": {"/S": kind}})
    assert (
        refusal(plain.replace(kind.encode(), b"/#%02x" % ord(kind[1]) + kind[2:].encode()))
        == "material_active"
    )


@pytest.mark.parametrize(
    "change",
    [lambda c: b"x" * 50 + c, lambda c: with_startxref(c, b"startxref\n1"), for_owner("AES-256")],
    ids=["before", "offset", "owner"],
)
def test_what_is_refused_is_refused_in_a_document_that_is_mended(change: Callable[[bytes], bytes]) -> None:
    assert refusal(change(in_catalogue(OpenAction=URL))) == "material_active"


def test_what_a_laxer_reader_would_find_is_not_kept() -> None:
    """An action that one table of contents calls free, and a second one, which few readers ask, knows."""
    content = apart(made(SCRIPT), lambda action: {"/OpenAction": action})
    before, table = content.split(b"xref\n", 1)
    found = re.search(rb"/OpenAction (\d+) 0 R", content)
    assert found
    number = int(found[1])
    entry = table.split(b"\n")[1 + number]
    row = b"\1" + int(entry[:10]).to_bytes(4, "big") + b"\0"
    second = (
        b"99 0 obj\n<< /Type /XRef /Size 100 /W [1 4 1] /Index [%d 1] /Root 1 0 R /Length 6 >>\n"
        b"stream\n%s\nendstream\nendobj\n" % (number, row)
    )
    table = table.replace(entry, b"0000000000 00000 f ").replace(
        b"trailer\n<<", b"trailer\n<<\n/XRefStm %d" % len(before)
    )
    hidden = with_startxref(before + second + b"xref\n" + table, b"startxref\n%d" % len(before + second))
    assert b"JavaScript" not in inspect(hidden).content


def test_what_is_another_file_to_another_program_is_refused() -> None:
    archive = BytesIO()
    with ZipFile(archive, "w") as writer:
        writer.writestr("a.html", "<script>alert(1)</script>")
    assert is_zipfile(BytesIO(a_pdf() + archive.getvalue()))
    assert not is_zipfile(BytesIO(inspect(a_pdf() + archive.getvalue()).content))
    within = apart(a_stream(archive.getvalue()), lambda stream: {"/X": stream})
    assert is_zipfile(BytesIO(within))
    assert refusal(within) == "material_active"


def test_a_stream_that_lies_in_another_file_is_refused() -> None:
    stream = StreamObject()
    stream[NameObject("/F")] = TextStringObject("picture.jpg")
    writer: Any = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    assert refusal(written(writer)) == "material_active"


@pytest.mark.parametrize(
    "content",
    [
        in_catalogue(OpenAction={"/S": "/GoTo", "/D": [0, "/Fit"]}),
        in_catalogue(OpenAction=[0, "/Fit"]),
        in_catalogue(Names={"/EmbeddedFiles": {"/Names": []}}),
        in_catalogue(PageLabels={"/Nums": [0, {"/S": "/D"}]}),
        in_catalogue(URI={"/Base": "https://example.com/"}),
        on_page(Annots=[note(A=URL)]),
        on_page(Annots=[note(A={"/S": "/URI", "/URI": "mailto:a@example.com"})]),
        on_page(Annots=[note(A={"/S": "/URI", "/URI": "www.example.com"})]),
        on_page(Annots=[note(A={"/S": "/GoTo", "/D": [0, "/Fit"]}, BS={"/S": "/S"}, F=4)]),
        on_page(Annots=[note(Subtype="/Widget", A={"/S": "/ResetForm"})]),
        on_page(Trans={"/S": "/Dissolve"}, Group={"/S": "/Transparency"}),
    ],
    ids=[
        *("go to a page", "at a page", "no attachments", "page labels", "base address", "link", "mail"),
        *("bare address", "link within", "reset", "fading"),
    ],
)
def test_what_office_programs_write_is_harmless(content: bytes) -> None:
    assert inspect(content).content == content


def test_a_link_on_the_page_that_a_document_opens_at_is_still_one_to_click() -> None:
    writer: Any = PdfWriter()
    opened = writer.add_blank_page(200, 200)
    opened[NameObject("/Annots")] = made([note(A=URL)])
    writer.root_object[NameObject("/OpenAction")] = made(
        {"/S": "/GoTo", "/D": [opened.indirect_reference, "/Fit"]}
    )
    assert inspect(written(writer)).media_type == "application/pdf"


def test_a_pdf_that_leads_into_itself_is_judged() -> None:
    writer: Any = PdfWriter()
    writer.add_blank_page(200, 200)
    ring = writer._add_object(DictionaryObject())
    ring.get_object()[NameObject("/Next")] = ring
    writer.root_object[NameObject("/OpenAction")] = ring
    assert inspect(written(writer)).media_type == "application/pdf"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7 cut off", "material_damaged"),
        (b"%PDF-1.4\n" + b"PK\x03\x04" * 10 + b"%%EOF", "material_damaged"),
        (b"%PDF-1.4 <script>alert(1)</script> %%EOF", "material_damaged"),
        (a_pdf()[:-200], "material_damaged"),
        (written(PdfWriter()), "material_damaged"),
        (b"x" * 2000 + a_pdf(), "material_kind_not_accepted"),
    ],
    ids=["cut off", "archive", "script", "half", "no page", "far away"],
)
def test_what_no_viewer_opens_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "只接受"),
        (b"MZ\x90\x00 an executable", "只接受"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "只接受"),
        (encoded(page(), "GIF"), "GIF"),
        (encoded(page(), "BMP"), "BMP"),
        (encoded(page(), "TIFF"), "TIFF"),
        (encoded(page(), "AVIF"), "AVIF"),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word"),
        (b"PK\x03\x04" + bytes(26) + b"OFD.xml", "OFD"),
        (b"PK\x03\x04" + bytes(26) + b"photo.jpg", "压缩包"),
        (b"\0\0\0\x18ftypmp42" + bytes(12), "视频"),
    ],
    ids=["empty", "program", "svg", "gif", "bmp", "tiff", "avif", "docx", "doc", "ofd", "zip", "video"],
)
def test_what_is_not_taken_is_told_what_it_is_and_what_to_do(content: bytes, what: str) -> None:
    with pytest.raises(MaterialKindNotAccepted, match=what) as refused:
        inspect(content)
    assert refused.value.code == "material_kind_not_accepted"


def test_random_bytes_never_break_it() -> None:
    random = Random(7)
    for start in (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n", b"\0\0\0\x18ftypheic"):
        for _ in range(40):
            assert refusal(start + random.randbytes(random.randrange(400))).startswith("material_")


def test_a_damaged_document_is_refused_or_taken_but_never_breaks_it() -> None:
    random, content = Random(11), a_pdf()
    for _ in range(60):
        broken = bytearray(content)
        for _ in range(random.randrange(1, 6)):
            broken[random.randrange(len(broken))] = random.randrange(256)
        try:
            assert len(inspect(bytes(broken)).content) < LARGEST
        except BadInput as error:
            assert error.code.startswith("material_")

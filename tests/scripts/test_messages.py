"""Every string of the citizen and kiosk pages goes through gettext, and English has all of them."""

import importlib.util
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from tornado.template import Loader

ROOT = Path(__file__).parents[2]


def _load() -> ModuleType:
    """`scripts/_messages.py`, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("_messages", ROOT / "scripts" / "_messages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_messages = _load()
DIRECTIVE = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
PAGES = _messages.templates(ROOT / "templates")


def test_all_is_in_english() -> None:
    done = subprocess.run(
        ["scripts/messages", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_new_sentence_is_noticed() -> None:
    known = _messages.read()
    wanted = set(_messages.english(known))
    known = _messages.update(wanted, known)
    assert _messages.faults(wanted, known) == []
    assert _messages.faults(wanted | {"新的一句"}, known) == ["no English: 新的一句"]
    known["余 {count}"].string = "left"
    assert "other values: 余 {count}" in _messages.faults(wanted, known)
    known["余 {count}"].string = "{count} working days left"
    assert "one form for all numbers: 余 {count}" in _messages.faults(wanted, known)


@pytest.mark.parametrize("name", PAGES)
def test_no_chinese_outside_gettext(name: str) -> None:
    text = DIRECTIVE.sub("", (ROOT / "templates" / name).read_text("utf-8"))
    assert not _messages.CHINESE.findall(text)


@pytest.mark.parametrize("name", PAGES)
def test_pages_hold_no_script_or_style(name: str) -> None:
    """The content security policy would block them."""
    assert Loader(str(ROOT / "templates")).load(name)
    text = (ROOT / "templates" / name).read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:", text)


def test_extraction_sees_templates_and_code() -> None:
    found = _messages.messages()
    assert {
        "实名认证",
        "该时段已约满，请选择其他时段",
        "居民身份证",
        "有{count}处需要修改，请按提示核对",
    } <= found
    assert not any("life events" in text for text in found)
    assert not any("第四十六条" in text for text in found)


def test_where_the_house_lies_changes_nothing(tmp_path: Path) -> None:
    """A clone below a folder that is called as a door is."""
    for part in ("handlers/citizen", "handlers/admin", "models/outgoing/notices", "models/places"):
        folder = tmp_path / "admin" / "notices" / part
        folder.mkdir(parents=True)
        (folder / "words.py").write_text(f'WORD = "字{part}"', "utf-8")
    found = set(_messages.code_messages(tmp_path / "admin" / "notices"))
    assert found == {"字handlers/citizen", "字models/places"}

"""Settings: what the service refuses to start with, and that it names what is wrong."""

import os
import re
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from wechat_backend.demo import env as demo_env
from wechat_backend.settings import Settings, SettingsError, as_given, load_settings

GOOD = {
    "PANYU_BASE_URL": "https://zwfw.example.gov.cn",
    "PANYU_MONGO_URI": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100",
    "PANYU_ENCRYPTION_KEYS": f"a:{b64encode(bytes(32)).decode()},b:{b64encode(bytes(32)).decode()}",
    "PANYU_INDEX_KEY": "i" * 32,
    "PANYU_WECHAT_APPID": "wx0123456789abcdef",
    "PANYU_WECHAT_SECRET": "s" * 32,
    "PANYU_WECHAT_TOKEN": "t" * 16,
    "PANYU_WECHAT_AES_KEY": "k" * 43,
    "PANYU_MINIPROGRAM_APPID": "wxfedcba9876543210",
    "PANYU_MINIPROGRAM_SECRET": "s" * 32,
    "PANYU_ALIYUN_KEY_ID": "LTAI0123456789",
    "PANYU_ALIYUN_KEY_SECRET": "s" * 30,
    "PANYU_GOVERNMENT_URL": "https://exchange.example.gov.cn",
    "PANYU_GOVERNMENT_APP_ID": "panyu",
    "PANYU_GOVERNMENT_SECRET": "s" * 32,
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PANYU_")]:
        monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_good_settings_are_taken() -> None:
    settings = load_settings()
    assert list(settings.encryption_keys) == ["a", "b"]
    assert settings.port == 8888
    assert not settings.demo


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().trusted_proxies == ()
    monkeypatch.setenv("PANYU_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,fd00::/8")
    assert [str(each) for each in load_settings().trusted_proxies] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "fd00::/8",
    ]
    monkeypatch.setenv("PANYU_TRUSTED_PROXIES", "proxy.example")
    with pytest.raises(SettingsError, match="PANYU_TRUSTED_PROXIES: "):
        load_settings()


@pytest.mark.parametrize("name", sorted(GOOD))
def test_missing_setting_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).splitlines() == [f"{name}: Field required"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PANYU_BASE_URL", "https://zwfw.example.gov.cn/"),
        ("PANYU_PORT", "http"),
        ("PANYU_MONGO_DRIVER", "mongoengine"),
        ("PANYU_ENCRYPTION_KEYS", "secretsecret"),
        ("PANYU_ENCRYPTION_KEYS", "a:secretsecret"),
        ("PANYU_INDEX_KEY", "secretsecret"),
        ("PANYU_WECHAT_AES_KEY", "secretsecret"),
        ("PANYU_WECHAT_TEMPLATES", "secretsecret"),
        ("PANYU_SMS_COURTESY_SHARE", "0.5"),  # with half for codes there is nothing left
    ],
)
def test_malformed_setting_is_named_and_not_shown(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"{name}: ")
    assert "secretsecret" not in str(refused.value)


DEMO = demo_env.complete({})
SECRETS = sorted(set(GOOD) & set(DEMO) - {"PANYU_WECHAT_APPID", "PANYU_MINIPROGRAM_APPID"})


@pytest.mark.parametrize("name", [name for name in SECRETS if not name.endswith("_ID")])
def test_secret_of_the_demo_is_refused_outside_the_demo(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, DEMO[name])
    with pytest.raises(SettingsError, match=f"^{name}: a secret of the demo$"):
        load_settings()
    monkeypatch.setenv("PANYU_DEMO", "1")
    assert load_settings().demo


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_processes_refuse_with_the_name_of_the_setting(command: str) -> None:
    assert _start(command, PANYU_INDEX_KEY="") == (2, ["PANYU_INDEX_KEY"])
    assert _start(command, PANYU_WECHAT_SECRET=DEMO["PANYU_WECHAT_SECRET"]) == (2, ["PANYU_WECHAT_SECRET"])
    assert _start(command) == (2, ["PANYU_MONGO_URI"])


def _start(command: str, **changes: str) -> tuple[int, list[str]]:
    """The exit code, and the settings that standard error names."""
    ended = subprocess.run(
        [sys.executable, "-m", "wechat_backend", command],
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return ended.returncode, re.findall(r"^(PANYU_\w+):", ended.stderr, re.MULTILINE)


EXAMPLE = dict(re.findall(r"^#?(PANYU_\w+)=(.*)$", Path(".env.example").read_text("utf-8"), re.MULTILINE))


def test_each_setting_is_documented() -> None:
    assert set(EXAMPLE) == {f"PANYU_{name.upper()}" for name in Settings.model_fields}
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_example_shows_the_defaults() -> None:
    defaults = {
        f"PANYU_{name.upper()}": as_given(field.default)
        for name, field in Settings.model_fields.items()
        if not field.is_required() and as_given(field.default)
    }
    assert {name: EXAMPLE[name].strip('"') for name in defaults} == defaults

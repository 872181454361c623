"""A device of a kiosk: activates, sends heartbeats, does what it is told, and renews its key.

See docs/devices.md for the protocol. Everything that a device must keep is in one folder.
"""

import argparse
import base64
import hashlib
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

SOFTWARE = "1.0.0"
PREFIX = "/api/v1/devices"
PASSING = (429, 503)
"""Too many requests, or a service that cannot reach its database: the same is taken later."""
PAUSE = 5
"""Seconds before what failed is sent again."""


class Refused(Exception):
    """The service answered with an error; `code` is stable."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code = status, code


class Device:
    def __init__(self, service: str, folder: Path) -> None:
        self.service, self.folder = service.rstrip("/"), folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    # What is kept

    def key(self, name: str = "key") -> EllipticCurvePrivateKey | None:
        """A private key of the folder: `key` is in force, `next` was offered."""
        path = self.folder / f"{name}.pem"
        if not path.exists():
            return None
        found = load_pem_private_key(path.read_bytes(), None)
        assert isinstance(found, EllipticCurvePrivateKey)
        return found

    def keep_key(self, key: EllipticCurvePrivateKey, name: str) -> None:
        """Whole or not at all, and readable for nobody else."""
        path = self.folder / f"{name}.pem"
        new = path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    @property
    def kiosk(self) -> str:
        return str(json.loads((self.folder / "kiosk.json").read_text())["kiosk"])

    # What is sent

    def activate(self, code: str) -> Any:
        """Become the kiosk for which a code was issued."""
        key = self.key() or generate_private_key(SECP256R1())
        self.keep_key(key, "key")
        asked = {"code": code, "public_key": public(key), "hardware": "example", "software": SOFTWARE}
        given = self.send("/activation", asked, {})
        (self.folder / "kiosk.json").write_text(json.dumps(given, ensure_ascii=False))
        return given

    def beat(self, **measures: Any) -> Any:
        """Say that all is well, unless something else is said."""
        said = {
            "state": "idle",
            "peripherals": {"printer": ["none"], "scanner": ["none"]},
            "software": SOFTWARE,
            "session": False,
        }
        return self.signed("/heartbeat", said | measures)

    def obey(self, command: dict[str, str]) -> None:
        """Do one command and answer it."""
        outcome, text, picture = "done", "", ""
        if command["name"] == "new_key":
            self.renew()
        elif command["name"] == "logs":
            text = "all is well"
        elif command["name"] == "screenshot":
            picture = base64.b64encode(BLACK).decode()
        elif command["name"] == "update" and command["argument"] != SOFTWARE:
            outcome, text = "failed", f"no such version here: {command['argument']}"
        answer = {"outcome": outcome, "text": text, "picture": picture}
        self.signed(f"/commands/{command['id']}", answer)

    def renew(self) -> None:
        """Offer a new key, and use it: from then on the old one is worth nothing."""
        new = generate_private_key(SECP256R1())
        self.keep_key(new, "next")
        self.signed("/key", {"public_key": public(new)}, with_key="key")
        self.beat()

    def signed(self, path: str, asked: Any, with_key: str = "") -> Any:
        """Send a signed request: with a key that was offered, if there is one, else with the one in force."""
        for name in [with_key] if with_key else ["next", "key"]:
            if (key := self.key(name)) is None:
                continue
            try:
                answer = self.send(path, asked, self.proof(key, path, encoded(asked)))
            except Refused as refused:
                if name == "next" and refused.code == "signature_invalid":
                    continue  # the offer was not taken
                raise
            if name == "next":
                self.keep_key(key, "key")
                (self.folder / "next.pem").unlink()
            return answer
        raise Refused(401, "signature_invalid", "no key is taken")

    def proof(self, key: EllipticCurvePrivateKey, path: str, body: bytes) -> dict[str, str]:
        """The headers that prove who asks."""
        timestamp, nonce = str(int(time.time())), secrets.token_urlsafe(18)
        parts = ("POST", PREFIX + path, timestamp, nonce, hashlib.sha256(body).hexdigest())
        r, s = decode_dss_signature(key.sign("\n".join(parts).encode(), ECDSA(SHA256())))
        signature = base64.b64encode(r.to_bytes(32) + s.to_bytes(32)).decode()
        return {
            "X-Kiosk": self.kiosk,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature,
        }

    def send(self, path: str, asked: Any, headers: dict[str, str]) -> Any:
        """
        Raises:
            Refused
        """
        headers = {"Content-Type": "application/json", **headers}
        url = self.service + PREFIX + path
        request = urllib.request.Request(url, encoded(asked), headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                content = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                told = json.loads(error.read())["error"]
            raise Refused(error.code, told["code"], told["message"]) from None
        return json.loads(content) if content else None


BLACK = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
"""A picture of one pixel, where a real device takes one of its screen."""


def encoded(asked: Any) -> bytes:
    return json.dumps(asked, ensure_ascii=False).encode()


def public(key: EllipticCurvePrivateKey) -> str:
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(spki).decode()


def run(device: Device, beats: int) -> None:
    """Heartbeats, and what they bring; for ever, or so many. What fails is sent again, signed anew; a command
    that was not answered comes again with the next heartbeat."""
    sent = 0
    while not beats or sent < beats:
        try:
            heard = device.beat()
            print(json.dumps(heard, ensure_ascii=False), flush=True)
            for command in heard["commands"]:
                device.obey(command)
        except (OSError, Refused) as failed:
            if isinstance(failed, Refused) and failed.status not in PASSING:
                raise
            print(failed, file=sys.stderr, flush=True)
            time.sleep(PAUSE)
            continue
        sent += 1
        if not beats or sent < beats:
            time.sleep(heard["next_after_s"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--service", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("activate").add_argument("code")
    verbs.add_parser("run").add_argument("--beats", type=int, default=0)
    verbs.add_parser("renew")
    asked = parser.parse_args()
    device = Device(asked.service, asked.folder)
    try:
        if asked.verb == "activate":
            print(json.dumps(device.activate(asked.code), ensure_ascii=False))
        elif asked.verb == "renew":
            device.renew()
        else:
            run(device, asked.beats)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

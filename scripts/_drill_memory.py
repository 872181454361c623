"""Whether the web server's memory stays where it is, however many requests go wrong.

Everything is on this machine: an embedded mongod with Panyu's data, the service, and the simulator, which
signs a citizen in. Exits with 1 when more memory is kept than may be.
"""

import argparse
import http.client
import itertools
import json
import os
import sys
from collections.abc import Iterator

from _drill_attacks import memory
from _machine import ask, furnished, signed_in, wait_for

WARMING, ERRORS, UPLOADS = 1500, 10_000, 50
UPLOAD = 10 * 1024 * 1024
MOST = 3.0
"""MB that may be kept."""

WRONG = (
    ("GET", "/nowhere", b""),
    ("GET", "/api/v1/nowhere", b""),
    ("GET", "/api/v1/me", b""),
    ("GET", "/api/v1/guides?limit=x", b""),
    ("GET", "/applications", b""),
    ("POST", "/api/v1/session", b"{"),
    ("POST", "/api/v1/session", b'{"code": "x", "more": 1}'),
    ("POST", "/binding", b"phone=1"),
    ("POST", "/wechat/callback", b"<xml/>"),
    ("PUT", "/healthz", b""),
)


def main() -> int:
    parser = argparse.ArgumentParser("drill memory", description="See whether errors are kept.")
    parser.add_argument("--errors", type=int, default=ERRORS)
    parser.add_argument("--uploads", type=int, default=UPLOADS)
    options = parser.parse_args()
    with furnished("drill") as (start, port, simulator_port, _folder):
        server = start("serve")
        worker = start("worker")
        wait_for(port)
        wait_for(simulator_port)
        token = signed_in(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{simulator_port}")
        worker.terminate()
        path = material(f"http://127.0.0.1:{port}/api/v1", token)
        trial = Trial(port, token, path)
        steps = [("started", memory(server.pid, "VmRSS"))]
        trial.go_wrong(WARMING)
        steps.append((f"after {WARMING:,} errors", memory(server.pid, "VmRSS")))
        trial.go_wrong(options.errors)
        steps.append((f"after {options.errors:,} more", memory(server.pid, "VmRSS")))
        trial.upload(options.uploads)
        steps.append((f"after {options.uploads} refused uploads of 10 MB", memory(server.pid, "VmRSS")))
    for name, resident in steps:
        print(f"{name:40} {resident:8.1f} MB")
    kept = steps[-1][1] - steps[1][1]
    print(f"{'kept since the warm-up':40} {kept:8.1f} MB, of {MOST} that may be")
    return 0 if kept <= MOST else 1


def material(api: str, token: str) -> str:
    """Where a material of a draft is sent to."""
    for guide in ask(f"{api}/guides?q=jzz&audience=person")["guides"]:
        begun = ask(f"{api}/applications", {"item": guide["item"]}, token)
        codes = [each["code"] for each in begun["materials"]]
        return f"/api/v1/applications/{begun['id']}/materials/{codes[0]}"
    raise LookupError


class Trial:
    """Requests that are refused, one after the other."""

    def __init__(self, port: int, token: str, material: str) -> None:
        self.port, self.token, self.material = port, token, material
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.wrong: Iterator[tuple[str, str, bytes]] = itertools.cycle(WRONG)

    def go_wrong(self, times: int) -> None:
        for method, path, body in itertools.islice(self.wrong, times):
            self.connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            answer.read()
            assert answer.status >= 300, (method, path, answer.status)

    def upload(self, times: int) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "image/jpeg"}
        for _ in range(times):
            self.connection.request("PUT", self.material, os.urandom(UPLOAD), headers)
            answer = self.connection.getresponse()
            told = json.loads(answer.read())
            assert answer.status == 400, told


if __name__ == "__main__":
    sys.exit(main())

"""What a phone reads of a picture of a QR code: jsQR, the reader of the demo's phone, run by Node."""

import asyncio
import shutil
from io import BytesIO
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
READ = """
const jsQR = require(process.argv[1]), pixels = require("fs").readFileSync(0);
const found = jsQR(new Uint8ClampedArray(pixels), Number(process.argv[2]), Number(process.argv[3]));
process.stdout.write(found ? found.data : "");
"""


async def read_qr(picture: bytes) -> str:
    """What the code in a PNG says; empty where there is none."""
    image = Image.open(BytesIO(picture)).convert("RGBA").reduce(2)
    node = shutil.which("node") or str(ROOT / ".venv/bin/node")
    reader = ROOT / "static/vendor/jsQR.js"
    reading = await asyncio.create_subprocess_exec(
        *(node, "-e", READ, str(reader), str(image.width), str(image.height)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await reading.communicate(image.tobytes())
    assert reading.returncode == 0
    return said.decode()

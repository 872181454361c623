"""Pictures and documents to judge, and judging them in this very process."""

from dataclasses import dataclass
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from models.errors import BadInput
from models.materials.inspection.child import judge
from models.materials.inspection.kinds import HEAD, lane_of


@dataclass(frozen=True)
class Cleaned:
    content: bytes
    media_type: str

    @property
    def picture(self) -> Image.Image:
        return Image.open(BytesIO(self.content))


def inspect(content: bytes) -> Cleaned:
    """As a child does it, without the child."""
    out = BytesIO()
    media_type = judge(lane_of(content[:HEAD]), BytesIO(content), out)
    return Cleaned(out.getvalue(), media_type)


def refusal(content: bytes) -> str:
    with pytest.raises(BadInput) as refused:
        inspect(content)
    return refused.value.code


def page(
    size: tuple[int, int] = (900, 700),
    ground: str = "#d8d8d0",
    ink: str = "#111",
    *,
    lines: int | None = None,
    letters: int = 10,
) -> Image.Image:
    """Lines of writing, `letters` pixels high, on a sheet."""
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(letters)
    for line in range(size[1] // (2 * letters) if lines is None else lines):
        draw.text((10, 10 + 2 * letters * line), f"certificate {line} " * 8, fill=ink, font=font)
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """PNG is written as fast as it can be, unless the options say otherwise."""
    out = BytesIO()
    image.save(out, kind, **({"compress_level": 1} if kind == "PNG" else {}) | options)
    return out.getvalue()

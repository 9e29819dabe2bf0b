"""Pictures for tests: drawn by Pillow, which knows nothing of how we read them."""

import base64
from io import BytesIO

from PIL import Image


def picture(kind: str, width: int, height: int, mode: str = "RGB", **more: object) -> bytes:
    """Return a picture of a kind that Pillow knows, of one colour."""
    drawn = BytesIO()
    Image.new(mode, (width, height), 128).save(drawn, kind, **more)
    return drawn.getvalue()


def text_of(content: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(content).decode()


def png_text(width: int, height: int) -> str:
    """Return a PNG in base64."""
    return text_of(picture("png", width, height))

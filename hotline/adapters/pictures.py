"""Pictures that citizens send: opened once, turned upright, written anew as JPEG, so that nothing of the original travels on:
no position, no device, no thumbnail, no script. What is not a picture, or is too large to open safely, is refused in words.
"""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from hotline.domain.errors import Refused, TooLarge

BYTES_MOST = 10 * 1024 * 1024
PIXELS_MOST = 40_000_000
SIDE_MOST = 2048
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")  # a phone's MPO is read by the JPEG reader
_ID = re.compile(r"[A-Za-z0-9]{8,64}")

Image.MAX_IMAGE_PIXELS = PIXELS_MOST

UNREADABLE = "這張照片打不開，前面填的都還在。請再傳一次，或回「略過照片」。"
TOO_MANY_PIXELS = "這張照片太大了，最多4,000萬像素。請縮小再傳，或回「略過照片」。"


class FolderPictures:
    """`Pictures` in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def keep(self, photo_id: str, raw: bytes) -> None:
        path = self._path(photo_id)
        clean = await asyncio.to_thread(clean_picture, raw)
        await asyncio.to_thread(path.write_bytes, clean)

    async def read(self, photo_id: str) -> bytes | None:
        path = self._path(photo_id)
        return await asyncio.to_thread(path.read_bytes) if await asyncio.to_thread(path.is_file) else None

    async def drop(self, photo_id: str) -> None:
        await asyncio.to_thread(self._path(photo_id).unlink, missing_ok=True)

    def _path(self, photo_id: str) -> Path:
        if not _ID.fullmatch(photo_id):
            raise Refused(UNREADABLE, code="bad_photo_id")
        return self._folder / f"{photo_id}.jpg"


def clean_picture(raw: bytes) -> bytes:
    """The same picture as a plain upright JPEG of at most 2,048 pixels a side. Raises Refused."""
    if len(raw) > BYTES_MOST:
        raise TooLarge("照片最大10 MB，這張太大了。", code="photo_too_large")
    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as picture:
            if picture.width * picture.height > PIXELS_MOST:
                raise TooLarge(TOO_MANY_PIXELS, code="photo_too_large")
            picture.draft("RGB", (SIDE_MOST, SIDE_MOST))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Image.DecompressionBombError as error:
        raise TooLarge(TOO_MANY_PIXELS, code="photo_too_large") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Refused(UNREADABLE, code="photo_unreadable") from error
    upright.thumbnail((SIDE_MOST, SIDE_MOST))
    out = io.BytesIO()
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(out, "JPEG", quality=85)
    return out.getvalue()

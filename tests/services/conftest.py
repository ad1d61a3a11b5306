"""A picture for those who need one."""

from __future__ import annotations

import io

import pytest
from PIL import Image


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    """A photograph of 40 by 30 pixels."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(out, "JPEG")
    return out.getvalue()

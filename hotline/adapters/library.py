"""The city's files: the catalogue, the answers, the districts, read and checked at start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from hotline.domain.answers import Answer, read_answers
from hotline.domain.catalogue import Catalogue, read_catalogue
from hotline.domain.place import District

SHARED = ("common", "referrals", "emergencies")


def _load(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (a safe loader, in C where there is one)


def load_catalogue(folder: Path) -> Catalogue:
    """`data/services`. Raises ValueError naming what is wrong."""
    groups = [_load(path) for path in sorted(folder.glob("*.yml")) if path.stem not in SHARED]
    return read_catalogue(groups, *(_load(folder / f"{name}.yml") for name in SHARED))


def load_answers(folder: Path) -> dict[str, Answer]:
    """`data/answers`."""
    return read_answers(_load(path) for path in sorted(folder.glob("*.yml")))


def load_districts(path: Path) -> tuple[District, ...]:
    """`data/districts.yml`."""
    return tuple(
        District(
            raw["name"],
            (raw["bbox"]["lon_min"], raw["bbox"]["lat_min"], raw["bbox"]["lon_max"], raw["bbox"]["lat_max"]),
            tuple(raw["villages"]),
        )
        for raw in _load(path)["districts"]
    )

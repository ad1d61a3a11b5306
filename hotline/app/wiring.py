"""The one place where concrete things are named and put together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from hotline.adapters.bell import LocalBell
from hotline.adapters.engine import Engines
from hotline.adapters.library import load_answers, load_catalogue, load_districts
from hotline.adapters.pictures import FolderPictures
from hotline.adapters.rasa import RasaDoor
from hotline.adapters.store import SqlStore
from hotline.adapters.vault import Argon2Hasher, SystemClock, SystemIds
from hotline.app.secrets import OwnSecrets, own_secrets
from hotline.app.settings import Settings
from hotline.domain.hours import read_hours
from hotline.ports import Sender
from hotline.services.house import House, Policy

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Installation:
    """A wired house, and what its servers need beside it."""

    settings: Settings
    own: OwnSecrets
    engines: Engines
    understanding: RasaDoor
    senders: dict[str, Sender]
    house: House

    async def close(self) -> None:
        await self.understanding.__aexit__()
        await self.engines.close()


def wire(settings: Settings) -> Installation:
    """Everything, unopened. Raises ValueError when a data file or a setting cannot be used."""
    own = own_secrets(settings.data_dir)
    engines = Engines(settings.database)
    understanding = RasaDoor(settings.rasa_url or "http://127.0.0.1:5005", own.door_token)
    senders: dict[str, Sender] = {}
    log: Any = structlog.get_logger("hotline")
    house = House(
        clock=SystemClock(),
        ids=SystemIds(),
        store=SqlStore(engines),
        bell=LocalBell(),
        understanding=understanding,
        pictures=FolderPictures(settings.data_dir / "pictures"),
        hasher=Argon2Hasher(),
        catalogue=load_catalogue(PROJECT / "data" / "services"),
        answers=load_answers(PROJECT / "data" / "answers"),
        districts=load_districts(PROJECT / "data" / "districts.yml"),
        hours=read_hours(settings.desk_hours, settings.desk_closed_days),
        policy=Policy(
            case_prefix=settings.case_prefix,
            code_secret=own.code_key.encode(),
            agency=settings.agency,
            contact_days=settings.contact_days,
            settle_seconds=settings.settle_seconds,
        ),
        senders=senders,
        log=log,
    )
    return Installation(settings, own, engines, understanding, senders, house)

"""The house: everything a service may need, put together once by hotline.app.wiring and handed to each service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import hotline.ports as ports
from hotline.domain.answers import Answer
from hotline.domain.catalogue import Catalogue
from hotline.domain.hours import Hours
from hotline.domain.place import District
from hotline.domain.report import Report

TAIPEI = ZoneInfo("Asia/Taipei")

TALK = {
    "greet": "打招呼",
    "thanks": "道謝",
    "goodbye": "道別",
    "help": "怎麼用",
    "are_you_human": "是不是真人",
    "handoff": "找專人",
    "status": "查案件",
    "my_cases": "我的案件",
    "affirm": "同意",
    "deny": "不要",
    "cancel": "取消",
    "unfixed": "還沒修好",
    "urge": "催辦",
    "when_fixed": "多久會好",
    "forget_me": "刪除資料",
    "abuse": "罵人",
    "out_of_scope": "不是市政",
    "nlu_fallback": "沒把握",
}
"""What the desk calls an intent that is about nothing in particular."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a city decides, as the services need it. Every value comes from the settings, which say what it means."""

    case_prefix: str = "DEMO"
    code_secret: bytes = b""
    agency: str = "市政府"
    contact_days: int = 180
    settle_seconds: float = 0.6
    turn_lease_seconds: float = 30.0
    send_lease_seconds: float = 30.0
    session_idle_seconds: float = 30 * 60
    session_most_seconds: float = 12 * 3600


@dataclass(frozen=True, slots=True)
class House:
    """Ports, facts and policy. Services take it as their first argument and keep nothing themselves."""

    clock: ports.Clock
    ids: ports.Ids
    store: ports.Store
    bell: ports.Bell
    understanding: ports.Understanding
    pictures: ports.Pictures
    hasher: ports.Hasher
    catalogue: Catalogue
    answers: Mapping[str, Answer]
    districts: tuple[District, ...]
    hours: Hours
    policy: Policy
    senders: Mapping[str, ports.Sender] = field(default_factory=dict)
    log: Any = None

    @property
    def report(self) -> Report:
        return Report(self.catalogue, self.districts)

    def today(self) -> date:
        """The date in Taipei."""
        return datetime.fromtimestamp(self.clock.now(), TAIPEI).date()

    def name_of(self, label: str) -> str:
        """What a full label is called on a button."""
        family, _, code = label.partition("/")
        if family == "ask" and code in self.answers:
            return self.answers[code].button
        return self.catalogue.name_of(label) or TALK.get(label, "")

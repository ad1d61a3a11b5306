"""Who works at the desk, and what a good password is here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

AgentId = NewType("AgentId", str)

PASSWORD_MIN = 12
PASSWORD_MAX = 128


class Role(StrEnum):
    """Deny by default: a role may do what its name says and no more."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Agent:
    """A person at the desk. `name` is what citizens see."""

    id: AgentId
    login: str
    name: str
    role: Role
    must_change_password: bool = False
    disabled: bool = False


def why_not_password(password: str, login: str) -> str | None:
    """What is wrong with a new password, in zh-TW, or None. Length rather than composition (ASVS 5.0 6.2.1, 6.2.5)."""
    if len(password) < PASSWORD_MIN:
        return f"密碼至少要{PASSWORD_MIN}個字，長一點的句子最好記。"
    if len(password) > PASSWORD_MAX:
        return f"密碼最多{PASSWORD_MAX}個字。"
    lowered = password.lower()
    if len(set(lowered)) < 5 or login.lower() in lowered or "hotline" in lowered or "1999" in lowered:
        return "這個密碼太好猜了，請不要用帳號、1999或重複的字。"
    return None

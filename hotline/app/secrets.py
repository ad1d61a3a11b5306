"""Secrets that the installation makes for itself at its first start, in one file only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class OwnSecrets:
    """Tokens between our own processes, and the key behind look-up codes."""

    door_token: str
    actions_token: str
    code_key: str
    simulator_secret: str
    simulator_token: str


def own_secrets(folder: Path) -> OwnSecrets:
    """The installation's secrets; made when there are none. The file has mode 0600."""
    path = folder / "secrets.json"
    folder.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text()) if path.exists() else {}
    names = OwnSecrets.__dataclass_fields__
    made = OwnSecrets(**{name: known.get(name) or secrets.token_hex(24) for name in names})
    if asdict(made) != known:
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(made), file)
        fresh.replace(path)
    return made

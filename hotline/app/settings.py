"""Every setting, read once from the environment. docs/settings.md says the same, and a test keeps the two together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the message says which and what would do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployer decides. The name in the environment is HOTLINE_ and the field in capitals."""

    host: str = "127.0.0.1"
    """Address the service listens on."""
    port: int = 8000
    """Port the service listens on."""
    data_dir: Path = Path(__file__).resolve().parents[2] / "var"
    """Folder for the database, pictures, models, secrets and logs."""
    database_url: str = ""
    """SQLAlchemy URL of the database; empty means SQLite in the data folder."""
    rasa_url: str = ""
    """Address of Rasa; empty means the one that `hotline run` starts beside the service."""
    rasa_port: int = 0
    """Port for that Rasa; 0 means a free one."""
    public_url: str = ""
    """Address citizens and agents use, for example https://chat.example.gov; https makes the desk's cookie Secure."""
    admin_password: str = ""
    """First administrator's password (login `admin`); empty means a one-time one is printed at the first start."""
    demo: bool = False
    """Demo pages and simulators, and keys for the simulated LINE where none are set."""
    agency: str = "示範市政府"
    """The agency named in the privacy notice (個資法 §8)."""
    contact_days: int = 180
    """Days that contact data is kept after a case was last touched; the privacy notice says so."""
    case_prefix: str = "DEMO"
    """What case numbers begin with."""
    desk_hours: str = "always"
    """When people sit at the desk: "always", or like "1-5 09:00-18:00" (1 = Monday), in Taipei's time."""
    desk_closed_days: str = ""
    """Dates without a desk, like "2027-01-01,2027-02-28"."""
    settle_seconds: float = 0.6
    """How long a message waits for the next line of the same thought."""
    line_channel_secret: str = ""
    """LINE: the channel's secret; empty means LINE is off."""
    line_channel_access_token: str = ""
    """LINE: the channel's access token."""
    line_api_url: str = ""
    """LINE: an address instead of both of LINE's hosts; empty means LINE's own."""
    telegram_bot_token: str = ""
    """Telegram: the bot's token; empty means Telegram is off."""
    telegram_secret_token: str = ""
    """Telegram: the secret that Telegram sends with each update."""
    telegram_api_url: str = "https://api.telegram.org"
    """Telegram: the API's address."""
    chat_origins: str = ""
    """Other sites that may carry the widget, separated by commas, like https://www.example.gov."""
    log_level: str = "info"
    """debug, info, warning or error."""

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'hotline.db').resolve()}"

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def own_url(self) -> str:
        """The service's own address, from this machine."""
        return f"http://{'127.0.0.1' if self.host in ('0.0.0.0', '::') else self.host}:{self.port}"  # noqa: S104


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises BadSetting."""
    given: dict[str, Any] = {}
    for field in fields(Settings):
        name = f"HOTLINE_{field.name.upper()}"
        if environment.get(name, "") == "":
            continue
        given[field.name] = _read(name, environment[name], field.type)
    settings = Settings(**given)
    if not 0 < settings.port < 65536:
        raise BadSetting("HOTLINE_PORT must be between 1 and 65535")
    if bool(settings.line_channel_secret) != bool(settings.line_channel_access_token):
        raise BadSetting("LINE needs both HOTLINE_LINE_CHANNEL_SECRET and HOTLINE_LINE_CHANNEL_ACCESS_TOKEN")
    if bool(settings.telegram_bot_token) != bool(settings.telegram_secret_token):
        raise BadSetting("Telegram needs both HOTLINE_TELEGRAM_BOT_TOKEN and HOTLINE_TELEGRAM_SECRET_TOKEN")
    return settings


def _read(name: str, value: str, kind: Any) -> Any:
    try:
        match kind:
            case "int":
                return int(value)
            case "float":
                return float(value)
            case "bool":
                if value.lower() not in ("1", "0", "true", "false", "yes", "no", "on", "off"):
                    raise ValueError(value)
                return value.lower() in ("1", "true", "yes", "on")
            case "Path":
                return Path(value).expanduser()
            case _:
                return value.strip()
    except ValueError as error:
        raise BadSetting(f"{name} cannot be {value!r}") from error

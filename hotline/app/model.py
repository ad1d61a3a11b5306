"""Rasa's model: trained when data, configuration or components have changed since the stored one, and never otherwise."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from hotline.app.wiring import PROJECT

TRAINED_FROM = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/rules",
    "data/stories",
    "bot/nlu",
    "bot/requirements.lock",
)
RASA_PYTHON = PROJECT / "bot" / ".venv" / "bin" / "python"
MODELS_KEPT = 3


class TrainingFailed(RuntimeError):
    """Rasa could not train; the message says what to look at."""


def fingerprint() -> str:
    """A name for everything the model is made from."""
    digest = hashlib.sha256()
    for part in TRAINED_FROM:
        root = PROJECT / part
        files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        for path in files:
            if "__pycache__" in path.parts:
                continue
            digest.update(str(path.relative_to(PROJECT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def model_path(data_dir: Path) -> Path:
    """Where the model of the current data lies, whether or not it has been trained."""
    return data_dir / "models" / f"hotline-{fingerprint()}.tar.gz"


def rasa_environment(data_dir: Path) -> dict[str, str]:
    """The environment for Rasa's processes: its home inside the data folder, telemetry off, nothing else changed."""
    home = data_dir / "rasa-home"
    home.mkdir(parents=True, exist_ok=True)
    return os.environ | {
        "HOME": str(home.resolve()),
        "MPLCONFIGDIR": str(home.resolve()),
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONPATH": str(PROJECT),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2"),
    }


def ensure_model(data_dir: Path, say: Callable[[str], None]) -> Path:
    """The model of the current data, trained now if need be. Raises TrainingFailed."""
    path = model_path(data_dir)
    if path.exists():
        return path
    if not RASA_PYTHON.exists():
        raise TrainingFailed("Rasa's environment is missing; run `make install`")
    path.parent.mkdir(parents=True, exist_ok=True)
    logs = data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / "train.log"
    command = [
        str(RASA_PYTHON),
        "-m",
        "rasa",
        "train",
        "--config",
        "config.yml",
        "--domain",
        "domain.yml",
        "--data",
        "data/nlu",
        "data/rules",
        "--out",
        str(path.parent.resolve()),
        "--fixed-model-name",
        path.name.removesuffix(".tar.gz"),
    ]
    began = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=rasa_environment(data_dir), stdout=out, stderr=subprocess.STDOUT
        )
        try:
            while process.poll() is None:
                say(f"training the model … {time.monotonic() - began:.0f} s")
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    continue
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode != 0 or not path.exists():
        raise TrainingFailed(f"training failed; {log} says why")
    _tidy(path)
    return path


def _tidy(newest: Path) -> None:
    models = sorted(newest.parent.glob("hotline-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in models[MODELS_KEPT:]:
        old.unlink(missing_ok=True)

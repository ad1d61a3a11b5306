"""The `hotline` command."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from hotline.app.settings import BadSetting, Settings, read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 failed, 2 called wrongly."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings()
    except BadSetting as error:
        print(f"hotline: {error}", file=sys.stderr)
        return 2
    from hotline.app.observe import set_up_logging

    set_up_logging(settings.log_level)
    try:
        return int(options.do(settings, options))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hotline", description="A Mandarin assistant for a city's 1999 line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, do: object, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(do=do)
        return command

    add("run", _run, "start everything: model, database, Rasa, service; keep them alive until Ctrl-C")
    add("serve", _serve, "start the service alone (HOTLINE_RASA_URL says where Rasa is)")
    add("train", _train, "train the model of the current data, unless it is there")
    talk = add("talk", _talk, "talk with the assistant in the terminal, through the running service")
    talk.add_argument("--url", default="", help="address of the service (default: HOTLINE_HOST and HOTLINE_PORT)")
    understand = add("understand", _understand, "print what the understanding path decides, one JSON line a text")
    understand.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE.jsonl",
        help='a text or {"text": …} a line (default: standard input)',
    )
    add("doctor", _doctor, "check the set-up and say what is missing")
    person = add("agent", _agent, "add a person to the desk; the password is read from standard input")
    person.add_argument("login")
    person.add_argument("name", help="the name citizens see")
    person.add_argument("--role", choices=["agent", "supervisor", "admin"], default="agent")
    password = add("password", _password, "give somebody a new one-time password")
    password.add_argument("login")
    status = add("status", _status, "record what the office says of a case (the citizen then sees it)")
    status.add_argument("number")
    status.add_argument("status", help="受理, 派工中, 處理中, 已完成, 改分其他機關 or 不受理")
    status.add_argument("words", nargs="?", default="", help="the office's own words")
    return parser


def _run(settings: Settings, _: argparse.Namespace) -> int:
    from hotline.app.run import run

    return run(settings)


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    from hotline.app.gateway import serve

    serve(settings)
    return 0


def _train(settings: Settings, _: argparse.Namespace) -> int:
    from hotline.app.model import TrainingFailed, ensure_model

    try:
        print(ensure_model(settings.data_dir, lambda text: print(f"hotline: {text}", file=sys.stderr)))
    except TrainingFailed as error:
        print(f"hotline: {error}", file=sys.stderr)
        return 1
    return 0


def _talk(settings: Settings, options: argparse.Namespace) -> int:
    from hotline.app.talk import talk

    return asyncio.run(talk(settings, options.url))


def _understand(settings: Settings, options: argparse.Namespace) -> int:
    from hotline.app.understand import understand

    if options.file and not options.file.is_file():
        print(f"hotline: there is no file {options.file}", file=sys.stderr)
        return 2
    return understand(settings, options.file)


def _doctor(settings: Settings, _: argparse.Namespace) -> int:
    from hotline.app.doctor import doctor

    return doctor(settings)


def _agent(settings: Settings, options: argparse.Namespace) -> int:
    from hotline.app.desk_commands import add

    return asyncio.run(add(settings, options.login, options.name, options.role))


def _password(settings: Settings, options: argparse.Namespace) -> int:
    from hotline.app.desk_commands import new_password

    return asyncio.run(new_password(settings, options.login))


def _status(settings: Settings, options: argparse.Namespace) -> int:
    from hotline.app.desk_commands import set_status

    return asyncio.run(set_status(settings, options.number, options.status, options.words))

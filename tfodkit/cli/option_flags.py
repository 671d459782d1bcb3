"""Flags out of a class of options (``config/option_fields.py``), so that no option is spelled twice."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Annotated, Any

import typer

from tfodkit.config.option_fields import flags_of

Command = Callable[..., None]


ENVIRONMENT = "TFODKIT_"
"""What the names of environment variables begin with."""


def with_options(options: type, *, environment: bool = False) -> Callable[[Command], Command]:
    """A command with a flag for each field of ``options`` in place of its keywords, for typer to read.

    With ``environment`` each has an environment variable, as ``TFODKIT_LOG_EVERY`` for ``--log-every``, that counts
    where the flag is not given. All are taken as text, but for switches: the fields' own readers say what is wrong with
    one, in our four parts.
    """

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command, eval_str=True)
        own = [parameter for parameter in signature.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
        command.__signature__ = signature.replace(parameters=[*own, *_parameters(options, environment=environment)])  # type: ignore[attr-defined]
        return command

    return decorate


def asked(options: dict[str, Any]) -> dict[str, Any]:
    """What of a command's keywords was given at the command line."""
    return {name: value for name, value in options.items() if value not in (None, [])}


def variable_of(flag: str) -> str:
    """The environment variable of a flag.

    >>> variable_of("--log-every")
    'TFODKIT_LOG_EVERY'
    """
    return ENVIRONMENT + flag.removeprefix("--").replace("-", "_").upper()


def from_environment(context: typer.Context) -> list[str]:
    """The variables that gave a command an option, with their values, as ``TFODKIT_LOG_EVERY=5``."""
    given = []
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "ENVIRONMENT":
            given.append(f"{parameter.envvar}={os.environ[str(parameter.envvar)]}")
    return given


def _parameters(options: type, *, environment: bool) -> list[inspect.Parameter]:
    parameters = []
    for name, flag in flags_of(options).items():
        is_switch = not flag.metavar
        kind: Any = list[str] | None if flag.is_repeated else bool if is_switch else str | None
        option = typer.Option(
            flag.name,
            help=flag.help,
            metavar=flag.metavar or None,
            rich_help_panel=flag.panel or None,
            envvar=variable_of(flag.name) if environment else None,
        )
        default = False if is_switch else None
        parameters.append(
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])
        )
    return parameters

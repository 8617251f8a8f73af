"""The command line. Commands import what they need when they run, so that help is instant."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from credence import __version__
from credence.cli.assess import assess
from credence.cli.build import build
from credence.cli.data import data
from credence.cli.features import features
from credence.cli.keys import keys
from credence.cli.load import load
from credence.cli.models import models
from credence.cli.orders import orders
from credence.cli.policy import policy
from credence.cli.review import review
from credence.cli.serve import serve
from credence.cli.train import train
from features.errors import CredenceError, InputError
from serving.compiled import keep_compiled_code
from serving.settings import Settings

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="credence")
def cli() -> None:
    """Trade-credit risk that explains itself: score, reasons and limit of every buyer.

    State lives in CREDENCE_HOME (default: .credence). Exit codes: 0 done, 1 it ran and the answer is no, 2
    bad input.

    \b
    Example:
      credence data simulate demo && credence train late demo && credence assess demo --buyer B000001
    """  # noqa: D301 (click reads the escaped character)


for command in (
    data,
    features,
    train,
    models,
    assess,
    review,
    orders,
    policy,
    build,
    load,
    keys,
    serve,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors that were foreseen end with their exit code and one message on stderr."""
    # Reason: OpenMP's threads spin while they wait; on a busy machine that makes training many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    keep_compiled_code(Settings.from_environment().home)
    try:
        cli.main(args=arguments, standalone_mode=True)
    except CredenceError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        click.echo(f"error: {_refusal(error)}", err=True)
        sys.exit(2)


def _refusal(error: OSError) -> InputError:
    name = "a file" if error.filename is None else f"'{error.filename}'"
    found = f"{name} that refuses ({error.strerror or type(error).__name__})"
    return InputError.of(
        "files and folders that can be used", found, "check the path, the right to use it, and the space left"
    )

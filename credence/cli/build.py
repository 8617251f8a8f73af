"""``credence build``: the service with its release as a Bento."""

from __future__ import annotations

import click

__all__ = ["build"]


@click.command()
@click.option(
    "--out", type=click.Path(), default="bento.tar", show_default=True, help="New file, or new folder."
)
def build(out: str) -> None:
    """Make a Bento of the service with the release in force inside.

    It is served without registry or network, by `credence serve --bento DIR` or `bentoml serve DIR`;
    `docker build -f env/docker/Dockerfile .` in its folder makes an image.

    \b
    Example:
      credence build --out build/bento
    """  # noqa: D301 (click reads the escaped character)
    # Reason: help must not wait for BentoML.
    from pathlib import Path

    from credence.cli.common import say
    from credence.packing import make_bento
    from serving.settings import Settings

    settings = Settings.from_environment()
    settings.to_environment()
    release_id = make_bento(settings.releases, Path(out).absolute())
    say(f"{out} serves release {release_id}")

"""``credence models promote``, ``rollback``, ``sync``, ``log``, ``served``: what serves, and since when."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from credence.cli.common import as_json, folder, load_packed, print_json, say

__all__ = ["log", "promote", "rollback", "served", "sync"]


@click.command()
@click.argument("model")
@click.argument("directory", metavar="[DIR]", type=folder, required=False)
@click.option(
    "--force", is_flag=True, help="Also where gates fail; never against seller, outcome, integrity."
)
@click.option("--reason", default="", metavar="TEXT", help="Why it is forced; goes into the log.")
@as_json
def promote(model: str, directory: str | None, force: bool, reason: str, as_json: bool) -> None:
    """Put MODEL in force if it passes the gates: it becomes champion, and a new release serves it.

    It must not be worse than the champion on the same subjects: those of DIR after both tests began, or the
    test subjects that both versions kept. Where these are too few to tell, --force with a reason decides.

    \b
    Example:
      credence models promote default@candidate
      credence models promote late@candidate build/mine --force --reason "new terms since July"
    """  # noqa: D301 (click reads the escaped character)
    if force != bool(reason.strip()):
        raise click.UsageError("expected --force and --reason TEXT together; found one of them; give both")
    from training.home import Home
    from training.registry import Registry
    from training.releases import in_force
    from training.releases import promote as put_in_force

    home = Home.from_environment()
    registry = Registry(home)
    version = registry.version(model)
    packed = None if directory is None else load_packed(directory)
    with home.locked():
        before = in_force(registry, version)
        release_id, gates = put_in_force(registry, version, packed=packed, force_reason=reason.strip())
    if as_json:
        print_json({"version": version.name, "release": release_id, "gates": [vars(gate) for gate in gates]})
        return
    for gate in gates:
        say(f"  {gate}")
    if release_id == before:
        click.echo(f"{version.name} is champion already; release {release_id} serves it, and nothing changed")
        return
    click.echo(f"{version.name} is champion; release {release_id} serves it")


@click.command()
@click.option("--to", metavar="RELEASE", default="", help="[default: the one that served before this one]")
@click.option("--reason", default="", metavar="TEXT", help="For the log.")
@as_json
def rollback(to: str, reason: str, as_json: bool) -> None:
    """Put an earlier release in force again, with the aliases that it had.

    \b
    Example:
      credence models rollback --reason "limits fell without cause"
    """  # noqa: D301 (click reads the escaped character)
    from training.home import Home
    from training.registry import Registry
    from training.release_files import release_names
    from training.releases import rollback as put_back

    home = Home.from_environment()
    release_id = put_back(Registry(home), to, reason)
    names = release_names(home, release_id)
    if as_json:
        print_json({"release": release_id, "models": names})
        return
    click.echo(f"release {release_id} serves {_listed(names)}")


@click.command()
@as_json
def sync(as_json: bool) -> None:
    """Turn a champion that somebody named in MLflow into a release, through the same gates.

    Exit code 1 where one is refused: then the release in force goes on serving, and `credence models rollback
    --to` it puts the alias back.

    \b
    Example:
      credence models sync
    """  # noqa: D301 (click reads the escaped character)
    from training.home import Home
    from training.registry import Registry
    from training.releases import sync as follow

    moved = follow(Registry(Home.from_environment()))
    if as_json:
        print_json(moved)
    else:
        for each in moved:
            said = (
                f"refused: {each['refused']}" if each["refused"] else f"release {each['release']} serves it"
            )
            click.echo(f"{each['champion']} in place of {each['serves'] or 'nothing'}: {said}")
        if not moved:
            click.echo("every champion serves already")
    if any(each["refused"] for each in moved):
        sys.exit(1)


@click.command()
@as_json
def log(as_json: bool) -> None:
    """Print what was put in force and what was refused, oldest first.

    \b
    Example:
      credence models log
    """  # noqa: D301 (click reads the escaped character)
    from training.promotion_log import read_log

    entries = read_log(_settled())
    if as_json:
        print_json(entries)
        return
    for entry in entries:
        click.echo(_line(entry))
    if not entries:
        click.echo("nothing was promoted yet")


@click.command()
@click.option("--on", "day", required=True, metavar="DATE", help="A day in UTC, such as 2026-01-31.")
@as_json
def served(day: str, as_json: bool) -> None:
    """Say which versions served on a day; exit code 1 where none did.

    \b
    Example:
      credence models served --on 2026-01-31
    """  # noqa: D301 (click reads the escaped character)
    from training.promotion_log import served_on

    found = served_on(_settled(), day)
    if as_json:
        print_json({"on": day, "served": found})
    else:
        for each in found:
            until = each["to"] or "now"
            click.echo(f"{each['release']}: {_listed(each['models'])} from {each['from']} to {until}")
        if not found:
            click.echo(f"nothing served on {day}")
    if not found:
        sys.exit(1)


def _settled() -> Any:
    """Return the home, a promotion in it that was cut being ended."""
    from training.home import Home
    from training.settling import is_pending

    home = Home.from_environment()
    if is_pending(home):
        from training.registry import Registry
        from training.settling import settle

        with home.locked():
            say(f"ended a change that was cut: release {settle(Registry(home))} serves")
    return home


def _listed(names: Mapping[str, str]) -> str:
    return ", ".join(names.values()) or "no model"


def _line(entry: Mapping[str, Any]) -> str:
    what = entry["version"] or _listed(entry["models"])
    if not entry["promoted"]:
        failed = ", ".join(gate["name"] for gate in entry["gates"] if not gate["passed"])
        return f"{entry['at']} {entry['action']} of {what} refused: {failed}"
    forced = ", forced" if entry["forced"] else ""
    reason = f": {entry['reason']}" if entry["reason"] else ""
    return f"{entry['at']} {entry['action']} of {what}, release {entry['release']}{forced}{reason}"

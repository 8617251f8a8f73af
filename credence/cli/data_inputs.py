"""What ``credence data import`` reads: files by name or pattern, queries of a database, samples to judge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credence.cli.common import print_json
from features.errors import InputError

if TYPE_CHECKING:
    from features.sources.intake import Query

__all__ = ["expanded", "run_queries", "show_proposal"]

_NAMED = re.compile(r"\s*([\w.-]+)\s*=\s*((?:select|with)\b.*)", re.IGNORECASE | re.DOTALL)
_ROWS_AT_A_TIME = 50_000


def expanded(paths: Sequence[Path]) -> list[Path]:
    """Return files, patterns such as ``exports/*.csv`` replaced by the files that match, in order of name."""
    found: list[Path] = []
    for path in paths:
        is_pattern = any(mark in str(path) for mark in "*?[") and not path.exists()
        matches = (
            sorted(Path(path.anchor or ".").glob(str(path.relative_to(path.anchor))))
            if is_pattern
            else [path]
        )
        if not matches:
            raise InputError.of(
                "files that match a pattern", f"none for '{path.name}'", "correct the pattern"
            )
        found += matches
    return found


def run_queries(url: str, queries: Sequence[str]) -> list[Query]:
    """Run queries and return their rows as text; an error never shows the password of the URL.

    Raises
    ------
    InputError
        Where the database cannot be reached or refuses the query.
    """
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    try:
        parsed = sa.make_url(url)
        engine = sa.create_engine(parsed)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        step = "name a URL such as postgresql+psycopg://user@host/db, and install its driver"
        raise InputError.of("a SQLAlchemy URL", f"another one ({type(error).__name__})", step) from None
    shown = parsed.render_as_string(hide_password=True)
    try:
        with engine.connect() as connection:
            return [_run(connection, query, number) for number, query in enumerate(queries, start=1)]
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or type(error).__name__).replace(
            str(parsed.password or "\0"), "***"
        )
        found = f"a refusal of {shown} ({cause})"
        raise InputError.of("a query that runs", found, "correct --sql or --query") from None
    finally:
        engine.dispose()


def _run(connection: object, query: str, number: int) -> Query:
    import pandas as pd
    import sqlalchemy as sa

    from features.sources.intake import Query
    from features.sources.texts import cells_as_text

    named = _NAMED.fullmatch(query)
    name, text = (named[1], named[2]) if named else ("query" if number == 1 else f"query{number}", query)
    result = connection.execution_options(stream_results=True).execute(sa.text(text))  # type: ignore[attr-defined]
    titles, parts = list(result.keys()), []
    while rows := result.fetchmany(_ROWS_AT_A_TIME):
        columns = list(zip(*rows, strict=True))
        # Reason: as text a chunk takes a tenth of the memory of its Python objects.
        parts.append(pd.concat([cells_as_text(cells, ".") for cells in columns], axis=1))
    if not parts:
        raise InputError.of("rows of a query", f"none of '{name}'", "correct the query")
    return Query(name, pd.concat(parts, ignore_index=True).set_axis(titles, axis=1))


def show_proposal(paths: Sequence[Path], as_json: bool) -> None:
    """Print a proposed mapping for a file as TOML with comments, or as JSON."""
    from features.sources.detect import propose

    if len(paths) != 1:
        raise InputError.of("one FILE to look at", f"{len(paths)}", "name one; a mapping may then read many")
    proposal = propose(paths[0])
    if as_json:
        print_json(proposal.to_dict())
    else:
        click.echo(proposal.toml())

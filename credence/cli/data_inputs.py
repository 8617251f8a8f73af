"""What ``credence data import`` reads: files by name or pattern, queries of a database, samples to judge."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credence.cli.common import print_json
from features.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine
    from sqlalchemy.exc import SQLAlchemyError

    from features.sources.intake import Query

__all__ = ["expanded", "run_queries", "show_proposal"]

_NAMED = re.compile(r"\s*([\w.-]+)\s*=\s*((?:select|with)\b.*)", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = re.compile(r"[\s(]*(?:select|with)\b[^;]*[\s;]*", re.IGNORECASE)
_DIALECTS = re.compile(r"[\\$#`\[]|/\*(?:(?!\*/).)*/\*", re.DOTALL)
"""Marks of texts and comments that only some databases know: escapes, other quotes, comments in comments."""
_ROWS_AT_A_TIME = 50_000
_PACKAGES = {"psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}
"""Packages whose name is not that of their module."""


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
    """Run queries that only read and return their rows as text; no error shows a secret of the URL.

    Raises
    ------
    InputError
        Where the database cannot be reached or refuses the query, or a query is not one SELECT.
    """
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    named = [_named(query, number) for number, query in enumerate(queries, start=1)]
    parsed, engine = _engine(url)
    try:
        # Reason: nothing is ever committed; leaving the connection rolls back.
        with engine.connect() as connection:
            if parsed.get_backend_name() == "postgresql":
                connection.execute(sa.text("SET TRANSACTION READ ONLY"))
            return [_run(connection, name, text) for name, text in named]
    except SQLAlchemyError as error:
        found = f"a refusal of {_shown(parsed)} ({_without_secrets(_cause(error), parsed)})"
        raise InputError.of("a query that runs and only reads", found, "correct --sql or --query") from None
    finally:
        engine.dispose()


def _cause(error: SQLAlchemyError) -> str:
    """Return the driver's first line; of a value that it cannot take only the kind, as it would be quoted."""
    from sqlalchemy.exc import DataError, IntegrityError

    cause = getattr(error, "orig", None) or error
    is_told = cause is not error and not isinstance(error, DataError | IntegrityError)
    return next(iter(str(cause).splitlines()), "") if is_told else type(cause).__name__


def _named(query: str, number: int) -> tuple[str, str]:
    """Return the name and the text of a query; refuse what is not one statement that reads."""
    named = _NAMED.fullmatch(query)
    name, text = (named[1], named[2]) if named else ("query" if number == 1 else f"query{number}", query)
    # Reason: where databases disagree on what is a text, a semicolon inside may end the statement.
    bare = text if _DIALECTS.search(text) else _QUOTED.sub(" ", text)
    if not _READS.fullmatch(_QUOTED.sub(" ", text)) or ";" in bare.rstrip("; \t\r\n"):
        step = "name one statement that only reads, without a semicolon inside or a comment after its end"
        raise InputError.of("one SELECT or WITH statement", f"another statement as '{name}'", step)
    return name, text


def _engine(url: str) -> tuple[URL, Engine]:
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    try:
        parsed = sa.make_url(url)
        return parsed, sa.create_engine(_read_only(parsed))
    except ImportError as error:
        module = (error.name or "unknown").partition(".")[0]
        step = f"install the package {_PACKAGES.get(module, module)}, or name another driver in the URL"
        raise InputError.of("the driver of the database", f"none: '{module}' does not load", step) from None
    except InputError:
        raise
    except (SQLAlchemyError, ValueError) as error:
        step = "name a URL such as postgresql+psycopg://user@host/db"
        raise InputError.of("a SQLAlchemy URL", f"another one ({type(error).__name__})", step) from None


def _read_only(url: URL) -> URL:
    """Return the URL of an SQLite file as one that neither makes nor changes the file; others as they are."""
    path = url.database
    if url.get_backend_name() != "sqlite" or not path or path == ":memory:":
        return url
    if not path.startswith("file:"):
        if not Path(path).is_file():
            raise InputError.of("an SQLite file that is there", "none at the path given", "correct --sql")
        path = Path(path).absolute().as_uri()
    return url.set(database=path).update_query_dict({"mode": "ro", "uri": "true"})


def _shown(url: URL) -> str:
    # Reason: drivers take passwords and whole connection strings in the query of a URL as well.
    return url.set(query={}).render_as_string(hide_password=True)


def _without_secrets(text: str, url: URL) -> str:
    values = [value for values in url.normalized_query.values() for value in values]
    parts = [part.partition("=")[2] for value in values for part in value.split(";")]
    secrets = {str(url.password or ""), *values, *parts}
    for secret in sorted(
        (one for one in secrets if len(one) > 3 or one == url.password), key=len, reverse=True
    ):
        text = text.replace(secret, "***") if secret else text
    return text


def _run(connection: object, name: str, text: str) -> Query:
    import pandas as pd
    import sqlalchemy as sa

    from features.sources.intake import Query
    from features.sources.texts import cells_as_text

    # Reason: a colon is a part of a text or a cast here; as `text` the driver sends one statement only.
    query = sa.text(text.replace(":", r"\:"))
    result = connection.execution_options(stream_results=True).execute(query)  # type: ignore[attr-defined]
    titles, parts = list(result.keys()), []
    while rows := result.fetchmany(_ROWS_AT_A_TIME):
        columns = list(zip(*rows, strict=True))
        # Reason: as text a chunk takes a tenth of the memory of its Python objects.
        parts.append(pd.concat([cells_as_text(cells, ".") for cells in columns], axis=1))
    if not parts:
        raise InputError.of("rows of a query", f"none of '{name}'", "correct the query")
    return Query(name, pd.concat(parts, ignore_index=True).set_axis(titles, axis=1))


def show_proposal(paths: Sequence[Path], as_json: bool) -> None:
    """Print a proposed mapping for a file as TOML with comments, or as JSON.

    Where the TOML goes to a file, what a person must decide is told on stderr too.
    """
    from features.sources.detect import propose

    if len(paths) != 1:
        raise InputError.of("one FILE to look at", f"{len(paths)}", "name one; a mapping may then read many")
    proposal = propose(paths[0])
    if as_json:
        print_json(proposal.to_dict())
    else:
        click.echo(proposal.toml())
        for line in [] if sys.stdout.isatty() else proposal.messages():
            click.echo(line, err=True)

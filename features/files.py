"""Portfolios as folders: ``portfolio.toml`` and one Parquet or CSV file a table."""

from __future__ import annotations

import dataclasses
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import tomli_w

from features.columns import TABLES, Column, Table
from features.errors import InputError
from features.money import FILE_DECIMALS, decimals_array, text_from_minor
from features.plain import NotPlain
from features.plain_portfolio import LARGE_TABLES, plain_portfolio
from features.portfolio import Portfolio, Seller, from_frames

__all__ = [
    "Format",
    "content_hashes",
    "read",
    "source_files",
    "table_in_arrow",
    "text_rows",
    "write",
    "write_head",
]

Format = Literal["parquet", "csv"]

_FEW_WORDS = frozenset({"currency", "kind"})
"""Columns of text that are read as codes: so few words that each part of a file holds all of them."""

_UNREADABLE = (
    OSError,
    pa.ArrowException,
    UnicodeDecodeError,
    pd.errors.ParserError,
    pd.errors.EmptyDataError,
)


def read(folder: str | Path) -> Portfolio:
    """Read and check the portfolio in a folder.

    Parameters
    ----------
    folder : str or Path
        Holds ``portfolio.toml`` and ``<table>.parquet`` or ``<table>.csv``.

    Raises
    ------
    InputError
        Where the folder is no portfolio or any row of it is wrong: a broken table is refused whole.
    """
    folder = Path(folder)
    try:
        head = _read_head(folder / "portfolio.toml")
        files = _table_files(folder)
        sources = head.get("sources") or content_hashes(files.values())
        return _plain(files, head, sources) or _checked(files, head, sources)
    except OSError as error:
        step = "check the path, and that you have the right to read it"
        found = f"one that refuses ({error.strerror or type(error).__name__})"
        raise InputError.of("a portfolio folder that can be read", found, step) from error


def source_files(folder: Path) -> list[Path]:
    """Return the files that a portfolio is read from: ``portfolio.toml`` and the tables'.

    Raises
    ------
    InputError
        Where there is no ``portfolio.toml``, or two files for one table.
    """
    _read_head(folder / "portfolio.toml")
    return [folder / "portfolio.toml", *_table_files(folder).values()]


def content_hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Return the sha256 of each file's content by its name."""
    files = list(paths)
    with ThreadPoolExecutor() as pool:
        return dict(zip((path.name for path in files), pool.map(_sha256, files), strict=True))


def write(portfolio: Portfolio, folder: str | Path, fmt: Format = "parquet") -> None:
    """Write a portfolio into a folder (made where it is not there); reading it gives the same portfolio.

    Parameters
    ----------
    portfolio : Portfolio
    folder : str or Path
    fmt : {"parquet", "csv"}
        Money is decimal128(22, 4) in Parquet and decimal text in CSV.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in portfolio.tables.items():
        writer = _write_parquet if fmt == "parquet" else _write_csv
        writer(frame, portfolio, TABLES[name], folder / f"{name}.{fmt}")
    write_head(portfolio, folder)


def write_head(portfolio: Portfolio, folder: Path) -> None:
    """Write ``portfolio.toml``: all that a portfolio's folder says but for the tables."""
    (folder / "portfolio.toml").write_text(tomli_w.dumps(_head(portfolio)), encoding="utf-8")


def text_rows(frame: pd.DataFrame, portfolio: Portfolio, table: Table) -> pd.DataFrame:
    """Return rows of a table as CSV files have them, under the names that columns have in files.

    Parameters
    ----------
    frame : DataFrame, shape (n, columns)
        Rows of the table in memory.
    portfolio : Portfolio
        Whose invoices tell the currencies.
    table : Table
    """
    return pd.DataFrame(
        {column.name: _csv_text(frame, column, portfolio, table) for column in _columns(frame, table)}
    )


def _head(portfolio: Portfolio) -> dict[str, Any]:
    seller = {
        key: value
        for key, value in dataclasses.asdict(portfolio.seller).items()
        if value not in (None, "", {})
    }
    return {
        "observed_from": f"{portfolio.observed_from.isoformat()}Z",
        "observed_until": f"{portfolio.observed_until.isoformat()}Z",
        "seller": seller,
        "knowledge": dict(portfolio.knowledge),
        "sources": dict(portfolio.sources),
    }


def _read_head(path: Path) -> dict[str, Any]:
    if not path.is_file():
        step = "name the folder that `credence data import` or `credence data simulate` wrote"
        raise InputError.of("a portfolio folder with portfolio.toml", "none at the path given", step)
    try:
        head = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError.of(
            "a TOML file", f"portfolio.toml that is none ({error})", "correct the file"
        ) from error
    unknown = set(head) - {"observed_from", "observed_until", "seller", "knowledge", "sources"}
    if unknown:
        raise InputError.of(
            "known keys in portfolio.toml", f"unknown {sorted(unknown)}", "remove or rename them"
        )
    return head


def _seller(values: dict[str, Any]) -> Seller:
    known = {item.name for item in dataclasses.fields(Seller)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise InputError.of(
            f"keys {sorted(known)} in [seller]", f"unknown {unknown}", "remove or rename them"
        )
    return Seller(**{"seller_id": "", **values})


def _instant(value: Any) -> str | None:
    return None if value is None else str(value)


def _table_files(folder: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for name in TABLES:
        found = [path for fmt in ("parquet", "csv") if (path := folder / f"{name}.{fmt}").is_file()]
        if len(found) > 1:
            raise InputError.of(
                f"one file for table '{name}'", "a Parquet and a CSV file", "remove one", table=name
            )
        if found:
            files[name] = found[0]
    return files


def _plain(files: Mapping[str, Path], head: dict[str, Any], sources: Mapping[str, str]) -> Portfolio | None:
    """Return the portfolio where nothing is wrong with it, else None."""
    if "invoices" not in files:
        return None
    large = {name: partial(_read_table, files[name]) for name in LARGE_TABLES if name in files}
    small = {name: _frame(_read_table(files[name]), TABLES[name]) for name in files if name not in large}
    try:
        plain = plain_portfolio(large, small, _seller(head.get("seller", {})), _observed(head))
    except NotPlain:
        return None
    # Reason: packing needs the memory that Arrow keeps for its next table.
    pa.default_memory_pool().release_unused()
    knowledge = {**plain.knowledge, **(head.get("knowledge") or {})}
    known = {name: knowledge[name] for name in plain.knowledge}
    return dataclasses.replace(plain, sources=dict(sources), knowledge=known)


def _checked(files: Mapping[str, Path], head: dict[str, Any], sources: Mapping[str, str]) -> Portfolio:
    """Return the portfolio after the row checks, which say in words what is wrong."""
    frames = {name: _frame(_read_table(path), TABLES[name]) for name, path in files.items()}
    observed_from, observed_until = _observed(head)
    return from_frames(
        frames,
        _seller(head.get("seller", {})),
        observed_from=observed_from,
        observed_until=observed_until,
        sources=sources,
        knowledge=head.get("knowledge"),
    )


def _observed(head: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return _instant(head.get("observed_from")), _instant(head.get("observed_until"))


def _read_table(path: Path) -> pa.Table:
    try:
        if path.suffix == ".parquet":
            return _read_parquet(path)
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8-sig")
        return pa.Table.from_pandas(frame, preserve_index=False)
    except _UNREADABLE as error:
        # Reason: Arrow tells damaged pages as OSError, like a right that lacks.
        reason = getattr(error, "strerror", None) or type(error).__name__
        found = f"{path.name}, which is none ({reason})"
        step = (
            "write it again, check the right to read it, or import it with a mapping that names its encoding"
        )
        raise InputError.of(
            f"a readable UTF-8 {path.suffix[1:]} file", found, step, table=path.stem
        ) from error


def _read_parquet(path: Path) -> pa.Table:
    with pq.ParquetFile(path) as file:
        texts = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
    return pq.read_table(path, read_dictionary=[name for name in texts if name in _FEW_WORDS])


def _frame(arrow: pa.Table, table: Table) -> pd.DataFrame:
    """Decimals become exact text: a million of Python's own decimals would be slow."""
    for number, field in enumerate(arrow.schema):
        is_known_by_day = pa.types.is_date(field.type) and _kind(table, field.name) == "instant"
        is_word = pa.types.is_dictionary(field.type) and field.name in _FEW_WORDS
        if pa.types.is_decimal(field.type) or is_known_by_day or is_word:
            arrow = arrow.set_column(number, field.name, arrow.column(number).cast(pa.string()))
    frame: pd.DataFrame = arrow.to_pandas()
    return frame


def _kind(table: Table, name: str) -> str:
    return {column.name: column.kind for column in table.columns}.get(name, "")


def _columns(frame: pd.DataFrame, table: Table) -> list[Column]:
    return [column for column in table.columns if column.stored_as in frame]


def _write_parquet(frame: pd.DataFrame, portfolio: Portfolio, table: Table, path: Path) -> None:
    pq.write_table(table_in_arrow(frame, portfolio, table), path)


def table_in_arrow(frame: pd.DataFrame, portfolio: Portfolio, table: Table) -> pa.Table:
    """Return rows of a table as Parquet files have them; arguments as in `text_rows`."""
    return pa.table(
        {column.name: _arrow(frame, column, portfolio, table) for column in _columns(frame, table)}
    )


def _arrow(frame: pd.DataFrame, column: Column, portfolio: Portfolio, table: Table) -> pa.Array:
    values = frame[column.stored_as]
    if column.kind == "money":
        return _decimals(frame, column, portfolio, table)
    types = {"date": pa.date32(), "number": pa.float64(), "integer": pa.int64()}
    if column.kind == "instant":
        return pa.Array.from_pandas(values, type=pa.timestamp("s")).cast(pa.timestamp("s", "UTC"))
    fallback = pa.bool_() if column.kind == "flag" else pa.string()
    return pa.Array.from_pandas(values, type=types.get(column.kind, fallback))


def _decimals(frame: pd.DataFrame, column: Column, portfolio: Portfolio, table: Table) -> pa.Array:
    decimals = decimals_array(_currencies(frame, portfolio, table))
    minor = frame[column.stored_as]
    scaled = minor.fillna(0).to_numpy(np.int64) * 10 ** (FILE_DECIMALS - decimals)
    whole = pa.array(scaled, mask=minor.isna().to_numpy(bool)).cast(pa.decimal128(19, 0))
    tick = pa.scalar(Decimal(1).scaleb(-FILE_DECIMALS), pa.decimal128(FILE_DECIMALS + 1, FILE_DECIMALS))
    return pa.compute.multiply(whole, tick).cast(pa.decimal128(22, FILE_DECIMALS))


def _currencies(frame: pd.DataFrame, portfolio: Portfolio, table: Table) -> pd.Series[Any]:
    own = frame["currency"] if "currency" in frame else pd.Series(pd.NA, index=frame.index, dtype="str")
    if table.name == "invoices" or "invoice_id" not in frame:
        return own
    by_invoice = portfolio.table("invoices").drop_duplicates("invoice_id").set_index("invoice_id")["currency"]
    return own.fillna(frame["invoice_id"].map(by_invoice))


def _write_csv(frame: pd.DataFrame, portfolio: Portfolio, table: Table, path: Path) -> None:
    text = text_rows(frame, portfolio, table)
    text.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _csv_text(frame: pd.DataFrame, column: Column, portfolio: Portfolio, table: Table) -> pd.Series[Any]:
    values = frame[column.stored_as]
    if column.kind == "money":
        decimals = decimals_array(_currencies(frame, portfolio, table))
        text = text_from_minor(values.fillna(0).to_numpy(np.int64), decimals)
        return pd.Series(text, index=frame.index, dtype="object").mask(values.isna())
    if column.kind == "date":
        return cast("pd.Series[Any]", values.dt.strftime("%Y-%m-%d"))
    if column.kind == "instant":
        return cast("pd.Series[Any]", values.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return values


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""A portfolio folder that is written a part at a time, so that its size does not matter to memory."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from features.columns import TABLES
from features.files import Format, table_in_arrow, text_rows, write_head
from features.portfolio import Portfolio

__all__ = ["GrowingPortfolio"]


class GrowingPortfolio:
    """Appends parts of a portfolio to the files of a folder; `close` makes it a portfolio that can be read.

    Parameters
    ----------
    folder : Path
        A new folder.
    fmt : {"parquet", "csv"}

    Attributes
    ----------
    folder : Path
    rows : dict of str to int
        Rows of each table so far.
    """

    def __init__(self, folder: Path, fmt: Format) -> None:
        folder.mkdir(parents=True)
        self.folder, self._fmt = folder, fmt
        self._writers: dict[str, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}

    def add(self, part: Portfolio) -> None:
        """Append the tables of a part; amounts without a currency take it from the part's own invoices."""
        for name, frame in part.tables.items():
            self.rows[name] = self.rows.get(name, 0) + len(frame)
            if self._fmt == "csv":
                self._append_text(name, frame, part)
            else:
                self._append_parquet(name, frame, part)

    def close(self, head: Portfolio) -> None:
        """Write ``portfolio.toml`` and end the files; the tables of `head` are not looked at."""
        for writer in self._writers.values():
            writer.close()
        write_head(head, self.folder)

    def _append_text(self, name: str, frame: pd.DataFrame, part: Portfolio) -> None:
        path = self.folder / f"{name}.csv"
        text = text_rows(frame, part, TABLES[name])
        text.to_csv(
            path, mode="a", header=not path.exists(), index=False, encoding="utf-8", lineterminator="\n"
        )

    def _append_parquet(self, name: str, frame: pd.DataFrame, part: Portfolio) -> None:
        arrow = table_in_arrow(frame, part, TABLES[name])
        if name not in self._writers:
            self._writers[name] = pq.ParquetWriter(self.folder / f"{name}.parquet", arrow.schema)
        self._writers[name].write_table(arrow)

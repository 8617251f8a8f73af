"""The text of an export on disk, divided into parts of rows that belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from features.sources.belonging import Belonging
from features.sources.export import Export
from features.sources.intake import File, lacks_columns, refuse_missing_columns, rules_of
from features.sources.mapping import Mapping
from features.sources.reading import SourceFile
from features.sources.streaming import Stream, stream

__all__ = ["Spill"]

_LABEL = "label"
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class Spill:
    """Reads the files of an export and keeps their rows on disk.

    Parameters
    ----------
    paths : sequence of path
    mapping : Mapping
    scratch : Path
        An empty folder.
    progress : callable
        Called before each file.

    Raises
    ------
    InputError
        As `features.sources.intake.read_files`.
    """

    def __init__(
        self, paths: Sequence[str | Path], mapping: Mapping, scratch: Path, progress: Callable[[str], None]
    ) -> None:
        self._mapping, self._scratch = mapping, scratch
        self._belonging = Belonging(mapping)
        self._starts: list[int] = [0]
        self._parts = 0
        self.sources: list[SourceFile] = []
        for path, rule in zip(paths, rules_of(paths, mapping), strict=True):
            progress("reading")
            self._read(stream(path, rule, scratch / "text"))
        heads = [File(source, self._export(source, source.rows)) for source in self.sources]
        refuse_missing_columns(heads, mapping)

    def divide(self, rows: int) -> None:
        """Divide the rows into parts of about this many, or more where more belong together."""
        # Reason: what Arrow keeps for its next table would stand beside the arrays of all rows.
        pa.default_memory_pool().release_unused()
        numbers = self._belonging.parts(rows)
        self._parts = int(numbers.max(initial=-1)) + 1
        for file in range(len(self.sources)):
            self._divide(file, numbers)

    def parts(self) -> Iterator[list[File]]:
        """Yield the files with the rows of each part; the index counts over all files."""
        for part in range(self._parts):
            yield [self._file(number, part) for number in range(len(self.sources))]

    def _read(self, found: Stream | SourceFile) -> None:
        path = self._scratch / f"file-{len(self.sources)}"
        parts = found.parts() if isinstance(found, Stream) else iter([found.rows])
        columns: list[str] = []
        count = 0
        writer: pa.ipc.RecordBatchFileWriter | None = None
        for rows in parts:
            columns = list(rows.columns)
            arrow = _arrow(rows)
            writer = writer or pa.ipc.new_file(path, arrow.schema, options=_OPTIONS)
            writer.write_table(arrow)
            count += len(rows)
            if not lacks_columns(columns, self._mapping, found.rule.name):
                export = Export(rows, found.rule, self._mapping.seller.timezone)
                self._belonging.add(export, found.rule.name)
        if writer is not None:
            writer.close()
        self.sources.append(
            found.source(columns)
            if isinstance(found, Stream)
            else replace(found, rows=pd.DataFrame(columns=columns, dtype="str"))
        )
        self._starts.append(self._starts[-1] + count)

    def _divide(self, file: int, numbers: npt.NDArray[np.int32]) -> None:
        path = self._scratch / f"file-{file}"
        if not path.exists():
            return
        writers: dict[int, pa.ipc.RecordBatchFileWriter] = {}
        start = self._starts[file]
        with pa.memory_map(str(path)) as handle:
            reader = pa.ipc.open_file(handle)
            for batch in map(reader.get_batch, range(reader.num_record_batches)):
                labels = np.arange(start, start + batch.num_rows)
                start += batch.num_rows
                self._spread(file, batch.append_column(_LABEL, pa.array(labels)), numbers[labels], writers)
        for writer in writers.values():
            writer.close()
        path.unlink()

    def _spread(
        self,
        file: int,
        batch: pa.RecordBatch,
        numbers: npt.NDArray[np.int32],
        writers: dict[int, pa.ipc.RecordBatchFileWriter],
    ) -> None:
        order = np.argsort(numbers, kind="stable")
        sorted_rows, ends = batch.take(pa.array(order)), np.bincount(numbers).cumsum()
        for part in np.unique(numbers).tolist():
            start = int(ends[part - 1]) if part else 0
            if part not in writers:
                target = self._scratch / f"part-{file}-{part}"
                writers[part] = pa.ipc.new_file(target, batch.schema, options=_OPTIONS)
            writers[part].write_batch(sorted_rows.slice(start, int(ends[part]) - start))

    def _file(self, number: int, part: int) -> File:
        source = self.sources[number]
        path = self._scratch / f"part-{number}-{part}"
        rows, labels = source.rows, np.zeros(0, np.int64)
        if path.exists():
            with pa.memory_map(str(path)) as handle:
                arrow = pa.ipc.open_file(handle).read_all()
            labels = arrow.column(arrow.num_columns - 1).to_numpy()
            rows = arrow.select(range(arrow.num_columns - 1)).to_pandas().astype("str")
        numbers = source.numbers[labels - self._starts[number]]
        none = source.broken.iloc[:0]
        own = replace(source, rows=rows, numbers=numbers, broken=none, left_out={}, rows_read=len(rows))
        return File(own, self._export(source, rows.set_axis(pd.Index(labels))))

    def _export(self, source: SourceFile, rows: pd.DataFrame) -> Export:
        return Export(rows, source.rule, self._mapping.seller.timezone)


def _arrow(rows: pd.DataFrame) -> pa.Table:
    table = pa.table([pa.array(rows[name], pa.large_string()) for name in rows], names=list(rows.columns))
    return table.combine_chunks()

"""Tables that people open in a spreadsheet: no text in them runs as a formula."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

__all__ = ["harmless"]

_FORMULA = r"^('*[=+\-@\t\r])"


def harmless(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return a table with an apostrophe before each text that a spreadsheet would run.

    Examples
    --------
    >>> harmless(pd.DataFrame({"buyer_id": ["=1+1", "B-7"]}), ["buyer_id"])["buyer_id"].tolist()
    ["'=1+1", 'B-7']
    """
    texts = {
        name: frame[name].astype("str").str.replace(_FORMULA, r"'\1", regex=True).where(frame[name].notna())
        for name in columns
    }
    return frame.assign(**texts)

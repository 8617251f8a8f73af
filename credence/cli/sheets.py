"""Tables that people saved in a spreadsheet."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_sheet"]

_MARKED = r"^'('*[=+\-@\t\r])"


def read_sheet(path: Path) -> pd.DataFrame:
    """Read a table of text as spreadsheets save it: UTF-8 or UTF-16; comma, semicolon or tab.

    The apostrophes that `features.formulas.harmless` put before texts are taken away.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    import pandas as pd

    step = "write it with `data duplicates`, or save it as CSV in UTF-8"
    try:
        content = path.read_bytes()
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        header = text.partition("\n")[0]
        delimiter = max(",;\t", key=header.count)
        frame = pd.read_csv(io.StringIO(text), sep=delimiter, dtype="str", keep_default_na=False)
    except UnicodeDecodeError:
        raise InputError.of("a merge table as CSV in UTF-8", "one in another encoding", step) from None
    except (OSError, ValueError) as error:
        found = f"one that cannot be read ({type(error).__name__})"
        raise InputError.of("a merge table as CSV in UTF-8", found, step) from error
    return frame.apply(lambda cells: cells.str.replace(_MARKED, r"\1", regex=True))

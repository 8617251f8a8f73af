"""Writes docs/reasons.md, every code of a reason with its words, from `credit.texts` and the catalog."""

from __future__ import annotations

from pathlib import Path

from credit.reasons import PART
from credit.texts import DECISIONS, GROUP_TEXTS
from features.catalog import GROUPS

_TARGET = Path(__file__).parent.parent / "docs" / "reasons.md"

_HEAD = """# Codes of reasons

Codes are stable: a program may read them, and texts may be reworded. How reasons are chosen is told in the
[guide](guides/reasons.md).

## Reasons of the decision (`scope: decision`)

What the rules say, before what the score says. Places in braces are the reason's `facts`, with their units.

| code | direction | English | Chinese |
|---|---|---|---|
"""

_SCORE = f"""
## Reasons of the score (`scope: score`)

The code is the group's in capitals. `_MISSING` ends it where nothing is known of all that lowers the score,
`{PART}` where the group holds an adverse part that others of it offset. The text cites one figure of the
group in the words of the [feature](features.md), or these:

"""


def text() -> str:
    """Return the page."""
    rows = [
        f"| `{code}` | {each.direction} | {each.words.en} | {each.words.zh} |"
        for code, each in DECISIONS.items()
    ]
    words = [f"| {name} | {each.en} | {each.zh} |" for name, each in GROUP_TEXTS.items()]
    groups = [f"| `{name.upper()}` | {each.label_en} | {each.label_zh} |" for name, each in GROUPS.items()]
    general = ["| text | English | Chinese |", "|---|---|---|", *words, ""]
    listed = ["| code | English | Chinese |", "|---|---|---|", *groups, ""]
    return _HEAD + "\n".join([*rows, _SCORE + "\n".join([*general, *listed])])


if __name__ == "__main__":
    _TARGET.write_text(text(), encoding="utf-8")

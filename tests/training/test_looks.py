from __future__ import annotations

import json

import pytest

from training.home import Home
from training.looks import looks_before

YEAR = {"from": "2025-01-01", "to": "2026-01-01"}


@pytest.mark.parametrize("line", [b"no json}\n", b"\xff\xfe\n", b'{"at": 1}\n', b"[]", b'{"at": "2026'])
def test_a_line_that_cannot_be_read_counts_and_swallows_none(home: Home, line: bytes):
    # given a look and a damaged line
    looks_before(home, "train", "late_30", "abc", YEAR)
    record = home.path / "looks.jsonl"
    record.write_bytes(record.read_bytes() + line)
    # then both count, and so does every later one
    assert [looks_before(home, "evaluate", "late_30", "abc", YEAR) for _ in range(2)] == [2, 3]
    assert json.loads(record.read_bytes().splitlines()[-1])["by"] == "evaluate"

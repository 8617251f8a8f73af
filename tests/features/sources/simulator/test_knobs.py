"""Knobs are refused when unknown or out of range, and a world survives being printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.errors import InputError
from features.sources.simulator import GOLDEN_WORLD, Knobs, World, load_world, world_text
from features.sources.simulator.knobs import knob_rows


def test_a_printed_world_reads_back_the_same(tmp_path: Path):
    world = World(5, 2, 3, Knobs(bounced=0.125, shock_month=7))
    (tmp_path / "world.toml").write_text(world_text(world), encoding="utf-8")

    assert load_world(tmp_path / "world.toml") == world


def test_the_golden_world_names_every_knob():
    text = GOLDEN_WORLD.read_text(encoding="utf-8")

    assert load_world(GOLDEN_WORLD).buyers >= 10_000
    assert all(f"\n{name} = " in text for name, *_ in knob_rows())


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("[knobs]\nbouncd = 0.1", "known knobs only", "bouncd"),
        ("[knobs]\nbounced = 1.5", "from 0 to 1", "1.5"),
        ("[knobs]\nbounced = 'often'", "as a number", "'often'"),
        ("[knobs]\nbounced = true", "as a number", "True"),
        ("[knobs]\nring_size = 2.5", "as a whole number", "2.5"),
        ("[knobs]\nbounced = nan", "from 0 to 1", "nan"),
        ("bounced = 0.1", r"a table \[knobs\]", "bounced"),
        ("buyers = 0", "buyers of at least 1", "0"),
        ("years = 1.5", "a whole number", "1.5"),
        ("[knobs", "a readable TOML file", "TOMLDecodeError"),
    ],
)
def test_what_is_no_world_is_refused(tmp_path: Path, text: str, expected: str, found: str):
    (tmp_path / "world.toml").write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match=f"expected .*{expected}.*found .*{found}.*; ."):
        load_world(tmp_path / "world.toml")


def test_every_wrong_knob_is_told_at_once():
    with pytest.raises(InputError) as refused:
        Knobs(bounced=2.0, collectors=-1.0)

    assert len(refused.value.problems) == 2


@pytest.mark.parametrize("row", knob_rows(), ids=lambda row: row[0])
def test_every_knob_has_a_default_in_its_range_and_a_meaning(row: tuple[str, Any, Any, Any, str]):
    _, default, low, high, meaning = row

    assert low <= default <= high
    assert low < high
    assert len(meaning.split()) > 3

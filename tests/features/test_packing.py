"""Packs on disk: of the same files the same pack, of anything else none."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from features import packed_files, packing
from features.block_files import block_from_bytes, block_to_bytes
from features.build import build_packed
from features.errors import InputError
from features.files import write
from features.packing import pack_folder, pack_key, pack_portfolio
from tests.features.ledgers import BUYERS, RandomLedger


@pytest.fixture
def folder(tmp_path):
    write(RandomLedger(5).portfolio(), tmp_path / "ledger")
    return tmp_path / "ledger"


def features_of(packed) -> bytes:
    return build_packed(packed, RandomLedger(5).subjects(20), assumes_usual=True).to_numpy().tobytes()


def test_a_kept_pack_is_used_and_gives_the_same_bytes(folder, tmp_path, monkeypatch):
    cache = tmp_path / "packs"
    fresh = features_of(pack_folder(folder))
    assert features_of(pack_folder(folder, cache)) == fresh
    assert [path.name for path in cache.iterdir()] == [pack_key(folder)]
    monkeypatch.setattr(packing, "pack_items", None)
    monkeypatch.setattr(packing, "book_context", None)
    kept = pack_folder(folder, cache)
    assert features_of(kept) == fresh
    monkeypatch.undo()
    for name, frame in pack_portfolio(kept.portfolio).portfolio.tables.items():
        pd.testing.assert_frame_equal(frame, RandomLedger(5).portfolio().tables[name])


def test_the_book_is_summed_up_once_and_only_where_somebody_asks(folder, monkeypatch):
    calls, sum_up = [], packing.book_context
    monkeypatch.setattr(packing, "book_context", lambda *given: calls.append(given) or sum_up(*given))
    packed = pack_folder(folder)
    assert not calls
    with ThreadPoolExecutor(4) as pool:
        books = list(pool.map(lambda _: packed.context, range(8)))
    assert len(calls) == 1
    assert all(book is books[0] for book in books)


def test_another_file_in_the_folder_does_not_matter(folder):
    packed = pack_folder(folder)
    (folder / "features.csv").write_text("a\n1\n", encoding="utf-8")
    assert packed.portfolio.seller == packed.seller


def test_other_files_are_another_key(folder):
    before = pack_key(folder)
    assert pack_key(folder) == before
    text = (folder / "portfolio.toml").read_text(encoding="utf-8")
    (folder / "portfolio.toml").write_text(text + "\n", encoding="utf-8")
    assert pack_key(folder) != before


def test_another_version_or_catalog_is_another_key(folder, monkeypatch):
    before = pack_key(folder)
    monkeypatch.setattr(packing, "CATALOG_HASH", "other")
    assert pack_key(folder) != before
    monkeypatch.undo()
    monkeypatch.setattr(packing, "PACK_VERSION", "0")
    assert pack_key(folder) != before


def _cut_short(pack):
    path = pack / "block.ledger.item.npy"
    path.write_bytes(path.read_bytes()[:-4])


def _one_bit(pack):
    path = pack / "block.ledger.amount_minor.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def _other_head(pack):
    sealed = json.loads((pack / "head.json").read_text(encoding="utf-8"))
    sealed["head"] = sealed["head"].replace('"EUR"', '"USD"')
    (pack / "head.json").write_text(json.dumps(sealed), encoding="utf-8")


@pytest.mark.parametrize(
    "damage",
    [
        _cut_short,
        _one_bit,
        _other_head,
        lambda pack: (pack / "head.json").unlink(),
        lambda pack: (pack / "head.json").write_text("[]"),
        lambda pack: (pack / "items.buyer.npy").unlink(),
    ],
)
def test_a_damaged_pack_is_made_again(folder, tmp_path, damage):
    cache = tmp_path / "packs"
    fresh = features_of(pack_folder(folder, cache))
    key = pack_key(folder)
    damage(cache / key)
    assert packed_files.load_pack(cache / key, key) is None
    assert features_of(pack_folder(folder, cache)) == fresh
    assert packed_files.load_pack(cache / key, key) is not None
    assert [path.name for path in cache.iterdir()] == [key]


def test_a_pack_under_a_foreign_name_is_not_used(folder, tmp_path):
    cache, key = tmp_path / "packs", pack_key(folder)
    pack_folder(folder, cache)
    (cache / key).rename(cache / ("0" * 64))
    assert packed_files.load_pack(cache / ("0" * 64), "0" * 64) is None


def test_who_is_killed_half_way_leaves_nothing_that_is_used(folder, tmp_path):
    cache = tmp_path / "packs"
    code = (
        "import os, sys\nfrom pathlib import Path\n"
        "from features import packed_files\nfrom features.packing import pack_folder\n"
        "packed_files._move = lambda *_: os._exit(9)\n"
        "pack_folder(sys.argv[1], Path(sys.argv[2]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder), str(cache)], check=False)
    assert done.returncode == 9
    left = list(cache.iterdir())
    assert len(left) == 1
    assert left[0].name.startswith(".making-")
    assert packed_files.load_pack(cache / pack_key(folder), pack_key(folder)) is None


def test_a_cache_that_cannot_be_written_is_done_without(folder, tmp_path):
    cache = tmp_path / "packs"
    cache.write_text("a file where the folder of packs should be")
    assert features_of(pack_folder(folder, cache)) == features_of(pack_folder(folder))


def test_who_comes_second_keeps_the_first_pack(folder, tmp_path):
    cache, key = tmp_path / "packs", pack_key(folder)
    packed = pack_folder(folder, cache)
    pack = packed_files.load_pack(cache / key, key)
    assert pack is not None
    assert packed_files.save_pack(pack, cache, key)
    assert features_of(packed) == features_of(pack_folder(folder, cache))
    assert [path.name for path in cache.iterdir()] == [key]


def test_tables_that_changed_since_are_not_mixed_with_the_pack(folder):
    packed = pack_folder(folder)
    write(RandomLedger(6).portfolio(), folder)
    with pytest.raises(InputError, match="changed ones"):
        _ = packed.portfolio


def test_a_folder_that_is_no_portfolio_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"portfolio\.toml"):
        pack_folder(tmp_path, tmp_path / "packs")


@pytest.mark.parametrize("seed", range(6))
def test_one_buyers_block_as_bytes_gives_the_same_features(seed):
    ledger = RandomLedger(seed)
    packed = pack_portfolio(ledger.portfolio())
    subjects = ledger.subjects(25).drop(columns=["invoice_id", "instalment"])
    whole = build_packed(packed, subjects)
    for buyer in BUYERS:
        position = packed.block.position(buyer)
        rows = subjects["buyer_id"] == buyer
        if position < 0 or not rows.any():
            continue
        alone = block_from_bytes(block_to_bytes(packed.block.of_buyer(position)))
        mine = build_packed(dataclasses.replace(packed, block=alone), subjects[rows])
        assert mine.to_numpy().tobytes() == whole[rows].to_numpy().tobytes()


def test_bytes_that_are_no_block_of_this_version_are_refused(monkeypatch):
    data = block_to_bytes(pack_portfolio(RandomLedger(1).portfolio()).block)
    for broken in (b"", b"{}", data[:-8], data + b"12345678", b"XXXX" + data[4:]):
        with pytest.raises(InputError, match="packed block of version"):
            block_from_bytes(broken)
    monkeypatch.setattr("features.block_files.BLOCK_VERSION", 99)
    with pytest.raises(InputError, match="version 99"):
        block_from_bytes(data)


def test_empty_blocks_survive_as_bytes():
    block = pack_portfolio(RandomLedger(2).portfolio()).block
    again = block_from_bytes(block_to_bytes(block))
    assert again.buyer_ids == block.buyer_ids
    for name, array in block.ledger._asdict().items():
        np.testing.assert_array_equal(getattr(again.ledger, name), array)
        assert getattr(again.ledger, name).dtype == array.dtype

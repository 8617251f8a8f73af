"""After `warm`, neither batch nor online calls compile anything."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import importlib, pkgutil
import pandas as pd
import features
from features.warm import warm

FOUND = pkgutil.walk_packages(features.__path__, "features.")
MODULES = [importlib.import_module(module.name) for module in FOUND]


def signatures():
    found = {(module.__name__, name): value for module in MODULES for name, value in vars(module).items()}
    compiled = {name: value for name, value in found.items() if hasattr(value, "nopython_signatures")}
    return {name: value.signatures for name, value in compiled.items() if value.signatures}


assert not signatures()
warm()
before = signatures()
assert before

from features.build import Asked, build_packed, one_subject, pack_portfolio
from features.engine.compute import compute
from features.stream import stream
from tests.features.ledgers import RandomLedger

ledger = RandomLedger(1001)
packed, subjects = pack_portfolio(ledger.portfolio()), ledger.subjects(5)
build_packed(packed, subjects)
list(stream(packed, subjects.iloc[::-1], chunk=4))
list(stream(packed, subjects.sort_values(["buyer_id", "as_of"])))
for buyer in (packed.block.buyer_ids[0], "nobody"):
    one = one_subject(packed, buyer, pd.Timestamp("2024-06-30"), Asked(5.0, "EUR", 30.0))
    compute(packed.block, one, packed.context, assumes_usual=True)
after = signatures()
assert after == before, {name: found for name, found in after.items() if found != before.get(name)}
"""


def test_nothing_is_left_to_compile():
    ran = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr

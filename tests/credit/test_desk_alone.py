"""What a worker of the service runs: a release from its folder and a dossier from bytes, in a new process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from credit.assessor import Assessor
from credit.book_files import book_to_bytes
from credit.dossiers import DossierMaker
from credit.extras import Extras
from credit.release import current_folder
from features.build import Packed
from features.context_files import context_to_bytes

HEAVY = ("pandas", "pyarrow", "lightgbm", "mlflow", "shap", "sklearn", "matplotlib", "sqlalchemy")

WORKER = """
import json, sys
from datetime import datetime
from pathlib import Path
from serving.compiled import keep_compiled_code
keep_compiled_code(Path(".credence"))
from credit.book_files import book_from_bytes
from credit.common import Common
from credit.desk import Desk
from credit.dossier import Dossier
from credit.extras import Extras
import credit.letter, credit.render_order
from credit.release import Release
from credit.render import render
from features.context_files import context_from_bytes
from features.seller import Seller
from features.shared import Rates

given, home = Path(sys.argv[1]), Path(sys.argv[2])
head = json.loads((given / "head.json").read_text())
dossier = Dossier.from_bytes((given / "dossier").read_bytes())
book = book_from_bytes((given / "book").read_bytes())
context = context_from_bytes((given / "context").read_bytes())
import numpy as np
own = head["seller"]["reporting_currency"]
rates = Rates((own,), np.array([0, 1]), np.array([np.iinfo(np.int64).min]), np.zeros(1, np.int32),
              np.array([0.01]))
start, until = (datetime.fromisoformat(head[name]) for name in ("observed_from", "observed_until"))
common = Common(Seller(**head["seller"]), start, until, True, rates, lambda group: (), lambda: context,
                lambda moment: book)
desk = Desk(common, Release.load(home))
also = Extras(offers=True, peers=True, raises=True)
told = {lang: desk.assess(dossier, desk.moment(None), lang=lang, also=also) for lang in ("en", "zh")}
texts = [render(told[lang], lang) for lang in told]
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"told": told, "loaded": loaded, "texts": texts}))
"""


@pytest.fixture(scope="module")
def told_by_the_worker(demo_packed: Packed, demo_home: Path, demo_release, tmp_path_factory):
    folder, assessor = tmp_path_factory.mktemp("given"), Assessor(demo_packed, demo_release)
    position = _of_euros_alone(demo_packed)
    portfolio, dossier = demo_packed.portfolio, DossierMaker(demo_packed).of(position)
    head = {
        "seller": vars(portfolio.seller),
        "observed_from": portfolio.observed_from.isoformat(),
        "observed_until": portfolio.observed_until.isoformat(),
    }
    (folder / "head.json").write_text(json.dumps(head))
    (folder / "dossier").write_bytes(dossier.to_bytes())
    (folder / "book").write_bytes(book_to_bytes(assessor.book(portfolio.observed_until)))
    (folder / "context").write_bytes(context_to_bytes(demo_packed.context))
    home = current_folder(demo_home / "releases")
    ran = subprocess.run(
        [sys.executable, "-c", WORKER, str(folder), str(home)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return assessor, dossier.buyer_id, json.loads(ran.stdout)


def _of_euros_alone(packed: Packed) -> int:
    """Return the position of a buyer whose facts are all in the seller's currency, and of no group."""
    maker = DossierMaker(packed)
    for position in range(len(packed.block.buyer_ids)):
        dossier = maker.of(position)
        if (
            dossier.block.currencies == ("EUR",)
            and len(dossier.block.ledger.item)
            and not dossier.rows.groups
        ):
            return position
    raise AssertionError("no buyer of euros alone")


def test_a_worker_loads_nothing_that_is_heavy(told_by_the_worker):
    *_, worker = told_by_the_worker
    assert [name for name in HEAVY if name in worker["loaded"]] == []


def test_a_worker_says_what_the_folder_says(told_by_the_worker):
    assessor, buyer_id, worker = told_by_the_worker
    also = Extras(offers=True, peers=True, raises=True)
    for lang in ("en", "zh"):
        assert worker["told"][lang] == json.loads(json.dumps(assessor.assess(buyer_id, lang=lang, also=also)))
        assert any(buyer_id in text for text in worker["texts"])

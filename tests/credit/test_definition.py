from __future__ import annotations

from pathlib import Path

import pytest

from credit.definition import DefaultDefinition
from features.engine.arrears import CURE_DAYS, DEFAULT_DAYS, MATERIAL_AMOUNT, MATERIAL_SHARE
from features.errors import InputError
from features.pack import INSOLVENCY_KINDS

SHIPPED = DefaultDefinition.load()


def test_the_shipped_definition_is_what_the_features_say_of_default_now():
    said = (SHIPPED.days_past_due, SHIPPED.cure_days, SHIPPED.material_amount, SHIPPED.material_share)
    assert said == (DEFAULT_DAYS, CURE_DAYS, MATERIAL_AMOUNT, MATERIAL_SHARE)
    assert tuple(SHIPPED.event_kinds) == INSOLVENCY_KINDS


def test_the_hash_follows_every_key():
    changed = [SHIPPED.model_copy(update={"cure_days": 91}), SHIPPED.model_copy(update={"version": 2})]
    assert len({SHIPPED.hash, *(definition.hash for definition in changed)}) == 3
    assert SHIPPED.hash == DefaultDefinition.load().hash
    assert SHIPPED.tag == "default_obligor_90"


def test_another_definition_is_read_from_yaml(tmp_path):
    shipped = (Path("credit") / "definitions" / "obligor_90.yaml").read_text(encoding="utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(
        shipped.replace("obligor_90", "obligor_60").replace("days_past_due: 90", "days_past_due: 60")
    )
    assert DefaultDefinition.load(own).days_past_due == 60
    assert DefaultDefinition.load(own).tag == "default_obligor_60"


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: [", "\x00"], ids=lambda text: repr(text))
def test_a_broken_definition_is_refused_with_the_next_step(tmp_path, text):
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(
        InputError, match=r"expected a default definition in YAML.*; found .*; take credit/defin"
    ):
        DefaultDefinition.load(path)


@pytest.mark.parametrize(
    ("line", "changed", "key"),
    [
        ("version: 1", "version: one", "version"),
        ("days_past_due: 90", "", "days_past_due"),
        ("days_past_due: 90", "days_past_due: 90.5", "days_past_due"),
        ("write_off: true", "write_off: 'yes'", "write_off"),
    ],
)
def test_a_wrong_value_is_refused_with_its_key(tmp_path, line, changed, key):
    path = tmp_path / "wrong.yaml"
    shipped = (Path("credit") / "definitions" / "obligor_90.yaml").read_text(encoding="utf-8")
    assert line in shipped
    path.write_text(shipped.replace(line, changed, 1))
    with pytest.raises(InputError, match=rf"key '{key}'.*; correct '{key}' in the default definition"):
        DefaultDefinition.load(path)


def test_a_missing_definition_is_refused(tmp_path):
    with pytest.raises(InputError, match="found FileNotFoundError"):
        DefaultDefinition.load(tmp_path / "none.yaml")


def test_an_unknown_key_is_refused(tmp_path):
    path = tmp_path / "more.yaml"
    shipped = (Path("credit") / "definitions" / "obligor_90.yaml").read_text(encoding="utf-8")
    path.write_text(shipped + "\nmaterial_ammount: 1.0\n")
    with pytest.raises(InputError, match="material_ammount"):
        DefaultDefinition.load(path)

"""Names of companies and people that do not exist, in the languages of their countries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.sources.simulator.window import Flags, Texts

__all__ = ["draw_names"]


@dataclass(frozen=True)
class _Words:
    """Parts of a country's names: `pattern` joins one word of each list."""

    pattern: str
    first: tuple[str, ...]
    trade: tuple[str, ...]
    form: tuple[str, ...]
    given: tuple[str, ...]
    body: tuple[str, ...]


def _words(pattern: str, first: str, trade: str, form: str, given: str, body: str) -> _Words:
    return _Words(pattern, *(tuple(part.split("|")) for part in (first, trade, form, given, body)))


_SPACED = "{first} {trade} {form}"

_WORDS = {
    "DE": _words(
        _SPACED,
        "Bergmann|Dornbusch|Eichler|Falkner|Grothe|Hellwig|Isensee|Kranz|Lindner|Mertens|Osthoff|Petri",
        "Antriebstechnik|Maschinenbau|Großhandel|Bau|Logistik|Elektro|Metallwerke|Werkzeuge|Fördertechnik",
        "GmbH|GmbH & Co. KG|AG|KG",
        "Anna|Jonas|Karin|Lutz|Petra|Sven",
        "Stadtwerke|Landkreis|Klinikum|Gemeinde",
    ),
    "FR": _words(
        _SPACED,
        "Arnaud|Blanchet|Carrel|Delorme|Faivre|Garnier|Hennequin|Lacroze|Morvan|Perrault|Roussel|Tissot",
        "Industrie|Distribution|Bâtiment|Transports|Mécanique|Électricité|Équipements|Outillage",
        "SAS|SARL|SA",
        "Claire|Hugo|Julien|Marion|Paul|Sophie",
        "Commune|Régie|Hôpital|Métropole",
    ),
    "NL": _words(
        _SPACED,
        "Bakkers|De Graaf|Hoekstra|Kuipers|Mulders|Terpstra|Van Dalen|Verhoef|Wiersma|Zijlstra",
        "Techniek|Groothandel|Bouw|Logistiek|Installaties|Metaal|Machines",
        "B.V.|N.V.|V.O.F.",
        "Bram|Femke|Joost|Lotte|Ruben|Saskia",
        "Gemeente|Waterschap|Ziekenhuis",
    ),
    "PL": _words(
        _SPACED,
        "Borowik|Czajka|Domagała|Gawron|Jasiński|Kalinowski|Lisowski|Sowiński|Wilczek|Zieliński",
        "Budownictwo|Handel|Maszyny|Transport|Metal|Elektro|Hurtownia",
        "Sp. z o.o.|S.A.|Sp. k.",
        "Adam|Ewa|Kasia|Marek|Piotr|Zofia",
        "Gmina|Powiat|Szpital",
    ),
    "IT": _words(
        _SPACED,
        "Barletti|Colonna|Ferraris|Gallina|Lodi|Marchesi|Orsini|Pavesi|Rinaldi|Sartori",
        "Meccanica|Costruzioni|Trasporti|Commerciale|Impianti|Utensili",
        "S.r.l.|S.p.A.|S.n.c.",
        "Chiara|Elena|Luca|Marco|Paolo|Silvia",
        "Comune|Azienda Sanitaria|Provincia",
    ),
    "GB": _words(
        _SPACED,
        "Ashdown|Birchall|Calder|Dunmore|Elwood|Fenwick|Harcastle|Kingsley|Marlow|Overton|Thornbury",
        "Engineering|Supplies|Construction|Haulage|Electrical|Fabrications|Tooling",
        "Ltd|plc|LLP",
        "Alice|George|Harriet|James|Lucy|Oliver",
        "Council|NHS Trust|University",
    ),
    "US": _words(
        _SPACED,
        "Alder Creek|Bluestone|Cedar Ridge|Fairmont|Granite Bay|Lakeshore|Pinewood|Redfield|Summit Line",
        "Industries|Supply|Builders|Freight|Controls|Manufacturing|Tool Works",
        "Inc.|LLC|Corp.",
        "Amy|Brian|Carol|Daniel|Emily|Frank",
        "County|School District|Port Authority",
    ),
    "CN": _words(
        "{first}{trade}{form}",
        "苏州恒远|宁波金帆|上海晨拓|深圳瑞捷|青岛海腾|杭州启辰|无锡正和|东莞力新|天津博康",
        "机械|电气|精密制造|自动化|贸易|物流|建筑工程",
        "有限公司|股份有限公司|科技有限公司",
        "伟|芳|静|磊|敏|强",
        "市政管理局|人民医院|大学",
    ),
}

_PERSON = {"CN": "{surname}{given}"}
_SURNAMES = {"CN": ("王", "李", "张", "陈", "周", "吴")}


def draw_names(rng: np.random.Generator, country: Texts, natural_person: Flags, public_body: Flags) -> Texts:
    """Return a name for each buyer, after its country and kind; names may repeat, as in life.

    Parameters
    ----------
    rng : numpy.random.Generator
    country : str ndarray, shape (n,)
        ISO 3166-1 alpha-2, one of the simulator's countries.
    natural_person, public_body : bool ndarray, shape (n,)

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> draw_names(rng, np.array(["NL"], object), np.array([False]), np.array([False])).tolist()
    ['Terpstra Machines B.V.']
    """
    picks = rng.random((len(country), 3))
    rows = zip(country, natural_person, public_body, picks, strict=True)
    return np.array(
        [_name(_WORDS[c], c, bool(p), bool(b), pick.tolist()) for c, p, b, pick in rows], dtype=object
    )


def _name(words: _Words, country: str, is_person: bool, is_public: bool, picks: list[float]) -> str:
    first, trade, form = (
        _pick(part, pick) for part, pick in zip((words.first, words.trade, words.form), picks, strict=True)
    )
    if is_person:
        surname = _pick(_SURNAMES.get(country, words.first), picks[0])
        return _PERSON.get(country, "{given} {surname}").format(
            given=_pick(words.given, picks[1]), surname=surname
        )
    if is_public:
        joiner = "" if country == "CN" else " "
        return joiner.join((first[:2] if country == "CN" else first, _pick(words.body, picks[1])))
    return words.pattern.format(first=first, trade=trade, form=form)


def _pick(words: tuple[str, ...], share: float) -> str:
    return words[int(share * len(words))]

"""Company names without what does not tell one company from another."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["legal_form", "normal_name"]

_LATIN_FORMS = frozenset(
    """ab ag aps as bv bvba co company corp corporation doo eg ek gbr gesellschaft gmbh inc incorporated kft
    kg kgaa limited llc llp ltd ltda mbh nv ohg oy oyj plc pte pty pvt sa sarl sas sasu se sl slu spa spol
    sro srl ug zoo und and et y""".split()
)
_CHINESE_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团公司|分公司|公司)")
_SPELLINGS = {
    "limited": "ltd", "corporation": "corp", "incorporated": "inc", "company": "co", "oyj": "oy",
    "und": "", "and": "", "et": "", "y": "", "有限责任公司": "有限公司",
}  # fmt: skip
_ABBREVIATIONS = re.compile(r"\b(?:[a-z]\s?\.\s?)+[a-z]?\b\.?")
_WORDS = re.compile(r"[^\W_]+")

_TRADITIONAL = (
    "國東華電業資產實務責團廣開發達貿運輸機車長門農鋼鐵銀寶龍鳳興豐順萬億聯環節術藝學醫藥衛療飲設計劃築裝"
    "飾連鎖經濟營銷進際場廠網絡訊號線圖書報紙雜誌傳遊戲樂園養種織紡紗絲綢緞襪飛馬魚鴻鵬麥黃島嶺灣溝縣鄉鎮"
    "區樓層關係個體戶專賣單雙對時間說話語應標準備導師會議協諾質優總強"
)
_SIMPLIFIED = (
    "国东华电业资产实务责团广开发达贸运输机车长门农钢铁银宝龙凤兴丰顺万亿联环节术艺学医药卫疗饮设计划筑装"
    "饰连锁经济营销进际场厂网络讯号线图书报纸杂志传游戏乐园养种织纺纱丝绸缎袜飞马鱼鸿鹏麦黄岛岭湾沟县乡镇"
    "区楼层关系个体户专卖单双对时间说话语应标准备导师会议协诺质优总强"
)
_TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def normal_name(name: str) -> str:
    r"""Return a name in half-width small letters without legal form, punctuation and spaces.

    Frequent traditional characters become simplified ones. A name that is nothing but a legal form stays.

    Parameters
    ----------
    name : str

    Examples
    --------
    >>> normal_name("Müller & Co. K.G."), normal_name("MÜLLER  GmbH")
    ('müller', 'müller')
    >>> normal_name("深圳市華強（集團）有限公司") == normal_name("深圳市华强(集团)股份有限公司")
    True
    >>> normal_name("\uff21cme\u3000Co., Ltd")
    'acme'
    """
    words = _words(name)
    kept = [word for word in words if word not in _LATIN_FORMS]
    bare = "".join(kept or words)
    return _CHINESE_FORMS.sub("", bare) or bare


def legal_form(name: str) -> str:
    """Return the legal form that a name tells, in one spelling; empty where it tells none.

    Examples
    --------
    >>> legal_form("Acme Limited") == legal_form("ACME Ltd.") != legal_form("Acme Inc")
    True
    >>> legal_form("华强有限责任公司"), legal_form("Acme")
    ('有限公司', '')
    """
    words = _words(name)
    latin = [_SPELLINGS.get(word, word) for word in words if word in _LATIN_FORMS]
    chinese = [_SPELLINGS.get(form, form) for form in _CHINESE_FORMS.findall("".join(words))]
    return " ".join(sorted({form for form in (*latin, *chinese) if form}))


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKC", name).casefold().translate(_TO_SIMPLIFIED)
    text = _ABBREVIATIONS.sub(lambda found: re.sub(r"[\s.]", "", found[0]) + " ", text)
    return _WORDS.findall(text)

"""The made-up regulation of the group `support`: attributes of applicants, variants of services."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from client_segments.demo.files import write_csv, write_workbook
from client_segments.demo.plans import GroupPlan

_ACT = "Административный регламент (вымышленный), приложение № 2"
_FORM = "Форма заявления (вымышленная), раздел {number}"

_ATTRIBUTES = (
    ("Возрастная группа", "18–24; 25–34; 35–44; 45–54; 55–64; 65–74; 75 и старше", "2",
     _FORM.format(number=1)),
    ("Тип населённого пункта",
     "1. областной центр\n2. город / райцентр\n3. рабочий посёлок\n4. село\n"
     "5. отдалённый / труднодоступный", "2", _FORM.format(number=2)),
    ("Состав семьи",
     "проживает один; пара без детей; семья с одним-двумя детьми; многодетная семья; неполная семья",
     "1", _ACT),
    ("Занятость",
     "работает по найму; ИП / самозанятый; безработный; учащийся; неработающий пенсионер; "
     "отпуск по уходу", "1", _ACT),
    ("Инвалидность", "нет; I группа; II группа; III группа", "1", _ACT),
    ("Кто обращается", "заявитель лично; представитель по доверенности; законный представитель",
     "1", _ACT),
)  # fmt: skip
_VARIANTS = (
    ("Ежемесячная выплата семьям с детьми", "многодетная семья"),
    ("Ежемесячная выплата семьям с детьми", "Неполная семья; работает по найму или отпуск по уходу"),
    ("Компенсация расходов на отопление",
     "65–74 или 75 и старше; село или отдалённый / труднодоступный"),
    ("Компенсация расходов на отопление", "безработный, проживает один"),
    ("Социальное такси", "Инвалидность: I группа или II группа"),
    ("Ежемесячная выплата семьям с детьми", "многодетная семья; представитель по доверенности"),
)  # fmt: skip


def write_regulation(folder: Path, plan: GroupPlan) -> None:
    """Write both tables of the regulation as an authority has them: a workbook and a text file."""
    attributes = pd.DataFrame(
        [(number, *row) for number, row in enumerate(_ATTRIBUTES, start=1)],
        columns=[
            "№ п/п", "Признак заявителя", "Значения признака заявителя", "Вид источника",
            "Реквизит источника",
        ],
    )  # fmt: skip
    variants = pd.DataFrame(
        [(number, *row) for number, row in enumerate(_VARIANTS, start=1)],
        columns=["№ варианта", "Результат, за которым обращается заявитель",
                 "Комбинация значений признаков"],
    )  # fmt: skip
    title = f"{plan.name}: перечень общих признаков заявителей (вымышленный)"
    write_workbook(folder / "regulation_attributes.xlsx", attributes, title)
    write_csv(folder / "regulation_variants.csv", variants)

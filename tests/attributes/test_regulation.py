"""A regulation's own tables: read as annexes are written, beside the clients, adopted."""

from __future__ import annotations

import io
from datetime import date

import pandas as pd
import pytest

from client_segments import attributes, decisions, reading, segments
from client_segments.attributes.regulation import load_regulation, split_values
from client_segments.findings import InputError

CLIENTS = pd.DataFrame(
    {
        "client_id": [f"{number:02d}" for number in range(12)],
        "Категория заявителя": ["Гражданин", "гражданин ", "ИП", "ЮЛ"] * 3,
        "Способ": ["лично"] * 6 + ["представитель"] * 6,
        "Пол": ["м", "ж"] * 6,
    }
)
ANNEX = pd.DataFrame(
    [
        ("1", "Категория заявителя", "1. Гражданин\n2. ИП\n3. ЮЛ\n4. Нерезидент", "1", "Приказ № 7"),
        ("2", "Способ", "лично; представитель, доверенное лицо", "2", "Форма заявления"),
        ("3", "Жилищные условия", "собственность; наём", "", ""),
    ],
    columns=["№ п/п", "Признак заявителя", "Значения признака заявителя", "Вид источника", "Реквизит"],
)  # fmt: skip


def variants(*rows: tuple) -> pd.DataFrame:
    columns = ["№ варианта", "Комбинация значений признаков"]
    return pd.DataFrame(list(rows), columns=columns)


@pytest.fixture
def run(make_study):
    def run(annex=ANNEX, combinations=None, decided=None):
        raw = {"clients": CLIENTS, "regulation_attributes": annex}
        if combinations is not None:
            raw["regulation_variants"] = combinations
        return attributes.run(make_study(raw, decided))

    return run


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("да; нет", ["да", "нет"]),
        ("1. Гражданин\n2. ИП;\n3) ЮЛ.", ["Гражданин", "ИП", "ЮЛ"]),
        ("1. Заявитель 2. Представитель", ["Заявитель", "Представитель"]),
        ("– впервые\n– повторно", ["впервые", "повторно"]),
        ("гражданин, имеющий детей", ["гражданин, имеющий детей"]),
        ("до 1,5 лет; 1,5–3 года", ["до 1,5 лет", "1,5–3 года"]),
        ("да;; ;да", ["да"]),
        ("", []),
    ],
)
def test_values_of_a_cell(text, values):
    assert split_values(text) == values


def test_attributes_are_matched_with_columns_and_values(run):
    table = run().table("regulation_attributes").set_index("attribute_name")
    assert table["is_in_data"].to_dict() == {
        "Категория заявителя": True, "Способ": True, "Жилищные условия": False,
    }  # fmt: skip
    assert table.loc["Категория заявителя", "missing_values"] == "Нерезидент"
    assert table.loc["Способ", "missing_values"] == "представитель, доверенное лицо"
    assert table.loc["Способ", "extra_values"] == "представитель"
    assert table["source_types"].tolist() == ["1", "2", "1"]
    assert table.loc["Категория заявителя", "basis"] == "Приказ № 7"


def test_what_is_not_in_the_data_is_said(run):
    result = run()
    found = next(item for item in result.findings if item.rule == "regulation_attribute")
    assert "Жилищные условия" in found.message and "regulation_attributes" in found.file
    check = next(check for check in result.checks if check.code == "regulation")
    assert check.outcome == "warning" and "2 из 3" in check.details


def test_variants_become_rules_with_counts(run):
    combinations = variants(
        ("Результат: выдача справки", None),
        ("1", "Гражданин; лично"),
        ("2", "ИП или ЮЛ"),
        ("3", "Категория заявителя – гражданин, лично"),
    )
    table = run(combinations=combinations).table("regulation_combinations")
    assert table["variant_code"].tolist() == ["1", "2", "3"]
    assert (table["result"] == "Результат: выдача справки").all()
    assert table["clients_count"].tolist() == [4, 6, 4]
    assert table["rule_text"].tolist()[1] == "Категория заявителя: ИП или ЮЛ"
    assert table["rule"].notna().all()


@pytest.mark.parametrize(
    ("combination", "word"),
    [
        ("Гражданин; марсианин", "марсианин"),
        ("Нерезидент; лично", "Нерезидент"),
        ("наём", "Жилищные условия"),
        ("'; DROP TABLE clients; --", "DROP TABLE clients"),
    ],
)
def test_a_variant_that_cannot_be_a_rule_says_why(run, combination, word):
    result = run(combinations=variants(("1", combination)))
    table = result.table("regulation_combinations")
    assert table["rule"].isna().all()
    told = [item.message for item in result.findings if "вариант 1" in item.message]
    assert told and any(word in message for message in told)


def test_a_value_of_two_attributes_needs_its_name(run):
    annex = pd.DataFrame(
        {
            "Признак": ["Дети", "Работа"],
            "Значения": ["есть; нет", "есть; нет"],
        }
    )
    combinations = variants(("1", "есть"), ("2", "Дети: есть; Работа: нет"))
    result = run(annex, combinations)
    (doubt,) = [item for item in result.findings if item.rule == "variant"]
    assert "«Дети», «Работа»" in doubt.message
    assert "признак: значение" in doubt.message


def test_merged_cells_repeated_names_and_numbers(run):
    annex = pd.DataFrame(
        {
            "Признак": ["Категория заявителя", None, "КАТЕГОРИЯ  заявителя", "Способ"],
            "Значение": ["Гражданин", "ИП", "ЮЛ", "лично"],
        }
    )
    result = run(annex, variants(("1", "лично"), ("1", "ИП")))
    table = result.table("regulation_attributes").set_index("attribute_name")
    assert table["values_text"].to_dict() == {
        "Категория заявителя": "Гражданин; ИП; ЮЛ", "Способ": "лично",
    }  # fmt: skip
    assert len(result.table("regulation_combinations")) == 1
    assert any("повторяется" in item.message for item in result.findings)


def test_variants_may_be_a_table_with_a_column_an_attribute(make_study):
    matrix = pd.DataFrame(
        {"№ варианта": ["1", "2"], "Категория заявителя": ["Гражданин или ИП", "ЮЛ"], "Способ": ["лично", ""]}
    )  # fmt: skip
    result = attributes.run(make_study({"clients": CLIENTS, "regulation": matrix}))
    assert result.table("regulation_combinations")["clients_count"].tolist() == [5, 3]


def test_a_workbook_with_a_title_is_read(make_study):
    stream = io.BytesIO()
    with pd.ExcelWriter(stream, engine="openpyxl") as writer:
        ANNEX.to_excel(writer, index=False, startrow=2)
        writer.sheets["Sheet1"]["A1"] = "Приложение № 2 к административному регламенту"
    study = make_study({"clients": CLIENTS, "regulation.xlsx": stream.getvalue()})
    found = load_regulation(study)
    assert found.attributes[0].values == (
        "Гражданин", "ИП", "ЮЛ", "Нерезидент",
    )  # fmt: skip
    assert not reading.check_raw(study).errors


def test_a_source_of_another_kind_is_refused(run):
    with pytest.raises(InputError) as caught:
        run(ANNEX.assign(**{"Вид источника": "5"}))
    assert "Вид источника" in str(caught.value)


def test_five_hundred_values_and_empty_tables_stop_nothing(run):
    many = "; ".join(f"значение {number}" for number in range(500))
    result = run(pd.DataFrame({"Признак": ["Способ"], "Значения": [many]}))
    missing = result.table("regulation_attributes")["missing_values"].iloc[0]
    assert len(missing.split("; ")) == 500
    empty = run(pd.DataFrame({"Признак": ["Способ"], "Значения": [""]}))
    assert empty.table("regulation_attributes").empty
    assert any(item.rule == "no_attributes" for item in empty.findings)


def test_without_a_regulation_the_tables_are_empty(make_study):
    result = attributes.run(make_study({"clients": CLIENTS}))
    assert result.table("regulation_attributes").empty
    assert "regulation" not in {check.code for check in result.checks}


def adopt(study):
    known = attributes.known_attributes(study)
    return attributes.adopt_regulation(study, known, "аналитик", date(2025, 3, 1), "по регламенту")


def test_the_list_is_adopted_and_the_variants_become_segments(run, at_step):
    combinations = variants(("1.1", "Гражданин; лично"), ("2", "ИП"))
    study = run(combinations=combinations).study
    adopt(study)
    result = attributes.run(study)
    table = result.table("attributes").set_index("attribute_name")
    assert table.index.tolist() == ["Категория заявителя", "Способ"]
    assert table["source_types"].tolist() == ["1", "2"]
    assert table["basis"].tolist() == ["Приказ № 7", "Форма заявления"]
    assert not table["is_proposed"].any()
    records = attributes.segment_records(result.table("regulation_combinations"))
    assert [record["code"] for record in records] == ["variant-1-1", "variant-2"]
    content = {"method": "rules", "segments": records}
    decisions.save(study, "segments", content, "аналитик", date(2025, 3, 2), "варианты регламента")
    sizes = segments.run(at_step(study, "segments")).table("segments")
    sizes = sizes.set_index("segment_code")["clients_count"]
    assert sizes.to_dict() == {"variant-1-1": 4, "variant-2": 3, "rest": 5}


def test_what_people_decided_before_is_kept(run):
    text = (
        "attributes:\n"
        "  - {code: sex, name: Пол, sources: 3, basis: опрос}\n"
        "  - {code: kind, name: Категория заявителя, role: describing, sources: 3, basis: Закон}\n"
    )
    study = run(decided={"attributes": text}).study
    adopt(study)
    table = attributes.run(study).table("attributes").set_index("attribute_code")
    assert table.index.tolist()[:2] == ["sex", "kind"]
    assert table.loc["kind", ["role", "source_types", "basis"]].tolist() == [
        "describing", "1, 3", "Закон",
    ]  # fmt: skip
    assert "Способ" in table["attribute_name"].tolist()


def test_a_regulation_that_the_data_do_not_have_cannot_be_adopted(run):
    study = run(pd.DataFrame({"Признак": ["Планета"], "Значения": ["Марс; Венера"]})).study
    with pytest.raises(InputError, match="принимать нечего"):
        adopt(study)

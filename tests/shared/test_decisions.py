"""Decisions: read as text with lines, written back without losing a person's comments."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from client_segments import decisions
from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import InputError

RECORDS = TableContract(
    "records", "Записи", "Одна запись.", "decision",
    (
        Column("code", "Код", Kind.CODE, "Код.", required=True),
        Column("share", "Доля", Kind.NUMBER, "Доля.", maximum=100),
        Column("sources", "Источники", Kind.CODE, "Список.", is_list=True),
        Column("special", "Специальный", Kind.FLAG, "Да или нет."),
    ),
)  # fmt: skip


@pytest.fixture
def study(make_study):
    return make_study({"clients": pd.DataFrame({"sex": ["м", "ж"]})})


def write(study, name: str, text: str, encoding: str = "utf-8") -> None:
    decisions.decision_path(study, name).write_text(text, encoding=encoding)


SIGNED = "who: начальник отдела\nwhen: 05.03.2025\nwhy: согласовано\n"


def test_scalars_stay_as_written(study):
    write(
        study,
        "attributes",
        SIGNED + "attributes:\n- {code: 0552, special: нет, sources: [1, '02']}\n",
    )
    decision = decisions.load(study, "attributes")
    records, findings = decisions.records(decision, "attributes", RECORDS)
    assert records == [{"code": "0552", "share": None, "sources": ("1", "02"), "special": False}]
    assert not list(findings)
    assert (decision.who, decision.when) == ("начальник отдела", date(2025, 3, 5))


def test_every_mistake_is_found_with_its_line(study):
    write(
        study, "attributes",
        SIGNED + "attributes:\n- code: a\n  share: 120\n- share: много\n  kode: b\n- просто текст\n",
    )  # fmt: skip
    decision = decisions.load(study, "attributes")
    _records, findings = decisions.records(decision, "attributes", RECORDS)
    found = {(finding.rule, finding.cell) for finding in findings}
    assert found == {
        ("value", "строка 6"), ("value", "строка 7"), ("required", "строка 7"),
        ("unknown_key", "строка 8"), ("not_a_record", "строка 9"),
    }  # fmt: skip
    unknown = next(finding for finding in findings if finding.rule == "unknown_key")
    assert "«code»" in unknown.remedy
    assert unknown.file == "data/authority/2025/group/decisions/attributes.yml"


@pytest.mark.parametrize(
    "text", ["a: [1, 2", "- просто список\n", "\tкривой отступ: да\n", "a: &x [1]\nb: *y\n"]
)
def test_what_is_not_yaml_is_one_message(study, text):
    write(study, "weights", text)
    with pytest.raises(InputError) as caught:
        decisions.load(study, "weights")
    assert len(caught.value.findings) == 1
    assert "weights.yml" in str(caught.value)


def test_a_key_written_twice_is_refused(study):
    write(study, "weights", SIGNED + "weights: {capacity: 1, capacity: 2}\n")
    with pytest.raises(InputError, match="дважды"):
        decisions.load(study, "weights")


def test_aliases_that_multiply_do_not_fill_memory(study):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    write(study, "weights", "\n".join(lines))
    with pytest.raises(InputError, match="слишком много"):
        decisions.load(study, "weights")


def test_an_old_editor_saves_in_windows_1251(study):
    write(study, "weights", SIGNED + "research_first: [село]\n", encoding="cp1251")
    assert decisions.load(study, "weights").data["research_first"] == ["село"]


def test_an_unsigned_decision_is_named(study):
    write(study, "weights", "research_first: [a]\n")
    assert [finding.rule for finding in decisions.load(study, "weights").findings] == [
        "decision_unsigned"
    ]


def test_saving_keeps_comments_and_types(study):
    write(
        study, "hypotheses",
        "# наша памятка\n" + SIGNED + "hypotheses:\n- code: Г1  # главная\n  text: старый\n- code: Г2\n  text: второй\n",
    )  # fmt: skip
    records = [
        {"code": "Г1", "text": "новый", "decided": date(2025, 4, 1), "special": True},
        {"code": "Г3", "text": "0552"},
    ]
    decisions.save(
        study, "hypotheses", {"hypotheses": records}, "аналитик", date(2025, 4, 2), "уточнено"
    )
    text = decisions.decision_path(study, "hypotheses").read_text("utf-8")
    assert "# наша памятка" in text
    assert "# главная" in text
    assert "Г2" not in text
    decision = decisions.load(study, "hypotheses")
    assert decision.data["hypotheses"] == [
        {"code": "Г1", "text": "новый", "decided": "2025-04-01", "special": "да"},
        {"code": "Г3", "text": "0552"},
    ]
    assert decision.who == "аналитик"


def test_nobody_signs_nothing_is_saved(study):
    with pytest.raises(InputError, match="кто принимает решение"):
        decisions.save(study, "weights", {"research_first": []}, "  ", date(2025, 4, 2), "")
    assert not decisions.decision_path(study, "weights").exists()


def test_the_passport_of_a_group(study):
    settings = decisions.load_group(study)
    assert settings.has_entitlement
    assert settings.unit_forms[2] == "человек"
    (study.folder / "group.yml").write_text(
        "name: а\nclient_kind: робот\ndirection: support\n", "utf-8"
    )
    with pytest.raises(InputError, match="физическое лицо"):
        decisions.load_group(study)

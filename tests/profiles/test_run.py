"""Step 6 as a whole: from the tables of earlier steps to the register, twice."""

from __future__ import annotations

import shutil

import pytest

from client_segments import storage
from client_segments.profiles import COMPOSERS, register, run
from client_segments.profiles.inputs import TABLE_NAMES
from client_segments.study import AuthorityYear

PLAN = """\
who: аналитик
when: 2025-11-20
why: план на год
measures:
  - code: М1
    segment: сельские жители
    hypothesis: Г1
    problem: Далеко ехать
    measure: Выездной приём
    stage: Подача заявления
    responsible: Отдел
    due: 2026-09-01
    resources: автомобиль
    indicator: Слепая зона
    base: 37,1
    target: 25
    metric: blind_zone
    effect: 5
    feasibility: 4
"""
GROUP = """\
name: Социальная помощь
client_kind: person
direction: support
processes: [Социальный контракт]
sources: ["Учёт органа, 01.11.2025"]
unit: Отдел мер поддержки
"""


@pytest.fixture
def study(tmp_path, inputs, contracts):
    year = AuthorityYear("ministry", 2025, tmp_path)
    for name in TABLE_NAMES:
        if name != "measures":
            year.study("aid", contracts[name].owner).write(contracts[name], getattr(inputs, name))
    folder = year.folder / "aid"
    storage.write_text(folder / "group.yml", GROUP)
    storage.write_text(folder / "raw" / "clients.csv", "client_id\n1\n")
    storage.write_text(folder / "decisions" / "plan.yml", PLAN)
    rows = [f"{number},Раздел,{key},Поле,text,1,п. 8" for number, key in enumerate(COMPOSERS, 1)]
    form = "\n".join(["number,section,key,name,kind,is_core,basis", *rows])
    storage.write_text(tmp_path / "data" / "catalogue" / "profile_form.csv", form + "\n")
    storage.write_text(tmp_path / "data" / "catalogue" / "authorities.csv", "code,name\n")
    return year.study("aid", "profiles")


def snapshot(study) -> dict[str, bytes]:
    folders = (study.work_folder / "profiles", study.authority_year.register_folder)
    return {
        str(path): path.read_bytes()
        for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def field(result, segment: str, key: str) -> str:
    fields = result.table("profile_fields")
    row = fields[(fields["segment_code"] == segment) & (fields["field_key"] == key)]
    return row["value_text"].iloc[0]


def test_the_first_run_forms_version_one_of_every_profile(study):
    result = run(study)
    profiles = result.table("profiles").set_index("segment_code")
    assert profiles["version_number"].to_dict() == {"rural": 1, "urban": 1}
    assert profiles["status"].to_dict() == {"rural": "confirmed", "urban": "draft"}
    assert field(result, "rural", "history") == (
        "2025 год, версия 1, 20.11.2025: первое формирование профиля"
    )
    assert field(result, "rural", "version") == "версия 1, сформирована 20.11.2025"
    assert result.table("measures")["segment_code"].tolist() == ["rural"]
    assert list(result.findings) == []
    outcomes = {check.code: check.outcome.value for check in result.checks}
    assert outcomes == {
        "profile_status": "not_met", "profile_core": "warning", "profile_year": "met",
        "profile_due": "met", "plan_covers": "not_met", "register": "met",
        "criterion_register": "met", "problem_stages": "warning", "plan_links": "met",
        "follow_up": "no_data",
    }  # fmt: skip


def test_running_again_leaves_work_and_register_the_same_to_the_byte(study):
    run(study)
    before = snapshot(study)
    shutil.rmtree(study.work_folder / "profiles")
    run(study)
    assert snapshot(study) == before


def test_a_changed_text_of_people_gives_version_two_and_keeps_the_first(study):
    run(study)
    first = register.last_version(study.authority_year, "aid", "rural")
    number = list(COMPOSERS).index("capacity") + 1
    storage.write_text(
        study.decisions_folder / "profiles.yml",
        "who: аналитик\nwhen: 2025-12-01\nwhy: уточнение\nfields:\n"
        f"  - {{segment: rural, field: {number}, text: пять тысяч}}\n",
    )
    result = run(study)
    assert field(result, "rural", "capacity") == "пять тысяч"
    profiles = result.table("profiles").set_index("segment_code")
    assert profiles["version_number"].to_dict() == {"rural": 2, "urban": 1}
    history = register.history(study.authority_year, "aid", "rural")
    assert history[0] == first
    assert history[1].changed_fields == ({"number": number, "key": "capacity"},)
    assert field(result, "rural", "history").endswith(f"изменены поля № {number}")
    assert snapshot(study) and run(study).table("profile_fields").equals(
        result.table("profile_fields")
    )


def run_again(study, when="2025-12-01", **decisions):
    for name, text in decisions.items():
        storage.write_text(
            study.decisions_folder / f"{name}.yml",
            f"who: аналитик\nwhen: {when}\nwhy: уточнение\n{text}",
        )
    return run(study)


def rewrite(study, inputs, contracts, **tables):
    """Write tables of earlier steps anew, as if those steps had been run again."""
    for name, table in tables.items():
        owner = contracts[name].owner
        study.authority_year.study("aid", owner).write(contracts[name], table)


def statuses(result) -> dict[str, str]:
    return result.table("profiles").set_index("segment_code")["status"].to_dict()


def test_a_confirmed_profile_whose_hypothesis_is_open_again_is_in_update(study, inputs, contracts):
    assert statuses(run(study))["rural"] == "confirmed"
    rewrite(study, inputs, contracts, verdicts=inputs.verdicts.iloc[:1])  # Г2 has no verdict now
    again = run(study)
    assert statuses(again)["rural"] == "update"
    assert field(again, "rural", "status") == "на актуализации"
    check = next(item for item in again.checks if item.code == "profile_status")
    assert check.outcome.value == "not_met" and "не проверены Г2" in check.details
    assert again.table("profiles")["version_number"].tolist() == [2, 1]
    assert statuses(run(study))["rural"] == "update"  # and no third version
    assert run(study).table("profiles")["version_number"].tolist() == [2, 1]
    rewrite(study, inputs, contracts, verdicts=inputs.verdicts)
    assert statuses(run(study))["rural"] == "confirmed"


def test_a_core_field_that_lost_its_value_puts_a_profile_in_update(study, inputs, contracts):
    run(study)
    rewrite(study, inputs, contracts, channel_shares=inputs.channel_shares.iloc[:0])
    assert statuses(run(study))["rural"] == "update"


def test_a_segment_that_is_no_more_goes_to_the_archive_once(study, inputs, contracts):
    run(study)
    rewrite(study, inputs, contracts, segments=inputs.segments.iloc[[0, 2]])
    for _time in range(2):
        result = run(study)
        archived = result.table("archived_profiles")
        assert archived[["segment_code", "segment_name", "version_number", "reason"]].to_numpy(
        ).tolist() == [["urban", "Горожане", 2, "segments"]]  # fmt: skip
        assert statuses(result) == {"rural": "confirmed"}
    last = register.last_version(study.authority_year, "aid", "urban")
    assert last.content["status"] == "archived"
    assert {"number": list(COMPOSERS).index("status") + 1, "key": "status"} in last.changed_fields
    rewrite(study, inputs, contracts, segments=inputs.segments)
    assert statuses(run(study)) == {"rural": "confirmed", "urban": "draft"}
    assert run(study).table("archived_profiles").empty


def test_a_legal_act_is_a_reason_of_the_segments_it_concerns(study):
    run(study)
    act = (
        "legal_acts:\n  - {act: Закон области № 7, date: 2025-11-25, segments: [сельские жители]}\n"
    )
    result = run_again(study, profiles=act)
    table = result.table("profiles").set_index("segment_code")
    assert table["reason"].to_dict() == {"rural": "legal_act", "urban": "new_profile"}
    assert field(result, "rural", "update_reason") == "изменение НПА: Закон области № 7"
    unknown = "legal_acts:\n  - {act: Закон, date: 2025-11-25, segments: [луна]}\n"
    found = [item.rule for item in run_again(study, profiles=unknown).findings]
    assert "legal_act_segment" in found


def test_a_criterion_changed_by_hand_is_told_with_both_numbers_and_dates(study, inputs, contracts):
    run(study)
    lower = inputs.hypotheses.assign(
        criterion_pct=[40.0, 50.0, None], decided_date=inputs.hypotheses["decided_date"]
    )
    rewrite(study, inputs, contracts, hypotheses=lower)
    result = run(study)
    (finding,) = [item for item in result.findings if item.rule == "criterion_register"]
    assert finding.found.replace("\u00a0", " ").startswith("Г1: было 60 % (версия от 20.11.2025)")
    assert "стало 40" in finding.found
    check = next(item for item in result.checks if item.code == "criterion_register")
    assert check.outcome.value == "warning"
    told = lower.assign(criterion_history=["60 % до 25.11.2025", None, None])
    rewrite(study, inputs, contracts, hypotheses=told)
    result = run(study)
    assert not [item for item in result.findings if item.rule == "criterion_register"]
    # What is told is still a change of the year, and stays in the check.
    check = next(item for item in result.checks if item.code == "criterion_register")
    assert check.outcome.value == "warning"


LAST_PLAN = PLAN.replace("2025-11-20", "2024-11-20").replace("2026-09-01", "2025-09-01")


def test_last_year_s_measures_are_followed_up(study):
    last = study.authority_year.folder.parent / "2024" / "aid" / "decisions" / "plan.yml"
    second = (
        "  - {code: М2, segment: сельские жители, measure: Памятка, indicator: звонки, base: 10,"
        " target: 4, due: 2025-05-01}\n"
    )
    storage.write_text(last, LAST_PLAN.replace("base: 37,1", "base: 60") + second)
    row = run(study).table("follow_up").set_index("measure_code")
    assert row.loc["М1", ["base_value", "target_value", "actual_value"]].tolist() == [60, 25, 37.1]
    assert row.loc["М1", "result"] == "closer" and row.loc["М1", "source"] == "computed"
    assert row.loc["М1", "progress_pct"] == pytest.approx(100 * 22.9 / 35)
    assert row["is_overdue"].tolist() == [True, True]
    assert row.loc["М2", "result"] == "unknown"
    told = PLAN.partition("measures:")[2] + (
        "follow_up:\n  - {code: м2, state: выполнено, actual: 4, text: Раздали}\n"
        "  - {code: М9, state: выполнено}\n"
    )
    result = run_again(study, plan=f"measures:{told}")
    row = result.table("follow_up").set_index("measure_code").loc["М2"]
    assert (row["actual_value"], row["result"], row["state"], row["source"]) == (
        4, "reached", "done", "people",
    )  # fmt: skip
    assert [item.found for item in result.findings if item.rule == "follow_up_code"] == ["М9"]
    text = field(result, "rural", "plan_states").replace("\u00a0", " ")
    assert "Итоги прошлого года:" in text
    assert (
        "М2. Памятка – выполнено; звонки: было 10, цель 4, сейчас 4; цель достигнута; Раздали"
        in text
    )


def test_a_need_in_another_form_and_a_base_that_data_contradict_are_told(study):
    plan = PLAN.partition("why: план на год\n")[2]
    plan = plan.replace("base: 37,1", "base: 50") + "    need: Хотим быстрее\n"
    found = {item.rule: item for item in run_again(study, plan=plan).findings}
    assert found["need_form"].found == "Хотим быстрее"
    assert "50,0" in found["measure_base"].message and "37,1" in found["measure_base"].message

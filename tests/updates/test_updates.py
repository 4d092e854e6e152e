"""Changes between years: planted ones are found, others are not."""

from __future__ import annotations

import copy
import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from client_segments import cli, storage, updates
from client_segments.profiles import PROFILE_SOURCES, PROFILES, register
from client_segments.profiles.register import Draft
from client_segments.study import AuthorityYear

FORMS = ("человек", "человека", "человек")
GROUP = """\
name: Социальная помощь
client_kind: person
direction: support
"""
NUMBERS = {
    "capacity": {"clients_count": 1000, "all_clients_count": 4000, "population_count": None},
    "satisfaction": {
        "satisfied_count": 300, "answers_count": 400, "effective_count": 400,
        "satisfaction_pct": 75.0,
    },
    "blind_zone": {"blind_zone_count": 300, "entitled_count": 1000},
    "problems": {"Далеко ехать": 60, "Долгий ответ": 40}, "problem_reporters": {},
    "priority": {"rank": 1, "score": 0.5},
    "journey": [
        {"stage": "Подача", "cases_count": 200, "reached_count": 200},
        {"stage": "Решение", "cases_count": 200, "reached_count": 150},
    ],
    "channels": [
        {"use": "informing", "kind": "preferred", "channel_code": code, "channel_name": name,
         "answers_count": count, "total_count": 200}
        for code, name, count in (("01", "Госуслуги", 120), ("06", "Почта", 80))
    ],
    "verdicts": {"Г1": "confirmed"},
    "respondents": {"survey": 30},
    "hypotheses": [
        {"code": "Г1", "kind": "channel", "text": "Узнают от почтальона",
         "proposal": "channel.preferred.informing.06"},
        {"code": "Г2", "kind": "journey", "text": "Бросают дело", "proposal": None},
        {"code": "Г3", "kind": "problem", "text": "Далеко ехать из села", "proposal": None},
        {"code": "Г4", "kind": "problem", "text": "Долго ждут", "proposal": None},
    ],
}  # fmt: skip


def changed(**parts) -> dict:
    numbers = copy.deepcopy(NUMBERS)
    for part, values in parts.items():
        if isinstance(values, dict):
            numbers[part].update(values)
        else:
            numbers[part] = values
    return numbers


SATISFACTION_FELL = changed(satisfaction={"satisfied_count": 200, "satisfaction_pct": 50.0})


class Office:
    """An authority in a folder, whose profiles are recorded by hand."""

    def __init__(self, root):
        self.root = root
        storage.write_text(root / "data" / "catalogue" / "authorities.csv", "code,name\n")

    def year(self, year: int) -> AuthorityYear:
        return AuthorityYear("ministry", year, self.root)

    def record(
        self, year: int, numbers: dict[str, dict], group: str = "aid", fields: list | None = None
    ) -> None:
        study = self.year(year).study(group, "profiles")
        storage.write_text(study.folder / "group.yml", GROUP)
        hashes = register.input_hashes(study)
        content = {"status": "confirmed", "fields": fields or []}
        drafts = [
            Draft(code, code.title(), date(year, 11, 1), content | {"numbers": item}, hashes)
            for code, item in numbers.items()
        ]
        register.record(study, drafts)
        rows = [(code, code.title(), "confirmed", 1, None, "new_profile") for code in numbers]
        study.write(PROFILES, pd.DataFrame(rows, columns=PROFILES.column_names))
        sources = pd.DataFrame(hashes.items(), columns=PROFILE_SOURCES.column_names)
        study.write(PROFILE_SOURCES, sources)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def real(changes: pd.DataFrame) -> list[tuple[str, str]]:
    rows = changes[changes["is_real"]]
    return list(zip(rows["segment_code"], rows["indicator"], strict=True))


def test_the_planted_change_is_found_and_no_other(office):
    office.record(2024, {"rural": NUMBERS, "urban": NUMBERS})
    office.record(2025, {"rural": SATISFACTION_FELL, "urban": NUMBERS})
    result = updates.run_authority(office.year(2025))
    assert real(result.changes) == [("rural", "satisfaction")]
    row = result.changes[result.changes["is_real"]].iloc[0]
    assert (row["previous_value"], row["current_value"], row["difference"]) == (75.0, 50.0, -25.0)
    # Newcombe (1998), method 10: Wilson's limits are 45.1235 and 54.8765 for 200 of 400,
    # 70.5323 and 78.9921 for 300 of 400.
    low = -25 - math.hypot(50 - 45.1235, 78.9921 - 75)
    high = -25 + math.hypot(54.8765 - 50, 75 - 70.5323)
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=0.001)
    assert "пересмотрите гипотезу Г2: «Бросают дело»" in row["advice"]
    assert len(result.changes) == 18
    assert any("Без изменений больше случайных: «Urban»" in text for text in result.sentences)


@pytest.mark.parametrize(
    ("part", "values", "indicator", "advice"),
    [
        ("capacity", {"clients_count": 1400}, "capacity", "клиентов было 1 000, стало 1 400 человек"),
        ("blind_zone", {"blind_zone_count": 420}, "blind_zone", "гипотезу Г1"),
        ("journey", [{"stage": "Подача", "cases_count": 200, "reached_count": 200},
                     {"stage": "Решение", "cases_count": 200, "reached_count": 90}],
         "journey.02", "гипотезу Г2"),
    ],
)  # fmt: skip
def test_each_indicator_is_watched(part, values, indicator, advice):
    frame = judged(NUMBERS, changed(**{part: values}))
    assert real(frame) == [("rural", indicator)]
    text = frame.loc[frame["is_real"], "advice"].iloc[0].replace("\u00a0", " ")
    assert advice in text or advice.capitalize() in text


def judged(before: dict, after: dict) -> pd.DataFrame:
    return updates.judge(updates.compare_versions("aid", version(before), version(after), FORMS))


def version(numbers: dict) -> register.Version:
    return register.Version(
        "ministry", "aid", "rural", "Rural", 2025, 1, None, "new_profile", ("new_profile",), (),
        {"status": "draft", "fields": [], "numbers": numbers}, {},
    )  # fmt: skip


def test_a_problem_that_grew_names_the_hypothesis_about_it():
    frame = judged(NUMBERS, changed(problems={"Далеко ехать": 95, "Долгий ответ": 5}))
    row = frame[frame["label"].str.contains("Далеко ехать")].iloc[0]
    assert row["is_real"]
    assert "гипотезу Г3" in row["advice"] and "Г4" not in row["advice"]


def test_a_channel_that_fell_names_the_hypothesis_proposed_from_it():
    channels = copy.deepcopy(NUMBERS["channels"])
    channels[0]["answers_count"], channels[1]["answers_count"] = 190, 10
    frame = judged(NUMBERS, changed(channels=channels))
    row = frame[frame["indicator"] == "channel.preferred.informing.06"].iloc[0]
    assert row["is_real"] and "гипотезу Г1" in row["advice"]


def test_equal_years_have_no_change_at_all():
    frame = judged(NUMBERS, NUMBERS)
    assert (frame["difference"] == 0).all() and not frame["is_real"].any()


def test_a_year_without_data_is_not_compared():
    frame = judged(changed(satisfaction=[]) | {"satisfaction": {}}, NUMBERS)
    row = frame[frame["indicator"] == "satisfaction"].iloc[0]
    assert np.isnan(row["difference"]) and not row["is_real"]
    assert row["advice"] == "Сравнить нельзя: нет данных за прошлый год."


def test_weighted_satisfaction_counts_by_its_effective_number():
    few = {"effective_count": 20.5}
    frame = judged(
        changed(satisfaction=few),
        changed(satisfaction=few | {"satisfied_count": 200, "satisfaction_pct": 50.0}),
    )
    assert real(frame) == []


def test_the_false_alarm_rate_is_controlled_over_all_segments():
    """With 300 segments that did not change, hardly any alarm is raised; naively about 5 %."""
    rng = np.random.default_rng(20240912)
    comparisons = [
        updates.Comparison(
            "aid", f"s{number}", "satisfaction", "Доля",
            updates.Share(int(before), 200), updates.Share(int(after), 200),
        )
        for number, (before, after) in enumerate(rng.binomial(200, 0.7, size=(300, 2)))
    ]  # fmt: skip
    frame = updates.judge(comparisons)
    outside = (frame["low"] > 0) | (frame["high"] < 0)
    assert outside.sum() >= 5
    assert frame["is_real"].sum() == 0


def test_new_and_vanished_segments_are_said(office):
    office.record(2024, {"rural": NUMBERS, "old": NUMBERS})
    office.record(2025, {"rural": NUMBERS, "young": NUMBERS})
    result = updates.run_authority(office.year(2025))
    states = result.segment_changes.set_index("segment_code")["state"].to_dict()
    assert states == {"rural": "continued", "young": "new", "old": "vanished"}
    assert any("Новые сегменты: «Young»" in text for text in result.sentences)
    assert any("Исчезли сегменты: «Old»" in text for text in result.sentences)


def test_without_last_year_it_says_so(office):
    office.record(2025, {"rural": NUMBERS})
    result = updates.run_authority(office.year(2025))
    assert result.changes.empty
    assert [text for text in result.sentences if "за 2024 год в реестре нет" in text]
    outcomes = {check.code: check.outcome.value for check in result.results["aid"].checks}
    assert outcomes["previous_year"] == "no_data" and outcomes["changes"] == "no_data"


def test_a_group_alone_is_judged_as_with_all_groups(office):
    for year, numbers in ((2024, NUMBERS), (2025, SATISFACTION_FELL)):
        office.record(year, {"rural": numbers})
        office.record(year, {"shops": NUMBERS}, group="permits")
    whole = updates.run_authority(office.year(2025))
    alone = updates.run(office.year(2025).study("aid", "updates"))
    assert alone.table("changes").equals(whole.results["aid"].table("changes"))


def test_a_group_without_profiles_is_named_and_skipped(office):
    office.record(2025, {"rural": NUMBERS})
    storage.write_text(office.year(2025).folder / "permits" / "group.yml", GROUP)
    result = updates.run_authority(office.year(2025))
    assert list(result.results) == ["aid"]
    assert [item.rule for item in result.findings] == ["no_profiles"]


def test_files_that_changed_after_the_last_version_are_named(office):
    office.record(2025, {"rural": NUMBERS})
    folder = office.year(2025).folder / "aid"
    storage.write_text(folder / "raw" / "feedback.csv", "score\n5\n")
    storage.write_text(folder / "group.yml", GROUP + "unit: Отдел\n")
    result = updates.run_authority(office.year(2025))
    files = result.changed_files.set_index("file")
    assert files["state"].to_dict() == {"group.yml": "changed", "raw/feedback.csv": "new"}
    assert not files["is_processed"].any()
    check = result.results["aid"].checks[0]
    assert (check.code, check.outcome.value) == ("files_processed", "not_met")


def test_a_processed_change_that_moved_nothing_is_told_apart(office):
    office.record(2025, {"rural": NUMBERS})
    folder = office.year(2025).folder / "aid"
    storage.write_text(folder / "raw" / "feedback.csv", "score\n5\n")
    office.record(2025, {"rural": NUMBERS})  # step 6 again: nothing new to record
    result = updates.run_authority(office.year(2025))
    assert result.changed_files["is_processed"].tolist() == [True]
    assert result.results["aid"].checks[0].outcome.value == "met"


def test_a_change_that_people_decided_on_is_closed(office):
    office.record(2024, {"rural": NUMBERS})
    office.record(2025, {"rural": SATISFACTION_FELL})
    year = office.year(2025)

    def outcome() -> str:
        result = updates.run_authority(year)
        return {check.code: check.outcome.value for check in result.results["aid"].checks}[
            "changes"
        ]

    assert outcome() == "warning"
    storage.write_text(
        year.folder / "updates.yml",
        "who: аналитик\nwhen: 2025-12-01\nwhy: итоги\nreviews:\n"
        "  - {group: aid, segment: rural, indicator: satisfaction, answer: пересмотрено}\n",
    )
    assert outcome() == "met"


def test_damage_of_the_register_is_said(office):
    office.record(2024, {"rural": NUMBERS})
    office.record(2025, {"rural": NUMBERS})
    path = office.year(2025).register_folder / "aid" / "rural" / "2024-001.json"
    path.write_bytes(path.read_bytes().replace(b'"rank": 1', b'"rank": 2'))
    result = updates.run_authority(office.year(2025))
    checks = {check.code: check.outcome.value for check in result.results["aid"].checks}
    assert checks["register"] == "not_met"


def test_the_chart_says_in_words_what_it_shows(office):
    office.record(2024, {"rural": NUMBERS, "urban": NUMBERS})
    office.record(2025, {"rural": SATISFACTION_FELL, "urban": NUMBERS})
    result = updates.run_authority(office.year(2025))
    figure = updates.changes_chart(result)
    assert figure.layout.meta["description"] == (
        "Доля удовлетворённых: изменение больше случайного у сегментов «Rural»."
    )
    assert list(figure.data[0].x) == [-25.0, 0.0]


def test_what_the_notebook_shows_names_segments_and_what_to_do(office):
    office.record(2024, {"rural": NUMBERS})
    office.record(2025, {"rural": SATISFACTION_FELL})
    office.record(2025, {"shops": NUMBERS}, group="permits")
    result = updates.run_authority(office.year(2025))
    changes = updates.show_changes(result).text.splitlines()
    assert any(
        "Rural (Социальная помощь)" in line and "Доля удовлетворённых" in line for line in changes
    )
    assert "пересмотрите гипотезу Г2" in updates.show_advice(result).text
    assert "Реестр версий профилей цел" in updates.show_checks(result).text


def test_without_last_year_there_is_still_a_chart_and_a_note(office):
    office.record(2025, {"rural": NUMBERS})
    result = updates.run_authority(office.year(2025))
    assert "сравнивать нечего" in updates.changes_chart(result).layout.meta["description"]
    assert "нет" in updates.show_changes(result).text


def revisions(result, kind: str) -> list[str]:
    table = result.tables["revisions"]
    return table.loc[table["kind"] == kind, "text"].tolist()


def test_where_nothing_is_new_there_is_no_new_version_and_it_says_so(office):
    office.record(2025, {"rural": NUMBERS})
    before = sorted(office.year(2025).register_folder.rglob("*.json"))
    office.record(2025, {"rural": NUMBERS})
    assert sorted(office.year(2025).register_folder.rglob("*.json")) == before
    said = revisions(updates.run_authority(office.year(2025)), "nothing")
    assert said[0].endswith("новых версий нет.")


def test_a_new_file_names_the_sections_composed_from_it(office):
    office.record(2025, {"rural": NUMBERS})
    folder = office.year(2025).folder / "aid"
    for name in ("raw/feedback_июнь.csv", "raw/заметки.csv", "decisions/plan.yml"):
        storage.write_text(folder / name, "score\n5\n")
    result = updates.run_authority(office.year(2025))
    files = result.changed_files.set_index("file")["affects"]
    assert files["raw/feedback_июнь.csv"] == "удовлетворённость"
    assert files["decisions/plan.yml"] == "план персонализации"
    assert pd.isna(files["raw/заметки.csv"])
    assert "feedback_июнь.csv (удовлетворённость)" in revisions(result, "files")[0]


def fields(**values: str) -> list[dict]:
    return [
        {"number": number, "key": key, "value": value}
        for number, (key, value) in enumerate(values.items(), start=1)
    ]


def test_what_changed_is_told_field_by_field_against_last_year_and_the_version_before(office):
    office.record(2024, {"rural": NUMBERS}, fields=fields(year="2024", image="было", needs="да"))
    office.record(2025, {"rural": NUMBERS}, fields=fields(year="2025", image="стало", needs="да"))
    office.record(2025, {"rural": NUMBERS}, fields=fields(year="2025", image="стало", needs="нет"))
    result = updates.run_authority(office.year(2025))
    table = result.tables["field_changes"]
    told = {
        (row.compared, row.previous_version, row.field_number): (
            row.previous_text,
            row.current_text,
        )
        for row in table.itertuples()
    }
    assert told == {
        ("year", "2024, версия 1", 2): ("было", "стало"),
        ("year", "2024, версия 1", 3): ("да", "нет"),
        ("version", "2025, версия 1", 3): ("да", "нет"),
    }
    row = result.segment_changes.iloc[0]
    assert (row["versions_count"], row["fields_count"]) == (2, 2)
    assert "записана 2025, версия 2" in revisions(result, "version")[0]
    affected = updates.show_affected(result).parts
    assert "полей изменилось – 2" in affected[-1].text


def test_the_year_itself_is_no_change(office):
    office.record(2024, {"rural": NUMBERS}, fields=fields(year="2024"))
    office.record(2025, {"rural": NUMBERS}, fields=fields(year="2025"))
    result = updates.run_authority(office.year(2025))
    assert result.tables["field_changes"].empty
    assert "Ни одно поле" in updates.show_affected(result).parts[-1].text


def test_the_command_line_says_the_same_as_the_notebook(office, capsys):
    office.record(2024, {"rural": NUMBERS, "urban": NUMBERS})
    office.record(2025, {"rural": SATISFACTION_FELL, "urban": NUMBERS})
    assert cli.main(["updates", "ministry", "2025", "--root", str(office.root)]) == 0
    said = capsys.readouterr().out
    result = updates.run_authority(office.year(2025))
    assert [line.partition(": ")[2] for line in said.splitlines()[1:]] == result.tables[
        "revisions"
    ]["text"].tolist()
    assert "пересмотрите гипотезу Г2" in said
    assert updates.revision_lines(office.year(2024)) == []


def test_the_command_line_fails_where_the_register_is_damaged(office, capsys):
    office.record(2024, {"rural": NUMBERS})
    office.record(2025, {"rural": NUMBERS})
    next(office.year(2025).register_folder.rglob("2024-001.json")).unlink()
    assert cli.main(["updates", "ministry", "2025", "--root", str(office.root)]) == 1
    assert "утрачена" in capsys.readouterr().out


def test_an_estimated_blind_zone_is_as_sure_as_its_interval():
    """A million entitled by a raked population, ±10 points: a fall of 8 points is no alarm."""

    def zone(count: int) -> dict:
        share = count / 10_000
        return {"blind_zone_count": count, "entitled_count": 1_000_000,
                "low_pct": share - 10, "high_pct": share + 10}  # fmt: skip

    counted = {"low_pct": None, "high_pct": None}
    for options, is_alarm in (({}, False), (counted, True)):
        frame = judged(changed(blind_zone=zone(380_000) | options),
                       changed(blind_zone=zone(300_000) | options))  # fmt: skip
        row = frame[frame["indicator"] == "blind_zone"].iloc[0]
        assert bool(row["is_real"]) is is_alarm
        assert row["difference"] == pytest.approx(-8)
    assert row["high"] - row["low"] < 0.5


def test_problems_are_shares_of_clients_where_both_years_know_them():
    known = changed(problem_reporters={"reporters_count": 80})
    frame = judged(known, known)
    row = frame[frame["label"].str.contains("Далеко ехать")].iloc[0]
    assert (row["label"], row["current_value"]) == ("Проблема «Далеко ехать», доля назвавших", 75.0)
    frame = judged(NUMBERS, known)
    row = frame[frame["label"].str.contains("Далеко ехать")].iloc[0]
    assert (row["label"], row["current_value"]) == (
        "Проблема «Далеко ехать», доля упоминаний", 60.0,
    )  # fmt: skip


def test_a_lost_hypothesis_waits_for_a_decision_as_a_change_does(office, monkeypatch):
    office.record(2025, {"rural": NUMBERS})
    office.record(2024, {"rural": NUMBERS})
    lost = pd.DataFrame(
        [("Г1", "rural", "Узнают от почтальона", "criterion_lost", True, "confirmed", "refuted",
          "Год назад подтверждена, теперь опровергнута.", "исключите гипотезу из профиля.")],
        columns=updates.HYPOTHESIS_GROUNDS.column_names,
    )  # fmt: skip
    monkeypatch.setattr(
        updates, "hypothesis_grounds", lambda *_: updates.HYPOTHESIS_GROUNDS.conform(lost)
    )
    year = office.year(2025)

    def outcomes(result) -> dict[str, str]:
        return {check.code: check.outcome.value for check in result.results["aid"].checks}

    result = updates.run_authority(year)
    assert outcomes(result)["grounds"] == "not_met" and outcomes(result)["changes"] == "warning"
    assert result.segment_changes["hypotheses_count"].tolist() == [1]
    (said,) = revisions(result, "hypothesis")
    assert said == (
        "Гипотеза Г1 («Rural») потеряла основание: Узнают от почтальона. Год назад подтверждена, "
        "теперь опровергнута. Что сделать: исключите гипотезу из профиля."
    )
    assert "Г1" in updates.show_grounds(result).text
    storage.write_text(
        year.folder / "updates.yml",
        "who: аналитик\nwhen: 2025-12-01\nwhy: итоги\nreviews:\n"
        "  - {group: aid, segment: rural, indicator: Г1, answer: пересмотрено}\n",
    )
    assert outcomes(updates.run_authority(year))["changes"] == "met"


def test_what_the_notebook_shows_is_there_with_and_without_last_year(office):
    office.record(2025, {"rural": NUMBERS})
    alone = updates.run_authority(office.year(2025))
    assert "прошлого года нет" in updates.show_drift(alone).text
    assert updates.view_changes(alone).parts and updates.show_affected(alone).parts
    office.record(2024, {"rural": SATISFACTION_FELL})
    result = updates.run_authority(office.year(2025))
    figures = updates.view_changes(result).parts
    assert figures[0].layout.title.text.startswith("Доля удовлетворённых")
    assert list(figures[0].data[1].x) == [50.0] and list(figures[0].data[2].x) == [75.0]

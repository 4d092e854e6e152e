"""Clause 5: the list of attributes, its sources, and how many attributes mark a segment."""

from __future__ import annotations

import pytest

from client_segments import recommendations as rec
from client_segments.findings import InputError


def check(result, code):
    return next(item for item in result.checks if item.code == code)


def test_the_directions_of_activity_are_seven():
    """5: «предоставления государственных услуг …, мер государственной поддержки, …
    государственного контроля (надзора), выполнения государственных функций, рассмотрения
    обращений и запросов, обеспечения доступа к информации …, организации отношений с внутренним
    клиентом»."""
    assert len(rec.DIRECTIONS) == 7


@pytest.mark.parametrize("direction", rec.DIRECTIONS)
def test_the_list_is_made_for_every_direction(make_study, raw, texts, run_through, direction):
    """5: «формируется перечень признаков … клиентов и их значений» for each of the directions."""
    kind = "staff" if direction == "staff" else "person"
    study = make_study(raw, texts, direction=direction, client_kind=kind)
    result = run_through(study, "attributes")["attributes"]
    assert len(result.table("attributes")) == 5
    values = result.table("attribute_values")
    known = values[values["value_code"] > 0]
    assert known.groupby("attribute_code").size().to_dict() == dict.fromkeys(
        ["age", "place", "sex", "benefit", "disability"], 2
    )


def test_a_list_is_proposed_where_nobody_has_made_one(make_study, raw, run_through, outcomes):
    """5: «Для определения признаков сегментации клиентов формируется перечень признаков»."""
    result = run_through(make_study({"clients": raw["clients"]}), "attributes")["attributes"]
    assert result.table("attributes")["is_proposed"].all()
    assert outcomes(result)["list_decided"] == "warning"  # people decide, the program proposes


def test_sources_of_attributes_are_of_five_kinds(done, outcomes):
    """5: «1) нормативные правовые акты …; 2) состав запрашиваемых документов и сведений …;
    3) результаты анализа обратной связи и открытых источников; 4) признаки … в приложениях
    N 1 - 3; 5) результаты анализа социально незащищенных слоев населения»."""
    assert list(rec.SOURCE_TYPES) == ["1", "2", "3", "4", "5"]
    assert outcomes(done["attributes"])["source_kinds"] == "met"
    assert done["attributes"].table("attributes")["source_types"].tolist() == [
        "2", "2, 3", "4", "1", "5",
    ]  # fmt: skip


def test_a_sixth_kind_of_source_is_refused(make_study, raw, texts, run_through):
    """5: the list of sources is closed."""
    texts["attributes"] = texts["attributes"].replace("sources: [4]", "sources: [6]")
    with pytest.raises(InputError) as caught:
        run_through(make_study(raw, texts), "attributes")
    assert "attributes.yml" in str(caught.value)


def test_an_unused_kind_of_source_is_named_and_stops_nothing(make_study, raw, texts, run_through):
    """5: sources may be looked at again."""
    texts["attributes"] = texts["attributes"].replace("sources: [1]", "sources: [2]")
    found = check(run_through(make_study(raw, texts), "attributes")["attributes"], "source_kinds")
    assert found.outcome == "warning"
    assert rec.SOURCE_TYPES["1"] in found.remedy


def test_special_attributes_come_from_the_fifth_source(make_study, raw, texts, run_through):
    """5(5): «результаты анализа социально незащищенных слоев населения (для специальных
    признаков)»."""
    texts["attributes"] = texts["attributes"].replace("special: да, ", "")
    found = check(run_through(make_study(raw, texts), "attributes")["attributes"], "special_source")
    assert found.outcome == "warning"
    assert found.details == "Инвалидность"


def test_special_is_not_the_same_as_sensitive(done):
    """5(5): special is a source; sensitive is 152-FZ, article 10: two marks, not one."""
    table = done["attributes"].table("attributes").set_index("attribute_code")
    assert {"is_special", "is_sensitive"} <= set(table.columns)


@pytest.mark.parametrize(
    ("count", "outcome"), [(4, "warning"), (5, "met"), (15, "met"), (16, "warning")]
)
def test_from_5_to_15_attributes_are_optimal_and_others_only_noted(
    make_study, raw, run_through, count, outcome
):
    """5: «Оптимальное количество признаков и их значений для одного клиентского сегмента - от 5 до
    15»: «оптимальное», hence a warning outside, never a failure."""
    clients = raw["clients"]
    for number in range(count):
        clients[f"П{number}"] = [
            ("а", "б")[(row // (number + 1)) % 2] for row in range(len(clients))
        ]
    lines = [
        f"  - {{code: p{number}, name: П{number}, role: forming, sources: 2, basis: форма}}"
        for number in range(count)
    ]
    study = make_study({"clients": clients}, {"attributes": "attributes:\n" + "\n".join(lines)})
    found = check(run_through(study, "attributes")["attributes"], "attributes_number")
    assert found.outcome == outcome
    assert found.outcome != "not_met"
    assert bool(found.remedy) == (outcome == "warning")


def test_attributes_and_their_values_are_both_counted(done):
    """5: «количество признаков и их значений»: 5 attributes, 10 values; and so for each segment."""
    assert (
        check(done["attributes"], "attributes_number").details == "признаков – 5, их значений – 10"
    )
    segments = done["segments"].table("segments").set_index("segment_code")
    lines = done["segments"].table("image_lines")
    by_segment = lines.groupby("segment_code")["attribute_code"]
    assert segments["attribute_values_count"].to_dict() == by_segment.size().to_dict()
    assert segments["attributes_count"].to_dict() == by_segment.nunique().to_dict()
    assert segments["attribute_values_count"].between(5, 15).all()


def test_a_segment_marked_by_fewer_than_five_is_noted_only(make_study, raw, texts, run_through):
    """5: a segment that two attributes describe is worth a warning and goes on."""
    texts["attributes"] = "".join(texts["attributes"].splitlines(keepends=True)[:3])
    results = run_through(make_study(raw, texts), "profiles")
    assert check(results["segments"], "described").outcome == "warning"
    assert len(results["profiles"].table("profiles")) == 2

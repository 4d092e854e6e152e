"""Clause 8: profiles on a form, formed within the year."""

from __future__ import annotations

import pytest

from client_segments import catalogue
from client_segments.study import REPOSITORY


def check(result, code):
    return next(item for item in result.checks if item.code == code)


def test_every_segment_has_every_core_field_of_the_form(done):
    """8: «оформляются в соответствии с формой профиля клиентского сегмента»."""
    form = catalogue.read(REPOSITORY, "profile_form")
    core = set(form.loc[form["is_core"] == "1", "key"])
    fields = done["profiles"].table("profile_fields")
    for segment in ("rural", "town"):
        own = fields[fields["segment_code"] == segment]
        assert own["field_key"].tolist() == form["key"].tolist()
        assert core <= set(own.loc[own["is_filled"].astype(bool), "field_key"])
    assert check(done["profiles"], "profile_core").outcome == "met"
    assert set(fields["segment_code"]) == {"rural", "town"}  # the rest has no profile


def test_a_core_field_without_data_is_named(make_study, raw, texts, run_through):
    """8: an empty field stays on the form, says why, and the check names its number."""
    del raw["channels"]
    result = run_through(make_study(raw, texts), "profiles")["profiles"]
    found = check(result, "profile_core")
    assert found.outcome == "warning"
    assert "51" in found.details  # preferred channel
    fields = result.table("profile_fields")
    empty = fields[fields["field_key"] == "channels_preferred"]
    assert not empty["is_filled"].any()
    assert empty["value_text"].str.startswith("нет данных").all()


def test_the_form_is_replaceable(make_study, raw, texts, run_through):
    """8: annex 4 was never published: the form is a table that an authority replaces by its own."""
    study = make_study(raw, texts)
    folder = study.root / "data" / "catalogue"
    folder.mkdir(parents=True)
    (folder / "profile_form.csv").write_text(
        "number,section,key,name,kind,is_core,basis\n"
        "1,Главное,segment_name,Как называется сегмент,текст,1,\n"
        "2,Главное,capacity,Сколько людей,число,1,2(5)\n"
        "3,Своё,own_field,Замечание куратора,текст,0,\n",
        encoding="utf-8",
    )
    fields = run_through(study, "profiles")["profiles"].table("profile_fields")
    rural = fields[fields["segment_code"] == "rural"].set_index("field_number")
    assert rural["field"].tolist() == [
        "Как называется сегмент",
        "Сколько людей",
        "Замечание куратора",
    ]
    assert rural.loc[1, "value_text"] == "Сельские жители старшего возраста"
    assert "40" in rural.loc[2, "value_text"]
    assert not rural.loc[3, "is_filled"]


def test_people_may_write_any_field_themselves(make_study, raw, texts, run_through):
    """8: what people write stands in the profile in place of what was computed, and is marked."""
    text = "Живут в 40 км от районного центра."
    texts["profiles"] = f"fields:\n  - {{segment: rural, field: 22, text: {text}}}\n"
    fields = run_through(make_study(raw, texts), "profiles")["profiles"].table("profile_fields")
    edited = fields[fields["is_edited"].astype(bool)]
    assert edited[["segment_code", "field_number", "value_text"]].values.tolist() == [
        ["rural", 22, text]
    ]


@pytest.mark.parametrize(("when", "outcome"), [("2025-12-31", "met"), ("2026-01-01", "warning")])
def test_profiles_are_formed_within_the_year(make_study, raw, texts, run_through, when, outcome):
    """8: «Формирование профилей клиентских сегментов рекомендуется проводить в течение года»:
    recommended, hence a warning."""
    study = make_study(raw, texts)
    path = study.decisions_folder / "plan.yml"
    path.write_text(path.read_text("utf-8").replace("when: 2025-02-01", f"when: {when}"), "utf-8")
    found = check(run_through(study, "profiles")["profiles"], "profile_year")
    assert found.outcome == outcome


def test_an_authority_may_have_a_form_of_its_own(make_study, raw, texts, run_through):
    """8: the authority's folder comes before the catalogue; another authority is not touched."""
    study = make_study(raw, texts)
    (study.root / "data" / "authority" / "profile_form.csv").write_bytes(
        "№;Раздел;Ключ;Поле;Ядро\n5;Главное;;Куратор;да\n2;Главное;status;Готовность;да\n".encode(
            "cp1251"
        )
    )
    fields = run_through(study, "profiles")["profiles"].table("profile_fields")
    rural = fields[fields["segment_code"] == "rural"]
    assert rural[["field_number", "field"]].to_numpy().tolist() == [
        [5, "Куратор"],
        [2, "Готовность"],
    ]
    assert rural["value_text"].tolist()[1] == "подтверждён"

"""The journey from files to tables: a log alone, people's decisions, what profiles say of it."""

import gzip
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest

from client_segments import decisions, hypotheses, segments, widgets
from client_segments.contracts import TableContract
from client_segments.findings import InputError
from client_segments.hypotheses import HYPOTHESES, JOURNEY_STAGES, case_measures
from client_segments.profiles.composers import COMPOSERS
from client_segments.study import open_study

ATTRIBUTES = """attributes:
- {code: place, name: Где, column: 'case:place', role: forming, sources: [2], basis: журнал}
"""
SEGMENTS = """method: rules
segments:
- {code: office, name: Лично, rule: {attribute: place, in: [МФЦ]}}
- {code: web, name: Через портал, rule: {attribute: place, in: [ЕПГУ]}}
rest: {code: rest, name: Остальные}
"""
DECISIONS = {"attributes": ATTRIBUTES, "segments": SEGMENTS}


def xes(cases=40):
    """Make a log: of office cases every second comes back, of web cases every fourth is refused."""
    traces = []
    for number in range(cases):
        is_office = number % 2 == 0
        path = ["Заявление подано", "Ожидание"]
        path += ["Заявление подано"] if is_office and number % 4 == 0 else []
        path += ["Отказ" if not is_office and number % 8 == 1 else "Выдано"]
        events = "".join(
            f'<event><string key="concept:name" value="{name}"/>'
            f'<date key="time:timestamp" value="2024-03-{day:02}T10:00:00+06:00"/></event>'
            for day, name in enumerate(path, 1)
        )
        traces.append(
            f'<trace><string key="concept:name" value="{number:03}"/>'
            f'<string key="place" value="{"МФЦ" if is_office else "ЕПГУ"}"/>{events}</trace>'
        )
    return gzip.compress(f"<log>{''.join(traces)}</log>".encode())


STAGES = """activities:
- {activity: Заявление подано, stage: '4'}
- {activity: выдано, stage: '6', outcome: granted}
- {activity: Отказ, stage: 'Решение, получение результата', outcome: отказ}
"""
JOURNEY = """described:
- {segment: Лично, stage: '4', action: Приходит в МФЦ, channel: '03', problem: Очередь, emotion: '-1', source: 5 интервью}
- {stage: Совет соседа, action: Спрашивает, emotion: '2', source: фокус-группа}
"""


@pytest.fixture(scope="module")
def grouped(tmp_path_factory, lay_out_study, run_through):
    """A log alone and a table of clients alone, both carried out up to step 3."""
    clients = pd.DataFrame({"client_id": list("абвг"), "case:place": ["МФЦ", "ЕПГУ"] * 2})
    studies = {}
    for name, raw in (("log", {"journey.xes.gz": xes()}), ("talks", {"clients": clients})):
        root = tmp_path_factory.mktemp(name)
        studies[name] = lay_out_study(root, raw, DECISIONS, direction="services")
        run_through(studies[name], "priorities")
    return studies


@pytest.fixture
def run(grouped, tmp_path):
    """Return a function that does step 4 in a copy of one of the studies."""

    def do(which="log", **decided):
        study = grouped[which]
        root = tmp_path / "root"
        shutil.copytree(study.root, root, dirs_exist_ok=True)
        copy = open_study(study.authority, study.year, study.group, "hypotheses", root)
        for name, text in decided.items():
            signed = f"who: проверяющий\nwhen: 2025-02-01\nwhy: проверка\n{text}"
            (copy.decisions_folder / f"{name}.yml").write_text(signed, encoding="utf-8")
        return hypotheses.run(copy)

    return do


def test_segments_form_from_the_attributes_of_cases_of_a_log_alone(run):
    result = run(stages=STAGES)
    totals = result.table("journey_totals").set_index("segment_code")
    assert totals["cases_count"].to_dict() == {"all": 40, "office": 20, "web": 20}
    assert totals["clients_count"].to_dict() == {"all": 40, "office": 20, "web": 20}
    shares = result.table("journey_shares").set_index(["segment_code", "measure"])
    assert shares.loc[("office", "returned"), ["share_pct", "others_share_pct"]].tolist() == [50, 0]
    assert shares.loc[("web", "refused"), ["hits_count", "cases_count"]].tolist() == [5, 20]
    assert result.table("journey_stages")["stage_number"].unique().tolist() == [4, 6, 9]
    activities = result.table("journey_activities").set_index("activity")
    assert activities.loc["Ожидание", "stage"] == "Ожидание"


def test_activities_that_are_no_stage_are_told_with_what_is_like_them(run):
    result = run()
    activities = result.table("journey_activities").set_index("activity")
    assert activities.loc["Заявление подано", "proposed_stage"] == "Подача заявления"
    assert not activities["is_mapped"].any()
    found = [item for item in result.findings if item.rule == "unmapped_activities"]
    assert len(found) == 1
    assert "Заявление подано – 50" in found[0].found
    suggested = hypotheses.suggest_activities(result.table("journey_activities"))
    assert {"activity": "Заявление подано", "stage": "Подача заявления"} in suggested


def test_measures_of_cases_are_for_tests_of_hypotheses_and_in_no_table(run):
    result = run(stages=STAGES)
    measures = case_measures(result.study)
    assert len(measures) == 40
    assert measures.groupby("segment_code")["returns_count"].sum().to_dict() == {
        "office": 10, "web": 0,
    }  # fmt: skip
    assert measures["is_finished"].all()
    cases = set(measures["client_id"])
    for name, table in result.tables.items():
        for column in table.select_dtypes("str"):
            assert not cases & set(table[column].dropna()), (name, column)
    assert not [name for name in result.tables if "case_" in name]


def test_the_described_journey_needs_no_log(run):
    result = run("talks", journey=JOURNEY)
    table = result.table("journey_described")
    assert table[["segment_code", "stage_number"]].to_numpy().tolist() == [
        ["office", 4], ["office", 9], ["web", 9],
    ]  # fmt: skip
    assert table["emotion"].tolist() == [-1, 2, 2]
    assert table["channel"].iloc[0] == "МФЦ"
    assert result.table("journey_stages").empty
    assert case_measures(result.study).empty


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("stages", "activities:\n- {activity: Выдано, stage: '12'}\n", "строка 5.*номером"),
        ("stages", "activities:\n- {activity: Выдано, stage: '6'}\n- {activity: выдано, stage: '5'}\n", "строка 6.*дважды"),
        ("stages", "activities:\n- {activity: Выдано}\n", "Этап"),
        ("journey", "described:\n- {segment: нет такого, stage: '4', source: опрос}\n", "сегмента нет"),
        ("journey", "described:\n- {stage: '4', emotion: '3', source: опрос}\n", "не больше 2"),
        ("journey", "described:\n- {stage: '44', source: опрос}\n", "номером"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_decision_is_one_message_with_its_line(run, name, text, message):
    with pytest.raises(InputError, match=message) as caught:
        run(**{name: text})
    assert len(caught.value.findings) == 1


def test_an_activity_that_the_log_does_not_have_is_told(run):
    found = run(stages=STAGES + "- {activity: Оплата, stage: '6'}\n").findings
    assert [item.found for item in found if item.rule == "unknown_activity"] == ["Оплата"]


def test_profiles_read_the_described_journey(run):
    table = run("talks", journey=JOURNEY).table("journey_described")
    view = SimpleNamespace(
        rows=lambda name: (table[table["segment_code"] == "office"] if name == "journey_described"
                           else pd.DataFrame(columns=_COLUMNS[name])),
        once=lambda _name, compute: compute(),
    )  # fmt: skip
    texts = {
        name: COMPOSERS[name](view).text
        for name in ("client_actions", "stage_problems", "emotions")
    }
    assert "Подача заявления: Приходит в МФЦ" in texts["client_actions"]
    assert "Очередь" in texts["stage_problems"]
    assert "Подача заявления: −1, плохо" in texts["emotions"]
    assert "Совет соседа: +2, очень хорошо" in texts["emotions"]


_COLUMNS = {
    "journey_stages": JOURNEY_STAGES.column_names, "measures": ["problem", "stage"],
    "problem_places": ["stage", "problem", "problems_count"],
}  # fmt: skip


def test_charts_have_words_and_no_raw_value(run):
    result = run(stages=STAGES)
    for figure in (
        hypotheses.flow_chart(result),
        hypotheses.flow_chart(result, "web"),
        hypotheses.lost_chart(result),
        hypotheses.durations_chart(result),
        hypotheses.bands_chart(result),
        hypotheses.stage_channels_chart(result),
        hypotheses.channel_ranks_chart(result),
        hypotheses.channel_gaps_chart(result),
    ):
        assert figure.layout.meta["description"]
        assert sum(len(trace.x or ()) for trace in figure.data) < 100


def test_an_editor_takes_proposed_stages_into_the_decision(run):
    study = run().study
    folds = widgets.editors(study, ["stages", "journey"], True)
    assert folds.titles == ("События журнала по этапам", "Путь по рассказам клиентов")
    editor = folds.children[1].children[0]
    editor._fields[0].control.value = "аналитик"
    assert editor.save(), editor.message.value
    saved = decisions.load(study, "stages").data["activities"]
    assert {"activity": "Заявление подано", "stage": "Подача заявления"} in saved
    after = hypotheses.run(study).table("journey_activities").set_index("activity")
    assert after.loc["Заявление подано", ["stage_number", "is_decided"]].tolist() == [4, True]
    assert "stages.yml" in widgets.editors(study, ["stages"], False).text


def test_all_tables_are_declared():
    names = [contract.name for contract in hypotheses.CONTRACTS]
    assert len(set(names)) == len(names)
    assert all(isinstance(contract, TableContract) for contract in hypotheses.CONTRACTS)
    assert HYPOTHESES in hypotheses.CONTRACTS
    assert segments.SEGMENTS.owner == "segments"


def test_charts_of_a_group_without_a_log_say_that_there_are_no_data(make_study, run_through):
    clients = pd.DataFrame({"Пол": ["м", "ж"] * 20, "Район": ["север", "юг", "запад", "юг"] * 10})
    result = run_through(make_study({"clients": clients}), "hypotheses")["hypotheses"]
    for chart in (
        hypotheses.flow_chart,
        hypotheses.lost_chart,
        hypotheses.stage_channels_chart,
        hypotheses.channel_ranks_chart,
    ):
        figure = chart(result)
        assert figure.layout.annotations[-1].text == "Нет данных", chart.__name__

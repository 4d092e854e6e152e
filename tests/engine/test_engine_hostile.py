"""What goes wrong with a table of clients elsewhere: one clear sentence, nothing half-written."""

from __future__ import annotations

import builtins

import pandas as pd
import pyarrow as pa
import pytest

from client_segments import attributes, segments
from client_segments.engine import Engine, connect, open_place
from client_segments.findings import InputError

ATTRIBUTES = """\
attributes:
  - {code: place, name: Поселение, role: forming}
  - {code: age, name: Возраст, role: forming, ordered: да, bins: [30, 60]}
"""
SEGMENTS = """\
method: rules
segments:
  - {code: village, name: Село, rule: {attribute: place, in: [село]}}
"""


@pytest.fixture
def group(make_study, postgresql):
    """Lay out a group whose clients are a table in PostgreSQL; return the study of a step."""

    def laid_out(table: pa.Table | None, /, **keys: str):
        if table is not None:
            postgresql.load("clients_here", table)
        study = make_study({}, {"attributes": ATTRIBUTES, "segments": SEGMENTS})
        place = {
            "engine": "postgresql", "table": "public.clients_here",
            "url_variable": postgresql.variable,
        } | keys  # fmt: skip
        lines = "".join(f"  {key}: {value}\n" for key, value in place.items())
        passport = study.folder / "group.yml"
        passport.write_text(passport.read_text("utf-8") + f"clients:\n{lines}", "utf-8")
        return study

    return laid_out


def some_clients(count: int = 40, **columns) -> pa.Table:
    frame = pd.DataFrame(
        {
            "client_id": [f"К{number:03d}" for number in range(count)],
            "Поселение": ["село", "город", None, "Город "] * (count // 4),
            "Возраст": [float(number * 2) for number in range(count)],
        }
    )
    return pa.Table.from_pandas(frame.assign(**columns), preserve_index=False)


def rules(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [finding.rule for finding in error.value.findings]


def nothing_written(study) -> bool:
    return not any(path.is_file() for path in study.work_folder.rglob("*"))


def test_values_are_folded_and_cut_as_in_a_file(group, at_step):
    study = group(some_clients())
    result = attributes.run(study)
    values = result.table("attribute_values").set_index(["attribute_code", "value_name"])
    counts = values["clients_count"].to_dict()
    assert counts["place", "Город"] + counts["place", "село"] == 30
    assert counts["place", "нет данных"] == 10
    assert [counts["age", name] for name in ("до 30", "30–59", "60 и более")] == [15, 15, 10]
    placed = segments.run(at_step(study, "segments")).table("client_segments")
    assert placed["segment_code"].value_counts().to_dict() == {"rest": 30, "village": 10}


def test_a_missing_table_and_an_unset_address_are_one_sentence(group, monkeypatch, postgresql):
    study = group(None, table="public.nowhere")
    with pytest.raises(InputError) as error:
        attributes.run(study)
    assert rules(error) == ["no_table"]
    monkeypatch.delenv(postgresql.variable)
    with pytest.raises(InputError) as error:
        attributes.run(study)
    assert rules(error) == ["no_address"]
    assert nothing_written(study)


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:тайна@127.0.0.1:1/x", "тайна://", "host=127.0.0.1 port=1 password=тайна"],
)
def test_an_address_is_never_shown(group, monkeypatch, postgresql, url):
    study = group(some_clients())
    monkeypatch.setenv(postgresql.variable, url)
    with pytest.raises(InputError) as error:
        attributes.run(study)
    assert rules(error) == ["connection"]
    assert "тайна" not in str(error.value) and error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_an_address_in_the_file_is_refused_unread(group):
    study = group(None, url_variable="postgresql://u:тайна@host/x")
    with pytest.raises(InputError) as error:
        attributes.run(study)
    assert "clients_place" in rules(error)
    assert "тайна" not in str(error.value)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"engine": "oracle"}, "не подходит"),
        ({"table": ""}, "имя таблицы"),
        ({"table": "a.b.c.d"}, "имя таблицы"),
        ({"segments_table": "одна"}, "имя таблицы"),
        ({"segments_table": "public.clients_here"}, "самой таблицей"),
        ({"password": "x"}, "неизвестный ключ"),
    ],
)
def test_a_wrong_place_is_told_at_its_line(group, keys, words):
    study = group(None, **keys)
    with pytest.raises(InputError, match=words) as error:
        attributes.run(study)
    assert all("group.yml" in finding.file for finding in error.value.findings)


def test_a_connection_that_drops_halfway_leaves_nothing(group, postgresql, monkeypatch):
    study = group(some_clients(), segments_table="public.segments_here")
    original = Engine.values

    def dropped(self):
        postgresql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return original(self)

    monkeypatch.setattr(Engine, "values", dropped)
    with pytest.raises(InputError) as error:
        attributes.run(study)
    assert rules(error) == ["connection"]
    assert nothing_written(study)


def test_repeated_identifiers_count_once_or_stop(group):
    clients = some_clients()
    once = attributes.run(group(pa.concat_tables([clients, clients.slice(0, 5)])))
    assert len(once.table("coded_clients")) == len(clients)
    found = {finding.rule: finding.count for finding in once.findings}
    assert found["duplicate_rows"] == 5


def test_a_client_described_twice_stops(group):
    clients = some_clients()
    other = clients.slice(0, 1).set_column(1, "Поселение", pa.array(["хутор"], pa.large_string()))
    with pytest.raises(InputError) as error:
        attributes.run(group(pa.concat_tables([clients, other])))
    assert rules(error) == ["duplicate_clients"]
    assert error.value.findings[0].found == "К000"


def test_wrong_types_and_values_are_told(group):
    clients = some_clients(clients_count=[-1.5, 2.0] * 20)
    with pytest.raises(InputError) as error:
        attributes.run(group(clients))
    assert rules(error) == ["value"]
    assert error.value.findings[0].found == "-1.5"
    text_age = some_clients(Возраст=["тридцать"] * 40)
    with pytest.raises(InputError) as error:
        attributes.run(group(text_age))
    assert rules(error) == ["not_a_number"]


def test_a_column_that_the_list_names_is_missing(group):
    with pytest.raises(InputError) as error:
        attributes.run(group(some_clients().drop_columns("Возраст")))
    assert rules(error) == ["no_column"]


def test_names_like_injections_are_names(group, at_step):
    name = 'Возраст"; DROP TABLE clients_here; --'
    clients = some_clients().rename_columns(["client_id", "Поселение", name])
    study = group(clients)
    path = study.decisions_folder / "attributes.yml"
    text = path.read_text("utf-8").replace("name: Возраст,", f"name: Возраст, column: '{name}',")
    path.write_text(text, "utf-8")
    assert len(attributes.run(study).table("coded_clients")) == 40
    assert len(segments.run(at_step(study, "segments")).table("client_segments")) == 40


def test_values_like_injections_are_values(group):
    bad = "село'); DROP TABLE clients_here; --"
    result = attributes.run(group(some_clients(Поселение=[bad, "город"] * 20)))
    assert bad in set(result.table("attribute_values")["value_name"])


def test_five_hundred_values_a_constant_and_nothing_known(group, at_step):
    clients = some_clients(
        1000, Поселение=[f"село {number % 500}" for number in range(1000)], Возраст=[None] * 1000
    )
    study = group(clients)
    (study.decisions_folder / "segments.yml").write_text(
        "who: начальник\nwhen: '2025-10-01'\nmethod: rules\nsegments:\n"
        "  - {code: one, name: Село, rule: {attribute: place, in: [село 7]}}\n",
        "utf-8",
    )
    result = attributes.run(study)
    assert (
        int(result.table("attributes").set_index("attribute_code")["values_count"]["place"]) == 500
    )
    placed = segments.run(at_step(study, "segments")).table("client_segments")
    assert placed["segment_code"].value_counts().to_dict() == {"rest": 998, "one": 2}


def test_a_table_that_is_not_ours_is_not_replaced(group, postgresql, at_step):
    study = group(some_clients(), segments_table="public.precious")
    postgresql.load("precious", pa.table({"важное": ["данные"]}))
    attributes.run(study)
    with pytest.raises(InputError) as error:
        segments.run(at_step(study, "segments"))
    assert rules(error) == ["not_ours"]
    assert postgresql.fetch("SELECT * FROM precious").to_pylist() == [{"важное": "данные"}]


def test_clients_that_changed_after_step_1_stop_step_2(group, postgresql, at_step):
    study = group(some_clients())
    attributes.run(study)
    postgresql.execute("DELETE FROM clients_here WHERE client_id = 'К001'")
    with pytest.raises(InputError) as error:
        segments.run(at_step(study, "segments"))
    assert rules(error) == ["clients_changed"]


def test_totals_stop(group):
    clients = some_clients()
    total = clients.slice(0, 1).set_column(0, "client_id", pa.array([None], pa.large_string()))
    total = total.set_column(1, "Поселение", pa.array(["Итого"], pa.large_string()))
    with pytest.raises(InputError) as error:
        attributes.run(group(pa.concat_tables([clients, total])))
    assert "totals" in rules(error) or "no_client_id" in rules(error)


def test_packages_that_are_not_installed_are_named(place, monkeypatch, postgresql):
    original = builtins.__import__

    def refusing(name, *arguments, **options):
        if name.startswith(("adbc", "pyspark")):
            raise ImportError(name)
        return original(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refusing)
    with pytest.raises(InputError, match=r"pip install --editable \"\.\[postgresql\]\""):
        open_place(place("public.t"))


def test_a_lost_client_is_an_error():
    frame = pd.DataFrame({"clients_count": [1, 1], "weight": [1.0, 1.0], "a": [1, 2]})
    with Engine(frame, {"a": 2}) as engine:
        known = engine.patterns(["a"]).iloc[:1].assign(segment_code="one")
        with pytest.raises(InputError, match="разнесено – 1"):
            engine.assign(["a"], known)


def test_the_embedded_engine_reaches_only_its_files(tmp_path):
    import duckdb

    inside, outside = tmp_path / "work", tmp_path / "outside.csv"
    inside.mkdir()
    outside.write_text("a\n1\n")
    with connect([], inside) as connection:
        connection.execute(f"COPY (SELECT 1 AS a) TO '{inside}/a.parquet' (FORMAT parquet)")
        for sql in (
            f"SELECT * FROM read_csv('{outside}')",
            f"COPY (SELECT 1) TO '{tmp_path}/b.csv'",
            "SET memory_limit = '1GB'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
            f"ATTACH '{tmp_path}/c.db'",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(sql)


def test_weights_sum_to_the_same_in_any_order():
    weights = [0.1, 0.2, 0.7, 1e-3] * 500
    frame = pd.DataFrame({"clients_count": 1, "weight": weights, "a": [1, 2] * 1000})
    with Engine(frame, {"a": 2}) as one, Engine(frame.iloc[::-1], {"a": 2}) as other:
        assert one.patterns(["a"]).equals(other.patterns(["a"]))
        assert one.patterns(["a"])["weight"].sum() == pytest.approx(sum(weights), abs=1e-6)

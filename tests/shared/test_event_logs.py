"""Logs of process mining tools: XES as it may come, its attacks, zones of time, large Parquet."""

import gzip
from datetime import datetime

import pandas as pd
import pytest

from client_segments import reading
from client_segments.raw_tables import JOURNEY
from client_segments.reading import ColumnMapping, large_logs, large_text_logs, read_table

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
BODY = """<log xes.version="1849.2016" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<global scope="event"><string key="concept:name" value="__INVALID__"/></global>
<classifier name="Activity" keys="concept:name"/>
<string key="concept:name" value="название журнала"/>
<trace>
  <string key="concept:name" value="0552"/>
  <string key="Канал обращения" value="МФЦ"/>
  <event>
    <string key="concept:name" value="Подача заявления"/>
    <date key="time:timestamp" value="2024-03-05T23:30:00.250+03:00"/>
    <string key="lifecycle:transition" value="complete"/>
    <string key="org:resource" value="Иванов"><string key="роль" value="вложенный"/></string>
  </event>
  <event>
    <string key="concept:name" value="Решение"/>
    <date key="time:timestamp" value="2024-03-06T02:00:00Z"/>
    <float key="сумма" value="12.5"/>
  </event>
</trace>
<trace><string key="concept:name" value="пусто"/></trace>
</log>
"""
BOMB = (
    HEAD
    + '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
    + '<log><trace><string key="concept:name" value="&b;"/></trace></log>'
)
READS_FILES = HEAD + '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<log>&x;</log>'


@pytest.fixture
def read(tmp_path):
    def do(content: str | bytes, name: str = "journey.xes", **mapping):
        path = tmp_path / name
        content = content.encode("utf-8") if isinstance(content, str) else content
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return read_table([path], JOURNEY, ColumnMapping(**mapping), lambda path: path.name)

    return do


@pytest.mark.parametrize("name", ["journey.xes", "journey.xes.gz", "JOURNEY.XES"])
def test_a_log_is_read_with_attributes_of_cases_and_local_time(read, name):
    table = read(HEAD + BODY, name)
    assert not table.findings.errors
    frame = table.frame
    assert frame["case_id"].tolist() == ["0552", "0552"]
    assert frame["stage"].tolist() == ["Подача заявления", "Решение"]
    # 20:30 UTC and 02:00 UTC are 02:30 and 08:00 of the next day in Omsk.
    assert frame["event_time"].tolist() == [
        pd.Timestamp(2024, 3, 6, 2, 30, 0, 250_000), pd.Timestamp(2024, 3, 6, 8),
    ]  # fmt: skip
    assert frame["case:Канал обращения"].tolist() == ["МФЦ", "МФЦ"]
    assert frame["transition"].iloc[0] == "complete"
    assert frame["resource"].iloc[0] == "Иванов"
    assert table.attribute_columns == ("case:Канал обращения", "сумма")
    assert {item.rule for item in table.findings} == {"empty_traces", "time_zones"}


def test_the_zone_is_the_authoritys(read):
    moscow = pd.Timestamp("2024-03-05 23:30:00.25")
    zone = datetime.strptime("+0300", "%z").tzinfo
    assert read(HEAD + BODY, zone=zone).frame["event_time"].iloc[0] == moscow


def test_time_without_a_zone_among_time_with_one_is_told(read):
    bare = BODY.replace("2024-03-06T02:00:00Z", "2024-03-06T02:00:00")
    table = read(HEAD + bare)
    assert table.frame["event_time"].iloc[1] == pd.Timestamp(2024, 3, 6, 2)
    assert "zone_missing" in {item.rule for item in table.findings}


@pytest.mark.parametrize("text", [BOMB, READS_FILES])
def test_entities_are_refused_with_one_message(read, text):
    found = read(text).findings.errors
    assert [item.rule for item in found] == ["xes"]
    assert "DOCTYPE" in found[0].message


@pytest.mark.parametrize(
    "content", [HEAD + BODY[:600], "не XML", HEAD + "<html><body/></html>", b"\x1f\x8bbroken"]
)
def test_what_is_no_log_is_one_message(read, content):
    found = list(read(content).findings)
    assert [item.rule for item in found] == ["xes"]
    assert found[0].sentence().startswith("journey.xes")


def test_a_broken_archive_is_one_message(read, tmp_path):
    whole = gzip.compress((HEAD + BODY).encode())
    (tmp_path / "journey.xes.gz").write_bytes(whole[: len(whole) // 2])
    table = read_table(
        [tmp_path / "journey.xes.gz"], JOURNEY, ColumnMapping(), lambda path: path.name
    )
    assert [item.rule for item in table.findings] == ["xes"]


def test_an_archive_that_unpacks_without_end_is_refused(read, monkeypatch):
    monkeypatch.setattr("client_segments.reading.event_logs.BYTES_MAXIMUM", 500)
    found = read(HEAD + BODY, "journey.xes.gz").findings.errors
    assert [item.rule for item in found] == ["xes"]


@pytest.mark.parametrize(
    "text", ["<log/>", "<log><trace><string key='a' value='b'/></trace></log>"]
)
def test_an_empty_log_is_told(read, text):
    assert "empty_file" in {item.rule for item in read(HEAD + text).findings}


def test_events_without_a_case_and_without_a_time_are_told_once_each(read):
    text = BODY.replace('<string key="concept:name" value="0552"/>', "")
    text = text.replace('<date key="time:timestamp" value="2024-03-06T02:00:00Z"/>', "")
    found = read(HEAD + text).findings.errors
    assert sorted((item.rule, item.header, item.count) for item in found) == [
        ("missing_column", "", 1), ("required", "time:timestamp", 1),
    ]  # fmt: skip


def test_cases_of_a_log_take_the_first_value_that_is_told():
    frame = pd.DataFrame(
        {
            "case_id": ["a", "a", "b"],
            "event_time": pd.to_datetime(["2024-02-01", "2024-01-01", "2024-01-01"]),
            "город": [None, "Омск", None], "сумма": ["5", None, "7"],
        }
    )  # fmt: skip
    cases = reading.cases_of(frame, ["город", "сумма"])
    assert cases["case_id"].tolist() == ["a", "b"]
    assert cases["город"].fillna("").tolist() == ["Омск", ""]
    assert cases["сумма"].tolist() == ["5", "7"]


def test_a_log_alone_gives_its_cases_as_clients(make_study):
    study = make_study({"journey.xes": (HEAD + BODY).encode()})
    clients = reading.load_raw(study, "clients")
    assert clients.frame["client_id"].tolist() == ["0552"]
    assert clients.attribute_columns == ("case:Канал обращения",)
    assert reading.clients_are_cases(study)
    assert {item.rule for item in clients.findings} == {"clients_of_log"}


def test_a_large_log_is_read_as_a_small_one(tmp_path, monkeypatch):
    count = 200
    frame = pd.DataFrame(
        {
            "case:concept:name": [f" {number % 40:04} " for number in range(count)],
            "concept:name": ["4", "Звонок"] * (count // 2),
            "time:timestamp": pd.date_range("2024-03-05", periods=count, freq="37min", tz="UTC"),
            "Исход": [None, "отказ"] * (count // 2),
            "Пол": ["женский", "мужской", None, "женский"] * (count // 4),
        }
    )
    path = tmp_path / "journey.parquet"
    frame.to_parquet(path)
    mapping = ColumnMapping(codes={"stage": {"Звонок": "5"}})

    def read_it():
        return read_table([path], JOURNEY, mapping, lambda path: path.name)

    small = read_it()
    monkeypatch.setattr(large_logs, "EVENTS_MINIMUM", 100)
    large = read_it()
    pd.testing.assert_frame_equal(large.frame, small.frame)
    assert large.attribute_columns == small.attribute_columns == ("Пол",)
    assert large.frame["event_time"].iloc[0] == pd.Timestamp(2024, 3, 5, 6)
    assert large.frame["outcome"].iloc[1] == "refused"


def test_a_large_log_with_holes_is_told_once(tmp_path, monkeypatch):
    monkeypatch.setattr(large_logs, "EVENTS_MINIMUM", 2)
    frame = pd.DataFrame(
        {
            "case_id": ["1", None, "", "2"], "stage": ["4"] * 4,
            "event_time": pd.to_datetime(["2024-03-05"] * 4), "outcome": ["granted", "да", None, None],
        }
    )  # fmt: skip
    frame.to_parquet(tmp_path / "journey.parquet")
    table = read_table([tmp_path / "journey.parquet"], JOURNEY, ColumnMapping(), lambda p: p.name)
    errors = {(item.rule, item.header, item.count) for item in table.findings.errors}
    assert errors == {("required", "case_id", 2), ("value", "outcome", 1)}


PLAIN_ROWS = [
    f"{number % 7:03};{stage};{day:02}.03.2024 {number % 24:02}:30;{'granted' if number % 5 else ''}"
    for number, (stage, day) in enumerate([("Подача", 4), ("Решение", 5)] * 30)
]
TEXT_HEAD = "Номер дела;Этап;Дата и время;Исход"


def text_log(*changes, head=TEXT_HEAD):
    """Return a text table with some rows in place of those numbered."""
    rows = dict(enumerate(PLAIN_ROWS)) | dict(changes)
    return "\n".join([head, *rows.values()]) + "\n"


CLEAN_TEXTS = {
    "plain": text_log(),
    "quoted": text_log((3, '"003";"Подача; повторно";05.03.2024;""')),
    "day first and year first": text_log((3, "3;Подача;2024-03-25T10:20:30.5;"), (4, "3;Подача;5/3/2024;")),
    "zones": text_log((3, "3;Подача;2024-03-25 10:20:30+01:00;"), (5, "3;Решение;2024-07-25T10:20:30Z;")),
    "unusual forms": text_log((3, "3;Подача;05.03.2024\u00a010:20;"), (9, "3;Подача;5.3.2024 10:20:30.1234567;")),
    "american dates": text_log((3, "3;Подача;03/25/2024;"), (5, "4;Подача;3/26/2024;")),
    "no such time": text_log((3, "3;Подача;05.03.2024 25:10;"), (5, "4;Подача;05.03.24;"), (7, "4;Решение;вчера;")),
    "wrong zone": text_log((3, "3;Подача;2024-03-25 10:20:30+19:00;")),
    "holes": text_log((3, " ;Подача;05.03.2024;"), (5, "4;;05.03.2024;вероятно")),
    "title above": "Журнал\n" + text_log(),
    "attributes": text_log(head="Номер дела;Этап;Дата и время;Пол"),
}  # fmt: skip
DOUBTFUL_TEXTS = {
    "open quote": text_log((3, '"003;Подача;05.03.2024;')),
    "text after quote": text_log((3, '"003"4;Подача;05.03.2024;')),
    "more fields": text_log((3, "3;Подача;05.03.2024;;;")),
    "more fields, and quotes": text_log(
        (3, '3;"Подача; повторно";05.03.2024;;'), (5, "3;Подача;;;;")
    ),
    "fewer fields": text_log((3, "3;Подача;05.03.2024")),
    "blank line": text_log((3, "")),
    "empty row": text_log((3, ";;;")),
    "total": text_log((59, "Итого;59;;")),
    "line in a field": text_log((3, '3;"Подача\nповторно";05.03.2024;')),
    "binary": text_log((3, "3;Под\x00ача;05.03.2024;")),
    "windows": text_log().encode("cp1251"),
    "no header of a column": text_log(head="Номер дела;Этап;Дата и время;"),
}


@pytest.mark.parametrize("name", [*CLEAN_TEXTS, *DOUBTFUL_TEXTS])
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_a_large_text_log_is_read_as_a_small_one_and_its_mistakes_told_alike(
    read, monkeypatch, name, ending
):
    content = (CLEAN_TEXTS | DOUBTFUL_TEXTS)[name]
    small = read(content, f"journey.{ending}")
    monkeypatch.setattr(large_logs, "TEXT_BYTES_MINIMUM", 1)
    monkeypatch.setattr(large_logs, "PACKED_BYTES_MINIMUM", 1)
    taken = []

    def watched(*arguments):
        taken.append(read_text_log(*arguments))
        return taken[-1]

    read_text_log = large_text_logs.read_text_log
    monkeypatch.setattr(large_logs, "read_text_log", watched)
    large = read(content, f"journey.{ending}")
    assert [log is None for log in taken] == [name in DOUBTFUL_TEXTS]
    pd.testing.assert_frame_equal(large.frame, small.frame)
    told = {(i.rule, i.severity, i.cell, i.header, i.found, i.expected) for i in small.findings}
    found = {(i.rule, i.severity, i.cell, i.header, i.found, i.expected) for i in large.findings}
    assert found == told

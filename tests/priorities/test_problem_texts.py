"""Problems in texts: coding by the dictionary, repeats, letters of many, topics, and no raw text."""

import io

import pandas as pd
import pytest

from client_segments import decisions, priorities
from client_segments.priorities.problem_dictionary import load_dictionary
from client_segments.priorities.problem_stages import stage_counts
from client_segments.raw_tables import PROBLEMS as RAW_PROBLEMS

STAGES = ["Поиск информации", "Подача заявления"]
DICTIONARY = """\
problems:
- name: Нет пандуса
  code: П1
  stage: подача заявления
  phrases: [нет … пандус*, пандус отсутствует]
- name: Очередь
  phrases: [очередь]
- name: Без фраз
"""


def raw(rows):
    frame = pd.DataFrame(rows)
    segments = frame.pop("segment_code")
    for name in RAW_PROBLEMS.column_names:
        if name not in frame:
            frame[name] = None
    return RAW_PROBLEMS.conform(frame).assign(segment_code=segments.astype("str"))


def row(client, text=None, problem=None, segment="a", **more):
    return {
        "client_id": client,
        "problem_text": text,
        "problem": problem,
        "segment_code": segment,
        **more,
    }


@pytest.fixture
def read_dictionary(make_study):
    def read(text=DICTIONARY):
        study = make_study({}, {"problems": text}, step="priorities")
        return load_dictionary(decisions.load(study, "problems"), STAGES)

    return read


@pytest.fixture
def dictionary(read_dictionary):
    return read_dictionary()[0]


def mentions_of(coded):
    found = coded.mentions.dropna(subset=["problem"])
    return sorted(zip(found["client_id"], found["problem"], found["way"], strict=True))


def test_the_data_win_over_the_text_and_a_text_may_have_two_problems(dictionary):
    coded = priorities.code_texts(
        raw(
            [
                row("1", "нет пандуса", "Очередь"),
                row("2", "<p>В здании нет&nbsp;пандуса, а очередь на час</p>"),
                row("3", problem="П1"),
                row("4", problem="нет  ПАНДУСА"),
                row("5", "совсем другое дело"),
            ]
        ),
        dictionary,
    )
    assert mentions_of(coded) == [
        ("1", "Очередь", "data"),
        ("2", "Нет пандуса", "text"),
        ("2", "Очередь", "text"),
        ("3", "Нет пандуса", "data"),
        ("4", "Нет пандуса", "data"),
    ]
    counts, uncoded_count = priorities.problem_counts(coded.mentions)
    assert counts.set_index("problem")["problems_count"].to_dict() == {
        "Нет пандуса": 3,
        "Очередь": 2,
    }
    assert uncoded_count == 1


def test_the_stage_of_the_row_wins_over_the_dictionary_s(dictionary):
    coded = priorities.code_texts(
        raw(
            [
                row("1", "нет пандуса"),
                row("2", "нет пандуса", stage="Поиск  информации"),
                row("3", problem="Очередь"),
            ]
        ),
        dictionary,
    )
    stages = pd.DataFrame({"number": [1, 2], "name": STAGES})
    table = stage_counts(coded.mentions, stages)
    assert table[["stage_number", "stage", "problems_count"]].values.tolist() == [
        [1, "Поиск информации", 1],
        [2, "Подача заявления", 1],
    ]
    assert table["share_pct"].tolist() == [50, 50]


def test_repeated_texts_of_one_person_count_once_and_of_many_for_each(dictionary):
    letter = "Прошу сохранить дневной маршрут автобуса мимо новой больницы посёлка, пенсионерам нужна остановка возле аптеки"
    rows = [row("1", letter), row("1", letter + "!"), row("1", letter.replace("Прошу", "Просим"))]
    rows += [row(f"м{number}", letter) for number in range(12)]
    rows += [row(None, "потеряли квитанцию"), row(None, "потеряли квитанцию")]
    coded = priorities.code_texts(raw(rows), dictionary)
    assert len(coded.mentions) == 1 + 12 + 1
    findings = {finding.rule: finding.message for finding in coded.findings}
    assert "3" in findings["problem_texts_repeated"]
    assert "13" in findings["problem_mass_letters"]


def test_a_repeated_text_takes_the_code_that_the_data_gave_it_once(dictionary):
    text = "ливнёвка забита листвой возле подъезда"
    coded = priorities.code_texts(raw([row("1", text), row("1", text, "Ливнёвка")]), dictionary)
    assert mentions_of(coded) == [("1", "Ливнёвка", "data")]
    assert priorities.problem_counts(coded.mentions)[1] == 0


def test_no_personal_data_leave_the_coding(dictionary):
    secrets = ["Крапивкин", "89136401234", "Заречная", "krapivkin@mail.ru", "112-233"]
    text = "Я, Крапивкин Пётр Ильич, тел. 89136401234, ул. Заречная, 5, krapivkin@mail.ru, СНИЛС 112-233-445 95. "
    rows = [
        row(str(number), text + f"Крыша течёт, вода льётся в подъезд {number}")
        for number in range(30)
    ]
    rows += [
        row("в", text + "нет пандуса"),
        row("г", text, "Очередь"),
        row("д", problem="Хамит Крапивкин Пётр Ильич"),
    ]
    coded = priorities.code_texts(raw(rows), dictionary)
    counts, _uncoded = priorities.problem_counts(coded.mentions)
    stream = io.StringIO()
    for frame in (coded.mentions, coded.coding, coded.topics, counts):
        frame.to_csv(stream)
    for secret in secrets:
        assert secret not in stream.getvalue()
    assert len(coded.topics) >= 2
    assert "[телефон]" in coded.topics["texts"].iloc[0]
    assert "problem_name_personal" in {finding.rule for finding in coded.findings}


def test_the_long_tail_is_reported_as_topic_zero(dictionary):
    rows = [
        row(str(number), f"Крыша течёт, вода льётся в подъезд {number}") for number in range(30)
    ]
    rows += [row("х", "Верните герб на ратушу"), row("ц", "!!!")]
    coded = priorities.code_texts(raw(rows), dictionary)
    topics = coded.topics.set_index("topic_number")
    assert topics.loc[1, "texts_count"] == 30
    assert topics.loc[0, "texts_count"] == 1
    assert topics["share_pct"].sum() == pytest.approx(100)
    ways = coded.coding.set_index("way")["rows_count"].to_dict()
    assert ways == {"topic": 30, "tail": 1, "empty": 1}


def test_nothing_depends_on_the_order_of_rows(dictionary):
    rows = [
        row(
            str(number % 25),
            f"Крыша течёт в подъезде {number % 3}, нет {'пандуса' if number % 4 else 'света'}",
        )
        for number in range(60)
    ]
    frame = raw(rows)
    first = priorities.code_texts(frame, dictionary)
    again = priorities.code_texts(frame.sample(frac=1, random_state=4), dictionary)
    pd.testing.assert_frame_equal(first.topics, again.topics)
    pd.testing.assert_frame_equal(first.coding, again.coding)
    assert mentions_of(first) == mentions_of(again)


def test_mistakes_of_the_dictionary_are_told_with_their_lines(read_dictionary):
    text = """\
problems:
- name: Очередь
  phrases: [очередь, "…", сп*]
- name: Ожидание
  stage: Полёт на луну
  phrases: [очереди]
- name: очередь
- phrases: [пустое]
"""
    dictionary, findings = read_dictionary(text)
    by_rule = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    assert len(by_rule["problem_phrase"]) == 2
    assert by_rule["problem_phrase_shared"][0].cell == "строка 9"
    assert by_rule["problem_stage"][0].cell == "строка 8"
    assert {finding.rule for finding in findings.errors} == {"problem_repeated", "required"}
    assert dictionary.problems_in(["очередь"]) == ["Очередь", "Ожидание"]


def test_nobody_has_decided_yet():
    dictionary, findings = load_dictionary(None, STAGES)
    assert not len(findings)
    coded = priorities.code_texts(
        raw([row("1", "нет пандуса"), row("2", problem="Очередь")]), dictionary
    )
    assert mentions_of(coded) == [("2", "Очередь", "data")]


def test_rows_without_text_or_segment_are_no_trouble(dictionary):
    frame = raw([row("1"), row("2", "нет пандуса")])
    frame.loc[1, "segment_code"] = None
    coded = priorities.code_texts(frame, dictionary)
    assert len(coded.mentions) == 1
    assert coded.topics.empty
    empty = priorities.code_texts(frame.iloc[:0], dictionary)
    assert empty.mentions.empty
    assert empty.coding.empty

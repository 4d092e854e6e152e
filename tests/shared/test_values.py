"""Single values: read as written, refused with what is expected."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from client_segments.contracts import Column, Kind
from client_segments.labels import fold
from client_segments.language import counted, format_count, format_number, format_percent, plural
from client_segments.values import ValueRefusedError, parse_value


def column(kind: Kind, **options) -> Column:
    return Column("name", "Название", kind, "", **options)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1 234,50", 1234.5), ("1\u00a0234,5", 1234.5), ("1\u202f234", 1234.0), ("-3,5", -3.5),
        ("−3", -3.0), ("0.5", 0.5), ("12 345 678", 12345678.0), (" 7 ", 7.0), (7, 7.0),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(written, number):
    assert parse_value(written, column(Kind.NUMBER)) == number


@pytest.mark.parametrize(
    ("number", "written"),
    [(-3.5, "−3,5"), (-1234.0, "−1\u00a0234,0"), (0.4, "0,4"), (-0.04, "0,0"), (0.0, "0,0")],
)
def test_a_number_below_zero_has_a_minus_and_is_read_back(number, written):
    assert format_number(number) == written
    assert parse_value(written, column(Kind.NUMBER)) == pytest.approx(number, abs=0.05)


def test_a_whole_number_below_zero_has_a_minus():
    assert [format_count(number) for number in (-1234, -0.2, 0)] == ["−1\u00a0234", "0", "0"]


@pytest.mark.parametrize(
    "written", ["1E5", "12 34", "1,2,3", "1.234,5", "5 %", "-", "нет данных", "", "0x10", True]
)
def test_what_is_not_a_number_is_refused(written):
    with pytest.raises(ValueRefusedError, match="число"):
        parse_value(written, column(Kind.NUMBER))


def test_integers_are_whole():
    assert parse_value("1 234", column(Kind.INTEGER)) == 1234
    assert parse_value(12.0, column(Kind.INTEGER)) == 12
    with pytest.raises(ValueRefusedError, match="целое"):
        parse_value("1,5", column(Kind.INTEGER))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("05.03.2024", datetime(2024, 3, 5)),
        ("5/3/2024", datetime(2024, 3, 5)),
        ("2024-03-05", datetime(2024, 3, 5)),
        ("05.03.2024 14:30", datetime(2024, 3, 5, 14, 30)),
        ("2024-03-05T14:30:15+06:00", datetime(2024, 3, 5, 14, 30, 15)),
        (date(2024, 3, 5), datetime(2024, 3, 5)),
    ],
)
def test_days_come_first(written, moment):
    assert parse_value(written, column(Kind.MOMENT)) == moment


@pytest.mark.parametrize("written", ["31.02.2024", "03.13.2024", "5.3.24", "45366", 45366, "март"])
def test_what_is_not_a_date_is_refused(written):
    with pytest.raises(ValueRefusedError, match="дата"):
        parse_value(written, column(Kind.DATE))


def test_codes_keep_zeros_and_accept_labels():
    assert parse_value("0552", column(Kind.CODE)) == "0552"
    assert parse_value(552.0, column(Kind.CODE)) == "552"
    coded = column(Kind.CODE, codes={"survey": "опрос", "review": "отзыв"})
    assert parse_value(" Опрос", coded) == "survey"
    assert parse_value("SURVEY", coded) == "survey"
    with pytest.raises(ValueRefusedError, match="«опрос», «отзыв»"):
        parse_value("анкета", coded)


def test_flags():
    flag = column(Kind.FLAG)
    assert [parse_value(text, flag) for text in ("Да", "нет", "1", 0, True)] == [
        True, False, True, False, True,
    ]  # fmt: skip
    with pytest.raises(ValueRefusedError, match="«да» или «нет»"):
        parse_value("-", flag)


def test_bounds():
    with pytest.raises(ValueRefusedError, match="не меньше 0"):
        parse_value("-1", column(Kind.INTEGER, minimum=0))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Село", " село "), ("Ёлка", "елка"), ("18–24", "18 - 24"), ("А\u00a0Б", "а б"),
        ("Cело", "Село"), ("«Дом»", '"дом"'),
    ],
)  # fmt: skip
def test_labels_that_mean_the_same_fold_together(one, other):
    assert fold(one) == fold(other)


def test_labels_that_differ_stay_apart():
    labels = ["до 3", "до 30", "yes", "no", "cat", "cab", "село", "сёла", "3", "3,0"]
    assert len({fold(label) for label in labels}) == len(labels)


def test_russian_plurals_and_numbers():
    forms = ("клиент", "клиента", "клиентов")
    assert [plural(number, *forms) for number in (1, 2, 5, 11, 21, 112, 0)] == [
        "клиент", "клиента", "клиентов", "клиентов", "клиент", "клиентов", "клиентов",
    ]  # fmt: skip
    assert counted(1234, *forms) == "1\u00a0234\u00a0клиента"
    assert format_count(1234567) == "1\u00a0234\u00a0567"
    assert format_number(1234.5) == "1\u00a0234,5"
    assert format_percent(12.34) == "12,3\u00a0%"
    assert format_percent(float("nan")) == "—"

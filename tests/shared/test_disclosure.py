"""The protection rule: whoever knows all that is published knows the bands and nothing more."""

from itertools import product

import pandas as pd
import pytest

from client_segments.disclosure import (
    BAND,
    ProtectedTable,
    count_text,
    is_hidden,
    protect,
    protect_count,
    share_pct,
)


def feasible(published, publish, greatest):
    """All pairs of raw counts that an attacker cannot rule out: what they publish is the same."""
    pairs = product(range(greatest), repeat=2)
    return {pair for pair in pairs if publish(*pair) == published}


def band_of(count):
    return set(range(count // BAND * BAND, count // BAND * BAND + BAND))


def parts_and_total(first, second):
    parts = protect(pd.DataFrame({"part": [1, 2], "n": [first, second]}), ["part"], ["n"])
    whole = parts.total("n", ["part"]).sum()
    return (*parts.frame["n"], whole)


def parts_and_total_protected_apart(first, second):
    return protect_count(first), protect_count(second), protect_count(first + second)


@pytest.mark.parametrize(
    ("count", "told"), [(0, 3), (1, 3), (5, 3), (6, 9), (11, 9), (12, 15), (1234, 1233)]
)
def test_counts_are_told_by_the_middle_of_their_band(count, told):
    assert protect_count(count) == told


def test_each_told_count_stands_for_six_raw_ones():
    told = pd.Series(range(600)).map(protect_count)
    assert (told.value_counts() == BAND).all()
    assert ((told - pd.Series(range(600))).abs() <= 3).all()


def test_zero_is_not_told_apart_from_few():
    assert {count_text(protect_count(count)) for count in range(6)} == {"менее 6"}
    assert count_text(protect_count(6)) == "9"
    assert count_text(protect_count(1234)) == "1\N{NO-BREAK SPACE}233"
    assert [bool(is_hidden(protect_count(count))) for count in (0, 5, 6, 7)] == [True, True, False, False]  # fmt: skip


@pytest.mark.parametrize("raw", [(0, 0), (0, 6), (5, 11), (3, 8), (13, 2)])
def test_a_total_does_not_unmask_its_parts(raw):
    left = feasible(parts_and_total(*raw), parts_and_total, 20)
    assert left == set(product(band_of(raw[0]), band_of(raw[1])))


def test_a_total_protected_apart_would_unmask_its_parts():
    """Why totals are sums of protected parts: 5 + 11 told with its own band rules out zero."""
    publish = parts_and_total_protected_apart
    left = feasible(publish(5, 11), publish, 20)
    assert 0 not in {first for first, _second in left}
    assert left < set(product(band_of(5), band_of(11)))


def test_a_share_tells_no_more_than_the_bands_of_hits_and_of_others():
    pairs = list(product(range(24), repeat=2))
    frame = pd.DataFrame(pairs, columns=["hits", "others"])
    told = protect(frame, [], ["hits", "others"]).frame
    share = share_pct(told["hits"], told["others"])
    by_band = share.groupby([frame["hits"] // BAND, frame["others"] // BAND], dropna=False)
    assert (by_band.nunique(dropna=False) == 1).all()
    assert (by_band.size() == BAND**2).all()


def test_a_share_of_few_among_few_is_not_told():
    share = share_pct(pd.Series([3, 3, 9]), pd.Series([3, 9, 3]))
    assert share.isna().tolist() == [True, False, False]
    assert share[1:].tolist() == pytest.approx([25, 75])


def test_nobody_of_many_is_never_told_as_none_or_all():
    share = share_pct(pd.Series([protect_count(0)]), pd.Series([protect_count(1127)]))
    assert share.iloc[0] == pytest.approx(100 * 3 / (3 + 1125))


def clients(counts):
    return pd.DataFrame(
        {
            "segment_code": ["a", "b", None, "b"],
            "clients_count": pd.array(counts, dtype="Int64"),
            "exact_pct": [7.5, 12.25, 1.0, 3.0],
            "quotation": ["Иванова с улицы Мира", "", "", ""],
        }
    )


def test_raw_tables_in_the_same_bands_are_told_alike_to_the_byte():
    first, again = (
        protect(clients(counts), ["segment_code"], ["clients_count"]).frame
        for counts in ([0, 7, 17, None], [5, 11, 12, None])
    )
    assert first.to_csv().encode() == again.to_csv().encode()
    other = protect(clients([6, 7, 17, None]), ["segment_code"], ["clients_count"]).frame
    assert not first.equals(other)


def test_what_is_not_named_is_left_behind():
    raw = clients([1, 2, 3, 4])
    told = protect(raw, ["segment_code"], ["clients_count"])
    assert list(told.frame) == ["segment_code", "clients_count"]
    assert told.counts == ("clients_count",)
    assert raw["clients_count"].tolist() == [1, 2, 3, 4]
    texts = protect(raw, ["segment_code"], ["clients_count"], texts=["quotation"])
    assert "quotation" in texts.frame
    assert "exact_pct" not in texts.frame


def test_a_column_that_is_not_there_is_a_mistake():
    with pytest.raises(KeyError):
        protect(clients([1, 2, 3, 4]), ["segment_code"], ["answers_count"])


def test_missing_stays_missing_and_parts_without_a_category_are_counted():
    told = protect(clients([0, 7, 17, None]), ["segment_code"], ["clients_count"])
    assert told.frame["clients_count"].isna().tolist() == [False, False, False, True]
    totals = told.total("clients_count", ["segment_code"])
    assert totals.tolist() == [3, 9, 15]
    unknown = protect(clients([None] * 4), ["segment_code"], ["clients_count"])
    assert unknown.total("clients_count", ["segment_code"]).isna().all()


def test_only_protect_makes_a_protected_table():
    with pytest.raises(TypeError):
        ProtectedTable(clients([1, 2, 3, 4]), ("clients_count",))

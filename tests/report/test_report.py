"""Step 7: what the shared report says, what it must not, and that it opens alone."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from zipfile import ZipFile

import pandas as pd
import pytest

from client_segments import (
    attributes,
    hypotheses,
    priorities,
    profiles,
    report,
    segments,
    validation,
)
from client_segments.findings import InputError
from client_segments.profiles.inputs import TABLE_NAMES
from client_segments.report.cells import table_cells
from client_segments.report.compliance import compliance_section
from client_segments.report.masking import Masker
from client_segments.report.tree import Figure, Form, Items, Paragraph, Table
from client_segments.study import open_study

CANARY = "канарейка"
DECISIONS = {
    "attributes": (
        "attributes:\n"
        "  - {code: place, name: Поселение, role: forming, values: [город, село], sources: 2, basis: форма}\n"
        "  - {code: sex, name: Пол, sources: 2, basis: форма}\n"
    ),
    "segments": (
        "segments:\n"
        "  - {code: rural, name: Сельские жители, rule: {attribute: place, in: [село]}}\n"
        "  - {code: urban, name: Горожане, rule: {attribute: place, in: [город]}}\n"
    ),
    "hypotheses": (
        "hypotheses:\n"
        "  - {code: Г1, segment: rural, kind: channel, text: Подают лично, criterion_pct: 50,"
        " method: survey, decided: 2025-01-15}\n"
    ),
    "plan": (
        "measures:\n"
        "  - {code: М1, segment: rural, hypothesis: Г1, problem: Далеко ехать, measure: Выездной приём,"
        " responsible: отдел, due: 2026-06-01, indicator: доля, base: 40, target: 60, state: planned}\n"
    ),
}
STEPS = (attributes, segments, priorities, hypotheses, validation, profiles)


def counts(label: str, cells: dict[tuple[str, ...], int], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame([(*key, count) for key, count in cells.items()])
    frame.columns = [*columns, label]
    return frame


def raw_tables(shift: int) -> dict[str, pd.DataFrame]:
    """Return tables whose counts differ with `shift` (0-2) but stay in their bands of six."""
    clients = counts(
        "clients_count",
        {
            ("село", "м"): 60 + shift,
            ("село", "ж"): 92,
            ("город", "м"): 122,
            ("город", "ж"): 135 - shift,
        },
        ["Поселение", "Пол"],
    )
    feedback = counts(
        "answers_count",
        {
            ("село", 5): 30 + shift,
            ("село", 2): 26 - shift,
            ("город", 4): 45,
            ("город", 1): 14 + shift,
        },
        ["Поселение", "score"],
    ).assign(instrument="опрос")
    problems = counts(
        "problems_count",
        {("село", "Далеко ехать"): 25 + shift, ("село", "Долго ждать"): 14 + shift,
         ("город", "Долго ждать"): 31 + shift, ("город", "Грубость"): 3 - shift},
        ["Поселение", "problem"],
    ).assign(problem_source="жалоба", problem_text=f"{CANARY} текст")  # fmt: skip
    eligibility = pd.DataFrame(
        {
            "Поселение": ["село", "город"], "measure": "Пособие",
            "entitled_count": [110, 170 + shift], "applied_count": [60 + shift, 150 + shift],
            "refused_count": [8, 7 + shift],
        }
    )  # fmt: skip
    channels = counts(
        "answers_count",
        {("село", "личный приём"): 31 + shift, ("село", "ЕПГУ"): 13, ("город", "ЕПГУ"): 50 + shift},
        ["Поселение", "channel"],
    ).assign(use="подача", kind="предпочитаемый")
    answers = pd.DataFrame(
        {
            "respondent_id": [f"{CANARY}-{number}" for number in range(30)],
            "segment": "rural", "instrument": "опрос", "hypothesis": "Г1",
            "answer": ["да"] * (21 + shift) + ["нет"] * (9 - shift),
            "quotation": f"{CANARY} цитата", "has_consent": "да", "answer_date": "01.06.2025",
        }
    )  # fmt: skip
    return {
        "clients": clients, "feedback": feedback, "problems": problems,
        "eligibility": eligibility, "channels": channels, "answers": answers,
    }  # fmt: skip


def run_all(study):
    for step in STEPS:
        name = step.__name__.rpartition(".")[2]
        step.run(open_study(study.authority, study.year, study.group, name, study.root))
    return report.run(study.authority_year)


@pytest.fixture
def made(make_study):
    def make(shift: int = 0):
        return run_all(make_study(raw_tables(shift), DECISIONS))

    return make


def text_of(result) -> str:
    return result.files[0].read_text("utf-8")


def bytes_of(result) -> dict[str, bytes]:
    """Return the bytes of every shared file."""
    return {path.name: path.read_bytes() for path in result.files}


def parts_of(content: bytes) -> str:
    """Return all that a shared file holds, unzipped and decoded."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8")
    with ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(
            f"{name} {archive.read(name).decode('utf-8', 'replace')}" for name in archive.namelist()
        )


def test_data_in_the_same_bands_give_the_same_bytes(made, tmp_path):
    """The rule of protection: the report tells nothing that is below its bands."""
    first = bytes_of(made(0))
    assert list(first) == ["report.html", "report.docx", "tables.xlsx"]
    for shift in (1, 2):
        changed = raw_tables(shift)
        assert sum(not changed[name].equals(table) for name, table in raw_tables(0).items()) == 6
        # A second version of a profile may be told: it is the register's, so it begins anew.
        shutil.rmtree(tmp_path / "data" / "authority" / "profiles")
        shutil.rmtree(tmp_path / "data" / "authority" / "2025" / "group" / "work")
        assert bytes_of(made(shift)) == first


def test_data_in_another_band_give_another_report(made, make_study):
    first = bytes_of(made(0))
    tables = raw_tables(0)
    tables["clients"].loc[0, "clients_count"] += 6
    other = bytes_of(run_all(make_study(tables, DECISIONS)))
    assert all(other[name] != content for name, content in first.items())


class Outline(HTMLParser):
    """Collects headings, ids, links, captions and addresses to load."""

    def __init__(self):
        super().__init__()
        self.levels, self.ids, self.anchors, self.loads, self.headers = [], [], [], [], []
        self.tables = self.captions = 0

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "id" in named:
            self.ids.append(named["id"])
        if tag == "a" and named.get("href", "").startswith("#"):
            self.anchors.append(named["href"][1:])
        elif "href" in named or "src" in named:
            self.loads.append(named.get("href") or named.get("src"))
        if tag == "th":
            self.headers.append(named.get("scope"))
        self.tables += tag == "table"
        self.captions += tag == "caption"


def test_it_is_one_file_with_an_outline_that_holds(made):
    text = text_of(made())
    outline = Outline()
    outline.feed(text)
    assert '<html lang="ru">' in text
    assert outline.loads == []
    assert outline.levels.count(1) == 1
    assert all(
        after - before <= 1
        for before, after in zip(outline.levels, outline.levels[1:], strict=False)
    )
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.anchors) <= set(outline.ids)
    assert outline.tables == outline.captions > 10
    assert set(outline.headers) == {"col", "row"}


def test_no_raw_row_text_or_path_is_in_it(made):
    result = made()
    for content in bytes_of(result).values():
        assert CANARY not in parts_of(content)
        assert str(result.opened.root) not in parts_of(content)
    for figure in [
        block
        for _level, part in result.report.walk()
        for block in part.blocks
        if isinstance(block, Figure)
    ]:
        assert CANARY not in figure.figure.to_json()


def test_no_table_of_the_steps_is_shared_as_it_is(made):
    result = made()
    study = result.opened.study(result.opened.groups[0], "report")
    inputs = profiles.read_inputs(study, study.read(profiles.MEASURES))
    index = inputs.satisfaction.iloc[:1].assign(
        index_code="csi", index_value=60.6, low_value=57.3, high_value=63.9, scale="от 0 до 100"
    )
    inputs = replace(inputs, satisfaction_indices=index)
    told = report.protect_inputs(study, inputs, Masker())
    for name in set(TABLE_NAMES) - {"measures"}:  # a plan is what people wrote
        assert getattr(told, name) is not getattr(inputs, name), name
    assert told.satisfaction_indices.empty  # means of scores


def test_checks_alike_in_all_groups_are_told_once_and_by_clause(made):
    result = made()
    group = result.content.groups[0]
    check = {"check_code": "of_a_step", "rule": "Правило шага", "clause": "7", "outcome": "met"}
    group = replace(group, checks=pd.concat([group.checks, pd.DataFrame([check])]))
    section = compliance_section(2025, (group, replace(group, code="other")), (), None)
    rows = next(block for block in section.blocks if isinstance(block, Table)).frame
    assert rows.loc[rows["requirement"] == "Правило шага", "group_name"].tolist() == ["все группы"]
    clauses = rows["clause"].str.extract(r"(\d+)")[0].astype(int)
    assert clauses.is_monotonic_increasing


def test_counts_are_told_in_bands(made):
    text = text_of(made())
    assert "Грубость" not in text  # three mentions are not listed
    assert "менее 6" in text or "Обратились" in text
    tables = [
        block
        for _level, part in made().report.walk()
        for block in part.blocks
        if isinstance(block, Table)
    ]
    blind = next(table for table in tables if "Слепая зона:" in table.caption)
    assert blind.frame["applied_count"].tolist()[0] == 63  # 60-65 is told as 63
    assert blind.frame["blind_zone_count"].tolist()[0] == 51  # 48-53
    assert blind.frame["entitled_count"].tolist()[0] == 114  # the sum of the told parts


def test_profiles_and_plans_are_in_it(made):
    text = text_of(made())
    for phrase in (
        "Сельские жители",
        "Выездной приём",
        "Подают лично",
        "31.03.2026",
        "План персонализации",
    ):
        assert phrase in text


def test_a_group_that_is_not_ready_is_named(made, make_study):
    result = made()
    make_study({"clients": raw_tables(0)["clients"]}, DECISIONS, group="second")
    again = report.run(result.opened)
    assert [name for name, _reason in again.content.unfinished] == ["second"]
    assert "профили не сформированы" in text_of(again)


def test_nothing_ready_is_one_message(make_study):
    study = make_study({"clients": raw_tables(0)["clients"]}, DECISIONS)
    with pytest.raises(InputError, match="не собран"):
        report.run(study.authority_year)


def test_what_people_type_is_shown_and_never_run(make_study):
    payload = "<script>alert(1)</script>"
    study = make_study(raw_tables(0), DECISIONS)
    (study.authority_year.folder / "report.yml").write_text(
        f"who: а\nwhen: 2025-02-01\nwhy: б\nsignatory: '{payload}'\nsummary: '{{{{7*7}}}} {payload}'\n",
        "utf-8",
    )
    text = text_of(run_all(study))
    assert payload not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "{{7*7}}" in text


CONSTANTS = {"1", "2", "3", "5", "6", "7", "8", "9", "10", "15", "95", "0", "200", "2024", "2025"}
"""Numbers that are no finding: clauses, levels, bounds of scales, years."""
NUMBER = re.compile(r"\d[\d\u00a0]*(?:,\d+)?")


def blocks_of(result):
    return [block for _level, part in result.report.walk() for block in part.blocks]


def test_every_number_of_a_sentence_is_one_of_a_table(made):
    found = blocks_of(made())
    told = {
        number.strip("\u00a0")
        for table in found
        if isinstance(table, Table)
        for row in table_cells(table).rows
        for cell in row
        for number in NUMBER.findall(cell.text)
    }
    sentences = [block.text for block in found if isinstance(block, Paragraph)]
    sentences += [item for block in found if isinstance(block, Items) for item in block.items]
    sentences += [
        block.figure.layout.meta["description"] for block in found if isinstance(block, Figure)
    ]
    assert len(sentences) > 20
    for sentence in sentences:
        bare = re.sub(r"\d\d\.\d\d\.\d{4}", " ", sentence)
        numbers = {number.strip("\u00a0") for number in NUMBER.findall(bare)}
        assert numbers <= told | CONSTANTS, sentence


def test_forms_of_profiles_have_every_core_field(made):
    result = made()
    (group,) = result.content.groups
    shown = " ".join(
        label for block in blocks_of(result) if isinstance(block, Form)
        for _part, fields in block.parts for label, _text in fields
    )  # fmt: skip
    text = text_of(result)
    for field in group.fields.loc[group.fields["is_core"], "field"].unique():
        assert field in shown or field in text


def test_personal_data_in_names_are_masked_and_told(make_study):
    decisions = {
        name: text.replace("Выездной приём", "Выездной приём звонить +7 913 123-45-67")
        for name, text in DECISIONS.items()
    }
    result = run_all(make_study(raw_tables(0), decisions))
    for content in bytes_of(result).values():
        assert "123-45-67" not in parts_of(content)
    assert "звонить [телефон]" in text_of(result)
    assert any(finding.rule == "personal_data" for finding in result.findings)


def test_requirements_say_why_and_what_to_do(made):
    result = made()
    table = next(
        block for block in blocks_of(result) if isinstance(block, Table) and "Требования" in block.caption
    )  # fmt: skip
    rows = table.frame
    assert set(rows["clause"].str.extract(r"(\d+)")[0]) >= {"5", "6", "7", "8", "9", "10"}
    left = rows[rows["outcome"] != "выполнено"]
    assert len(left) and (left["remedy"].str.len() > 10).all() and (rows["why"].str.len() > 5).all()
    assert not rows["why"].str.contains("[A-Za-z]{3,}").any()

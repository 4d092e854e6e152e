"""Words planted in everything that is received and must not be shared are in no shared file."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from openpyxl import Workbook

from client_segments import report

PLANTED = "канарейка"
COUNTED = 60
"""Clients of each of the two places."""


class Canaries:
    """Gives words that stand in one place only: `канарейка07canary`, letters of two scripts."""

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        self.planted.setdefault(place, f"{PLANTED}{len(self.planted):02d}canary")
        return self.planted[place]


def book_of(frame: pd.DataFrame, canary: Canaries, name: str) -> bytes:
    """Return a table as a workbook with words in its sheet's name, comments and properties."""
    book = Workbook()
    sheet = book.active
    sheet.title = canary(f"{name}: имя листа")
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([None if pd.isna(value) else value for value in row])
    properties = book.properties
    for key in (
        "creator",
        "lastModifiedBy",
        "title",
        "subject",
        "description",
        "keywords",
        "category",
    ):
        setattr(properties, key, canary(f"{name}: свойство {key}"))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def tables(canary: Canaries) -> dict[str, pd.DataFrame]:
    """Return raw tables by client, with words in every column that must not be shared."""
    ids = [f"{canary('код клиента')}{number}" for number in range(2 * COUNTED)]
    clients = pd.DataFrame(
        {"client_id": ids, "Поселение": ["село", "город"] * COUNTED,
         "Пол": ["м"] * COUNTED + ["ж"] * COUNTED,
         canary("заголовок лишнего столбца"): canary("лишний столбец клиентов"),
         "ФИО": canary("фамилия"), "Телефон": canary("телефон")}
    )  # fmt: skip
    own = {"client_id": ids}
    own_words = [f"{canary('причина необращения')} {number}" for number in range(2 * COUNTED)]
    return {
        "clients": clients,
        "feedback": pd.DataFrame(
            {**own, "instrument": "опрос", "score": [5, 2, 4, 1] * (COUNTED // 2),
             "question": None, "Комментарий": canary("комментарий к оценке")}
        ),
        "ratings": pd.DataFrame(
            {**own, "index": "NPS", "score": [9, 3] * COUNTED, "Комментарий": canary("слова об индексе")}
        ),
        "problems": pd.DataFrame(
            {**own, "problem_source": "жалоба", "problem": ["Далеко ехать", "Долго ждать"] * COUNTED,
             "problem_text": canary("текст обращения"), "Оператор": canary("оператор")}
        ),
        "eligibility": pd.DataFrame(
            {**own, "measure": "Пособие", "is_entitled": "да", "has_applied": ["да", "нет"] * COUNTED,
             "reason": own_words, "Пояснение": canary("лишний столбец права")}
        ),
        "channels": pd.DataFrame(
            {**own, "use": "подача", "kind": "предпочитаемый", "channel": ["личный приём", "ЕПГУ"] * COUNTED,
             "reason": canary("причина канала")}
        ),
        "journey": pd.DataFrame(
            [
                {"client_id": client, "case_id": f"{canary('номер дела')}{number}", "stage": stage,
                 "channel": "ЕПГУ", "event_time": f"2025-03-{stage}1 10:00",
                 "resource": canary("исполнитель"), "Примечание": canary("примечание к событию")}
                for number, client in enumerate(ids)
                for stage in ("1", "2")
            ]
        ),
        "answers": pd.DataFrame(
            {"respondent_id": [f"{canary('код респондента')}{number}" for number in range(30)],
             "segment": "rural", "instrument": ["опрос", "глубинное интервью", "фокус-группа"] * 10,
             "session": canary("код обсуждения"), "hypothesis": "Г1", "answer": ["да", "да", "нет"] * 10,
             "quotation": [canary("цитата с согласием"), canary("цитата без согласия"), None] * 10,
             "has_consent": ["да", "нет", "да"] * 10, "answer_date": "01.06.2025",
             "Заметка": canary("заметка интервьюера")}
        ),
    }  # fmt: skip


def decisions(canary: Canaries) -> dict[str, str]:
    """Return decisions; comments in them are for those who decide, not for readers."""
    note = f"# {canary('примечание в решении')}\n"
    return {
        "attributes": note + "attributes:\n"
        "  - {code: place, name: Поселение, role: forming, values: [город, село], sources: 2, basis: форма}\n"
        "  - {code: sex, name: Пол, sources: 2, basis: форма}\n",
        "segments": note + "segments:\n"
        "  - {code: rural, name: Сельские жители, rule: {attribute: place, in: [село]}}\n"
        "  - {code: urban, name: Горожане, rule: {attribute: place, in: [город]}}\n",
        "hypotheses": note + "hypotheses:\n"
        "  - {code: Г1, segment: rural, kind: channel, text: Подают лично, criterion_pct: 50,"
        f" method: survey, decided: 2025-01-15, question: {canary('вопрос респонденту')}}}\n",
    }


def shared_texts(path: Path) -> Iterator[str]:
    """Yield all that a shared file holds, as it lies and decoded: names, parts, pictures."""
    content = path.read_bytes()
    yield path.name
    if not content.startswith(b"PK"):
        yield from decoded(content)
        return
    with ZipFile(io.BytesIO(content)) as archive:
        yield archive.comment.decode("utf-8", "replace")
        for item in archive.infolist():
            yield item.filename + item.comment.decode("utf-8", "replace")
            yield from decoded(archive.read(item))


def decoded(content: bytes) -> Iterator[str]:
    """Yield bytes as text, with references of XML and HTML resolved, and without its tags.

    Chunks of words in a picture lie before its pixels, so reading its bytes as text finds them.
    """
    for encoding in ("utf-8", "utf-16-le", "cp1251"):
        text = content.decode(encoding, "ignore")
        yield text
    text = html.unescape(content.decode("utf-8", "ignore"))
    yield text
    yield re.sub(r"<[^>]*>", "", text)


@pytest.fixture(scope="module")
def year(lay_out_study, run_through, tmp_path_factory):
    canary = Canaries()
    root = tmp_path_factory.mktemp("root") / canary("имя папки")
    raw = {}
    for name, frame in tables(canary).items():
        raw[f"{name}_{canary(f'{name}: имя файла')}.xlsx"] = book_of(frame, canary, name)
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("USER", "USERNAME", "LOGNAME", "COMPUTERNAME", "HOSTNAME"):
            patch.setenv(variable, canary(f"окружение {variable}"))
        study = lay_out_study(root, raw, decisions(canary))
        results = run_through(study)
        return canary, report.run(study.authority_year), results, study


def test_what_is_planted_is_read(year):
    """Else nothing is proved: the words are in the inputs and in the internal tables."""
    canary, _result, _steps, study = year
    assert len(canary.planted) > 70
    raw = [path.read_bytes() for path in study.raw_folder.iterdir()]
    assert len(raw) == 8
    work = b"".join(path.read_bytes() for path in study.work_folder.rglob("*.parquet"))
    assert canary("цитата с согласием").encode() in work


def test_what_is_planted_is_in_no_shared_file(year):
    canary, result, _steps, _study = year
    shared = sorted(path for path in result.files[0].parent.glob("*") if path.is_file())
    assert {path.name for path in shared} >= {path.name for path in result.files}
    for path in shared:
        for text in shared_texts(path):
            told = [place for place, word in canary.planted.items() if word in text]
            assert told == [], path.name
            assert PLANTED not in text, path.name


def test_a_planted_word_would_be_found(tmp_path):
    """The search opens archives and decodes what is written in references."""
    written = "".join(f"&#{ord(letter)};" for letter in PLANTED)
    page = tmp_path / "page.html"
    page.write_text(f"<p>{written}</p>", "utf-8")
    split = tmp_path / "split.docx"
    with ZipFile(split, "w") as archive:
        archive.writestr("word/document.xml", "<w:t>кана</w:t><w:t>рейка</w:t>")
    wide = tmp_path / "wide.xlsx"
    with ZipFile(wide, "w") as archive:
        archive.writestr("docProps/app.xml", PLANTED.encode("utf-16-le"))
    for path in (page, split, wide):
        assert any(PLANTED in text for text in shared_texts(path)), path.name

"""A small made study that the clauses are tested on: 120 clients, two segments and the rest.

Everything in it is counted by hand: 40 elderly villagers, 50 townspeople, 30 others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import pytest

from client_segments.steps import StepResult

RURAL, TOWN, OTHERS = 40, 50, 30
DAYS = 28

DECISIONS = {
    "attributes": """\
attributes:
  - {code: age, name: Возраст, role: forming, ordered: да, bins: [65], sources: [2], basis: "заявление, дата рождения"}
  - {code: place, name: Поселение, role: forming, values: [город, село], sources: [2, 3], basis: "заявление, адрес"}
  - {code: sex, name: Пол, values: [женский, мужской], sources: [4], basis: приложение № 1}
  - {code: benefit, name: Льгота, values: [есть, нет], sources: [1], basis: закон области о льготах}
  - {code: disability, name: Инвалидность, values: [есть, нет], sources: [5], basis: реестр, special: да, sensitive: да}
""",
    "segments": """\
method: rules
segments:
  - code: rural
    name: Сельские жители старшего возраста
    rule: {all: [{attribute: age, at_least: 65 и более}, {attribute: place, in: [село]}]}
  - code: town
    name: Горожане
    rule: {attribute: place, in: [город]}
rest: {name: Остальные}
""",
    "weights": """\
weights: {capacity: 0.35, satisfaction: 0.35, problem_uniqueness: 0.15, blind_zone: 0.15}
research_first: [rural]
""",
    "hypotheses": """\
hypotheses:
  - {code: Г1, segment: rural, kind: channel, text: Предпочитают выездной приём, status: accepted, criterion_pct: 60, method: survey, respondents: 20, decided: 2025-02-01}
  - {code: Г2, segment: rural, kind: journey, text: Бросают путь до подачи, status: accepted, criterion_pct: 60, method: survey, respondents: 20, decided: 2025-02-01}
  - {code: Г3, segment: town, kind: channel, text: Предпочитают портал, status: accepted, criterion_pct: 60, method: survey, respondents: 20, decided: 2025-02-01}
  - {code: Г4, segment: town, kind: journey, text: Проходят путь без визитов, status: accepted, criterion_pct: 60, method: survey, respondents: 20, decided: 2025-02-01}
""",
    "plan": """\
measures:
  - {code: М1, segment: rural, hypothesis: Г1, problem: Далеко ехать, need: "Как сельскому жителю, мне нужно подать заявление рядом с домом, чтобы не ехать в район", measure: Выездной приём по графику, stage: Подача заявления, channel: выездной приём, responsible: отдел мер поддержки, due: 2026-09-01, resources: автомобиль, indicator: слепая зона, base: 75, target: 50, effect: 5, feasibility: 4, state: planned}
  - {code: М2, segment: town, hypothesis: Г3, problem: Долго нет ответа, need: "Как горожанину, мне нужно знать срок, чтобы не звонить", measure: Уведомления о ходе дела, stage: Рассмотрение, channel: ЕПГУ, responsible: отдел цифровых сервисов, due: 2026-06-01, resources: без расходов, indicator: удовлетворённость, base: 80, target: 85, effect: 3, feasibility: 5, state: planned}
""",
}  # fmt: skip


def client_rows() -> pd.DataFrame:
    """One row is one client: `r…` elderly villagers, `t…` townspeople, `o…` young villagers."""
    groups = (("r", RURAL, "70", "село"), ("t", TOWN, "40", "город"), ("o", OTHERS, "30", "село"))
    rows = [
        (
            f"{letter}{number:03d}", age, place, "женский" if number % 2 else "мужской",
            "есть" if number % 4 else "нет", "есть" if number % 8 == 0 else "нет",
        )
        for letter, count, age, place in groups
        for number in range(1, count + 1)
    ]  # fmt: skip
    columns = ["client_id", "Возраст", "Поселение", "Пол", "Льгота", "Инвалидность"]
    return pd.DataFrame(rows, columns=columns)


def _ids(letter: str, first: int, last: int) -> list[str]:
    return [f"{letter}{number:03d}" for number in range(first, last + 1)]


def eligibility_rows() -> pd.DataFrame:
    """Rural: 20 entitled, 5 applied, 3 of them refused. Town: 30 entitled, 24 applied."""
    rows = [(code, "Выплата", "да", "нет", "", "") for code in _ids("r", 6, 20)]
    rows += [(code, "Выплата", "да", "да", "да", "нет") for code in _ids("r", 1, 3)]
    rows += [(code, "Выплата", "да", "да", "нет", "да") for code in _ids("r", 4, 5)]
    rows += [(code, "Выплата", "нет", "нет", "", "") for code in _ids("r", 21, 40)]
    rows += [(code, "Выплата", "да", "да", "нет", "да") for code in _ids("t", 1, 24)]
    rows += [(code, "Выплата", "да", "нет", "", "") for code in _ids("t", 25, 30)]
    columns = ["client_id", "measure", "is_entitled", "has_applied", "is_refused", "has_received"]
    return pd.DataFrame(rows, columns=columns)


def feedback_rows() -> pd.DataFrame:
    """Rural: 10 of 20 satisfied, expectation 5 everywhere. Town: 24 of 30 satisfied."""
    scores = {code: 4 if number < 10 else 2 for number, code in enumerate(_ids("r", 1, 20))}
    scores |= {code: 5 if number < 24 else 2 for number, code in enumerate(_ids("t", 1, 30))}
    rows = [(code, "опрос", score, 5, "01.03.2025") for code, score in scores.items()]
    columns = ["client_id", "instrument", "score", "expectation", "answer_date"]
    return pd.DataFrame(rows, columns=columns)


def problem_rows() -> pd.DataFrame:
    """The villagers complain of the distance, the townspeople of waiting."""
    rows = [(code, "жалоба", "Далеко ехать", "4") for code in _ids("r", 1, 12)]
    rows += [(code, "жалоба", "Долго нет ответа", "5") for code in _ids("r", 13, 15)]
    rows += [(code, "жалоба", "Долго нет ответа", "5") for code in _ids("t", 1, 15)]
    return pd.DataFrame(rows, columns=["client_id", "problem_source", "problem", "stage"])


def journey_rows() -> pd.DataFrame:
    """Of 20 villagers' cases 8 reach the decision; of 20 townspeople's all do."""
    rows = []
    for letter, decided in (("r", 8), ("t", 20)):
        for number, code in enumerate(_ids(letter, 1, 20)):
            case = f"d-{code}"
            day = f"{number % DAYS + 1:02d}"
            rows.append((code, case, "4", "03", f"{day}.03.2025 10:00", ""))
            if number < decided:
                rows.append((code, case, "6", "01", f"{day}.04.2025 10:00", "результат получен"))
    columns = ["client_id", "case_id", "stage", "channel", "event_time", "outcome"]
    return pd.DataFrame(rows, columns=columns)


def channel_rows() -> pd.DataFrame:
    """The villagers want the field reception (05) and newspapers, the townspeople the portal."""
    rows = []
    for letter, count, submitting, informing in (("r", 20, "05", "19"), ("t", 30, "01", "10")):
        for number, code in enumerate(_ids(letter, 1, count)):
            rows.append((code, "подача", "предпочитаемый", submitting if number % 5 else "03"))
            rows.append(
                (code, "информирование", "предпочитаемый", informing if number % 4 else "06")
            )
            rows.append((code, "подача", "используемый", "03"))
    return pd.DataFrame(rows, columns=["client_id", "use", "kind", "channel"])


def answer_rows() -> pd.DataFrame:
    """Г1: 18 of 20; Г2: 4 of 20; Г3: 19 of 20; Г4: 12 of 20."""
    yes = {"Г1": ("r", 18), "Г2": ("r", 4), "Г3": ("t", 19), "Г4": ("t", 12)}
    rows = [
        (
            f"п-{code}",
            code,
            "опрос",
            hypothesis,
            "да" if number < count else "нет",
            "15.03.2025",
            "да",
        )
        for hypothesis, (letter, count) in yes.items()
        for number, code in enumerate(_ids(letter, 1, 20))
    ]
    columns = [
        "respondent_id", "client_id", "instrument", "hypothesis", "answer", "answer_date", "has_consent",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def raw_tables() -> dict[str, pd.DataFrame]:
    """Every raw table of the study by name."""
    return {
        "clients": client_rows(),
        "eligibility": eligibility_rows(),
        "feedback": feedback_rows(),
        "problems": problem_rows(),
        "journey": journey_rows(),
        "channels": channel_rows(),
        "answers": answer_rows(),
    }


@pytest.fixture
def raw() -> dict[str, pd.DataFrame]:
    """Every raw table of the study by name, to be changed by a test."""
    return raw_tables()


@pytest.fixture
def texts() -> dict[str, str]:
    """Every decision of the study by name, to be changed by a test."""
    return dict(DECISIONS)


@pytest.fixture(scope="session")
def done(tmp_path_factory, lay_out_study, run_through) -> Mapping[str, StepResult]:
    """The unchanged study done from step 1 to step 6: results by step."""
    return run_through(lay_out_study(tmp_path_factory.mktemp("done"), raw_tables(), DECISIONS))


@pytest.fixture
def outcomes() -> Callable[[StepResult], dict[str, str]]:
    """Return a function that gives what the checks of a step came to, by code."""
    return lambda result: {check.code: check.outcome.value for check in result.checks}

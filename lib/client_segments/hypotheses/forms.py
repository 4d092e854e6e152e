"""Forms of the research: written from the plan, and what is said of those that come back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from client_segments import catalogue, decisions, storage
from client_segments.findings import Finding, Findings, Severity
from client_segments.hypotheses.plan.quotas import CHANNEL_CODE
from client_segments.hypotheses.questions import asked_statement
from client_segments.language import _, counted
from client_segments.questionnaire import (
    FormOrigin,
    Forms,
    Question,
    SegmentForm,
    statement_mark,
    words,
)
from client_segments.reading import RawTable
from client_segments.reading.forms import is_form, read_forms
from client_segments.study import Study

BOOK_FILE = f"{words.BOOK_NAME}.xlsx"


def research_folder(study: Study) -> Path:
    """Return the folder of a group's forms, among what is rendered."""
    return study.authority_year.reports_folder / "research" / study.group


def form_origin(study: Study) -> FormOrigin:
    """Return whose forms a study writes and expects back."""
    return FormOrigin(study.authority, study.year, study.group)


def compose_forms(
    study: Study,
    hypotheses: pd.DataFrame,
    plan: pd.DataFrame,
    quotas: pd.DataFrame,
    segment_names: dict[str, str],
) -> Forms:
    """Compose the forms of a group: segments in the order of research, accepted hypotheses.

    Parameters
    ----------
    hypotheses, plan, quotas
        Tables `HYPOTHESES`, `RESEARCH_PLAN` and `RESEARCH_QUOTAS`.
    """
    settings = decisions.load_group(study)
    accepted = hypotheses[hypotheses["status"] == "accepted"]
    segments = []
    for code, rows in plan.groupby("segment_code", sort=False):
        own = accepted[accepted["segment_code"] == code]
        own_quotas = quotas[quotas["segment_code"] == code]
        segments.append(
            SegmentForm(
                code=code,
                name=segment_names[code],
                questions=tuple(_question(row) for row in own.itertuples(index=False)),
                respondents={row.method: int(row.respondents_count) for row in rows.itertuples()},
                places={row.method: _places(row) for row in rows.itertuples()},
                quotas={
                    method: _quota_lines(part) for method, part in own_quotas.groupby("method")
                },
            )
        )
    stages = catalogue.stages(study.root, settings.direction)["name"]
    return Forms(
        form_origin(study), settings.authority_name, settings.name, tuple(segments), tuple(stages)
    )


def _question(row) -> Question:
    statement = asked_statement(row.hypothesis_text, row.proposal_code)
    return Question(row.hypothesis_code, statement, row.question_text, row.kind, row.method)


def _places(row) -> str:
    """Say whom to invite outside the digital channels."""
    if pd.isna(row.offline_count) or not row.offline_count:
        return ""
    people = counted(int(row.offline_count), _("респондента"), _("респондентов"), _("респондентов"))
    where = "" if pd.isna(row.offline_places) else f": {row.offline_places}"
    return _("Вне цифровых каналов пригласите {people}{where}.").format(people=people, where=where)


def _quota_lines(quotas: pd.DataFrame) -> tuple[str, ...]:
    """Return the quotas in words, a line an attribute; that of the channels is told apart."""
    own = quotas[(quotas["attribute_code"] != CHANNEL_CODE) & (quotas["quota_count"] > 0)]
    return tuple(
        f"{name}: "
        + ", ".join(f"{row.value_name} – {row.quota_count}" for row in part.itertuples())
        for name, part in own.groupby("attribute_name", sort=False)
    )


def write_forms(study: Study, forms: Forms) -> Findings:
    """Write the forms of a group; return what was left as it is.

    A form that somebody has filled in right where it was written is never written over, nor are
    forms that are needed no more deleted if there are answers in them.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    # Word and Excel writers take half a second to import: only this step pays.
    from client_segments.questionnaire.documents import document_names, render_document
    from client_segments.questionnaire.workbook import render_workbook

    folder, findings = research_folder(study), Findings()
    contents = {BOOK_FILE: render_workbook(forms)}
    by_code = {segment.code: segment for segment in forms.segments}
    for (code, method), name in document_names(forms.segments).items():
        contents[name] = render_document(forms, by_code[code], method)
    for path in _written(folder):
        if path.name in contents and path.read_bytes() == contents[path.name]:
            del contents[path.name]
        elif _is_answered(path, study):
            contents.pop(path.name, None)
            findings.add(_kept(study, path))
        elif path.name not in contents:
            path.unlink()
    for name, content in contents.items():
        storage.write_bytes(folder / name, content)
    return findings


def _written(folder: Path) -> list[Path]:
    """Return the forms that lie in the folder, without hidden files and locks of Excel."""
    if not folder.is_dir():
        return []
    paths = (path for path in sorted(folder.iterdir()) if path.is_file())
    return [path for path in paths if not path.name.startswith((".", "~$")) and is_form(path)]


def _is_answered(path: Path, study: Study) -> bool:
    filled = read_forms([path], study.authority_year.name_of)
    return bool(len(filled.frame) or filled.findings.errors)


def _kept(study: Study, path: Path) -> Finding:
    message = _("форма заполнена прямо в папке отчётов: она оставлена как есть, новая не записана.")
    remedy = _("перенесите заполненную форму в папку raw группы и выполните шаг снова.")
    return Finding(
        Severity.WARNING, "form_in_place", message, remedy, study.authority_year.name_of(path)
    )


def form_files(study: Study) -> list[Path]:
    """Return the forms of a group that are there, the workbook first."""
    paths = _written(research_folder(study))
    return sorted(paths, key=lambda path: (path.name != BOOK_FILE, path.name))


# ------------------------------------------------------------------ forms that came back


def form_findings(study: Study, raw: RawTable, hypotheses: pd.DataFrame) -> Findings:
    """Tell of answers to what is asked no more: another group's form, a changed hypothesis.

    Parameters
    ----------
    raw
        Table `answers` with its places (`RawTable.places`).
    hypotheses
        Table `HYPOTHESES`.
    """
    findings = Findings()
    marks = {
        row.hypothesis_code: statement_mark(asked_statement(row.hypothesis_text, row.proposal_code))
        for row in hypotheses.itertuples(index=False)
    }
    own = form_origin(study).text()
    for file, places in raw.places.groupby("file", sort=True):
        for origin in _distinct(places.loc[places["origin"] != own, "origin"]):
            message = _("форма составлена для другой группы или другого года.")
            remedy = _("проверьте, что файл лежит в папке raw своей группы.")
            findings.add(
                Finding(Severity.WARNING, "form_other_group", message, remedy, file,
                        found=origin, expected=own)
            )  # fmt: skip
        asked = places[places["hypothesis"] != ""]
        known = asked["hypothesis"].map(marks)
        changed = asked[known.notna() & (known != asked["statement_mark"])]
        for code in _distinct(changed["hypothesis"]):
            message = _("гипотеза {code} с тех пор изменилась: форма спрашивала о прежнем тексте.")
            remedy = _(
                "решите, годятся ли эти ответы; если нет, спросите заново по новой форме (блокнот 04)."
            )
            first = changed[changed["hypothesis"] == code].iloc[0]
            findings.add(
                Finding(Severity.WARNING, "form_outdated", message.format(code=code), remedy, file,
                        first["sheet"], first["cell"], clause="7",
                        count=int((changed["hypothesis"] == code).sum()))
            )  # fmt: skip
    return findings


def _distinct(values: pd.Series) -> Sequence[str]:
    return sorted(values.unique())

"""Command line: `python -m client_segments`; the Makefile only gives its commands short names."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from client_segments import (
    __version__,
    checking,
    dictionary,
    status,
    storage,
    templates,
    updates,
)
from client_segments import recommendations as rec
from client_segments.batch import run_batch, run_year
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.lab import run_lab
from client_segments.language import _, counted
from client_segments.study import (
    AuthorityYear,
    Study,
    check_code,
    default_root,
    open_study,
    open_year,
)

_ARGPARSE_WORDS = {
    "usage: ": _("использование: "),
    "positional arguments": _("аргументы"),
    "options": _("ключи"),
    "show this help message and exit": _("показать эту справку и выйти"),
    "show program's version number and exit": _("показать версию и выйти"),
    "%(prog)s: error: %(message)s\n": _("%(prog)s: ошибка: %(message)s\n"),
    "argument %(argument_name)s: %(message)s": _("аргумент %(argument_name)s: %(message)s"),
    "invalid choice: %(value)r (choose from %(choices)s)":
        _("нет значения %(value)r; возможны: %(choices)s"),
    "invalid %(type)s value: %(value)r": _("значение %(value)r не подходит: нужно целое число"),
    "the following arguments are required: %s": _("не указано: %s"),
    "unrecognized arguments: %s": _("неизвестные аргументы: %s"),
    "expected one argument": _("нужно одно значение"),
    "expected at least one argument": _("нужно хотя бы одно значение"),
}  # fmt: skip


def _argparse_word(text: str) -> str:
    """Return what argparse says, in Russian."""
    return _ARGPARSE_WORDS.get(text, text)


# argparse takes its words from gettext's default domain, which belongs to the whole process.
argparse._ = _argparse_word


def _year(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("год – целое число, например 2025")) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m client_segments",
        description=_("Рабочая тетрадь «Клиентские сегменты»: сегментация клиентов органа власти."),
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=__version__)
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    common.add_argument(
        "--root", type=Path, metavar=_("ПАПКА"),
        help=_("папка, в которой лежат data и reports (по умолчанию – папка проекта)"),
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar=_("КОМАНДА"))

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, parents=[common], help=text, description=text, allow_abbrev=False
        )

    new = command("new", _("создать папку группы с шаблонами таблиц"))
    _add_place(new, group_required=True)
    new.add_argument("--name", required=True, help=_("наименование группы процессов"))
    new.add_argument("--kind", required=True, choices=list(rec.CLIENT_KINDS), help=_("вид клиента"))
    new.add_argument(
        "--direction",
        required=True,
        choices=list(rec.DIRECTIONS),
        help=_("направление деятельности"),
    )
    new.add_argument("--authority-name", help=_("полное название органа власти"))
    check = command("check", _("проверить исходные таблицы и решения"))
    _add_place(check)
    run = command("run", _("выполнить блокноты года и собрать отчёт"))
    _add_place(run)
    run.add_argument(
        "--steps",
        nargs="+",
        choices=rec.STEPS,
        metavar=_("ШАГ"),
        help=_("только эти шаги: ") + ", ".join(rec.STEPS),
    )
    run.add_argument(
        "--workers", type=int, default=2, help=_("сколько групп выполнять одновременно")
    )
    changed = command("updates", _("сказать, что изменилось с прошлого года и что пересмотреть"))
    changed.add_argument("authority", help=_("код органа власти"))
    changed.add_argument("year", type=_year, help=_("год профилей"))
    command("batch", _("выполнить всё, что названо в data/batch.yml"))
    listing = command("list", _("показать, что есть и на каком шаге каждая группа"))
    listing.add_argument("authority", nargs="?", help=_("код органа власти"))
    lab = command("lab", _("открыть JupyterLab на первом блокноте"))
    lab.add_argument("options", nargs="*", help=_("параметры JupyterLab после «--»"))
    command("dictionary", _("обновить словарь данных data/README.md"))
    return parser


def _add_place(parser: argparse.ArgumentParser, group_required: bool = False) -> None:
    parser.add_argument("authority", help=_("код органа власти"))
    parser.add_argument("year", type=_year, help=_("год профилей"))
    if group_required:
        parser.add_argument("group", help=_("код группы процессов"))
    else:
        parser.add_argument("groups", nargs="*", help=_("коды групп; без них – все группы года"))


def _new(arguments: argparse.Namespace, root: Path) -> int:
    study = Study(arguments.authority, arguments.year, arguments.group, "attributes", root)
    written = templates.create_group(study, arguments.name, arguments.kind, arguments.direction)
    if arguments.authority_name:
        templates.add_authority(root, arguments.authority, arguments.authority_name)
    for path in written:
        print(study.name_of(path))
    print(_("Заполните шаблоны из папки templates и положите их в raw; затем: check и run."))
    return 0


def _print_findings(findings: Findings) -> None:
    for finding in sorted(findings, key=lambda finding: finding.severity != "error"):
        print(f"  {finding.severity.label}: {finding.sentence()}")


def _print_unfit(arguments: argparse.Namespace, root: Path) -> int:
    """Tell of folders of the year that cannot be groups; return how many there are."""
    findings = AuthorityYear(arguments.authority, arguments.year, root).unfit_findings()
    _print_findings(Findings(findings))
    return len(findings)


def _check(arguments: argparse.Namespace, root: Path) -> int:
    groups = arguments.groups or checking.groups_of(root, arguments.authority, arguments.year)
    errors_count = 0 if arguments.groups else _print_unfit(arguments, root)
    for group in groups:
        study = open_study(arguments.authority, arguments.year, group, rec.GROUP_STEPS[-1], root)
        findings = checking.check_group(study)
        errors_count += len(findings.errors)
        print(f"{study.authority} {study.year} {study.group}: {checking.summary(findings)}")
        _print_findings(findings)
    return 1 if errors_count else 0


def _run(arguments: argparse.Namespace, root: Path) -> int:
    groups = [check_code(group, _("Группа процессов")) for group in arguments.groups] or None
    summary = run_year(
        root, arguments.authority, arguments.year, groups=groups,
        steps=arguments.steps, workers=arguments.workers,
    )  # fmt: skip
    print(summary.text())
    unfit_count = 0 if groups else _print_unfit(arguments, root)
    opened = AuthorityYear(arguments.authority, arguments.year, root)
    if "updates" in (arguments.steps or rec.STEPS):
        _print_revisions(opened)
    report = opened.shared_files[0]
    if summary.ok and report.is_file():
        print(_("Отчёт: {path}").format(path=report))
    return 0 if summary.ok and not unfit_count else 1


def _print_revisions(opened: AuthorityYear) -> None:
    """Say what step 8 has found: what to revise, and where there is nothing to."""
    lines = updates.revision_lines(opened)
    if lines:
        print(_("Что пересмотреть (подробно – в блокноте 08_updates):"))
    for line in lines:
        print(f"  {line}")


def _updates(arguments: argparse.Namespace, root: Path) -> int:
    opened = open_year(arguments.authority, arguments.year, root)
    result = updates.run_authority(opened)
    _print_findings(result.findings)
    _print_revisions(opened)
    return 1 if result.findings.errors else 0


def _batch(_arguments: argparse.Namespace, root: Path) -> int:
    summary = run_batch(root)
    print(summary.text())
    return summary.exit_code


def _list(arguments: argparse.Namespace, root: Path) -> int:
    years = [
        opened
        for opened in status.find_years(root)
        if arguments.authority in (None, opened.authority)
    ]
    table = status.status_table(years)
    for row in table.to_dict("records"):
        done = sum(row[step] == "done" for step in rec.GROUP_STEPS)
        steps = _("{done} из {all} шагов").format(done=done, all=len(rec.GROUP_STEPS))
        print(
            f"{row['authority']} {row['year']} {row['group']} – {row['group_name']}: {steps}; {row['next_step']}"
        )
    print(
        _("Всего: {groups}.").format(
            groups=counted(len(table), _("группа"), _("группы"), _("групп"))
        )
    )
    return 0


def _dictionary(_arguments: argparse.Namespace, root: Path) -> int:
    path = root / "data" / "README.md"
    storage.write_text(path, dictionary.data_dictionary())
    print(path)
    return 0


def _lab(arguments: argparse.Namespace, root: Path) -> int:
    return run_lab(root, arguments.options)


_COMMANDS = {
    "new": _new,
    "check": _check,
    "run": _run,
    "updates": _updates,
    "batch": _batch,
    "list": _list,
    "lab": _lab,
    "dictionary": _dictionary,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 if all went well, 1 if people must mend something, 2 if misused."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows console may be cp866
    parsed = _parser().parse_args(arguments)
    root = (parsed.root or default_root()).resolve()
    try:
        return _COMMANDS[parsed.command](parsed, root)
    except InputError as error:
        for finding in error.findings:
            print(finding.sentence(), file=sys.stderr)
        return 1
    except OSError as error:  # rights, a full disk, a drive that is gone: theirs to mend
        message = _("нет доступа к файлу или папке {path}: {reason}.").format(
            path=error.filename or root, reason=error.strerror or error
        )
        remedy = _("проверьте права на папку и место на диске.")
        print(Finding(Severity.ERROR, "no_access", message, remedy).sentence(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(_("Остановлено."), file=sys.stderr)
        return 130

"""Make the raw tables of the open-data authority from the originals, the same bytes every time.

Run `python data/open-data/make_raw.py ORIGINALS [--folder FOLDER]`. ORIGINALS holds the files as
their publishers give them:

    ui_benefit_takeup_us/Benefits.csv
    copenhagen_housing_satisfaction/housing.csv
    traffic_fines/traffic_fines.csv.gz
    russian_sme_registry/sme_sample_deidentified.csv
    russian_sme_registry/omsk_org_counts.csv

Columns, codes and labels of the originals stay as they are: each group's `decisions/columns.yml`
says what they mean. What is added or left out is written beside each function and, with origin
and licence, in SOURCES.md. No decision is made here.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from client_segments import storage

YEAR_FOLDER = Path(__file__).resolve().parent / "2025"

SECTION_BOUNDS = {
    "A": 3, "B": 9, "C": 33, "D": 35, "E": 39, "F": 43, "G": 47, "H": 53, "I": 56, "J": 63,
    "K": 66, "L": 68, "M": 75, "N": 82, "O": 84, "P": 85, "Q": 88, "R": 93, "S": 96, "T": 98,
    "U": 99,
}  # fmt: skip
"""Last class of each section of OKVED 2 (OK 029-2014)."""

REGISTER_SNAPSHOT = "10.02.2019"
LEGAL_ENTITY = "юрлицо"
ORGANISATIONS_SOURCE = (
    "Росстат (ЕМИСС), число организаций по видам деятельности, Омская область, 2022 год"
)


def read(path: Path) -> pd.DataFrame:
    """Read an original as text: nothing is interpreted, empty stays empty."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def unemployment_benefit(originals: Path) -> dict[str, pd.DataFrame]:
    """One row is one eligible person; added: number of the row, the benefit and eligibility.

    Everybody in the file is eligible: the author had left the others out (McCall 1995).
    """
    people = read(originals / "ui_benefit_takeup_us" / "Benefits.csv")
    people.insert(0, "row", [f"{number:04d}" for number in range(1, len(people) + 1)])
    claims = people[["row", "ui"]].assign(benefit="unemployment insurance", eligible="yes")
    return {
        "unemployment_benefit/raw/clients.csv": people.drop(columns="ui"),
        "unemployment_benefit/raw/eligibility.csv": claims[["row", "benefit", "eligible", "ui"]],
    }


def housing(originals: Path) -> dict[str, pd.DataFrame]:
    """One row is one cell of the published table; added to the answers: how and on what scale."""
    cells = read(originals / "copenhagen_housing_satisfaction" / "housing.csv")
    answers = cells.assign(instrument="survey", scale_min="1", scale_max="3")
    return {"housing/raw/clients.csv": cells, "housing/raw/feedback.csv": answers}


def traffic_fines(originals: Path) -> dict[str, pd.DataFrame]:
    """Clients: one row is one case, as it was on the day of the fine; journey: one row is one event.

    Made from the day of the fine are year, month and day of the week; made from the later
    events is `sent`: whether the fine was ever sent. The events repeat the case as `client`:
    whose fine it is, is not known.
    """
    events = read(originals / "traffic_fines" / "traffic_fines.csv.gz")
    fines = events[events["activity"] == "Create Fine"]
    days = pd.to_datetime(fines["timestamp"], format="%Y-%m-%d")
    sent = set(events.loc[events["activity"] == "Send Fine", "case_id"])
    cases = fines[["case_id", "article", "vehicleclass", "amount", "points"]].assign(
        year=days.dt.strftime("%Y"),
        month=days.dt.strftime("%m"),
        weekday=(days.dt.day_of_week + 1).astype(str),
        sent=fines["case_id"].isin(sent).map({True: "yes", False: "no"}),
    )
    return {
        "traffic_fines/raw/clients.csv": cases,
        "traffic_fines/raw/journey.csv": events[["case_id", "activity", "timestamp"]].assign(
            client=events["case_id"]
        ),
    }


def small_business(originals: Path) -> dict[str, pd.DataFrame]:
    """Clients: one row is one legal entity of one snapshot; population: one row is one section.

    Added to an entity are its number in the sample, the section of its OKVED code and the year
    in which it entered the register. Sole traders are left out because the official counts
    are of organisations only. Of the counts only sections are kept (in capitals in the
    original): divisions within them would be counted twice, and so would the total.
    """
    folder = originals / "russian_sme_registry"
    firms = read(folder / "sme_sample_deidentified.csv")
    firms.insert(0, "record", [f"{number:04d}" for number in range(1, len(firms) + 1)])
    is_kept = (firms["snapshot"] == REGISTER_SNAPSHOT) & (firms["subject_type"] == LEGAL_ENTITY)
    firms = firms[is_kept].copy()
    firms["okved_section"] = firms["okved"].map(section_of)
    firms["included_year"] = firms["included"].str[-4:]
    columns = [
        "record", "size", "is_new", "region", "okved", "okved_section", "n_extra_okved",
        "n_licences", "included_year",
    ]  # fmt: skip
    counts = read(folder / "omsk_org_counts.csv")
    sections = counts[counts["activity"] == counts["activity"].str.upper()]
    return {
        "small_business/raw/clients.csv": firms[columns],
        "small_business/raw/population.csv": sections.assign(source=ORGANISATIONS_SOURCE),
    }


def section_of(okved: str) -> str:
    """Return the section (letter) of an OKVED 2 code."""
    division = int(okved[:2])
    return next(letter for letter, last in SECTION_BOUNDS.items() if division <= last)


def write_all(originals: Path, folder: Path) -> list[Path]:
    """Write every raw table below `folder`; return the files."""
    written = []
    for make in (unemployment_benefit, housing, traffic_fines, small_business):
        for name, frame in make(originals).items():
            path = folder / name
            storage.write_text(path, frame.to_csv(index=False, lineterminator="\n"))
            written.append(path)
    return written


def main() -> None:
    """Read the folder of originals from the command line and write."""
    parser = argparse.ArgumentParser(description="Make the raw tables of the open-data authority.")
    parser.add_argument("originals", type=Path, help="folder with the originals")
    parser.add_argument("--folder", type=Path, default=YEAR_FOLDER, help="folder to write to")
    arguments = parser.parse_args()
    for path in write_all(arguments.originals, arguments.folder):
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main()

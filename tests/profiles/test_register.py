"""The register: append-only, whole, and telling when it is not."""

from __future__ import annotations

import copy
import json
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from client_segments import storage
from client_segments.findings import InputError
from client_segments.profiles import register
from client_segments.profiles.register import Draft
from client_segments.study import AuthorityYear

SEGMENTS = ("rural", "urban")


def content(satisfied: int = 60, verdict: str = "confirmed", text: str = "текст") -> dict:
    return {
        "status": "confirmed",
        "fields": [
            {"number": 1, "key": "satisfaction", "value": f"{satisfied} %"},
            {"number": 2, "key": "image", "value": text},
            {"number": 3, "key": "verdicts", "value": verdict},
        ],
        "numbers": {
            "satisfaction": {"satisfied_count": satisfied, "answers_count": 100},
            "problems": {}, "channels": [], "journey": [], "respondents": {"survey": 3},
            "verdicts": {"Г1": verdict},
        },
    }  # fmt: skip


def record(root, year: int, group: str = "aid", segments=SEGMENTS, **parts):
    study = AuthorityYear("ministry", year, root).study(group, "profiles")
    drafts = [
        Draft(code, code.title(), date(year, 11, 20), content(**parts), {"raw/a.csv": "0" * 64})
        for code in segments
    ]
    return register.record(study, drafts)


@pytest.fixture
def root(tmp_path):
    record(tmp_path, 2024)
    record(tmp_path, 2025, satisfied=70)
    record(tmp_path, 2025, satisfied=70, verdict="refuted")
    record(tmp_path, 2025, group="permits", segments=("shops",))
    return tmp_path


@pytest.fixture
def year(root):
    return AuthorityYear("ministry", 2025, root)


def snapshot(folder) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def test_one_new_file_a_version_with_the_hash_of_its_parent(year):
    folder = year.register_folder / "aid" / "rural"
    assert sorted(path.name for path in folder.iterdir()) == [
        "2024-001.json", "2025-001.json", "2025-002.json",
    ]  # fmt: skip
    last = register.last_version(year, "aid", "rural")
    assert (last.year, last.number) == (2025, 2)
    assert last.parent == {
        "file": "2025-001.json", "sha256": register.file_hash(folder / "2025-001.json"),
    }  # fmt: skip
    assert [(item.year, item.number) for item in register.history(year, "aid", "rural")] == [
        (2024, 1), (2025, 1), (2025, 2),
    ]  # fmt: skip
    assert list(register.verify(year)) == []


def test_reason_follows_from_the_part_that_changed(year):
    reasons = [item.reason for item in register.history(year, "aid", "rural")]
    assert reasons == ["new_profile", "feedback", "verification"]
    changed = [item.changed_fields for item in register.history(year, "aid", "rural")]
    assert changed == [
        (), ({"number": 1, "key": "satisfaction"},), ({"number": 3, "key": "verdicts"},),
    ]  # fmt: skip


def test_nothing_changed_writes_nothing(root, year):
    before = snapshot(year.register_folder)
    assert record(root, 2025, satisfied=70, verdict="refuted") == []
    assert snapshot(year.register_folder) == before


def test_only_the_changed_segment_has_a_new_version(root, year):
    study = year.study("aid", "profiles")
    drafts = [
        Draft("rural", "Rural", None, content(70, "refuted"), {}),
        Draft("urban", "Urban", None, content(70, "refuted", text="новый образ"), {}),
    ]
    new = register.record(study, drafts)
    assert [(item.segment, item.number, item.reason) for item in new] == [("urban", 3, "journey")]


def test_last_version_of_a_year_and_up_to_a_year(root, year):
    earlier = AuthorityYear("ministry", 2024, root)
    assert register.last_version(earlier, "aid", "rural").year == 2024
    assert register.last_version(year, "aid", "rural", 2024).year == 2024
    assert register.last_version(year, "aid", "rural", 2023) is None
    assert register.last_version(year, "aid", "nobody") is None
    assert register.segments_of(year, "permits", 2025) == ["shops"]


def test_recording_for_an_earlier_year_leaves_later_histories_alone(root, year):
    before = register.history(year, "aid", "rural")
    record(root, 2024, satisfied=61)
    assert register.history(year, "aid", "rural") == before
    assert list(register.verify(year)) == []


def forge(path, rng: random.Random) -> None:
    """Change one value of a version and make the file consistent in itself."""
    version = register._read(path)
    tree = copy.deepcopy(dict(version.content))
    field = rng.choice(tree["fields"])
    field["value"] += rng.choice(["0", " ", "не"])
    changed = register.Version(**(vars(version) | {"content": tree}))
    path.write_bytes(changed.encode())


def change_bytes(path, rng: random.Random) -> None:
    content = bytearray(path.read_bytes())
    position = rng.randrange(len(content))
    content[position] ^= 1 << rng.randrange(8)
    path.write_bytes(bytes(content))


def cut(path, rng: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])


def lose(path, rng: random.Random) -> None:
    path.unlink()


def exchange(path, rng: random.Random) -> None:
    others = [other for other in path.parents[2].rglob("*.json")
              if other.read_bytes() != path.read_bytes()]  # fmt: skip
    path.write_bytes(rng.choice(sorted(others)).read_bytes())


def rename(path, rng: random.Random) -> None:
    path.rename(path.with_name(rng.choice(["2023-001.json", "2025-009.json", "000009.json"])))


def reformat(path, rng: random.Random) -> None:
    tree = json.loads(path.read_bytes())
    path.write_text(json.dumps(tree, indent=rng.choice([2, 3, None])), encoding="utf-8")


def test_every_random_change_of_one_file_is_found(root, year):
    rng = random.Random(7)
    folder = year.register_folder
    original = snapshot(folder)
    missed = []
    kinds = [forge, change_bytes, cut, lose, exchange, rename, reformat]
    for number in range(1000):
        kind = kinds[number % len(kinds)]
        names = [name for name in original if kind is not forge or "_journal" not in name]
        path = folder / rng.choice(names)
        kind(path, rng)
        if not register.verify(year).errors:
            missed.append((kind.__name__, path.name))
        for extra in set(folder.rglob("*.json")) - {folder / name for name in original}:
            extra.unlink()
        for name in snapshot(folder).keys() ^ original.keys():
            (folder / name).write_bytes(original[name])
        if (folder / path.relative_to(folder)).read_bytes() != original[
            path.relative_to(folder).as_posix()
        ]:
            path.write_bytes(original[path.relative_to(folder).as_posix()])
    assert missed == []
    assert list(register.verify(year)) == []


def test_a_planted_version_is_found_and_stops_recording(root, year):
    folder = year.register_folder / "aid" / "rural"
    head = register.last_version(year, "aid", "rural")
    planted = register.Version(
        **(vars(head) | {
            "number": 3,
            "parent": {"file": head.file_name, "sha256": register.file_hash(folder / head.file_name)},
        })
    )  # fmt: skip
    (folder / planted.file_name).write_bytes(planted.encode())
    assert [item.rule for item in register.verify(year)] == ["register_not_listed"]
    with pytest.raises(InputError, match="журнал"):
        record(root, 2025, satisfied=90)


def test_a_lost_segment_folder_is_found(year):
    shutil.rmtree(year.register_folder / "aid" / "urban")
    assert {item.rule for item in register.verify(year)} == {"register_lost"}


def test_a_strange_file_is_told_and_does_not_stop(root, year):
    (year.register_folder / "aid" / "rural" / "заметка.txt").write_text("x", encoding="utf-8")
    findings = register.verify(year)
    assert [item.rule for item in findings] == ["register_stranger"]
    assert findings.errors == []


def test_a_file_that_exists_is_never_overwritten(tmp_path):
    path = tmp_path / "one.json"
    storage.create_bytes(path, b"first")
    with pytest.raises(FileExistsError):
        storage.create_bytes(path, b"second")
    assert path.read_bytes() == b"first"
    assert [item.name for item in tmp_path.iterdir()] == ["one.json"]


def test_a_drive_without_hard_links_keeps_the_rule(tmp_path, monkeypatch):
    def refuse(source, target):
        raise OSError(95, "not supported")

    monkeypatch.setattr(storage.os, "link", refuse)
    test_a_file_that_exists_is_never_overwritten(tmp_path)


def test_two_runs_at_once_leave_a_whole_register_and_no_second_version(tmp_path):
    def attempt(_number: int) -> bool:
        try:
            return bool(record(tmp_path, 2025))
        except InputError:
            return False

    with ThreadPoolExecutor(8) as pool:
        wins = sum(pool.map(attempt, range(16)))
    assert wins == 1
    assert register.verify(AuthorityYear("ministry", 2025, tmp_path)).errors == []


def test_a_run_that_broke_off_is_completed_by_the_next(tmp_path, monkeypatch):
    def break_off(path, content):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(register, "_create", break_off)
        record(tmp_path, 2025)
    year = AuthorityYear("ministry", 2025, tmp_path)
    assert len(register.verify(year).errors) == 2
    with pytest.raises(InputError, match="утрачена"):
        record(tmp_path, 2025, satisfied=61)
    record(tmp_path, 2025)
    assert list(register.verify(year)) == []


def test_an_unreadable_version_is_told_in_words(year):
    path = year.register_folder / "aid" / "rural" / "2025-002.json"
    path.write_text('{"schema": 99}', encoding="utf-8")
    with pytest.raises(InputError, match="версия профиля не читается"):
        register.last_version(year, "aid", "rural")

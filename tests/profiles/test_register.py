"""The register: append-only, whole, and telling when it is not."""

from __future__ import annotations

import copy
import json
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from client_segments import storage
from client_segments.findings import InputError
from client_segments.profiles import register
from client_segments.profiles.comparison import compare_versions
from client_segments.profiles.register import Draft, recording
from client_segments.profiles.register.journal import read_journal
from client_segments.profiles.register.schemas import ADDED_NUMBERS
from client_segments.profiles.register.sources import digest
from client_segments.profiles.register.versions import encode, is_intact
from client_segments.study import REPOSITORY, AuthorityYear

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
            "blind_zone": {}, "problem_reporters": {},
            "problems": {}, "channels": [], "journey": [], "respondents": {"survey": 3},
            "verdicts": {"Г1": verdict},
        },
    }  # fmt: skip


def record(root, year: int, group="aid", segments=SEGMENTS, authority="ministry", **parts):
    study = AuthorityYear(authority, year, root).study(group, "profiles")
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


def test_acts_that_an_older_schema_did_not_know_are_no_change_of_law(tmp_path):
    study = AuthorityYear("demo", 2025, tmp_path).study("staff", "profiles")
    shutil.copytree(OLD_SCHEMAS[0], study.authority_year.register_folder)
    version = register.last_version(study.authority_year, "staff", "experts")
    known = {**version.content["numbers"], "legal_acts": ["приказ № 1"], "regulation": "ab"}
    changed = {**version.content, "status": "draft", "numbers": known}
    record_one = partial(register.record, study)
    (first,) = record_one([Draft("experts", "Опытные", None, changed, {})])
    assert "legal_act" not in first.reasons
    more = {**changed, "numbers": {**known, "legal_acts": ["приказ № 1", "приказ № 2"]}}
    (second,) = record_one([Draft("experts", "Опытные", None, more, {})])
    assert second.reasons[0] == "legal_act"


def test_an_archived_segment_is_none_of_its_year(root, year):
    archived = {**content(70, "refuted"), "status": "archived"}
    record_drafts = [Draft("urban", "Urban", None, archived, {})]
    new = register.record(year.study("aid", "profiles"), record_drafts)
    assert [item.reason for item in new] == ["segments"]
    assert register.segments_of(year, "aid", 2025) == ["rural"]
    assert register.segments_of(year, "aid", 2024) == ["rural", "urban"]
    assert register.history(year, "aid", "urban")[-1].content["status"] == "archived"


def test_recording_for_an_earlier_year_leaves_later_histories_alone(root, year):
    before = register.history(year, "aid", "rural")
    record(root, 2024, satisfied=61)
    assert register.history(year, "aid", "rural") == before
    assert list(register.verify(year)) == []


def write_anew(path, tree: dict) -> None:
    """Write a version's tree as the program does, consistent in itself."""
    tree["content_sha256"] = digest(encode(tree["content"]))
    path.write_bytes(encode(tree))


def files_of(folder, *, with_journal: bool = True) -> list:
    paths = sorted(folder.rglob("*.json"))
    return [path for path in paths if with_journal or path.parent.name != "_journal"]


def edit_value(folder, rng) -> None:
    """Change one value of a version, anywhere in its tree, and its checksum with it."""
    path = rng.choice(files_of(folder, with_journal=False))
    tree = json.loads(path.read_bytes())
    holder, key = tree, rng.choice(sorted(tree.keys() - {"content_sha256"}))
    while isinstance(holder[key], dict | list) and holder[key]:
        holder = holder[key]
        key = rng.choice(sorted(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
    old = holder[key]
    holder[key] = old + 1 if isinstance(old, int) else f"{old or 'не'}0"
    write_anew(path, tree)


def drop_key(folder, rng) -> None:
    path = rng.choice(files_of(folder, with_journal=False))
    tree = json.loads(path.read_bytes())
    del tree["content"]["numbers"][rng.choice(sorted(tree["content"]["numbers"]))]
    write_anew(path, tree)


def flip_a_bit(folder, rng) -> None:
    path = rng.choice(files_of(folder))
    content = bytearray(path.read_bytes())
    position = rng.randrange(len(content))
    content[position] ^= 1 << rng.randrange(8)
    path.write_bytes(bytes(content))


def insert_a_byte(folder, rng) -> None:
    path = rng.choice(files_of(folder))
    content = bytearray(path.read_bytes())
    content.insert(rng.randrange(len(content) + 1), rng.randrange(256))
    path.write_bytes(bytes(content))


def cut(folder, rng) -> None:
    path = rng.choice(files_of(folder))
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])


def lose_a_file(folder, rng) -> None:
    rng.choice(files_of(folder)).unlink()


def lose_a_folder(folder, rng) -> None:
    shutil.rmtree(rng.choice(sorted({path.parent for path in files_of(folder)})))


def lose_a_group(folder, rng) -> None:
    shutil.rmtree(rng.choice(sorted(path for path in folder.iterdir())))


def replace_by_another(folder, rng) -> None:
    path = rng.choice(files_of(folder))
    others = [item for item in files_of(folder) if item.read_bytes() != path.read_bytes()]
    path.write_bytes(rng.choice(others).read_bytes())


def swap_two_files(folder, rng) -> None:
    first, second = rng.sample(files_of(folder), 2)
    old, new = first.read_bytes(), second.read_bytes()
    first.write_bytes(new)
    second.write_bytes(old)


def swap_two_folders(folder, rng) -> None:
    first, second = folder / "aid" / "rural", folder / "aid" / "urban"
    first.rename(folder / "aid" / "other")
    second.rename(first)
    (folder / "aid" / "other").rename(second)


def rename(folder, rng) -> None:
    path = rng.choice(files_of(folder))
    path.rename(path.with_name(rng.choice(["2023-001.json", "2025-009.json", "000009.json"])))


def add_a_copy(folder, rng) -> None:
    path = rng.choice(files_of(folder))
    place = rng.choice(sorted({path.parent for path in files_of(folder)}))
    name = rng.choice(["2026-001.json", "000099.json", "2025-001.json.bak", ".2025-001.json"])
    (place / name).write_bytes(path.read_bytes())


def add_a_version(folder, rng) -> None:
    """Add a version that is consistent in itself and linked to its parent, but in no journal."""
    segment = rng.choice([path.parent for path in files_of(folder, with_journal=False)])
    head = sorted(segment.iterdir())[-1]
    tree = json.loads(head.read_bytes())
    tree["version"] += 1
    tree["parent"] = {"file": head.name, "sha256": register.file_hash(head)}
    write_anew(segment / f"{tree['year']}-{tree['version']:03d}.json", tree)


def reorder(folder, rng) -> None:
    """Write the same tree with keys in another order, or laid out otherwise."""
    path = rng.choice(files_of(folder))
    tree = json.loads(path.read_bytes())
    keys = sorted(tree)
    while keys == sorted(tree):
        rng.shuffle(keys)
    order = {key: tree[key] for key in keys}
    text = json.dumps(order, ensure_ascii=False, indent=rng.choice([1, 2, None]))
    path.write_text(text + "\n", encoding="utf-8")


def copy_from_another_authority(folder, rng) -> None:
    """Put in place of a version, or of the whole register, what another authority has recorded."""
    other = folder.parents[1] / "agency" / "profiles"
    if rng.random() < 0.5:
        path = rng.choice(files_of(folder, with_journal=False))
        path.write_bytes((other / path.relative_to(folder)).read_bytes())
    else:
        shutil.rmtree(folder)
        shutil.copytree(other, folder)


def edit_the_journal(folder, rng) -> None:
    """Name another hash, version or parent in a journal record, well formed as ever."""
    path = rng.choice([path for path in files_of(folder) if path.parent.name == "_journal"])
    tree = json.loads(path.read_bytes())
    kind = rng.choice(["hash", "drop", "add", "parent", "number"])
    name = rng.choice(sorted(tree["versions"]))
    if kind == "hash":
        tree["versions"][name] = digest(name.encode())
    elif kind == "drop":
        del tree["versions"][name]
    elif kind == "add":
        tree["versions"]["rural/2026-001.json"] = digest(b"")
    elif kind == "parent":
        tree["parent"] = digest(b"other") if tree["parent"] is None else None
    else:
        tree["number"] += 1
    path.write_bytes(encode(tree))


def roll_back(folder, rng) -> None:
    """Remove the newest journal record with all the versions it names."""
    group = rng.choice(sorted(path for path in folder.iterdir()))
    newest = sorted((group / "_journal").iterdir())[-1]
    for name in json.loads(newest.read_bytes())["versions"]:
        (group / name).unlink()
    newest.unlink()


def rewrite_all(folder, rng) -> None:
    """Change the oldest version and write every hash after it anew: whole, but another register."""
    group = folder / "aid"
    tree = json.loads((group / "rural" / "2024-001.json").read_bytes())
    tree["content"]["fields"][0]["value"] = f"{rng.randrange(100)} %%"
    write_anew(group / "rural" / "2024-001.json", tree)
    for segment in SEGMENTS:
        for path in sorted((group / segment).iterdir()):
            tree = json.loads(path.read_bytes())
            if tree["parent"]:
                tree["parent"]["sha256"] = register.file_hash(
                    path.with_name(tree["parent"]["file"])
                )
            write_anew(path, tree)
    parent = None
    for path in sorted((group / "_journal").iterdir()):
        tree = json.loads(path.read_bytes()) | {"parent": parent}
        tree["versions"] = {name: register.file_hash(group / name) for name in tree["versions"]}
        path.write_bytes(encode(tree))
        parent = register.file_hash(path)


CHANGES = (
    edit_value, drop_key, flip_a_bit, insert_a_byte, cut, lose_a_file, lose_a_folder, lose_a_group,
    replace_by_another, swap_two_files, swap_two_folders, rename, add_a_copy, add_a_version, reorder,
    copy_from_another_authority, edit_the_journal, roll_back, rewrite_all,
)  # fmt: skip


@pytest.fixture
def witnessed(root):
    """The register of the root as step 6 leaves it: what it has seen is kept in `work/`."""
    record(root, 2024, authority="agency")
    record(root, 2025, authority="agency", satisfied=71)
    record(root, 2025, authority="agency", satisfied=71, verdict="refuted")
    record(root, 2025, authority="agency", group="permits", segments=("shops",), satisfied=61)
    for group in ("aid", "permits"):
        keep_heads(root, 2025, group)
    return root


def keep_heads(root, year: int, group: str) -> None:
    """Do what step 6 does at its end."""
    study = AuthorityYear("ministry", year, root).study(group, "profiles")
    study.folder.mkdir(parents=True, exist_ok=True)
    study.write(register.REGISTER_HEADS, register.heads_table(study))


def test_each_of_a_thousand_random_changes_is_found(witnessed, year):
    rng = random.Random(7)
    folder = year.register_folder
    original = snapshot(folder)
    missed = []
    for number in range(1000):
        change = CHANGES[number % len(CHANGES)]
        change(folder, rng)
        changed = snapshot(folder) if folder.is_dir() else {}
        assert changed != original, change.__name__
        if not list(register.verify(year)):
            missed.append(change.__name__)
        restore(folder, changed, original)
    assert missed == []
    assert list(register.verify(year)) == []


def restore(folder, changed: dict[str, bytes], original: dict[str, bytes]) -> None:
    for name in changed.keys() - original.keys():
        (folder / name).unlink()
    for name, content in original.items():
        if changed.get(name) != content:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def test_what_the_register_cannot_tell_the_witness_tells(witnessed, year):
    """Without the table of step 6 a register rolled back is whole: this is what the witness is for."""
    rng = random.Random(3)
    roll_back(year.register_folder, rng)
    found = list(register.verify(year))
    assert {item.rule for item in found} == {"register_rolled_back"}
    shutil.rmtree(year.folder)
    assert list(register.verify(year)) == []


def test_a_register_rolled_back_and_written_on_is_still_told(witnessed, year):
    """Step 6 goes on with what is there, and does not forget what it has seen."""
    roll_back(year.register_folder, random.Random(3))
    for group, segments in (("aid", SEGMENTS), ("permits", ("shops",))):
        record(witnessed, 2025, group=group, segments=segments, satisfied=90)
        keep_heads(witnessed, 2025, group)
    found = list(register.verify(year))
    assert {item.rule for item in found} == {"register_rolled_back"}
    assert list(register.verify(AuthorityYear("ministry", 2024, witnessed))) == []


def test_a_register_begun_anew_is_whole_once_work_is_deleted(witnessed, year):
    shutil.rmtree(year.register_folder)
    assert record(witnessed, 2025, satisfied=90)
    keep_heads(witnessed, 2025, "aid")
    assert {item.rule for item in register.verify(year)} == {"register_rolled_back"}
    for folder in year.folder.glob("*/work"):
        shutil.rmtree(folder)
    assert list(register.verify(year)) == []


def test_what_step_6_keeps_is_the_same_whenever_it_is_deleted(witnessed, year):
    """Each year keeps its own records, so that a later year does not change an earlier one's."""
    study = year.study("aid", "profiles")
    record(witnessed, 2025, satisfied=90)
    keep_heads(witnessed, 2025, "aid")
    kept = study.read(register.REGISTER_HEADS)
    assert kept["journal_number"].tolist() == [2, 3, 4]
    earlier = AuthorityYear("ministry", 2024, witnessed).study("aid", "profiles")
    assert register.heads_table(earlier)["journal_number"].tolist() == [1]
    shutil.rmtree(study.work_folder)
    assert register.heads_table(study).equals(kept)


def test_the_witness_of_an_earlier_recording_holds_after_later_ones(witnessed, year):
    record(witnessed, 2025, satisfied=90)
    assert list(register.verify(year)) == []


OLD_SCHEMAS = sorted((Path(__file__).parent / "data").glob("register-schema-*"))


@pytest.mark.parametrize("stored", OLD_SCHEMAS, ids=lambda path: path.name)
def test_a_register_of_an_older_schema_is_whole_and_opens(stored, tmp_path):
    schema = int(stored.name.rpartition("-")[2])
    year = AuthorityYear("demo", 2025, tmp_path)
    shutil.copytree(stored, year.register_folder)
    assert list(register.verify(year)) == []
    versions = [
        version
        for segment in register.segments_of(year, "staff", 2025)
        for version in register.history(year, "staff", segment)
    ]
    assert [item.year for item in versions] == [2024, 2025] * 4
    assert {item.schema for item in versions} == {schema}
    for version in versions:
        numbers = version.content["numbers"]
        for places in ADDED_NUMBERS.values():
            assert all(part in numbers for part, _name in places)
    changes = compare_versions("staff", versions[0], versions[1], ("", "", ""))
    assert len(changes) > 10 and all(item.is_complete for item in changes)


def test_every_schema_but_the_newest_has_a_stored_register():
    stored = [int(path.name.rpartition("-")[2]) for path in OLD_SCHEMAS]
    assert stored == list(range(1, register.SCHEMA))


def test_the_demo_s_register_is_whole_and_opens():
    year = AuthorityYear("demo", 2025, REPOSITORY)
    folder = year.register_folder
    for group in ("control", "staff", "support"):
        found, problems = read_journal(folder / group)
        assert found and not list(problems)
        for name in found:
            assert is_intact((folder / group / name).read_bytes())
        assert register.segments_of(year, group, 2024)


def test_what_a_newer_schema_adds_makes_no_new_version(tmp_path):
    """The content of a stored version, composed again by a program that knows more numbers."""
    study = AuthorityYear("demo", 2025, tmp_path).study("staff", "profiles")
    shutil.copytree(OLD_SCHEMAS[0], study.authority_year.register_folder)
    drafts = []
    for segment in register.segments_of(study.authority_year, "staff", 2025):
        version = register.last_version(study.authority_year, "staff", segment)
        numbers = version.content["numbers"] | {"problem_reporters": {"reporters_count": 7}}
        draft = register.Draft(
            segment, version.segment_name, None, {**version.content, "numbers": numbers}, {}
        )
        drafts.append(draft)
    assert register.record(study, drafts) == []
    fields = copy.deepcopy(drafts[0].content["fields"])
    fields[0]["value"] += " и ещё"
    changed = replace(drafts[0], content={**drafts[0].content, "fields": fields})
    new = register.record(study, [changed, *drafts[1:]])
    assert [(item.segment, item.number, item.schema) for item in new] == [
        (drafts[0].segment, 2, register.SCHEMA)
    ]
    assert list(register.verify(study.authority_year)) == []


@pytest.mark.parametrize(
    "parent",
    [
        {"file": "../../../escape.json", "sha256": "0"}, {"file": "2025-002.json", "sha256": "0"},
        {"file": "2026-001.json", "sha256": "0"}, "text", 5, [], {"file": "2024-001.json"},
    ],
)  # fmt: skip
def test_a_forged_link_is_told_and_leads_nowhere(year, parent):
    """A link out of the folder, to itself or ahead of itself would be followed without end."""
    path = year.register_folder / "aid" / "rural" / "2025-002.json"
    write_anew(path, json.loads(path.read_bytes()) | {"parent": parent})
    assert register.verify(year).errors
    with pytest.raises(InputError, match="не читается"):
        register.history(year, "aid", "rural")


def test_what_changed_is_told_field_by_field(year):
    first, second, third = register.history(year, "aid", "rural")
    assert register.field_changes(second.content, third.content) == (
        register.FieldChange(3, "verdicts", "confirmed", "refuted"),
    )
    shorter = {**second.content, "fields": second.content["fields"][:2]}
    assert register.field_changes(first.content, shorter) == (
        register.FieldChange(1, "satisfaction", "60 %", "70 %"),
        register.FieldChange(3, "verdicts", "confirmed", None),
    )


@pytest.mark.parametrize("name", ["2025-003.json", "000009.json"])
def test_a_folder_named_as_a_file_is_a_stranger(year, name):
    (year.register_folder / "aid" / "rural" / name).mkdir()
    assert [item.rule for item in register.verify(year)] == ["register_stranger"]


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
        patch.setattr(recording, "create", break_off)
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

import os
import stat
import sys
from pathlib import Path

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.transport import journal, place, replace
from cdisc_npc.transport.place import read_manifest, write_manifest
from cdisc_npc.transport.replace import extending, package_around, replacing


def content(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def fill(path, text):
    (path / "sub").mkdir()
    (path / "sub" / text).write_text(text)
    write_manifest(path, {"is": text})


def package(path, text):
    path.mkdir()
    fill(path, text)


def stated(path):
    return read_manifest(path)["is"]


def without_exchange(one, other):
    return False


def test_a_new_file(tmp_path):
    goal = tmp_path / "a.xpt"
    with replacing(goal) as new:
        assert new.parent == tmp_path
        assert not goal.exists()
        new.write_text("new")
    assert goal.read_text() == "new"
    assert content(tmp_path) == ["a.xpt"]


def test_an_old_file_is_there_until_the_new_one_is_whole(tmp_path):
    goal = tmp_path / "a.xpt"
    goal.write_text("old")
    with replacing(goal) as new:
        new.write_text("new")
        assert goal.read_text() == "old"
    assert goal.read_text() == "new"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit, OSError])
@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize("old", [False, True])
def test_a_failure_leaves_what_was(tmp_path, failure, folder, old):
    goal = tmp_path / "out"
    if old and folder:
        package(goal, "old")
    elif old:
        goal.write_text("old")
    before = content(tmp_path)
    with pytest.raises(failure), replacing(goal, folder=folder) as new:
        (new / "half" if folder else new).write_text("half")
        raise failure
    assert content(tmp_path) == before


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_is_replaced_as_a_whole(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(journal, "exchange", without_exchange)
    goal = tmp_path / "out"
    package(goal, "old")
    with replacing(goal, folder=True) as new:
        fill(new, "new")
    assert content(tmp_path) == ["out", "out/manifest.json", "out/sub", "out/sub/new"]
    assert stated(goal) == "new"


def test_an_empty_folder_may_be_replaced(tmp_path):
    (tmp_path / "out").mkdir()
    with replacing(tmp_path / "out", folder=True) as new:
        (new / "x").write_text("x")
    assert content(tmp_path) == ["out", "out/x"]


def test_a_folder_of_somebody_else_is_refused_before_any_work(tmp_path):
    goal = tmp_path / "home"
    goal.mkdir()
    (goal / "thesis.txt").write_text("years")
    with pytest.raises(Refused, match="OUTPUT_OCCUPIED"), replacing(goal, folder=True):
        pytest.fail("the block was entered")
    assert content(tmp_path) == ["home", "home/thesis.txt"]


def test_a_folder_that_was_filled_meanwhile_is_kept(tmp_path):
    goal = tmp_path / "out"
    with pytest.raises(Refused, match="OUTPUT_OCCUPIED"), replacing(goal, folder=True):
        goal.mkdir()
        (goal / "thesis.txt").write_text("years")
    assert content(tmp_path) == ["out", "out/thesis.txt"]


def test_a_file_that_was_changed_meanwhile_is_kept_and_read_once(tmp_path, monkeypatch):
    goal, read = tmp_path / "out", []
    package(goal, "old")
    monkeypatch.setattr(place, "sha256", lambda path, sha256=place.sha256: read.append(path) or sha256(path))
    with pytest.raises(Refused, match=r"sub/old \(changed\)"), replacing(goal, folder=True) as new:
        fill(new, "new")
        (goal / "sub" / "old").write_text("years")
    assert (goal / "sub" / "old").read_text() == "years"
    assert read.count(goal / "sub" / "old") == 1


def test_a_file_is_no_folder_and_a_folder_no_file(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for name, folder in (("file", True), ("folder", False)):
        with pytest.raises(Refused, match="OUTPUT_OCCUPIED"), replacing(tmp_path / name, folder=folder):
            pytest.fail("the block was entered")


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("late", [False, True])
def test_ctrl_c_at_every_rename_leaves_a_whole_folder(tmp_path, monkeypatch, step, late):
    goal = tmp_path / "out"
    package(goal, "old")
    rename, calls = Path.rename, []

    def interrupted(self, target):
        calls.append(target)
        if len(calls) == step and not late:
            raise KeyboardInterrupt
        moved = rename(self, target)
        if len(calls) == step:
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(journal, "exchange", without_exchange)
    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt), replacing(goal, folder=True) as new:
        fill(new, "new")
    assert stated(goal) == ("new" if step == 2 and late else "old")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def killed(work):
    """Run in a process of its own, which is to end in the midst of it."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(os.name != "posix", reason="forks")
@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("step", range(9))
def test_the_next_run_completes_or_undoes_what_a_killed_one_began(tmp_path, monkeypatch, exchange, step):
    """Killed before and after each step that changes the folder: made, written, moved, removed."""
    goal = tmp_path / "out"
    package(goal, "old")
    steps = iter(range(100))

    def deadly(call):
        def made(*arguments, **options):
            if next(steps) == step:
                os._exit(9)
            result = call(*arguments, **options)
            if next(steps) == step:
                os._exit(9)
            return result

        return made

    def work():
        journal.exchange = deadly(journal.exchange) if exchange else without_exchange
        Path.rename, journal.remove = deadly(Path.rename), deadly(journal.remove)
        with replacing(goal, folder=True) as new:
            fill(new, "new")
            if next(steps) == step:
                os._exit(9)
        os._exit(9)

    killed(work)
    before = content(tmp_path)
    if goal.exists():
        assert stated(goal) in ("old", "new")
    else:
        assert not exchange
    journal.settle(goal)
    assert [path.name for path in tmp_path.iterdir()] == ["out"], before
    assert stated(goal) == ("old" if step < 2 else "new")
    assert content(goal) == ["manifest.json", "sub", f"sub/{stated(goal)}"]


@pytest.mark.skipif(os.name != "posix", reason="forks")
def test_a_killed_file_is_removed_by_the_next_run_of_that_name_only(tmp_path):
    def work():
        with replacing(tmp_path / "a.xpt") as new:
            new.write_text("half")
            os._exit(9)

    killed(work)
    assert len(content(tmp_path)) == 2
    for name in ("b.xpt", "a.xpt.tmp", "xa.xpt"):
        with replacing(tmp_path / name) as new:
            new.write_text("whole")
    assert len(content(tmp_path)) == 5
    with replacing(tmp_path / "a.xpt") as new:
        new.write_text("whole")
    assert content(tmp_path) == ["a.xpt", "a.xpt.tmp", "b.xpt", "xa.xpt"]


def test_a_run_that_is_at_work_is_left_alone(tmp_path):
    with replacing(tmp_path / "a") as one:
        one.write_text("one")
        with replacing(tmp_path / "a") as two:
            two.write_text("two")
        assert one.read_text() == "one"
    assert (tmp_path / "a").read_text() == "one"
    assert content(tmp_path) == ["a"]


@pytest.mark.parametrize(
    "name", [".out.old", ".out.0123456789abcdef.tmp", ".out.0123456789ABCDEF.journal", ".out.backup.journal"]
)
def test_siblings_without_a_journal_of_ours_are_left_alone(tmp_path, name):
    (tmp_path / name).write_text("mine")
    (tmp_path / ".out.fedcba9876543210.journal").write_text("of my life")
    (tmp_path / ".out.fedcba9876543210.tmp").write_text("mine")
    with replacing(tmp_path / "out", folder=True) as new:
        fill(new, "new")
    kept = {name, ".out.fedcba9876543210.journal", ".out.fedcba9876543210.tmp", "out"}
    assert {path.name for path in tmp_path.iterdir()} == kept


@pytest.mark.skipif(sys.platform != "linux", reason="one exchange is of Linux")
def test_two_folders_change_places(tmp_path):
    package(tmp_path / "a", "a")
    package(tmp_path / "b", "b")
    if not journal.exchange(tmp_path / "a", tmp_path / "b"):
        pytest.skip("this file system cannot exchange")
    assert (stated(tmp_path / "a"), stated(tmp_path / "b")) == ("b", "a")
    assert not journal.exchange(tmp_path / "a", tmp_path / "none")


def test_a_package_is_extended_whole_or_not_at_all(tmp_path):
    goal = tmp_path / "out"
    package(goal, "old")
    (goal / "acrf.pdf").write_text("mine")
    before = read_manifest(goal)
    with pytest.raises(ValueError, match="half"), extending(goal) as copy:
        (copy / "results.json").write_text("half")
        raise ValueError("half")
    assert content(goal) == ["acrf.pdf", "manifest.json", "sub", "sub/old"]
    with extending(goal) as copy:
        (copy / "results.json").write_text("all")
    assert content(goal) == ["acrf.pdf", "manifest.json", "results.json", "sub", "sub/old"]
    # What somebody put there stays, and stays theirs.
    assert read_manifest(goal)["files"].keys() - before["files"].keys() == {"results.json"}
    assert stated(goal) == "old"
    assert content(tmp_path)[0] == "out"


def test_the_package_around_a_file(tmp_path):
    package(tmp_path / "out", "old")
    assert package_around(tmp_path / "out" / "sub" / "define.xml") == tmp_path / "out"
    assert package_around(tmp_path / "elsewhere" / "define.xml") is None
    (tmp_path / "manifest.json").write_text('{"tool": "other 1.0", "files": {}}')
    assert package_around(tmp_path / "define.xml") is None


def test_a_failed_flush_keeps_the_old_file(tmp_path, monkeypatch):
    goal = tmp_path / "a.xpt"
    goal.write_text("old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(replace.os, "fsync", full)
    with pytest.raises(OSError, match="No space"), replacing(goal) as new:
        new.write_text("new")
    assert goal.read_text() == "old"
    assert content(tmp_path) == ["a.xpt"]


def test_names_cannot_be_foreseen_and_nothing_is_overwritten(tmp_path, monkeypatch):
    with replacing(tmp_path / "a") as one, replacing(tmp_path / "a") as two:
        assert one != two
    monkeypatch.setattr(journal.secrets, "token_hex", lambda size: "known")
    trap = tmp_path / ".a.known.tmp"
    trap.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError), replacing(tmp_path / "a"):
        pytest.fail("the block was entered")
    assert not (tmp_path / "elsewhere").exists()
    assert trap.is_symlink()


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_permissions_follow_the_umask_and_links_stay(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    old = os.umask(0o027)
    try:
        with replacing(tmp_path / "link") as new:
            new.write_text("new")
    finally:
        os.umask(old)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize(("old", "new"), [(0o700, 0o700), (0o750, 0o750), (0o2770, 0o750), (0o777, 0o755)])
def test_what_was_closed_to_others_stays_closed(tmp_path, old, new):
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir()
    file.write_text("old")
    umask = os.umask(0o022)
    try:
        for path in (folder, file):
            path.chmod(old)
            with replacing(path, folder=path == folder) as sibling:
                assert stat.S_IMODE(sibling.stat().st_mode) & 0o077 & ~new == 0
    finally:
        os.umask(umask)
    assert stat.S_IMODE(folder.stat().st_mode) == new
    assert stat.S_IMODE(file.stat().st_mode) == new & 0o666


def test_what_is_written_into_a_folder_in_the_making_goes_with_it(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(os, "fsync", lambda number, fsync=os.fsync: flushed.append(number) or fsync(number))
    with replacing(tmp_path / "out", folder=True) as new:
        with replacing(new / "dm.xpt") as file:
            assert file == new / "dm.xpt"
            file.write_text("dm")
        with replacing(new / "report", folder=True) as report:
            (report / "findings.csv").write_text("code")
        assert not flushed and content(new) == ["dm.xpt", "report", "report/findings.csv"]
    assert content(tmp_path) == ["out", "out/dm.xpt", "out/report", "out/report/findings.csv"]
    assert flushed


@pytest.mark.parametrize("folder", [True, False])
def test_what_fails_within_a_folder_in_the_making_leaves_nothing_there(tmp_path, folder):
    with replacing(tmp_path / "out", folder=True) as new:
        with pytest.raises(ZeroDivisionError), replacing(new / "part", folder=folder) as part:
            (part / "x" if folder else part).write_text("x")
            raise ZeroDivisionError
        assert content(new) == []
    # Afterwards it is a place like any other: replaced when the new one is whole.
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "out" / "late") as late:
        assert late.name != "late"
        raise ZeroDivisionError


def test_a_file_that_stands_in_a_folder_in_the_making_is_replaced_when_the_new_one_is_whole(tmp_path):
    with replacing(tmp_path / "out", folder=True) as new:
        (new / "dm.xpt").write_text("old")
        with pytest.raises(ZeroDivisionError), replacing(new / "dm.xpt") as file:
            file.write_text("new")
            raise ZeroDivisionError
        assert (new / "dm.xpt").read_text() == "old"

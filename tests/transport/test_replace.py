import os
import stat

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.transport import replace
from cdisc_npc.transport.replace import replacing


def content(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def package(path, text):
    path.mkdir()
    (path / "manifest.json").write_text(text)
    (path / "sub").mkdir()
    (path / "sub" / text).write_text(text)


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


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    goal = tmp_path / "out"
    package(goal, "old")
    with replacing(goal, folder=True) as new:
        (new / "manifest.json").write_text("new")
    assert content(tmp_path) == ["out", "out/manifest.json"]
    assert (goal / "manifest.json").read_text() == "new"


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


def test_a_file_is_no_folder_and_a_folder_no_file(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for name, folder in (("file", True), ("folder", False)):
        with pytest.raises(Refused, match="OUTPUT_OCCUPIED"), replacing(tmp_path / name, folder=folder):
            pytest.fail("the block was entered")


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("late", [False, True])
def test_ctrl_c_at_each_rename_leaves_a_whole_folder(tmp_path, monkeypatch, step, late):
    goal = tmp_path / "out"
    package(goal, "old")
    rename, calls = replace.Path.rename, []

    def interrupted(self, target):
        calls.append(target)
        if len(calls) == step and not late:
            raise KeyboardInterrupt
        moved = rename(self, target)
        if len(calls) == step:
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(replace.Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt), replacing(goal, folder=True) as new:
        (new / "manifest.json").write_text("new")
    whole = "new" if step == 2 and late else "old"
    assert (goal / "manifest.json").read_text() == whole
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


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
    monkeypatch.setattr(replace.secrets, "token_hex", lambda size: "known")
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

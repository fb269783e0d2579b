"""Where an output may go: only over what this tool wrote, and never over, in or around what it reads."""

import json
import os
from pathlib import Path

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.transport.place import (
    is_ours,
    read_manifest,
    refuse_place,
    replaces,
    strangers,
    write_manifest,
)


@pytest.fixture
def ours(tmp_path):
    folder = tmp_path / "ours"
    (folder / "report").mkdir(parents=True)
    (folder / "dm.xpt").write_text("dm")
    (folder / "report" / "findings.csv").write_text("code")
    write_manifest(folder, {"study": "S"})
    return folder


def refused(path, *words, folder=True, inputs=()):
    before = sorted(Path(path).parent.rglob("*"))
    with pytest.raises(Refused) as error:
        refuse_place(path, folder=folder, inputs=inputs)
    assert [record["code"] for record in error.value.findings.frame().to_dict("records")] == [
        "OUTPUT_OCCUPIED"
    ]
    for word in words:
        assert word in str(error.value)
    assert sorted(Path(path).parent.rglob("*")) == before


@pytest.mark.parametrize("below", ["out", "out/deeper", "../thesis.txt/out"])
@pytest.mark.parametrize("folder", [True, False])
def test_a_place_below_a_file_is_refused(tmp_path, below, folder):
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(Refused, match=r"the file .*thesis.txt, in its path.*OUTPUT_OCCUPIED"):
        refuse_place(tmp_path / "thesis.txt" / below, folder=folder)


def test_what_this_tool_wrote_may_be_replaced(ours):
    refuse_place(ours, folder=True)
    assert replaces(ours) and is_ours(ours) and strangers(ours) == []
    (ours / "dm.xpt").unlink()
    (ours / ".DS_Store").write_bytes(b"of the file manager")
    refuse_place(ours, folder=True)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '{"tool": "other 1.0", "files": {"dm.xpt": ""}}',
        '{"tool": "cdisc-npc-like 1.0", "files": {}}',
        '{"tool": "cdisc-npc 0.1.0"}',
        '{"tool": "cdisc-npc simulate", "files": ["dm.csv"]}',
        '{"tool": 1, "files": {}}',
        '{"name": "a web page"}',
        "[" * 100_000,
    ],
)
def test_a_file_called_manifest_is_no_proof(tmp_path, content):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text(content)
    refused(tmp_path / "out", "manifest.json")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("acrf.pdf", "acrf.pdf"),
        ("report/notes.docx", "report/notes.docx"),
        ("report/deep/er.txt", "report/deep/"),
        ("dm.xpt.bak", "dm.xpt.bak"),
        ("mine/.DS_Store", "mine/"),
    ],
)
def test_a_file_beside_those_listed_is_named(ours, name, shown):
    (ours / name).parent.mkdir(exist_ok=True)
    (ours / name).write_text("mine")
    refused(ours, f"made: {shown}", "beside those it made")


@pytest.mark.parametrize("name", ["mine", "report/mine", "a/b/c"])
def test_an_empty_folder_is_somebodys(ours, tmp_path, name):
    (ours / name).mkdir(parents=True)
    refused(ours, "beside those it made")
    (tmp_path / "out" / name).mkdir(parents=True)
    refused(tmp_path / "out", name.split("/")[0], "in a folder that it did not make")


def test_the_top_of_a_file_system_is_refused_before_any_work(tmp_path, monkeypatch):
    (tmp_path / "mounted").mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path).name == "mounted")
    refused(tmp_path / "mounted", "the top of a file system", "a folder in it")
    refuse_place(tmp_path / "mounted" / "out", folder=True)


def test_a_folder_that_its_files_were_used_out_of_is_ours(ours):
    (ours / "report" / "findings.csv").unlink()
    refuse_place(ours, folder=True)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions of POSIX")
def test_what_may_only_be_read_is_kept(ours):
    (ours / "dm.xpt").chmod(0o444)
    refused(ours / "dm.xpt", "may only be read", folder=False)
    ours.chmod(0o555)
    refused(ours, "may only be read")
    ours.chmod(0o755)


def test_a_file_that_was_changed_is_somebodys(ours):
    (ours / "report" / "findings.csv").write_text("code, and my remarks")
    refused(ours, "report/findings.csv (changed)")


def test_many_files_are_counted(tmp_path):
    for number in range(8):
        (tmp_path / f"{number}.doc").write_text("mine")
    refused(tmp_path, "0.doc, 1.doc, 2.doc, 3.doc, 4.doc and 3 more")


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
@pytest.mark.parametrize("to", ["../elsewhere", "dm.xpt", "nowhere"])
def test_a_link_is_somebodys(ours, to):
    (ours.parent / "elsewhere").mkdir()
    (ours / "link").symlink_to(to)
    refused(ours, "link")
    (ours / "dm.xpt").unlink()
    (ours / "link").rename(ours / "dm.xpt")
    refused(ours, "dm.xpt")


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_no_regular_file_is_a_place(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "no regular file", folder=False)
    refused(tmp_path / "pipe", "no regular file")
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    for folder in (False, True):
        refused(tmp_path / "one", "leads to itself", folder=folder)


PLACES = [
    "raw",
    "raw/sub",
    "raw/new/deep",
    ".",
    "link",
    "link/new",
    "raw/../raw",
    "new/../raw",
    "sub/../raw/x",
]


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("of_this_tool", [True, False])
def test_an_output_that_is_holds_or_lies_in_an_input(tmp_path, monkeypatch, place, of_this_tool):
    root = tmp_path / "root"
    (root / "raw" / "sub").mkdir(parents=True)
    (root / "sub").mkdir()
    (root / "link").symlink_to("raw")
    (root / "raw" / "dm.csv").write_text("raw")
    if of_this_tool:
        write_manifest(root, {})
        write_manifest(root / "raw", {})
    monkeypatch.chdir(root)
    for source in (Path("raw"), root / "raw", root / "link", Path("sub/../raw")):
        refused(place, "the input", inputs=[root / "sub" / "other", source])
    refuse_place("raw2", folder=True, inputs=["raw"])
    refuse_place("sub/raw", folder=True, inputs=["raw"])


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_an_input_in_another_case_where_the_file_system_ignores_it(tmp_path, monkeypatch):
    """The same folder by another name: what `samefile` says decides, not how the names are spelt."""
    (tmp_path / "raw").mkdir()
    stat = os.stat
    real = str(tmp_path / "RAW")
    monkeypatch.setattr(
        Path, "stat", lambda self, **options: stat(str(self).replace(real, str(tmp_path / "raw")), **options)
    )
    with pytest.raises(Refused, match="the input"):
        refuse_place(tmp_path / "RAW" / "out", folder=True, inputs=[tmp_path / "raw"])


@pytest.mark.parametrize("folder", [False, True])
def test_an_input_that_is_a_file(tmp_path, folder):
    (tmp_path / "export.xml").write_text("<ODM/>")
    refused(tmp_path / "export.xml", "the input", folder=folder, inputs=[tmp_path / "export.xml"])
    refused(tmp_path, "holds the input", inputs=[tmp_path / "export.xml"])
    refuse_place(tmp_path / "out", folder=folder, inputs=[tmp_path / "export.xml"])


def test_the_manifest_lists_every_file_with_its_digest(ours):
    content = read_manifest(ours)
    assert content["tool"].split()[0] == "cdisc-npc" and content["study"] == "S"
    assert list(content["files"]) == ["dm.xpt", "report/findings.csv"]
    assert all(len(digest) == 64 for digest in content["files"].values())
    assert json.loads((ours / "manifest.json").read_text(encoding="utf-8")) == content

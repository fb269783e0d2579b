"""How a package is read: in the language that its manifest states, and the form that is submitted."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.package.read import read_package
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.file_forms import write_dataset
from cdisc_npc.transport.place import read_manifest
from cdisc_npc.transport.xpt import Member, Variable, write_xpt


def _written(folder, name: str, text: str, encoding: str) -> None:
    member = Member(name, name, (Variable("AETERM", "Term", "Char", 8),))
    write_xpt(
        pd.DataFrame({"AETERM": [text]}, dtype="str"),
        folder / f"{name.lower()}.xpt",
        member,
        encoding=encoding,
    )


@pytest.mark.parametrize(
    ("language", "encoding", "said"),
    [("zh", "gb18030", []), ("en", "us-ascii", ["ENCODING_FOUND"]), (None, "us-ascii", ["ENCODING_FOUND"])],
)
def test_the_manifest_says_the_language(tmp_path, language, encoding, said):
    _written(tmp_path, "AE", "\u53d1\u70ed", "gb18030")
    if language:
        (tmp_path / "manifest.json").write_text(json.dumps({"language": language}))
    package = read_package(tmp_path, npc.load_study("npc"))
    assert package.study is not None and package.study.study.encoding == encoding
    # Where ASCII is due, a rule names the value; the file is read all the same.
    assert package.tables["AE"].frame["AETERM"].tolist() == ["\u53d1\u70ed"]
    assert package.unread.frame()["code"].tolist() == said


def test_text_that_the_stated_encoding_lacks_is_not_read(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps({"language": "zh"}))
    _written(tmp_path, "DM", "x", "us-ascii")
    _written(tmp_path, "AE", "X\u00c4", "cp1252")
    package = read_package(tmp_path, npc.load_study("npc"))
    assert list(package.tables) == ["DM"]
    assert package.unread.frame()["code"].tolist() == ["XPT_UNREADABLE"]


@pytest.mark.parametrize("content", ["", "no json", "[1]", "3"])
def test_a_manifest_of_others_says_nothing(tmp_path, content):
    assert read_manifest(tmp_path) == {}
    (tmp_path / "manifest.json").write_text(content)
    assert read_manifest(tmp_path) == {}


def test_of_two_forms_the_transport_file_is_read(tmp_path):
    _written(tmp_path, "AE", "file", "us-ascii")
    member = Member("AE", "AE", (Variable("AETERM", "Term", "Char", 8),))
    write_dataset(Dataset(pd.DataFrame({"AETERM": ["other"]}, dtype="str"), member), tmp_path / "ae.csv")
    assert read_package(tmp_path).tables["AE"].frame["AETERM"].tolist() == ["file"]

"""Broken and hostile input, as the user meets it: a message that names the place, and nothing written."""

import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from cdisc_npc.cli.main import main

ROOT = Path(__file__).parents[1]

VS_FORM = """
  vs:
    key: [PATNUM, VISIT]
    fields:
      PATNUM: {required: yes}
      VISIT: {required: yes}
      VSDAT: {type: date}
      WEIGHT: {type: number}
      WEIGHTU: {}
"""
VS = """
dataset: VS
keys: [USUBJID, VSTESTCD, VISITNUM]
records:
  - from: vs
    visit: {name: VISIT, date: VSDAT}
    tests: {WEIGHT: {value: WEIGHT, unit: WEIGHTU, standard_unit: kg}}
    variables: {VSDTC: {iso8601: VSDAT}}
"""
VS_RAW = "PATNUM,VISIT,VSDAT,WEIGHT,WEIGHTU\n901-0001,Baseline,03/11/2013,61.2,kg\n"


class Case:
    """A study and a raw export in a folder of their own, to be spoilt and converted."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.raw, self.study = folder, folder / "raw", folder / "study"
        shutil.copytree(ROOT / "examples" / "pilot", self.raw)
        shutil.copytree(ROOT / "mappings" / "cdiscpilot", self.study)
        self.add("study/raw.yaml", VS_FORM)
        self.write("study/sdtm/vs.yaml", VS)
        self.write("raw/vs.csv", VS_RAW)

    def write(self, name: str, content: str | bytes) -> None:
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        (self.folder / name).write_bytes(data)

    def add(self, name: str, text: str) -> None:
        self.write(name, (self.folder / name).read_text(encoding="utf-8") + text)

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def convert(self) -> tuple[int, str]:
        result = CliRunner().invoke(
            main, ["sdtm", str(self.raw), str(self.folder / "out"), "--study", str(self.study)]
        )
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    def refuses(self, *expected: str) -> None:
        """The run ends with status 2, says every expected text, and leaves the folder as it was."""
        before = sorted(path.name for path in self.folder.iterdir())
        code, output = self.convert()
        assert code == 2, output
        for text in expected:
            assert text in output, output
        assert sorted(path.name for path in self.folder.iterdir()) == before


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


def test_the_case_converts_when_nothing_is_spoilt(case):
    assert case.convert()[0] == 0


def test_missing_form(case):
    (case.raw / "ae_raw.csv").unlink()
    case.refuses("form ae has no file", "ae_raw")


def test_missing_column(case):
    case.change("raw/vs.csv", "WEIGHTU", "UNIT")
    case.refuses("vs.csv", "column WEIGHTU is missing")


def test_extra_column(case):
    case.write("raw/vs.csv", VS_RAW.replace("WEIGHTU\n", "WEIGHTU,MOOD\n").replace("kg\n", "kg,good\n"))
    case.refuses("vs.csv", "column MOOD is not in the raw data contract of form vs")


def test_duplicate_column(case):
    case.write("raw/vs.csv", VS_RAW.replace("WEIGHTU\n", "WEIGHTU,WEIGHTU\n").replace("kg\n", "kg,LB\n"))
    case.refuses("vs.csv", "WEIGHTU stands more than once")


def test_empty_file(case):
    case.write("raw/vs.csv", b"")
    case.refuses("vs.csv", "the file is empty")


def test_header_only(case):
    case.write("raw/vs.csv", VS_RAW.splitlines()[0] + "\n")
    case.refuses("vs.csv", "form vs has no records")


def test_header_only_is_accepted_where_the_contract_says_so(case):
    case.write("raw/vs.csv", VS_RAW.splitlines()[0] + "\n")
    case.change(
        "study/raw.yaml", "    key: [PATNUM, VISIT]\n", "    key: [PATNUM, VISIT]\n    may_be_empty: yes\n"
    )
    assert case.convert()[0] == 0


def test_ragged_row(case):
    case.add("raw/vs.csv", "901-0002,Baseline,03/18/2013\n")
    case.refuses("vs.csv row 2 line 3", "3", "5")


def test_line_break_inside_quotes_is_text(case):
    case.change("raw/ae_raw.csv", "Headache", '"Head\nache"')
    code, output = case.convert()
    assert code == 0, output


def test_wrong_encoding(case):
    case.write("raw/vs.csv", VS_RAW.encode() + b"901-0002,Baseline,03/18/2013,\x81\x30\xff,kg\n")
    case.refuses("vs.csv", "line 3", "cannot be decoded")


def test_mixed_encodings(case):
    case.write(
        "raw/vs.csv",
        VS_RAW.encode()
        + "901-0002,筛选期,03/18/2013,61,kg\n".encode()
        + "901-0003,筛选期,03/18/2013,61,kg\n".encode("gb18030"),
    )
    case.refuses("vs.csv", "line 4", "cannot be decoded")


def test_nul_bytes(case):
    case.change("raw/vs.csv", "61.2", "61\x00.2")
    case.refuses("vs.csv", "line 2", "NUL")


def test_a_field_of_50_megabytes(case):
    case.write("raw/vs.csv", VS_RAW.encode() + b'901-0002,"' + b"x" * 50_000_000 + b'",03/18/2013,61,kg\n')
    case.refuses("vs.csv", "line 3", "bytes; expected at most")


def _workbook(case: Case) -> openpyxl.worksheet.worksheet.Worksheet:
    (case.raw / "vs.csv").unlink()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "vs"
    for line in VS_RAW.splitlines():
        sheet.append(line.split(","))
    return sheet


def test_xlsx_with_a_formula(case):
    sheet = _workbook(case)
    sheet["D2"] = "=60+1.2"
    sheet.parent.save(case.raw / "vs.xlsx")
    case.refuses("vs.xlsx", "D2", "formula")


def test_xlsx_with_merged_cells(case):
    sheet = _workbook(case)
    sheet.merge_cells("D2:E2")
    sheet.parent.save(case.raw / "vs.xlsx")
    case.refuses("vs.xlsx", "D2:E2", "merged")


ODM = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot">&x;</ODM>'


def test_odm_with_an_external_entity(case):
    (case.raw / "vs.csv").unlink()
    case.write(
        "raw/vs.xml", f'<?xml version="1.0"?><!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/passwd">]>{ODM}'
    )
    case.refuses("vs.xml", "no document type and no entities")


def test_odm_with_ten_levels_of_entity_expansion(case):
    (case.raw / "vs.csv").unlink()
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
    case.write("raw/vs.xml", f'<!DOCTYPE ODM [<!ENTITY l0 "ha">{levels}<!ENTITY x "&l10;">]>{ODM}')
    case.refuses("vs.xml", "no document type and no entities")


def test_yaml_with_a_python_tag(case):
    case.add("study/codelists.yaml", 'x: !!python/object/apply:os.system ["echo pwned"]\n')
    case.refuses("codelists.yaml line 3", "python/object/apply", "is not allowed")


def test_a_path_that_leaves_the_study_folder(case):
    (case.study / "sdtm" / "vs.yaml").rename(case.folder / "vs.yaml")
    (case.study / "sdtm" / "vs.yaml").symlink_to(case.folder / "vs.yaml")
    case.refuses("sdtm/vs.yaml", "leads out of the study's folder")


@pytest.mark.parametrize("file", ["../vs", "/etc/passwd"])
def test_a_form_whose_file_leaves_the_raw_folder(case, file):
    case.write("vs.csv", VS_RAW)
    case.change("study/raw.yaml", "  vs:\n", f"  vs:\n    file: {file}\n")
    case.refuses("vs", file)


def test_duplicate_subjects(case):
    line = (case.raw / "dm_raw.csv").read_text(encoding="utf-8").splitlines()[1]
    case.change("study/raw.yaml", "    key: PATNUM\n", "")
    case.add("raw/dm_raw.csv", line + "\n")
    case.refuses("dm_raw.csv row 6", "subject 01-901-0001 has '2' records in DM; expected one")


def test_duplicate_keys(case):
    case.change("study/raw.yaml", "    key: [PATNUM, VISIT]\n", "")
    case.add("raw/vs.csv", "901-0001,Baseline,03/11/2013,61.5,kg\n")
    case.refuses(
        "vs.csv row 2", "VS key USUBJID, VSTESTCD, VISITNUM", "01-901-0001 | WEIGHT | 3", "is not unique"
    )


def test_duplicate_keys_of_the_raw_form(case):
    case.add("raw/vs.csv", "901-0001,Baseline,03/11/2013,61.5,kg\n")
    case.refuses("vs.csv row 2", "PATNUM, VISIT", "901-0001", "is not unique")


def test_unknown_unit(case):
    case.add("raw/vs.csv", "901-0002,Baseline,03/18/2013,13,stone\n")
    case.refuses("vs.csv row 2", "VSORRESU", "'stone'")


def test_a_unit_that_nothing_converts(case):
    case.add("raw/vs.csv", "901-0002,Baseline,03/18/2013,180,cm\n")
    case.refuses("vs.csv row 2", "'cm'", "WEIGHT", "kg")


def test_unknown_visit(case):
    case.add("raw/vs.csv", "901-0002,Week 99,03/18/2013,80,kg\n")
    case.refuses("vs.csv row 2", "visit 'Week 99' of form vs is not planned")


def test_a_folder_that_is_not_ours_is_not_replaced(case):
    (case.folder / "out").mkdir()
    (case.folder / "out" / "thesis.docx").write_text("years of work", encoding="utf-8")
    case.refuses("out")
    assert (case.folder / "out" / "thesis.docx").read_text(encoding="utf-8") == "years of work"


def test_the_exit_status_reaches_the_shell(case):
    (case.raw / "ae_raw.csv").unlink()
    command = [
        sys.executable,
        "-m",
        "cdisc_npc",
        "sdtm",
        case.raw,
        case.folder / "out",
        "--study",
        case.study,
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "nothing was written" in result.stderr and result.stdout == ""

import csv
from pathlib import Path

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.standards import ct_import
from cdisc_npc.standards.ct_import import import_terminology
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.standards.terminology import load_terminology

HEADER = (
    "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value\t"
    "CDISC Synonym(s)\tCDISC Definition\tNCI Preferred Term\tStandard and Date"
)
TEXT = "\n".join(
    [
        HEADER,
        "C900\t\tYes\tMade-Up Unit\tMUUNIT\tMade-Up Unit\tThings.\tCDISC Things\tSDTM CT 2031-09-26",
        'C902\tC900\t\tMade-Up Unit\tzg\tZog; "Big" Zog\tA zog & no more.\tZog <Unit>\tSDTM CT 2031-09-26',
        "C901\tC900\t\tMade-Up Unit\tµz\t\tA smaller zog.\tMicrozog\tSDTM CT 2031-09-26",
        "C80\t\tNo\tAnswer\tANS\tAnswer\tYes or no, of course.\tCDISC Answer\tSDTM CT 2031-09-26",
        "C902\tC80\t\tAnswer\tY, OF COURSE\tYes\tYes.\tYes\tSDTM CT 2031-09-26",
        "",
    ]
)
NCI = "http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC"
ODM = f"""<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:nciodm="{NCI}" FileType="Snapshot"
 FileOID="CDISC_CT.SDTM.2031-09-26" ODMVersion="1.3.2" SourceSystemVersion="2031-09-26"
 CreationDateTime="2031-10-01T10:00:00" AsOfDateTime="2031-09-26T00:00:00">
 <Study OID="CDISC_CT.SDTM.2031-09-26">
  <MetaDataVersion OID="MDV" Name="CDISC SDTM Controlled Terminology">
   <CodeList OID="CL.C900.MUUNIT" Name="Made-Up Unit" DataType="text"
    nciodm:ExtCodeID="C900" nciodm:CodeListExtensible="Yes">
    <Description><TranslatedText xml:lang="en">Things.</TranslatedText></Description>
    <EnumeratedItem CodedValue="zg" nciodm:ExtCodeID="C902">
     <nciodm:CDISCSynonym>Zog</nciodm:CDISCSynonym>
     <nciodm:CDISCSynonym>"Big" Zog</nciodm:CDISCSynonym>
     <nciodm:CDISCDefinition>A zog &amp; no more.</nciodm:CDISCDefinition>
     <nciodm:PreferredTerm>Zog &lt;Unit&gt;</nciodm:PreferredTerm>
    </EnumeratedItem>
    <EnumeratedItem CodedValue="&#181;z" nciodm:ExtCodeID="C901">
     <nciodm:CDISCDefinition>A smaller zog.</nciodm:CDISCDefinition>
     <nciodm:PreferredTerm>Microzog</nciodm:PreferredTerm>
    </EnumeratedItem>
    <nciodm:CDISCSubmissionValue>MUUNIT</nciodm:CDISCSubmissionValue>
    <nciodm:CDISCSynonym>Made-Up Unit</nciodm:CDISCSynonym>
    <nciodm:PreferredTerm>CDISC Things</nciodm:PreferredTerm>
   </CodeList>
   <CodeList OID="CL.C80.ANS" Name="Answer" DataType="text"
    nciodm:ExtCodeID="C80" nciodm:CodeListExtensible="No">
    <EnumeratedItem CodedValue="Y, OF COURSE" nciodm:ExtCodeID="C902">
     <nciodm:CDISCSynonym>Yes</nciodm:CDISCSynonym>
     <nciodm:PreferredTerm>Yes</nciodm:PreferredTerm>
    </EnumeratedItem>
    <nciodm:CDISCSubmissionValue>ANS</nciodm:CDISCSubmissionValue>
   </CodeList>
  </MetaDataVersion>
 </Study>
</ODM>
"""
CODELISTS = [["C80", "ANS", "Answer", "No"], ["C900", "MUUNIT", "Made-Up Unit", "Yes"]]
TERMS = [
    ["C80", "C902", "Y, OF COURSE", "Yes", "Yes"],
    ["C900", "C902", "zg", "Zog <Unit>", 'Zog; "Big" Zog'],
    ["C900", "C901", "µz", "Microzog", ""],
]


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "published"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def errors(folder: Path, text: str | bytes, **options) -> list[tuple[str, str]]:
    """Text and parameters of each error; nothing may be written."""
    source = write(folder, text)
    with pytest.raises(Refused) as refused:
        import_terminology(source, folder / "out", **options)
    assert [path.name for path in folder.iterdir()] == ["published"]
    frame = refused.value.findings.frame()
    assert set(frame["file"]) == {"published"}
    return list(zip(frame["expected"], frame["params"], strict=True))


@pytest.mark.parametrize(
    "text",
    [TEXT, ODM, TEXT.replace("\n", "\r\n"), "\ufeff" + TEXT, ODM.replace("UTF-8", "UTF-16").encode("utf-16")],
)
def test_all_forms_give_the_same_tables(tmp_path, text):
    summary = import_terminology(write(tmp_path, text), tmp_path / "sdtmct-2031-09-26")
    assert (summary.release, summary.codelists, summary.terms) == ("2031-09-26", 2, 3)
    assert table(tmp_path / "sdtmct-2031-09-26/codelists.csv")[1:] == CODELISTS
    assert table(tmp_path / "sdtmct-2031-09-26/terms.csv")[1:] == TERMS


def test_tables_are_those_that_are_shipped(tmp_path):
    import_terminology(write(tmp_path, TEXT), tmp_path / "out")
    for name in ("codelists.csv", "terms.csv"):
        assert (
            table(tmp_path / "out" / name)[0]
            == table(mappings_root() / "standards/sdtmct-2025-03-28" / name)[0]
        )


def test_tables_are_read_back(tmp_path):
    import_terminology(write(tmp_path, TEXT), tmp_path / "out")
    ct = load_terminology("out", tmp_path)
    assert ct.codelist("MUUNIT").by_synonym == {"Zog": "zg", '"Big" Zog': "zg"}


def test_text_without_the_release_column(tmp_path):
    text = "\n".join(line.rpartition("\t")[0] for line in TEXT.splitlines())
    assert import_terminology(write(tmp_path, text), tmp_path / "out").release == ""
    assert table(tmp_path / "out/terms.csv")[1:] == TERMS


def test_chosen_codelists(tmp_path):
    import_terminology(write(tmp_path, ODM), tmp_path / "out", ["ANS"])
    assert table(tmp_path / "out/codelists.csv")[1:] == CODELISTS[:1]
    import_terminology(write(tmp_path, ODM), tmp_path / "out", iter(["C900", "MUUNIT"]))
    assert table(tmp_path / "out/terms.csv")[1:] == TERMS[1:]


def test_unknown_codelist_is_refused(tmp_path):
    assert errors(tmp_path, TEXT, codelists=["ANS", "NOPE"]) == [("the file has no codelist NOPE", "")]


@pytest.mark.parametrize(
    ("old", "new", "error", "line"),
    [
        ("C901\tC900", "X901\tC900", "term µz of C900 has the code 'X901'; expected C and digits", 4),
        ("C901\tC900", "C901\tC999", "term µz of C999: the file has no such codelist", 4),
        ("\tµz\t", "\t\t", "term C901 of C900 has no submission value", 4),
        ("\tµz\t", "\tzg\t", "term zg of C900 stands already in line 3", 4),
        ("\tµz\t", "\t", "8 fields; the header has 9", 4),
        ("\tµz\t", "\tµ\tz\t", "10 fields; the header has 9", 4),
        ("\tYes\tMade", "\tPerhaps\tMade", "codelist MUUNIT is extensible 'Perhaps'; expected Yes or No", 2),
        ("C80\t\tNo\tAnswer", "C80\t\tNo\t", "codelist ANS has no submission value or no name", 5),
        ("\tANS\t", "\tMUUNIT\t", "codelist MUUNIT stands already in line 2", 5),
        (
            "C902\tC80\t\tAnswer\tY, OF COURSE\tYes\tYes.\tYes\tSDTM CT 2031-09-26",
            "",
            "codelist ANS has no terms",
            5,
        ),
        ("Submission Value", "Value", "no column CDISC Submission Value", 1),
        ("CDISC Definition", "Code", "more than one column Code", 1),
        ("CDISC Definition", "CDISC Synonym(s)", "more than one column CDISC Synonym(s)", 1),
        ("\tzg\tZog;", "\tz\x1bg\tZog;", "term C902 has the control character '\\x1b'; expected none", 3),
        ("\tMicrozog\t", "\tMicro\x00zog\t", "term C901 has the control character '\\x00'; expected none", 4),
        (
            "\tCDISC Things\t",
            "\tCDISC\x9bThings\t",
            "codelist C900 has the control character '\\x9b'; expected none",
            2,
        ),
    ],
)
def test_malformed_text(tmp_path, old, new, error, line):
    assert TEXT.count(old) == 1
    assert errors(tmp_path, TEXT.replace(old, new)) == [(error, f'{{"line": {line}}}')]


def test_all_errors_at_once(tmp_path):
    text = (
        TEXT.replace("\tYes\tMade", "\tPerhaps\tMade")
        .replace("C901\t", "901\t")
        .replace("C80\t\tNo", "C80\t\t")
    )
    assert len(errors(tmp_path, text)) == 3


def test_bytes_of_another_encoding(tmp_path):
    assert errors(tmp_path, TEXT.encode("latin-1")) == [("bytes b5 are not UTF-8", '{"line": 4}')]


@pytest.mark.parametrize("text", ["", HEADER, '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"/>'])
def test_a_file_without_codelists(tmp_path, text):
    assert errors(tmp_path, text) == [("the file has no codelists", "")]


@pytest.mark.parametrize(
    ("old", "new", "error", "line"),
    [
        (' nciodm:ExtCodeID="C901"', "", "term µz of C900 has the code ''; expected C and digits", 16),
        (' nciodm:ExtCodeID="C80"', "", "codelist ANS has the code ''; expected C and digits", 25),
        (' nciodm:CodeListExtensible="No"', "", "codelist ANS is extensible ''; expected Yes or No", 25),
        ('CodedValue="&#181;z"', 'CodedValue=" zg "', "term zg of C900 stands already in line 10", 16),
        (">ANS<", "><", "codelist C80 has no submission value or no name", 25),
    ],
)  # fmt: skip
def test_malformed_odm(tmp_path, old, new, error, line):
    assert ODM.count(old) == 1
    assert errors(tmp_path, ODM.replace(old, new)) == [(error, f'{{"line": {line}}}')]


def test_no_well_formed_xml(tmp_path):
    ((error, line),) = errors(tmp_path, ODM.replace("</Study>", ""))
    assert error.startswith("no well-formed XML")
    assert line == '{"line": 34}'


def test_another_xml(tmp_path):
    ((error, _),) = errors(tmp_path, "<html/>")
    assert error.startswith("the root element is html")


def test_document_type_is_refused(tmp_path):
    secret = tmp_path / "secret"
    doctype = f'<!DOCTYPE ODM [<!ENTITY x SYSTEM "{secret.as_uri()}">]>\n<ODM '
    text = ODM.replace("<ODM ", doctype).replace("Microzog", "&x;")
    assert errors(tmp_path, text) == [("the XML declares a document type; expected none", '{"line": 1}')]


def test_replaces_an_older_package(tmp_path):
    source = write(tmp_path, TEXT)
    import_terminology(source, tmp_path / "out", ["ANS"])
    import_terminology(source, tmp_path / "out")
    assert table(tmp_path / "out/codelists.csv")[1:] == CODELISTS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "published"]


def test_takes_no_other_folder_away(tmp_path):
    source = write(tmp_path, TEXT)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.txt").write_text("ten years of work")
    with pytest.raises(Refused, match=r"thesis\.txt"):
        import_terminology(source, tmp_path / "out")
    assert (tmp_path / "out/thesis.txt").read_text() == "ten years of work"


def test_an_interruption_leaves_the_older_package(tmp_path, monkeypatch):
    source = write(tmp_path, TEXT)
    import_terminology(source, tmp_path / "out", ["ANS"])
    before = (tmp_path / "out/terms.csv").read_bytes()

    def full_disk(*arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(ct_import, "write_manifest", full_disk)
    with pytest.raises(OSError, match="disk full"):
        import_terminology(source, tmp_path / "out")
    assert (tmp_path / "out/terms.csv").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "published"]

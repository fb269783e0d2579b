"""define.xml from a specification and the datasets that it made."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from cdisc_npc.cli.main import main
from cdisc_npc.define.make import define_sdtm
from cdisc_npc.define.tables import table_of
from cdisc_npc.define.value_level import _shape
from cdisc_npc.package.members import sdtm_members
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.raw.read import read_raw
from cdisc_npc.sdtm.mapper import to_sdtm
from cdisc_npc.study.packaged import load_study
from define_xml import Define, read, read_tables, to_bytes, validate
from define_xml.model import ItemDef, ItemRef

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("CDISC_NPC_SHARED") or ROOT.parent / "shared")
REAL = SHARED / "oracles" / "raw_to_sdtm" / "raw"
SDTM = "m5/datasets/{}/tabulations/sdtm"


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the pilot study."""
    out = tmp_path_factory.mktemp("pilot") / "out"
    build_package(REAL if REAL.is_dir() else ROOT / "examples/pilot", out, load_study("cdiscpilot"))
    return out


def test_build_puts_the_document_beside_the_datasets(pilot: Path) -> None:
    folder = pilot / SDTM.format("cdiscpilot01")
    assert {"define.xml", "define.html", "define2-1.xsl", "dm.xpt", "suppae.xpt"} <= {
        p.name for p in folder.iterdir()
    }
    files = json.loads((pilot / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert f"{SDTM.format('cdiscpilot01')}/define.html" in files
    result = pd.read_csv(pilot / "report/findings.csv")
    assert "define" not in set(result["stage"])


def test_validator_finds_nothing_in_the_files(pilot: Path) -> None:
    """The files are read by pyreadstat, which knows nothing of what wrote them."""
    folder = pilot / SDTM.format("cdiscpilot01")
    assert [issue.message for issue in validate(folder / "define.xml", read_tables(folder))] == []


def test_odmlib_finds_nothing(pilot: Path, odmlib_root: Callable[[Path], Any]) -> None:
    root = odmlib_root(pilot / SDTM.format("cdiscpilot01") / "define.xml")
    assert len(root.Study.MetaDataVersion.ItemGroupDef) == 6


def test_document_says_what_the_specification_says(pilot: Path) -> None:
    define = read(pilot / SDTM.format("cdiscpilot01") / "define.xml")
    spec = load_study("cdiscpilot")
    standards = [
        (one.name, one.type, one.publishing_set, one.version) for one in define.metadata.standards.standards
    ]  # type: ignore[union-attr]
    assert standards == [
        ("SDTMIG", "IG", None, "3.4"), ("CDISC/NCI", "CT", "SDTM", "2025-03-28"),
        ("CDISC/NCI", "CT", "DEFINE-XML", "2025-03-28"),
    ]  # fmt: skip
    groups = {group.name: group for group in define.metadata.item_groups}
    for name, plan in spec.plans.items():
        assert [define.index.items[ref.item_oid].name for ref in groups[name].keys] == ["STUDYID", *plan.keys]
        for ref in groups[name].item_refs:
            item = define.index.items[ref.item_oid]
            planned = plan.variables[item.name]
            assert [origin.type for origin in item.origins] == list(dict.fromkeys(planned.origins))
            if "Derived" in planned.origins:
                text = define.index.methods[ref.method_oid or ""].description.text  # type: ignore[union-attr]
                assert text.rstrip(".").lower() == planned.describe().rstrip(".").lower()
            else:
                assert ref.method_oid is None
    assert groups["DM"].repeating == "No" and groups["AE"].repeating == "Yes"
    assert groups["SUPPAE"].domain == "AE" and groups["SUPPAE"].class_ == "RELATIONSHIP"
    sex = define.index.codelist_of(define.index.items["IT.DM.SEX"])
    assert sex and sex.aliases[0].name == "C66731" and set(sex.terms) <= {"F", "M"}
    dictionary = define.index.codelist_of(define.index.items["IT.AE.AEDECOD"])
    assert (
        dictionary
        and dictionary.external
        and (dictionary.external.dictionary, dictionary.external.version) == ("MedDRA", "8.0")
    )
    assert define.index.items["IT.AE.AESTDTC"].data_type in ("date", "partialDate")


def test_same_input_same_bytes(pilot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pilot / SDTM.format("cdiscpilot01")
    outcome = CliRunner().invoke(
        main, ["define", str(folder), str(tmp_path / "define.xml"), "--study", "cdiscpilot", "--json"]
    )
    assert outcome.exit_code == 0, outcome.output
    stated = json.loads(outcome.stdout)
    assert stated["findings"] == [] and stated["datasets"][0] == "DM"
    for name in ("define.xml", "define.html"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1735689600")
    CliRunner().invoke(main, ["define", str(folder), str(tmp_path / "define.xml"), "--study", "cdiscpilot"])
    assert read(tmp_path / "define.xml").creation_date_time == "2025-01-01T00:00:00"


def test_documents_are_named_only_where_they_are(pilot: Path, tmp_path: Path) -> None:
    spec = load_study("cdiscpilot")
    sdtm = to_sdtm(read_raw(ROOT / "examples/pilot", spec), spec)
    members = sdtm_members(sdtm.datasets, spec)
    without = define_sdtm(spec, sdtm.datasets, members, tmp_path)
    assert without.metadata.annotated_crf is None and without.metadata.leaves == []
    (tmp_path / "acrf.pdf").touch()
    (tmp_path / "csdrg.pdf").touch()
    define = define_sdtm(spec, sdtm.datasets, members, tmp_path)
    assert (
        define.metadata.annotated_crf and define.metadata.annotated_crf.document_refs[0].leaf_id == "LF.acrf"
    )
    assert define.metadata.supplemental_doc and [leaf.href for leaf in define.metadata.leaves] == [
        "acrf.pdf",
        "csdrg.pdf",
    ]
    issues = {issue.code for issue in validate(define)}
    assert issues == {"ORIGIN_PAGES_MISSING"}  # until the annotated CRF tells the pages


# -- a small study with findings: tests of a wide form, qualifiers, several origins, stated value level

STUDY = """
study: S1
title: Small study
identity: {studyid: S1, subject: {field: SUBJ}, usubjid: "S1-{SUBJID}"}
dictionaries: {MedDRA: {name: Own dictionary, version: "1"}}
"""
RAW = """
forms:
  dm: {fields: {SUBJ: {}, SEX: {}}}
  chem: {fields: {SUBJ: {}, DAT: {type: date}, ALT: {unit: U/L}, GLUC: {unit: mmol/L}}}
  ua: {fields: {SUBJ: {}, DAT: {type: date}, UGLUC: {}, WHO: {}}}
  ae: {fields: {SUBJ: {}, TERM: {}, PLACE: {}, NOTE: {}}}
"""
CODELISTS = """
terms:
  places: {arm: ARM, skin: SKIN, tip: WING TIP}
extensions:
  C74456: {WING TIP: Where it ends}
"""
WITH_DIP = (
    CODELISTS
    + """
codelists:
  DIP: {label: Dipstick, terms: {NEGATIVE: Nothing, POSITIVE: Something}}
"""
)
DM = """
dataset: DM
keys: [USUBJID]
records:
  - from: dm
    variables: {SUBJID: {assign: SUBJ}, SEX: {assign: SEX}, SITEID: {hardcode: "01"}}
variables:
  COUNTRY: {hardcode: CHN, source: Vendor}
"""
LB = """
dataset: LB
keys: [USUBJID, LBTESTCD, LBSPEC, LBDTC]
records:
  - name: chemistry
    from: chem
    tests:
      ALT: {value: ALT, standard_unit: U/L}
      GLUC: {value: GLUC, standard_unit: mmol/L}
    variables:
      LBSPEC: {hardcode: BLOOD}
      LBCAT: {hardcode: CHEMISTRY}
      LBDTC: {iso8601: DAT}
      LBNAM: {hardcode: CENTRAL LAB}
  - name: urinalysis
    from: ua
    tests:
      GLUC: {value: UGLUC, standard_unit: mmol/L}
    variables:
      LBSPEC: {hardcode: URINE}
      LBCAT: {hardcode: URINALYSIS}
      LBDTC: {iso8601: DAT}
      LBNAM: {assign: WHO}
"""
AE = """
dataset: AE
keys: [USUBJID, AETERM]
records:
  - from: ae
    variables:
      AETERM: {assign: TERM}
      AEDECOD: {assign: TERM, case: upper, origin: Assigned}
      AELOC: {assign: PLACE, terms: places}
      AENOTE: {assign: NOTE}
supplemental:
  AENOTE: {label: Note, origin: CRF}
"""
FORMS = {
    "dm": "SUBJ,SEX\n1,F\n2,M\n",
    "chem": "SUBJ,DAT,ALT,GLUC\n1,2024-01-02,31,5.25\n2,2024-02,40,\n",
    "ua": "SUBJ,DAT,UGLUC,WHO\n1,2024-01-02,NEGATIVE,SITE LAB\n",
    "ae": "SUBJ,TERM,PLACE,NOTE\n1,Cough,arm,dry\n2,Rash,tip,\n",
}


def write_study(folder: Path, **changes: str) -> Path:
    texts = {
        "study": STUDY, "raw": RAW, "codelists": CODELISTS, "sdtm/dm": DM, "sdtm/lb": LB, "sdtm/ae": AE,
    } | changes  # fmt: skip
    (folder / "sdtm").mkdir(parents=True)
    (folder / "data").mkdir()
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    for name, text in FORMS.items():
        (folder / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def defined(folder: Path) -> Define:
    """The document of a small study; the validator finds nothing in it and its data."""
    spec = load_study(folder)
    sdtm = to_sdtm(read_raw(folder / "data", spec), spec)
    members = sdtm_members(sdtm.datasets, spec)
    define = define_sdtm(spec, sdtm.datasets, members)
    tables = [table_of(members[name], frame, spec.study.encoding) for name, frame in sdtm.datasets.items()]
    assert [issue.message for issue in validate(define, tables)] == []
    return read(to_bytes(define))


def values_of(define: Define, oid: str) -> dict[str, tuple[ItemRef, ItemDef]]:
    """Value definitions of a variable, by their condition."""
    result = {}
    for ref in define.index.value_lists[f"VL.{oid}"].item_refs:
        checks = [
            " and ".join(
                f"{check.item_oid.split('.')[2]} {check.comparator} {','.join(check.check_values)}"
                for check in clause.range_checks
            )
            for item in ref.where_clause_refs
            for clause in [define.index.where_clauses[item.where_clause_oid]]
        ]
        result[" or ".join(checks)] = (ref, define.index.items[ref.item_oid])
    return result


@pytest.fixture
def small(tmp_path: Path) -> Define:
    return defined(write_study(tmp_path / "s1"))


def test_value_level_is_by_test_and_by_what_tells_its_records_apart(small: Define) -> None:
    values = values_of(small, "LB.LBORRES")
    assert {
        where: (item.data_type, item.length, item.significant_digits) for where, (_, item) in values.items()
    } == {
        "LBTESTCD EQ ALT": ("integer", 2, None),
        "LBTESTCD EQ GLUC and LBCAT EQ CHEMISTRY and LBSPEC EQ BLOOD": ("float", 4, 2),
        "LBTESTCD EQ GLUC and LBCAT EQ URINALYSIS and LBSPEC EQ URINE": ("text", 8, None),
    }
    assert [item.label for _, item in values.values()] == ["Alanine Aminotransferase", "Glucose", "Glucose"]


def test_what_a_test_of_one_block_states_is_said_of_its_values_alone(tmp_path: Path) -> None:
    strip = "GLUC: {value: UGLUC, variables: {LBORRES: {assign: UGLUC, comment: By dipstick, codelist: DIP}}}"
    lb = LB.replace("GLUC: {value: UGLUC, standard_unit: mmol/L}", strip)
    define = defined(write_study(tmp_path / "s1", codelists=WITH_DIP, **{"sdtm/lb": lb}))
    stated = {
        where: (
            define.index.comments[item.comment_oid].description.text if item.comment_oid else None,  # type: ignore[union-attr]
            (terms := define.index.codelist_of(item)) and terms.terms,
        )
        for where, (_, item) in values_of(define, "LB.LBORRES").items()
    }
    assert stated == {
        "LBTESTCD EQ ALT": (None, None),
        "LBTESTCD EQ GLUC and LBCAT EQ CHEMISTRY and LBSPEC EQ BLOOD": (None, None),
        "LBTESTCD EQ GLUC and LBCAT EQ URINALYSIS and LBSPEC EQ URINE": ("By dipstick.", ["NEGATIVE"]),
    }


def test_qualifiers_have_value_definitions(small: Define) -> None:
    ((where, (_, item)),) = values_of(small, "SUPPAE.QVAL").items()
    assert where == "QNAM EQ AENOTE"
    assert (item.name, item.label, item.length) == ("AENOTE", "Note", 3)
    assert [(origin.type, origin.source) for origin in item.origins] == [("Collected", "Investigator")]


def test_blocks_that_differ_in_origin_give_several(small: Define) -> None:
    lab = small.index.items["IT.LB.LBNAM"]
    assert [(origin.type, origin.source) for origin in lab.origins] == [
        ("Assigned", "Sponsor"),
        ("Collected", "Investigator"),
    ]
    comment = small.index.comments[lab.comment_oid or ""].description.text  # type: ignore[union-attr]
    assert comment == 'Chemistry: "CENTRAL LAB".'
    assert [(o.type, o.source) for o in small.index.items["IT.DM.COUNTRY"].origins] == [
        ("Assigned", "Vendor")
    ]


def test_codelist_has_the_terms_that_can_occur_and_marks_the_sponsors(small: Define) -> None:
    codelist = small.index.codelist_of(small.index.items["IT.AE.AELOC"])
    assert codelist
    # SKIN did not occur, but the decode table has it; no other place of the body can occur.
    assert codelist.terms == ["ARM", "SKIN", "WING TIP"]
    extended = codelist.codelist_items[2]
    assert (extended.extended_value, extended.aliases, extended.decode.text) == (
        "Yes",
        [],
        "Where it ends",
    )  # type: ignore[union-attr]
    assert codelist.codelist_items[0].aliases[0].name == "C32141"
    tests = small.index.codelist_of(small.index.items["IT.LB.LBTESTCD"])
    assert tests and {item.coded_value: item.decode.text for item in tests.codelist_items} == {  # type: ignore[union-attr]
        "ALT": "Alanine Aminotransferase", "GLUC": "Glucose",
    }  # fmt: skip


def test_variable_without_values_says_so(small: Define) -> None:
    ref = next(ref for ref in small.index.item_groups["IG.AE"].item_refs if ref.item_oid == "IT.AE.AEENDTC")
    item = small.index.items["IT.AE.AEENDTC"]
    assert ref.has_no_data == "Yes" and [origin.type for origin in item.origins] == ["Not Available"]
    assert small.index.comments[item.comment_oid or ""].description.text == "Not collected."  # type: ignore[union-attr]


def test_text_that_continues_in_supp_is_described(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "s1")
    long = "word " * 100
    (folder / "data/ae.csv").write_text(f"SUBJ,TERM,PLACE,NOTE\n1,{long},arm,{long}\n", encoding="utf-8")
    define = defined(folder)
    values = values_of(define, "SUPPAE.QVAL")
    assert set(values) == {
        f"QNAM EQ {name}"
        for name in ("AETERM1", "AETERM2", "AEDECOD1", "AEDECOD2", "AENOTE", "AENOTE1", "AENOTE2")
    }
    item = values["QNAM EQ AETERM2"][1]
    comment = define.index.comments[item.comment_oid or ""].description.text  # type: ignore[union-attr]
    assert comment == "The rest of AETERM, whose text has more than 200 bytes."


def test_value_outside_a_closed_codelist_is_no_term_and_reported(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "s1")
    (folder / "data/dm.csv").write_text("SUBJ,SEX\n1,F\n2,X\n", encoding="utf-8")
    spec = load_study(folder)
    sdtm = to_sdtm(read_raw(folder / "data", spec), spec)
    members = sdtm_members(sdtm.datasets, spec)
    define = define_sdtm(spec, sdtm.datasets, members)
    assert define.index.codelist_of(define.index.items["IT.DM.SEX"]).terms == ["F"]  # type: ignore[union-attr]
    tables = [table_of(members[name], frame, "us-ascii") for name, frame in sdtm.datasets.items()]
    assert [(issue.code, issue.oid, issue.value) for issue in validate(define, tables)] == [
        ("DATA_TERM", "IT.DM.SEX", "X")
    ]


def test_dataset_without_records_says_so(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "s1", raw=RAW.replace("  ae: {", "  ae: {may_be_empty: yes, "))
    (folder / "data/ae.csv").write_text("SUBJ,TERM,PLACE,NOTE\n", encoding="utf-8")
    define = defined(folder)
    group = define.index.item_groups.get("IG.AE")
    if group is not None:
        assert (
            group.has_no_data == "Yes"
            and define.index.comments[group.comment_oid or ""].description.text == "No record was collected."
        )  # type: ignore[union-attr]


def test_dates_have_the_narrowest_type_of_their_values(small: Define) -> None:
    assert small.index.items["IT.LB.LBDTC"].data_type == "partialDate"
    assert small.index.items["IT.LB.LBDTC"].length is None


def test_stated_value_level_stands_in_place_of_the_datas(tmp_path: Path) -> None:
    stated = (
        LB
        + """
value_level:
  - {variable: LBORRES, name: STICK, where: {LBTESTCD: GLUC, LBSPEC: {not: BLOOD}}, label: Dipstick, codelist: DIP}
  - {variable: LBORRES, name: BLOOD, where: {LBSPEC: [BLOOD, SERUM], LBSTRESN: {min: "1", max: "99"}}, type: float,
     length: "8", digits: "3", origin: Derived, method: By hand}
  - {variable: LBORRES, name: MEN, where: [{LBTESTCD: ALT, DM.SEX: M}, {LBTESTCD: AST}], type: integer}
"""
    )
    define = defined_loosely(write_study(tmp_path / "s1", codelists=WITH_DIP, **{"sdtm/lb": stated}))
    values = values_of(define, "LB.LBORRES")
    assert list(values) == [
        "LBTESTCD EQ GLUC and LBSPEC NE BLOOD",
        "LBSPEC IN BLOOD,SERUM and LBSTRESN GE 1 and LBSTRESN LE 99",
        "LBTESTCD EQ ALT and SEX EQ M or LBTESTCD EQ AST",
    ]
    refs, items = zip(*values.values(), strict=True)
    assert [(item.data_type, item.length, item.significant_digits) for item in items] == [
        ("text", 8, None),
        ("float", 8, 3),
        ("integer", 2, None),
    ]
    assert define.index.methods[refs[1].method_oid].description.text == "By hand"
    assert define.index.codelist_of(items[0]).name == "Dipstick"
    joined = define.index.where_clauses[refs[2].where_clause_refs[0].where_clause_oid]
    assert define.index.comments[joined.comment_oid].description.text == "Joined with DM by USUBJID."


def defined_loosely(folder: Path) -> Define:
    """The document of a study whose stated value level leaves records out on purpose."""
    spec = load_study(folder)
    sdtm = to_sdtm(read_raw(folder / "data", spec), spec)
    return read(to_bytes(define_sdtm(spec, sdtm.datasets, sdtm_members(sdtm.datasets, spec))))


def test_stated_value_level_is_checked(tmp_path: Path) -> None:
    wrong = (
        LB
        + """
value_level:
  - {variable: LBXX, name: A, where: {LBTESTCD: present}, origin: Derived}
  - {variable: LBORRES, name: B, where: {LBNONE: A, DM.NONE: B}, codelist: NONE}
"""
    )
    folder = write_study(tmp_path / "s1", **{"sdtm/lb": wrong})
    outcome = CliRunner().invoke(main, ["spec", "check", str(folder)])
    assert outcome.exit_code == 2
    for text in (
        "LBXX is no variable of LB", "LBTESTCD is present: a where-clause compares", "A is derived; expected its method",
        "LBNONE is not there to read", "DM.NONE is not there to read", "NONE is no codelist",
    ):  # fmt: skip
        assert text in outcome.stderr


def test_data_that_the_specification_does_not_make_is_refused(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "s1")
    runner = CliRunner()
    built = runner.invoke(main, ["sdtm", str(folder / "data"), str(tmp_path / "out"), "--study", str(folder)])
    assert built.exit_code == 0, built.output
    done = runner.invoke(
        main, ["define", str(tmp_path / "out"), str(tmp_path / "define.xml"), "--study", "cdiscpilot"]
    )
    assert done.exit_code == 2 and not (tmp_path / "define.xml").exists()
    assert "ae.xpt: AE.AELOC: 'no variable of the specification'" in done.stderr
    assert "lb.xpt: LB.: 'no dataset of the specification'; expected DM, EX, AE, DS" in done.stderr
    (tmp_path / "empty").mkdir()
    done = runner.invoke(
        main, ["define", str(tmp_path / "empty"), str(tmp_path / "define.xml"), "--study", str(folder)]
    )
    assert done.exit_code == 2 and "no datasets" in done.stderr and not (tmp_path / "define.xml").exists()
    done = runner.invoke(
        main,
        [
            "define",
            str(tmp_path / "out"),
            str(tmp_path / "define.xml"),
            "--study",
            str(folder),
            "--model",
            "adam",
        ],
    )
    assert done.exit_code == 2 and "no analysis datasets" in done.stderr


def test_document_of_wrong_data_is_written_and_reported(tmp_path: Path) -> None:
    """The datasets of another cut of the data: what does not fit is a finding, and the exit status 1."""
    folder = write_study(tmp_path / "s1")
    runner = CliRunner()
    runner.invoke(main, ["sdtm", str(folder / "data"), str(tmp_path / "out"), "--study", str(folder)])
    changed = FORMS["dm"] + "1,F\n"
    (folder / "data" / "dm.csv").write_text(changed, encoding="utf-8")
    (folder / "study.yaml").write_text(
        STUDY + "policies: {duplicate_subject: report, duplicate_key: report}\n", encoding="utf-8"
    )
    runner.invoke(main, ["sdtm", str(folder / "data"), str(tmp_path / "out"), "--study", str(folder)])
    done = runner.invoke(
        main, ["define", str(tmp_path / "out"), str(tmp_path / "out" / "define.xml"), "--study", str(folder)]
    )
    assert done.exit_code == 1
    assert "share the key STUDYID, USUBJID with another [DATA_KEYS]" in done.stderr
    assert (tmp_path / "out" / "define.html").is_file()


@pytest.mark.parametrize(
    ("texts", "length"),
    [(["100", "1.25"], 4), (["0.125", "1000"], 5), (["-10", "2.5"], 3), (["7", "12"], 2)],
)
def test_values_of_text_are_no_longer_than_their_variable(texts: list[str], length: int) -> None:
    values = pd.Series(texts, dtype="str")
    assert _shape(load_study("cdiscpilot"), values, texts).length == length

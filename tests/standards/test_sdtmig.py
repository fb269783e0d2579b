import csv
import os
from pathlib import Path

import pytest

from cdisc_npc.standards.sdtmig import load_standard, mappings_root
from cdisc_npc.standards.terminology import load_terminology

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("CDISC_NPC_SHARED") or ROOT.parent / "shared")
STANDARD = load_standard()

# Labels, keys and value domains that mappings/standards/README.md tells to be corrected.
CORRECTED_KEYS = {
    "CO": ("STUDYID", "USUBJID", "IDVAR", "COREF", "CODTC"),
    "IS": ("STUDYID", "USUBJID", "ISTESTCD", "ISBDAGNT", "ISMSCBCE", "ISTSTOPO", "VISITNUM"),
    "RS": ("STUDYID", "USUBJID", "RSTESTCD", "VISITNUM", "RSTPTREF", "RSEVAL", "RSTPTNUM", "RSEVALID"),
    "SV": ("STUDYID", "USUBJID", "VISITNUM"),
    "SUPPQUAL": ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM"),
}
CORRECTED_STRUCTURES = {
    "SC": "One record per characteristic per visit per subject",
    "UR": "One record per finding per location per visit per subject",
}


def reference(name: str) -> list[dict[str, str]]:
    path = SHARED / "standards" / name
    if not path.exists():
        pytest.skip(f"no {path}")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("dataset", "name", "label", "type_", "role", "core", "codelists"),
    [
        ("AE", "AEACN", "Action Taken with Study Treatment", "Char", "Record Qualifier", "Exp", ("C66767",)),
        ("DM", "AGE", "Age", "Num", "Record Qualifier", "Exp", ()),
        ("DM", "SUBJID", "Subject Identifier for the Study", "Char", "Topic", "Req", ()),
        (
            "DS", "DSDECOD", "Standardized Disposition Term", "Char", "Synonym Qualifier", "Req",
            ("C66727", "C114118", "C150811"),
        ),
        ("TU", "TUTESTCD", "Tumor/Lesion ID Short Name", "Char", "Topic", "Req", ("C96784",)),
        ("RELREC", "RELTYPE", "Relationship Type", "Char", "Record Qualifier", "Exp", ("C78737",)),
        ("PC", "PCTPTREF", "Time Point Reference", "Char", "Timing", "Perm", ()),
        (
            "PP", "PPORRESU", "Original Units", "Char", "Variable Qualifier", "Exp",
            ("C85494", "C128684", "C128683", "C128685", "C128686"),
        ),
        ("CE", "CESEV", "Severity/Intensity", "Char", "Record Qualifier", "Perm", ("C165643",)),
        ("GF", "GFSEQID", "Sequence Identifier", "Char", "Variable Qualifier", "Perm", ()),
        ("OI", "OIPARMCD", "Non-host Organism ID Element Short Name", "Char", "Topic", "Req", ("C179591",)),
        ("RELSUB", "SREL", "Subject Relationship", "Char", "Record Qualifier", "Req", ("C100130",)),
    ],
)  # fmt: skip
def test_variable_of_the_guide(dataset, name, label, type_, role, core, codelists):
    result = STANDARD.variable(dataset, name)
    assert result[:6] == (name, label, type_, role, core, codelists)


@pytest.mark.parametrize(
    ("dataset", "name", "label", "type_", "role", "codelists"),
    [
        ("CM", "CMLNKID", "Link ID", "Char", "Identifier", ()),
        ("AE", "AELAT", "Laterality", "Char", "Variable Qualifier", ("C99073",)),
        ("AE", "VISITNUM", "Visit Number", "Num", "Timing", ()),
        ("FA", "FASPEC", "Specimen Material Type", "Char", "Record Qualifier", ("C78734",)),
        ("PP", "VISITNUM", "Visit Number", "Num", "Timing", ()),
        ("LB", "LBINHERT", "Inheritability", "Char", "Variable Qualifier", ("C181177",)),
        # Named after another thing than the domain whose letters they begin with.
        ("MI", "MIDS", "Disease Milestone Instance Name", "Char", "Timing", ()),
        ("RE", "RELMIDS", "Temporal Relation to Milestone Instance", "Char", "Timing", ()),
        ("BE", "BELNKID", "Link ID", "Char", "Identifier", ()),
    ],
)
def test_variable_taken_from_the_model(dataset, name, label, type_, role, codelists):
    assert name not in STANDARD.datasets[dataset].variables
    result = STANDARD.variable(dataset, name)
    assert result[:6] == (name, label, type_, role, "Perm", codelists)


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ("AE", "AEUSCHFL"),  # never in human trials
        ("EX", "EXMETHOD"),  # never in human interventions
        ("AE", "AETESTCD"),  # another class
        ("AE", "CMLNKID"),  # another domain
        ("AE", "--SPID"),
        ("DM", "DMSPID"),  # special purpose takes nothing from the model
        ("TA", "EPOCHS"),
        ("SUPPAE", "AESPID"),
        ("RP", "RPPLDY"),  # repro phases are of animals
        ("OI", "OISPID"),  # a study reference takes nothing from the model
    ],
)
def test_no_such_variable(dataset, name):
    assert STANDARD.variable(dataset, name) is None


def test_unknown_dataset():
    with pytest.raises(KeyError):
        STANDARD.variable("XX", "XXTERM")


def test_order_keeps_the_table_and_inserts_by_the_model():
    names = [
        "VSDTC",
        "VSMETHOD",
        "VSLNKID",
        "VSTESTCD",
        "VSSPEC",
        "VSLOC",
        "STUDYID",
        "VSENDTC",
        "VSGRPID",
    ]
    assert STANDARD.order("VS", names) == [
        "STUDYID", "VSGRPID", "VSLNKID", "VSTESTCD", "VSSPEC", "VSLOC", "VSMETHOD", "VSDTC", "VSENDTC",
    ]  # fmt: skip


def test_order_keeps_the_table_where_it_departs_from_the_model():
    assert STANDARD.order("FA", ["FACAT", "FATSTDTL", "FAOBJ", "FATEST"]) == [
        "FATEST",
        "FAOBJ",
        "FATSTDTL",
        "FACAT",
    ]


@pytest.mark.parametrize("name", list(STANDARD.datasets))
def test_order_of_a_whole_table_is_the_table(name):
    table = list(STANDARD.datasets[name].variables)
    assert STANDARD.order(name, reversed(table)) == table


def test_order_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="AEFOO is no variable of AE"):
        STANDARD.order("AE", ["AETERM", "AEFOO"])


def test_datasets_stand_in_the_order_of_a_submission():
    names = [
        name
        for name in STANDARD.datasets
        if name in ("RELREC", "AE", "TS", "DM", "VS", "SUPPAE", "FA", "EX", "LB", "OI", "PC", "SR", "SUPPSR")
    ]
    assert names == [
        "TS", "DM", "EX", "AE", "LB", "PC", "VS", "FA", "SR", "SUPPAE", "SUPPSR", "RELREC", "OI",
    ]  # fmt: skip


def test_supplemental_qualifiers_of_a_domain():
    facts = STANDARD.datasets["SUPPAE"]
    assert facts.label == "Supplemental Qualifiers for AE"
    assert facts.class_ == "Relationship"
    assert list(facts.variables) == [
        "STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL",
    ]  # fmt: skip
    assert {"SUPPTS", "SUPPRELREC", "SUPPCO", "SUPPSM", "SUPPTM", "SUPPOI"}.isdisjoint(STANDARD.datasets)
    observed = [name for name, facts in STANDARD.datasets.items() if STANDARD.has_class(facts.class_)]
    assert len(observed) == 46
    assert {f"SUPP{name}" for name in observed} <= set(STANDARD.datasets)


def test_reference_data_are_of_no_subject():
    assert sorted(name for name, facts in STANDARD.datasets.items() if facts.reference) == [
        "OI", "TA", "TD", "TE", "TI", "TM", "TS", "TV",
    ]  # fmt: skip
    assert not any("USUBJID" in facts.variables for facts in STANDARD.datasets.values() if facts.reference)


def test_labels_and_names_fit_a_transport_file():
    for facts in STANDARD.datasets.values():
        assert len(facts.label) <= 40
        for name, variable in facts.variables.items():
            assert 0 < len(variable.label) <= 40
            assert len(name) <= 8


def test_keys_are_variables():
    for name, facts in STANDARD.datasets.items():
        for key in facts.keys:
            assert STANDARD.variable(name, key) is not None, f"{name}.{key}"


def test_every_codelist_is_shipped():
    codes = set(load_terminology().codes)
    named = {
        code for facts in STANDARD.datasets.values() for v in facts.variables.values() for code in v.codelists
    }
    model = {code for part in STANDARD._model.values() for v in part.values() for code in v.fact.codelists}
    assert len(named) > 130
    assert named | model <= codes


@pytest.mark.parametrize("name", ["sdtmig-9.9", "../cdiscpilot", "sdtmct-2025-03-28", ""])
def test_unknown_standard_names_those_there_are(name):
    with pytest.raises(ValueError, match=r"sdtmig-3\.4"):
        load_standard(name)


def test_loaded_once():
    assert load_standard("sdtmig-3.4") is load_standard("sdtmig-3.4")


def test_mappings_root_of_the_checkout(tmp_path, monkeypatch):
    (tmp_path / "cdisc_npc/standards").mkdir(parents=True)
    (tmp_path / "mappings/standards").mkdir(parents=True)
    monkeypatch.setattr(
        "cdisc_npc.standards.sdtmig.__file__", str(tmp_path / "cdisc_npc/standards/sdtmig.py")
    )
    assert mappings_root() == tmp_path / "mappings"


def test_mappings_root_of_a_wheel(tmp_path, monkeypatch):
    (tmp_path / "cdisc_npc/standards").mkdir(parents=True)
    (tmp_path / "cdisc_npc/mappings/standards").mkdir(parents=True)
    monkeypatch.setattr(
        "cdisc_npc.standards.sdtmig.__file__", str(tmp_path / "cdisc_npc/standards/sdtmig.py")
    )
    assert mappings_root() == tmp_path / "cdisc_npc/mappings"


def test_agrees_with_the_reference_variables():
    rows = reference("sdtmig_3.4_variables.csv")
    expected = {
        (row["dataset"], row["variable"]): (
            row["label"], row["type"], row["role"], row["core"],
            tuple(row["codelist_codes"].replace(";", " ").split()),
            row["described_value_domain"], (int(row["order"]),),
        )
        for row in rows
    }  # fmt: skip
    for name, place, published, own in (
        (("DM", "COUNTRY"), 5, "", "ISO 3166-1 alpha-3"),
        (("MS", "MSRESCAT"), 4, ("C85495",), ()),
        (("GF", "GFSEQID"), 0, "Sequence Identifier \\n", "Sequence Identifier"),
    ):
        assert expected[name][place] == published
        expected[name] = (*expected[name][:place], own, *expected[name][place + 1 :])
    shipped = {
        (dataset, name): tuple(variable)[1:]
        for dataset, facts in STANDARD.datasets.items()
        if dataset == "SUPPQUAL" or not dataset.startswith("SUPP")
        for name, variable in facts.variables.items()
    }
    assert shipped == expected


def test_agrees_with_the_reference_datasets():
    rows = reference("sdtmig_3.4_datasets.csv")
    assert len(rows) == 63
    assert {row["dataset"] for row in rows} == {
        name for name in STANDARD.datasets if name == "SUPPQUAL" or not name.startswith("SUPP")
    }
    for row in rows:
        facts = STANDARD.datasets[row["dataset"]]
        assert facts.label == row["label"].replace("[domain name]", "--")
        assert facts.class_ == row["class"].replace("Special-Purpose", "Special Purpose")
        assert facts.structure == CORRECTED_STRUCTURES.get(row["dataset"], row["structure"])
        assert facts.keys == CORRECTED_KEYS.get(row["dataset"], tuple(row["keys"].split(", ")))


def test_agrees_with_the_reference_model():
    classes = ("Interventions", "Events", "Findings", "General Observations")
    rows = [row for row in reference("sdtm_model_2.0_variables.csv") if row["class_or_dataset"] in classes]
    shipped = {
        name: tuple(variable.fact)[1:4]
        for part in STANDARD._model.values()
        for name, variable in part.items()
    }
    by_class = {class_: set(part) for class_, part in STANDARD._model.items()}
    for row in rows:
        if row["class_or_dataset"] == "General Observations" and row["variable"] in shipped:
            label = row["label"].replace("Within Arm", "within Arm")
            assert shipped[row["variable"]] == (label, row["type"], row["role"])
    left_out = {
        row["variable"]
        for row in rows
        if row["variable"] not in by_class.get(row["class_or_dataset"], set.union(*by_class.values()))
    }
    assert left_out == {
        "--USCHFL", "--RSTIND", "--RSTMOD", "--IMPLBL", "--RESLOC", "--DTHREL", "--EXCLFL", "--REASEX",
        "FETUSID", "RPHASE", "RPPLDY", "RPPLSTDY", "RPPLENDY", "--NOMDY", "--NOMLBL", "--RPDY", "--RPSTDY",
        "--RPENDY", "--DETECT", "--METHOD",
    }  # fmt: skip

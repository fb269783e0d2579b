"""What is expected of a dataset, as pandera schemas: each rule broken once, near misses beside it."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pandera
import pytest

import cdisc_npc as npc
from cdisc_npc.check import description, dictionaries, schemas, terminology
from cdisc_npc.check.rule import coded_rules
from cdisc_npc.check.schemas import check_schemas
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import table_of
from cdisc_npc.study.specification import Specification
from tests.check.small_packages import dataset, found, judged, package


@pytest.fixture(scope="module")
def study() -> Specification:
    return npc.load_study("npc")


def ae(**changed):
    """Two adverse events that keep to the standard."""
    columns = {
        "STUDYID": ["S", "S"], "DOMAIN": ["AE", "AE"], "USUBJID": ["S-1", "S-1"], "AESEQ": [1.0, 2.0],
        "AETERM": ["Headache", "Cough"], "AELLT": ["Headache", "Cough"], "AELLTCD": [1.0, 2.0],
        "AEDECOD": ["Headache", "Cough"], "AEPTCD": [1.0, 2.0], "AEHLT": ["a", "b"], "AEHLTCD": [1.0, 2.0],
        "AEHLGT": ["a", "b"], "AEHLGTCD": [1.0, 2.0], "AEBODSYS": ["a", "b"], "AEBDSYCD": [1.0, 2.0],
        "AESOC": ["a", "b"], "AESOCCD": [1.0, 2.0], "AESER": ["N", "N"], "AEACN": ["DOSE NOT CHANGED", ""],
        "AEREL": ["RELATED", ""], "AESTDTC": ["2021-03", "2021-03-31"], "AEENDTC": ["", "2021-04-02T08:15"],
        "AEDUR": ["", "P2D"],
    }  # fmt: skip
    columns |= changed
    return dataset("AE", **{name: values for name, values in columns.items() if values is not None})


def run(*tables, study=None) -> Checked:
    checked = Checked()
    check_schemas(package(*tables, study=study), checked)
    return checked


def new(checked: Checked) -> list[tuple[str, str, str, str]]:
    """Findings, without the guide's suggested keys."""
    return [item for item in found(checked) if item[0] != "NPC-SCH-011"]


def test_a_dataset_that_keeps_to_the_standard():
    checked = run(ae())
    assert found(checked) == []
    assert (
        judged(checked, "NPC-SCH-001") and judged(checked, "NPC-SCH-006") and judged(checked, "NPC-SCH-018")
    )


@pytest.mark.parametrize(
    ("changed", "rule", "variable", "row"),
    [
        ({"AECOLOUR": ["red", ""]}, "001", "AECOLOUR", ""),
        ({"AEDECOD": None}, "002", "AEDECOD", ""),
        ({"AEBODSYS": None}, "003", "AEBODSYS", ""),
        ({"AETERM": ["Headache", " "]}, "004", "AETERM", "2"),
        ({"AESEQ": [1.0, np.nan]}, "004", "AESEQ", "2"),
        ({"AELLTCD": ["1", "2"]}, "005", "AELLTCD", ""),
        ({"AETERM": ["Headache", "Cough "]}, "016", "AETERM", "2"),
        ({"AEREL": ["RELATED", "."]}, "018", "AEREL", "2"),
    ],
)
def test_a_broken_rule(changed, rule, variable, row):
    assert new(run(ae(**changed))) == [(f"NPC-SCH-{rule}", "AE", variable, row)]


def test_what_the_model_has_may_be_added_in_its_place():
    assert new(run(ae(AESPID=["1", "2"]))) == [("NPC-SCH-008", "AE", "AESPID", "")]


def test_order_tells_the_fewest_variables():
    names = ["STUDYID", "DOMAIN", "USUBJID", "AESEQ", "AETERM", "AEDECOD"]
    values = {name: [1.0] if name == "AESEQ" else ["x"] for name in names}
    moved = {"AETERM": values["AETERM"]} | values
    checked = run(dataset("AE", **moved))
    assert [item[2] for item in found(checked) if item[0] == "NPC-SCH-008"] == ["AETERM"]


def test_label_of_the_standard_in_any_language():
    table = dataset("DM", labels={"STUDYID": "Study", "DOMAIN": "域缩写"}, STUDYID=["S"], DOMAIN=["DM"])
    labels = [item[2] for item in found(run(table)) if item[0] == "NPC-SCH-006"]
    from cdisc_npc.check.expected import translations

    expected = (
        ["STUDYID"] if "域缩写" in translations().get("Domain Abbreviation", ()) else ["DOMAIN", "STUDYID"]
    )
    assert labels == expected


def test_dates_are_judged_here_where_no_rule_as_data_is_of_them():
    ts = dataset("TE", STUDYID=["S", "S"], DOMAIN=["TE", "TE"], ETCD=["A", "toolongcode"], ELEMENT=["a", "b"],
                 TESTRL=["x", "x"], TEENRL=["", ""], TEDUR=["P1D", "1 day"])  # fmt: skip
    assert new(run(ts)) == [("NPC-SCH-015", "TE", "TEDUR", "2"), ("NPC-SCH-023", "TE", "ETCD", "2")]


def test_lengths_that_the_standard_limits():
    supp = dataset("SUPPAE", STUDYID=["S"] * 2, RDOMAIN=["AE"] * 2, USUBJID=["S-1"] * 2, IDVAR=["AESEQ"] * 2,
                   IDVARVAL=["1", "1"], QNAM=["AEX", "AEY"], QLABEL=["x" * 40, "x" * 41], QVAL=["a", "b"],
                   QORIG=["CRF"] * 2, QEVAL=["", ""])  # fmt: skip
    assert found(run(supp)) == [("NPC-SCH-024", "SUPPAE", "QLABEL", "2")]


def test_supplemental_qualifiers_have_the_guides_key():
    supp = dataset("SUPPAE", STUDYID=["S"] * 2, RDOMAIN=["AE"] * 2, USUBJID=["S-1"] * 2, IDVAR=["AESEQ"] * 2,
                   IDVARVAL=["1", "1"], QNAM=["AEX", "AEX"], QLABEL=["x", "x"], QVAL=["a", "b"],
                   QORIG=["CRF"] * 2, QEVAL=["", ""])  # fmt: skip
    assert {item[0] for item in found(run(supp))} == {"NPC-SCH-010"}
    assert len(found(run(supp))) == 2


def test_sequence_of_an_organism_is_within_it():
    parameters = {"OIPARMCD": ["SPCIES"] * 3, "OIPARM": ["Species"] * 3, "OIVAL": ["a", "b", "c"]}
    oi = {"STUDYID": ["S"] * 3, "DOMAIN": ["OI"] * 3, "NHOID": ["HIV", "HCV", "HCV"]}
    assert found(run(dataset("OI", **oi, OISEQ=[1.0, 1.0, 2.0], **parameters))) == []
    assert ("NPC-SCH-013", "OI", "OISEQ", "3") in found(
        run(dataset("OI", **oi, OISEQ=[1.0, 1.0, 1.0], **parameters))
    )


def test_natural_keys_are_only_noted():
    checked = run(ae(AEDECOD=["Cough", "Cough"], AESTDTC=["2021-03", "2021-03"]))
    assert found(checked) == [("NPC-SCH-011", "AE", "AEDECOD", row) for row in "12"]
    assert checked.findings.worst == "note"


def test_a_domain_whose_table_is_not_at_hand_is_judged_by_its_class():
    table = dataset(
        "XX", STUDYID=["S"], DOMAIN=["XX"], USUBJID=["S-1"], XXSEQ=[1.0], XXTERM=["x"], XXCOLOUR=["red"]
    )
    assert [item for item in new(run(table)) if item[0] == "NPC-SCH-001"] == [
        ("NPC-SCH-001", "XX", "XXCOLOUR", "")
    ]
    unknown = run(dataset("ZZ", ZZABC=["x"]))
    verdicts = unknown.verdicts().set_index("rule")
    assert verdicts.loc["NPC-SCH-001", "status"] == "not evaluated"


def test_a_split_dataset_is_of_its_domain():
    table = dataset("QSPH", STUDYID=["S"], DOMAIN=["QS"], USUBJID=["S-1"], QSSEQ=[1.0], QSCOLOUR=["x"])
    assert [item[2] for item in found(run(table)) if item[0] == "NPC-SCH-001"] == ["QSCOLOUR"]


def adtte(labels=None, **changed):
    columns = {
        "STUDYID": ["S", "S"], "USUBJID": ["S-1", "S-2"], "ASEQ": [1.0, 1.0], "PARAMCD": ["OS", "OS"],
        "PARAM": ["Overall Survival", "Overall Survival"], "AVAL": [3.0, 4.0], "CNSR": [0.0, 1.0],
        "STARTDT": [22000.0, 22001.0],
    }  # fmt: skip
    labels = {"STARTDT": "Time to Event Origin Date for Subject", "CNSR": "Censor"} | (labels or {})
    table = columns | changed
    return dataset(
        "ADTTE", labels=labels, **{name: values for name, values in table.items() if values is not None}
    )


def test_an_analysis_dataset_that_keeps_to_the_standard():
    assert found(run(adtte())) == []


@pytest.mark.parametrize(
    ("changed", "labels", "rule", "variable", "row"),
    [
        ({"LASTDT": ["x", "y"]}, {}, "005", "LASTDT", ""),
        ({}, {"AVAL": "Value"}, "007", "AVAL", ""),
        ({"PARAM": None}, {}, "021", "PARAM", ""),
        ({"PARAMCD": ["OS", ""]}, {}, "022", "PARAMCD", "2"),
        ({"PARAMCD": ["OS", "os"]}, {}, "023", "PARAMCD", "2"),
        ({"ASEQ": [1.0, 0.5]}, {}, "012", "ASEQ", "2"),
    ],
)
def test_a_broken_rule_of_analysis_datasets(changed, labels, rule, variable, row):
    assert found(run(adtte(labels, **changed))) == [(f"NPC-SCH-{rule}", "ADTTE", variable, row)]


def test_sequence_of_an_analysis_dataset_is_within_its_subject():
    assert found(run(adtte(USUBJID=["S-1", "S-1"]))) == [
        ("NPC-SCH-013", "ADTTE", "ASEQ", row) for row in "12"
    ]


def test_labels_of_names_with_numbers_may_go_on():
    bds = {"PARCAT1": ["a", "a"], "CRIT1": ["x", "x"]}
    labels = {"PARCAT1": "Parameter Category 1 of Safety", "CRIT1": "Criterion"}
    assert [item[2] for item in found(run(adtte(labels, **bds))) if item[0] == "NPC-SCH-007"] == ["CRIT1"]


def test_variables_born_in_sdtm_keep_its_label():
    assert found(run(adtte({"AETERM": "Term"}, AETERM=["x", "y"]))) == [
        ("NPC-SCH-007", "ADTTE", "AETERM", "")
    ]


def test_the_studys_specification(study: Specification):
    names = [variable.name for variable in study.plans["DM"].submitted]
    columns = {name: [1.0] if study.plans["DM"].variables[name].type == "Num" else ["x"] for name in names}
    labels = {name: study.plans["DM"].variables[name].label for name in names}
    whole = run(dataset("DM", study, labels, **columns), study=study)
    assert [item for item in found(whole) if item[0] in ("NPC-SCH-019", "NPC-SCH-020")] == []
    permissible = study.plans["DM"].permissible
    planned = next(
        name for name in names
        if study.plans["DM"].variables[name].core == "Perm" and name not in permissible
    )  # fmt: skip
    more = next(name for name in ("DMDTC", "INVID", "INVNAM") if name not in names)
    kept = {name: values for name, values in columns.items() if name not in (planned, *permissible)}
    wrong = run(dataset("DM", study, labels, **kept | {more: ["x"]}), study=study)
    assert {("NPC-SCH-019", "DM", planned, ""), ("NPC-SCH-020", "DM", more, "")} <= set(found(wrong))
    # What no form collects is there where a record has a value, or define.xml describes it.
    assert not [item for item in found(wrong) if item[2] in permissible]
    del kept["ACTARMUD"], kept["SEX"]
    lacking = {item[:3] for item in found(run(dataset("DM", study, labels, **kept), study=study))}
    assert {("NPC-SCH-003", "DM", "ACTARMUD"), ("NPC-SCH-002", "DM", "SEX")} <= lacking


def test_keys_that_the_study_states_are_errors(study: Specification):
    keys = study.plans["AE"].keys
    columns = {name: ["x", "x"] for name in keys} | {"AESEQ": [1.0, 2.0]}
    rules = {item[0] for item in found(run(dataset("AE", study, **columns), study=study))}
    assert "NPC-SCH-010" in rules and "NPC-SCH-011" not in rules


def test_lengths_and_value_level_of_the_specification(study: Specification, monkeypatch: pytest.MonkeyPatch):
    from cdisc_npc.study.written_define import ValueLevel

    plan = study.plans["VS"]
    level = ValueLevel.model_validate(
        {"variable": "VSORRES", "where": {"VSTESTCD": "PULSE"}, "name": "PULSE", "type": "integer"}
    )
    variables = plan.variables | {"VSORRES": replace(plan.variables["VSORRES"], length=4)}
    other = replace(plan, variables=variables, model=plan.model.model_copy(update={"value_level": [level]}))
    changed = replace(study, plans=study.plans | {"VS": other})
    table = dataset(
        "VS", VSTESTCD=["PULSE", "PULSE", "TEMP", "TEMP"], VSORRES=["72", "72.5", "36.5", "36.5 C"]
    )
    failing = found(run(table, study=changed))
    assert ("NPC-SCH-025", "VS", "VSORRES", "2") in failing and (
        "NPC-SCH-009",
        "VS",
        "VSORRES",
        "4",
    ) in failing
    assert [item[0] for item in failing if item[2] == "VSORRES" and item[3]] == ["NPC-SCH-009", "NPC-SCH-025"]


def test_every_rule_of_the_files_has_its_code():
    modules = (schemas, description, terminology, dictionaries)
    named = {text for module in modules for text in _texts(vars(module)) if text.startswith("NPC-")}
    families = ("NPC-SCH-", "NPC-CT-", "NPC-MD-", "NPC-WD-")
    stated = {rule for rule in coded_rules() if rule.startswith(families)}
    assert stated == {rule for rule in named if rule.startswith(families)}


def _texts(values) -> set[str]:
    """Every text among some values, of mappings and tuples too."""
    if isinstance(values, str):
        return {values}
    if isinstance(values, dict):
        return {text for key, value in values.items() if not key.startswith("__") for text in _texts(value)}
    return {text for value in values for text in _texts(value)} if isinstance(values, tuple) else set()


# -- the public schema


def test_schema_of_a_dataset_sees_every_failure(study: Specification):
    result = npc.schema(study, "AE")
    assert isinstance(result, pandera.DataFrameSchema)
    names = [name for name, column in result.columns.items()]
    columns = study.plans["AE"].variables
    frame = pd.DataFrame(
        {name: pd.Series([1.0, 2.0] if columns[name].type == "Num" else ["", ""]) for name in names}
    )
    frame = frame.astype({name: "str" for name in names if columns[name].type == "Char"})
    frame["AESEV"] = pd.Series(["MILD", "GONE"], dtype="str") if "AESEV" in names else None
    frame["AEOUT"] = pd.Series(["GONE", "FATAL"], dtype="str")
    frame["AESTDTC"] = pd.Series(["2021-02-30", "2021"], dtype="str")
    with pytest.raises(pandera.errors.SchemaErrors) as raised:
        result.validate(frame, lazy=True)
    cases = raised.value.failure_cases
    stated = set(zip(cases["column"], cases["index"].astype("float64"), strict=True))
    assert ("AEOUT", 0.0) in stated and ("AESTDTC", 0.0) in stated and ("AEOUT", 1.0) not in stated
    assert ("AETERM", 0.0) in stated and ("AETERM", 1.0) in stated


def test_schema_asks_for_every_variable_of_the_specification(study: Specification):
    with pytest.raises(pandera.errors.SchemaErrors) as raised:
        npc.schema(study, "AE").validate(
            pd.DataFrame({"AETERM": pd.Series(["Cough"], dtype="str")}), lazy=True
        )
    cases = raised.value.failure_cases
    assert set(cases["check"]) == {"column_in_dataframe"}
    # One that is permissible, and not collected, is not there where no record has a value.
    planned = {variable.name for variable in study.plans["AE"].submitted} - {*study.plans["AE"].permissible}
    assert set(cases["failure_case"]) == planned - {"AETERM"}


def test_schema_warns_of_extensions(study: Specification):
    result = npc.schema(study, "VS")
    frame = pd.DataFrame({"VSTESTCD": pd.Series(["SYSBP", "MYOWN"], dtype="str")})
    only = pandera.DataFrameSchema({"VSTESTCD": result.columns["VSTESTCD"]})
    with pytest.warns(pandera.errors.SchemaWarning, match="MYOWN"):
        only.validate(frame, lazy=True)


def test_a_schema_looks_at_every_frame_anew(study: Specification):
    result = npc.schema(study, "AE").columns["AETERM"]
    for texts, failures in ((["Cough", " "], [1]), ([" ", "Cough"], [0])):
        with pytest.raises(pandera.errors.SchemaErrors) as raised:
            result.validate(pd.DataFrame({"AETERM": pd.Series(texts, dtype="str")}), lazy=True)
        assert raised.value.failure_cases["index"].tolist() == failures


def test_schema_of_a_form_and_of_an_analysis_dataset(study: Specification):
    assert set(npc.schema(study, "ae").columns) == set(study.contract.forms["ae"].fields)
    assert npc.schema(study, "ADTTE").columns["PARAMCD"].checks
    with pytest.raises(KeyError, match="no dataset or form NOPE"):
        npc.schema(study, "NOPE")


@pytest.mark.slow
def test_many_failures_cost_no_more_than_none():
    size = 300_000
    columns = {
        "USUBJID": [f"S-{number // 10}" for number in range(size)],
        "AETERM": [f"t{n}" for n in range(size)],
    }
    seconds = []
    for blank in ("", " "):
        table = dataset("AE", **columns | {"AETERM": [text + blank for text in columns["AETERM"]]})
        start = time.process_time()
        checked = run(table)
        seconds.append(time.process_time() - start)
    assert checked.groups[-1].findings == size or any(group.findings == size for group in checked.groups)
    assert seconds[1] < 5 * seconds[0] + 2


def test_a_dataset_without_records():
    table = ae()
    empty = table_of(table.frame.iloc[:0], table.member, table.path)
    assert found(run(empty)) == []


def test_a_type_is_wrong_without_records_too():
    table = ae(AESEQ=["1", "2"])
    checked = run(table_of(table.frame.head(0), table.member, table.path))
    assert ("NPC-SCH-005", "AE", "AESEQ", "") in found(checked)


def test_a_check_that_fails_to_run_is_no_finding(monkeypatch: pytest.MonkeyPatch):
    def broken(texts):
        raise ZeroDivisionError("no such thing")

    monkeypatch.setattr("cdisc_npc.columns.texts.no_dot", broken)
    with pytest.raises(ZeroDivisionError):
        run(ae())

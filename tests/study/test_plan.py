from cdisc_npc.verbs.not_collected import NotCollected
from cdisc_npc.verbs.sequence import Sequence
from cdisc_npc.verbs.standardize import Standardize


def made_by(plan, name: str) -> list[str]:
    return [verb.name for verb in plan.variables[name].verbs]


def test_variables_stand_in_the_order_of_the_standard(tiny) -> None:
    tiny.replace("sdtm/ex.yaml", "      EXTRT: {assign: DRUG}\n      EXSTDTC: {iso8601: STDT}\n",
                 "      EXSTDTC: {iso8601: STDT}\n      EXTRT: {assign: DRUG}\n")  # fmt: skip
    assert list(tiny.load().plans["EX"].variables) == [
        "STUDYID", "DOMAIN", "USUBJID", "EXSEQ", "EXTRT", "EXDOSE", "EXDOSU", "EXDOSFRM", "EXSTDTC", "EXENDTC", "EXSTDY",
    ]  # fmt: skip


def test_datasets_stand_in_the_order_of_the_standard(tiny) -> None:
    assert list(tiny.load().plans) == ["DM", "EX", "AE", "VS"]


def test_a_variable_of_the_model_is_added_in_its_place(tiny) -> None:
    tiny.replace(
        "sdtm/ae.yaml",
        "      AESTDTC:",
        "      VISITNUM: {hardcode: 1}\n      AELNKGRP: {hardcode: L}\n      AESTDTC:",
    )
    plan = tiny.load().plans["AE"]
    names = list(plan.variables)
    assert plan.variables["VISITNUM"].core == "Perm"
    assert names.index("AELNKGRP") < names.index("AETERM")
    assert names.index("AEREL") < names.index("VISITNUM") < names.index("EPOCH")


def test_expected_variables_are_present_as_not_collected(tiny) -> None:
    plan = tiny.load().plans["AE"]
    expected = [name for name, item in plan.variables.items() if item.core == "Exp"]
    assert {"AESER", "AEENDTC", "AEBODSYS"} < set(expected)
    assert plan.variables["AESER"].overall == NotCollected()
    assert plan.variables["AESER"].origins == ["Not Available"]
    assert plan.variables["AESER"].describe() == "not collected"
    assert made_by(plan, "AESTDTC") == ["iso8601"]
    # Permissible variables that the study does not make are absent.
    assert "AESPID" not in plan.variables


def test_identity_and_sequence_are_automatic(tiny) -> None:
    plan = tiny.load().plans["AE"]
    assert [made_by(plan, name) for name in ("STUDYID", "DOMAIN", "USUBJID", "AESEQ")] == [
        ["identity"], ["identity"], ["identity"], ["sequence"],
    ]  # fmt: skip
    assert plan.variables["STUDYID"].describe() == '"TINY01"'
    assert plan.variables["DOMAIN"].describe() == '"AE"'
    assert plan.variables["USUBJID"].describe() == 'the text "{STUDYID}-{SITEID}-{SUBJID}"'
    assert plan.sequence_variable == "AESEQ"
    assert tiny.load().plans["DM"].sequence_variable is None


def test_keys_and_sequence_are_two_things(tiny) -> None:
    plans = tiny.load().plans
    assert plans["AE"].keys == ("USUBJID", "AETERM", "AESTDTC")
    assert plans["AE"].variables["AESEQ"].overall == Sequence(sequence=["AESTDTC", "AETERM"])
    # Without a sequence the keys give it.
    assert plans["EX"].variables["EXSEQ"].overall == Sequence(sequence=["EXTRT", "EXSTDTC"])


def test_an_empty_sequence_is_the_order_of_the_forms(tiny) -> None:
    tiny.replace("sdtm/ae.yaml", "sequence: [AESTDTC, AETERM]", "sequence: []")
    assert tiny.load().plans["AE"].variables["AESEQ"].overall == Sequence(sequence=[])


def test_tests_and_a_visit_imply_variables(tiny) -> None:
    plan = tiny.load().plans["VS"]
    parts = ["VSTESTCD", "VSTEST", "VSORRES", "VSORRESU", "VSSTAT", "VSREASND"]
    assert [made_by(plan, name) for name in parts] == [["test_part"]] * 6
    assert plan.variables["VSORRES"].by_block[0].reads() == ["SYS", "WT"]
    assert plan.variables["VSORRESU"].by_block[0].reads() == ["WTU"]
    assert plan.variables["VSSTAT"].by_block[0].reads() == ["DONE"]
    assert plan.variables["VSREASND"].by_block[0].reads() == ["WHY"]
    assert [made_by(plan, name) for name in ("VISITNUM", "VISIT", "VISITDY")] == [["visit"]] * 3
    assert plan.variables["VISIT"].by_block[0].reads() == ["VISIT"]
    assert made_by(plan, "VSPOS") == ["test_variable"]
    assert plan.variables["VSPOS"].describe() == 'SYSBP: "SITTING"'
    for name in ("VSSTRESC", "VSSTRESN", "VSSTRESU"):
        assert plan.variables[name].overall == Standardize(standardize="VSORRES")


def test_a_unit_that_only_the_contract_states_makes_the_collected_unit(tiny) -> None:
    tiny.replace("sdtm/vs.yaml", "unit: WTU, ", "")
    tiny.replace("raw.yaml", "WTU: {}", "WTU: {not_submitted: no reason}")
    assert made_by(tiny.load().plans["VS"], "VSORRESU") == ["test_part"]
    tiny.replace("raw.yaml", "SYS: {unit: mmHg}", "SYS: {}")
    assert made_by(tiny.load().plans["VS"], "VSORRESU") == ["not_collected"]


def test_qualifiers_come_last_in_the_order_of_the_specification(tiny) -> None:
    tiny.replace("sdtm/ae.yaml", "      EMERGED:", '      AASECOND: {hardcode: "N"}\n      EMERGED:')
    tiny.add("sdtm/ae.yaml", "  AASECOND: {label: Second}\n")
    plan = tiny.load().plans["AE"]
    assert list(plan.variables)[-2:] == ["EMERGED", "AASECOND"]
    assert [item.name for item in plan.qualifiers] == ["EMERGED", "AASECOND"]
    assert "EMERGED" not in [item.name for item in plan.submitted]
    qualifier = plan.variables["EMERGED"]
    assert (qualifier.label, qualifier.type, qualifier.describe()) == ("Treatment Emergent", "Char", '"Y"')


def test_blocks_may_make_a_variable_every_in_its_way(tiny) -> None:
    tiny.add("raw.yaml", "  ae2:\n    fields: {PAT: {}, TEXT: {}}\n")
    tiny.replace(
        "sdtm/ae.yaml", "variables:\n  AESTDY",
        "  - from: ae2\n    variables:\n      AETERM: {assign: TEXT, origin: Other}\n      AEDECOD: {assign: TEXT}\n"
        "variables:\n  AESTDY",
    )  # fmt: skip
    term = tiny.load().plans["AE"].variables["AETERM"]
    assert [verb.reads() for verb in term.verbs] == [["TERM"], ["TEXT"]]
    assert term.origins == ["Collected", "Other"]
    assert term.describe() == "TERM, in upper case | TEXT"


def test_facts_come_from_the_standard_and_lengths_from_the_study(tiny) -> None:
    tiny.add("sdtm/ae.yaml", "lengths: {AETERM: 120}\n")
    plan = tiny.load().plans["AE"]
    assert (plan.label, plan.class_) == ("Adverse Events", "Events")
    severity = plan.variables["AESEV"]
    assert (severity.label, severity.type, severity.core, severity.codelists) == (
        "Severity/Intensity", "Char", "Perm", ("C66769",),
    )  # fmt: skip
    assert (plan.variables["AETERM"].length, severity.length) == (120, None)


def test_parents_are_the_datasets_that_blocks_read(tiny) -> None:
    tiny.replace(
        "sdtm/ex.yaml",
        "variables:\n  EXSTDY",
        "  - from: AE\n    variables: {EXTRT: {assign: AETERM}}\nvariables:\n  EXSTDY",
    )
    plan = tiny.load().plans["EX"]
    assert plan.parents == {1: "AE"}
    assert [start.date for start in plan.epochs] == ["DM.RFICDTC", "DM.RFSTDTC"]

"""What must hold across the files: each check has a case that breaks just that."""

from collections.abc import Callable

import pytest

# Changes of the tiny study (file, old, new), then the one error: file, line, dataset, variable, text.
ONE: dict[str, tuple[list[tuple[str, str, str]], tuple[str, int, str, str, str]]] = {
    "a required variable is not made": (
        [("sdtm/ae.yaml", "      AEDECOD: {assign: TERM}\n", "")],
        ("sdtm/ae.yaml", 1, "AE", "AEDECOD", "AEDECOD is required by the standard and is not made"),
    ),
    "an unknown variable in records": (
        [("sdtm/ae.yaml", "      AESEV:", "      AESVE: {assign: TERM}\n      AESEV:")],
        ("sdtm/ae.yaml", 9, "AE", "AESVE", "AESVE is no variable of AE; name it in `supplemental`; did you mean AESEV?"),
    ),
    "an unknown variable of the dataset": (
        [("sdtm/ae.yaml", "AESTDY:", "AESTDDY:")],
        ("sdtm/ae.yaml", 13, "AE", "AESTDDY", "AESTDDY is no variable of AE; name it in `supplemental`; did you mean AESTDY?"),
    ),
    "a visit in a dataset without visits": (
        [
            ("sdtm/dm.yaml", "  - from: dm\n", "  - from: dm\n    visit: {name: SEX}\n"),
            ("sdtm/dm.yaml", "keys:", "supplemental: {VISIT: {label: L}, VISITDY: {label: L}}\nkeys:"),
        ],
        ("sdtm/dm.yaml", 6, "DM", "VISITNUM", "VISITNUM is no variable of DM; name it in `supplemental`"),
    ),
    "an unknown field": (
        [("sdtm/ae.yaml", "AEDECOD: {assign: TERM}", "AEDECOD: {assign: TREM}")],
        ("sdtm/ae.yaml", 8, "AE", "AEDECOD", "TREM is not there to read; did you mean TERM?"),
    ),
    "an unknown field within cases": (
        [
            (
                "sdtm/ae.yaml", "AEDECOD: {assign: TERM}",
                "AEDECOD:\n        cases:\n          - {assign: TERM}\n          - {assign: TREM}",
            ),
        ],
        ("sdtm/ae.yaml", 11, "AE", "AEDECOD", "TREM is not there to read; did you mean TERM?"),
    ),
    "an unknown field in a condition": (
        [("sdtm/ae.yaml", "AEDECOD: {assign: TERM}", "AEDECOD: {assign: TERM, when: {TREM: x}}")],
        ("sdtm/ae.yaml", 8, "AE", "AEDECOD", "TREM is not there to read; did you mean TERM?"),
    ),
    "an unknown field in the condition of cases": (
        [("sdtm/ae.yaml", "AEDECOD: {assign: TERM}", "AEDECOD: {cases: [{assign: TERM}], when: {TREM: x}}")],
        ("sdtm/ae.yaml", 8, "AE", "AEDECOD", "TREM is not there to read; did you mean TERM?"),
    ),
    "an unknown field in where": (
        [("sdtm/ae.yaml", "  - from: ae\n", "  - from: ae\n    where: {TREM: present}\n")],
        ("sdtm/ae.yaml", 6, "AE", "", "TREM is not there to read; did you mean TERM?"),
    ),
    "an unknown field of a visit": (
        [("sdtm/vs.yaml", "visit: VISIT", "visit: {name: VISIT, date: DD}")],
        ("sdtm/vs.yaml", 5, "VS", "", "DD is not there to read"),
    ),
    "an unknown field of a result": (
        [("sdtm/vs.yaml", "value: WT,", "value: WTT,"), ("raw.yaml", "      WT: {}\n", "")],
        ("sdtm/vs.yaml", 8, "VS", "WEIGHT", "WTT is not there to read; did you mean WTU?"),
    ),
    "an unknown field of a unit": (
        [("sdtm/vs.yaml", "unit: WTU", "unit: UNIT"), ("raw.yaml", "      WTU: {}\n", "")],
        ("sdtm/vs.yaml", 8, "VS", "WEIGHT", "UNIT is not there to read"),
    ),
    "an unknown field of what is not done": (
        [("sdtm/vs.yaml", "reason: WHY", "reason: WHYY"), ("raw.yaml", "      WHY: {}\n", "")],
        ("sdtm/vs.yaml", 9, "VS", "", "WHYY is not there to read"),
    ),
    "an unknown field of a test's variable": (
        [("sdtm/vs.yaml", "{hardcode: SITTING}", "{assign: POSITION}")],
        ("sdtm/vs.yaml", 7, "VS", "VSPOS", "POSITION is not there to read"),
    ),
    "an unknown source": (
        [("sdtm/ae.yaml", "from: ae", "from: aes"), ("raw.yaml", "  ae:\n", "  ae:\n    not_submitted: none\n")],
        ("sdtm/ae.yaml", 5, "AE", "", "aes is no form of raw.yaml and no dataset; did you mean ae?"),
    ),
    "an unknown variable of this dataset": (
        [("sdtm/ae.yaml", "{study_day: AESTDTC}", "{study_day: AESTTDC}")],
        ("sdtm/ae.yaml", 13, "AE", "AESTDY", "AESTTDC is not there to read"),
    ),
    "an unknown variable of another dataset": (
        [("sdtm/dm.yaml", "{lookup: EX.EXSTDTC,", "{lookup: EX.EXSTDTM,")],
        ("sdtm/dm.yaml", 13, "DM", "RFSTDTC", "EX.EXSTDTM is not there to read"),
    ),
    "a dataset that the study has not": (
        [("sdtm/dm.yaml", "{lookup: EX.EXSTDTC,", "{lookup: EC.ECSTDTC,")],
        ("sdtm/dm.yaml", 13, "DM", "RFSTDTC", "EC.ECSTDTC is not there to read"),
    ),
    "a verb of datasets in records": (
        [("sdtm/ae.yaml", "AEDECOD: {assign: TERM}", "AEDECOD: {copy: AETERM}")],
        ("sdtm/ae.yaml", 8, "AE", "AEDECOD", "copy belongs in the dataset's variables"),
    ),
    "a verb of datasets in a test": (
        [("sdtm/vs.yaml", "{hardcode: SITTING}", "{copy: VSTEST}")],
        ("sdtm/vs.yaml", 7, "VS", "VSPOS", "copy belongs in the dataset's variables"),
    ),
    "a verb of records among the dataset's variables": (
        [("sdtm/ae.yaml", "{study_day: AESTDTC}", "{cases: [{assign: AESTDTC}]}")],
        ("sdtm/ae.yaml", 13, "AE", "AESTDY", "assign belongs in a block of records"),
    ),
    "a form feeds nothing": (
        [("raw.yaml", "forms:\n", "forms:\n  lb:\n    fields: {PAT: {}}\n")],
        ("raw.yaml", 2, "", "", "form lb feeds no dataset; state `not_submitted: reason`"),
    ),
    "a form is not submitted and read": (
        [("raw.yaml", "  ae:\n", "  ae:\n    not_submitted: a mistake\n")],
        ("raw.yaml", 8, "", "", "form ae is not_submitted, and feeds a dataset"),
    ),
    "a form has no field of the subject": (
        [("raw.yaml", "      PAT: {}\n      TERM: {}\n", "      TERM: {}\n")],
        ("raw.yaml", 8, "", "", "form ae has no field of the subject: PAT"),
    ),
    "a field is unused": (
        [("raw.yaml", "TERM: {}\n", "TERM: {}\n      SITE: {}\n")],
        ("raw.yaml", 12, "", "SITE", "ae.SITE is read by no dataset; map it, or state `not_submitted: reason`"),
    ),
    "a field is not submitted and read": (
        [("raw.yaml", "SEV: {}", "SEV: {not_submitted: a mistake}")],
        ("raw.yaml", 12, "", "SEV", "ae.SEV is not_submitted, and is read"),
    ),
    "unknown terms": (
        [
            ("sdtm/ae.yaml", "terms: severity", "terms: serverity"),
            ("codelists.yaml", "terms:\n  severity:\n    Mild: MILD\n    Bad: SEVERE\n", ""),
        ],
        ("sdtm/ae.yaml", 9, "AE", "AESEV", "codelists.yaml has no terms serverity"),
    ),
    "terms that nothing uses": (
        [("codelists.yaml", "codelists:", "  yesno: {1: Y}\ncodelists:")],
        ("codelists.yaml", 5, "", "", "terms yesno are used by no variable"),
    ),
    "a codelist that nothing uses": (
        [("codelists.yaml", "  ARM:\n", "  DOSE: {label: Dose, terms: {A: a}}\n  ARM:\n")],
        ("codelists.yaml", 6, "", "", "codelist DOSE is used by no variable"),
    ),
    "a policy for text that the encoding cannot hold, where it holds any": (
        [("study.yaml", "visits:", "encoding: utf-8\npolicies: {untranslated: report}\nvisits:")],
        ("study.yaml", 8, "", "", "policy untranslated is used by nothing"),
    ),
    "a decode outside a closed codelist": (
        [("codelists.yaml", "Bad: SEVERE", "Bad: BAD")],
        (
            "sdtm/ae.yaml", 9, "AE", "AESEV",
            "terms severity gives BAD, no term of the closed codelist Severity/Intensity Scale for Adverse Events",
        ),
    ),
    "a fixed value outside a closed codelist": (
        [("sdtm/dm.yaml", "SEX: {assign: SEX}", "SEX: {assign: SEX, else: NONE}")],
        ("sdtm/dm.yaml", 8, "DM", "SEX", "else gives NONE, no term of the closed codelist Sex"),
    ),
    "a fixed value within cases": (
        [("sdtm/dm.yaml", "SEX: {assign: SEX}", "SEX: {cases: [{hardcode: f}, {assign: SEX}]}")],
        ("sdtm/dm.yaml", 8, "DM", "SEX", "hardcode gives f, no term of the closed codelist Sex"),
    ),
    "a fixed value outside the sponsor's closed codelist": (
        [("sdtm/dm.yaml", "{hardcode: A, codelist: ARM}", "{hardcode: B, codelist: ARM}")],
        ("sdtm/dm.yaml", 11, "DM", "ARM", "hardcode gives B, no term of the closed codelist Arm"),
    ),
    "an unknown codelist": (
        [
            ("sdtm/dm.yaml", "{hardcode: A, codelist: ARM}", "{hardcode: A, codelist: AMR}"),
            ("codelists.yaml", "codelists:\n  ARM:\n    label: Arm\n    extensible: no\n    terms: {A: Arm A}\n", ""),
        ],
        ("sdtm/dm.yaml", 11, "DM", "ARM", "AMR is no codelist"),
    ),
    "a fixed text for a number": (
        [("sdtm/dm.yaml", "      COUNTRY:", "      AGE: {hardcode: old}\n      COUNTRY:")],
        ("sdtm/dm.yaml", 10, "DM", "AGE", "hardcode gives old; AGE is numeric"),
    ),
    "an unknown standard unit": (
        [("sdtm/vs.yaml", "standard_unit: mmHg", "standard_unit: mmhg")],
        ("sdtm/vs.yaml", 7, "VS", "SYSBP", "mmhg is no term of UNIT; did you mean mmHg?"),
    ),
    "an unknown standard unit of the dataset": (
        [("sdtm/vs.yaml", "keys:", "standard_results:\n  HEIGHT: {standard_unit: centimetre}\nkeys:")],
        ("sdtm/vs.yaml", 3, "VS", "HEIGHT", "centimetre is no term of UNIT"),
    ),
    "a test code without a name": (
        [("sdtm/vs.yaml", "      SYSBP: {", "      SYSBLP: {")],
        ("sdtm/vs.yaml", 7, "VS", "SYSBLP", "SYSBLP is in no codelist of VSTESTCD; state its name as `test`"),
    ),
    "a test code that is none": (
        [("sdtm/vs.yaml", "      SYSBP: {", "      1SYSBP: {test: Systolic, ")],
        ("sdtm/vs.yaml", 7, "VS", "1SYSBP", "a test code has at most 8 of A-Z, 0-9 and _, no digit first"),
    ),
    "tests of a dataset": (
        [
            (
                "sdtm/vs.yaml", "  - from: vs\n",
                "  - from: AE\n    visit: AETERM\n    tests: {TEMP: {value: AESTDY}}\n  - from: vs\n",
            ),
        ],
        ("sdtm/vs.yaml", 6, "VS", "", "tests are read from a form of raw.yaml"),
    ),
    "visits are not stated": (
        [
            (
                "study.yaml",
                "visits:\n  - {visitnum: 1, visit: SCREENING, visitdy: -7}\n"
                "  - {visitnum: 2, visit: WEEK 1, visitdy: 8}\n",
                "",
            ),
        ],
        ("sdtm/vs.yaml", 5, "VS", "", "study.yaml states no visits"),
    ),
    "epochs are not stated": (
        [("study.yaml", "epochs:\n  - {epoch: SCREENING, begins: DM.RFICDTC}\n  - {epoch: TREATMENT, begins: DM.RFSTDTC}\n", "")],
        ("sdtm/ae.yaml", 14, "AE", "EPOCH", "study.yaml states no epochs"),
    ),
    "an epoch begins with no date of DM": (
        [("study.yaml", "begins: DM.RFICDTC", "begins: DM.RFICDT")],
        ("study.yaml", 11, "", "", "DM.RFICDT is no variable of the study's DM"),
    ),
    "an unknown key": (
        [("sdtm/ae.yaml", "keys: [USUBJID, AETERM, AESTDTC]", "keys:\n  - USUBJID\n  - AETREM")],
        ("sdtm/ae.yaml", 4, "AE", "AETREM", "AETREM is no variable of AE; did you mean AETERM?"),
    ),
    "an unknown variable of the sequence": (
        [("sdtm/ae.yaml", "sequence: [AESTDTC, AETERM]", "sequence: [AESTDTC, AEXX]")],
        ("sdtm/ae.yaml", 3, "AE", "AEXX", "AEXX is no variable of AE"),
    ),
    "a length of no variable": (
        [("sdtm/ae.yaml", "keys:", "lengths: {AETREM: 20}\nkeys:")],
        ("sdtm/ae.yaml", 2, "AE", "AETREM", "AETREM is no variable of AE; did you mean AETERM?"),
    ),
    "a length of a number": (
        [("sdtm/ae.yaml", "keys:", "lengths: {AESTDY: 20}\nkeys:")],
        ("sdtm/ae.yaml", 2, "AE", "AESTDY", "AESTDY is numeric; only text has a length of its own"),
    ),
    "leaving out of a form that is not read": (
        [("sdtm/ae.yaml", "keys:", "leave_out:\n  - {from: vs, where: {SYS: blank}, reason: r}\nkeys:")],
        ("sdtm/ae.yaml", 3, "AE", "", "vs is no form that AE reads"),
    ),
    "leaving out by an unknown field": (
        [("sdtm/ae.yaml", "keys:", "leave_out:\n  - {from: ae, where: {SYS: blank}, reason: r}\nkeys:")],
        ("sdtm/ae.yaml", 3, "AE", "", "SYS is not there to read"),
    ),
    "a qualifier that is never made": (
        [("sdtm/ae.yaml", "supplemental:\n", "supplemental:\n  NEVER: {label: Never}\n")],
        ("sdtm/ae.yaml", 16, "AE", "NEVER", "NEVER is made by no variable"),
    ),
    "a qualifier that is a variable": (
        [("sdtm/ae.yaml", "supplemental:\n", "supplemental:\n  AESEV: {label: Severity}\n")],
        ("sdtm/ae.yaml", 16, "AE", "AESEV", "AESEV is a variable of AE itself"),
    ),
    "an identifier is written": (
        [("sdtm/ae.yaml", "      AETERM:", "      USUBJID: {assign: PAT}\n      AETERM:")],
        ("sdtm/ae.yaml", 7, "AE", "USUBJID", "USUBJID is never written in a mapping; it is made from study.yaml and `sequence`"),
    ),
    "a sequence number is written": (
        [("sdtm/ae.yaml", "  AESTDY:", "  AESEQ: {hardcode: 1}\n  AESTDY:")],
        ("sdtm/ae.yaml", 13, "AE", "AESEQ", "AESEQ is never written in a mapping; it is made from study.yaml and `sequence`"),
    ),
    "a variable is made twice": (
        [("sdtm/ae.yaml", "  AESTDY:", "  AEDECOD: {hardcode: X}\n  AESTDY:")],
        (
            "sdtm/ae.yaml", 13, "AE", "AEDECOD",
            "AEDECOD is made in records and, by hardcode, for the whole dataset; expected one, or a `when`",
        ),
    ),
    "a standard result is made twice": (
        [("sdtm/vs.yaml", "      VSDTC:", "      VSSTRESC: {assign: SYS}\n      VSDTC:")],
        (
            "sdtm/vs.yaml", 11, "VS", "VSSTRESC",
            "VSSTRESC is made in records and, by standardize, for the whole dataset; expected one, or a `when`",
        ),
    ),
    "an extension of no codelist": (
        [("codelists.yaml", "C66727:", "C66728888:")],
        ("codelists.yaml", 11, "", "", "C66728888 is no C-code of a codelist of sdtmct-2025-03-28"),
    ),
    "an extension by short name": (
        [("codelists.yaml", "C66727:", "NCOMPLT:")],
        ("codelists.yaml", 11, "", "", "NCOMPLT is no C-code of a codelist of sdtmct-2025-03-28; did you mean C66727?"),
    ),
    "an extension of a closed codelist": (
        [("codelists.yaml", "C66727:", "C66731:")],
        ("codelists.yaml", 11, "", "", "the codelist SEX (C66731) is not extensible"),
    ),
    "an extension by a term that the codelist has": (
        [("codelists.yaml", "    FINAL VISIT:", "    COMPLETED: Done\n    FINAL VISIT:")],
        ("codelists.yaml", 12, "", "", "COMPLETED is a term of NCOMPLT (C66727) already"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE)
def test_one_fault_gives_one_error_in_its_place(errors_of: Callable, case: str) -> None:
    changes, (file, line, dataset, variable, text) = ONE[case]
    (result,) = errors_of(*changes)
    assert (result.file, result.line, result.dataset, result.variable) == (file, line, dataset, variable)
    prefix = f"{dataset}.{variable}: " if variable and dataset else f"{dataset}: " if dataset else ""
    assert result.text.startswith(prefix + text), result.text
    if "did you mean" in text or file == "raw.yaml":
        assert result.text == prefix + text


def test_a_qualifiers_name_fits_qnam(tiny) -> None:
    tiny.replace("sdtm/ae.yaml", "  EMERGED: {label", "  EMERGEDTOO: {label")
    tiny.replace("sdtm/ae.yaml", "      EMERGED:", "      EMERGEDTOO:")
    (result,) = tiny.errors()
    assert (result.line, result.variable) == (16, "EMERGEDTOO")
    assert result.text.endswith("a QNAM has at most 8 of A-Z, 0-9 and _, no digit first")


def test_relations_are_checked_side_by_side(tiny) -> None:
    tiny.write(
        "sdtm/relrec.yaml",
        "dataset: RELREC\nrelations:\n  - name: A\n    between:\n"
        "      - {dataset: AE, by: AELNKID}\n      - {dataset: TU, by: TULNKID}\n",
    )
    assert tiny.errors() == [
        ("sdtm/relrec.yaml", 5, "RELREC", "", "RELREC: AELNKID is no variable of AE"),
        ("sdtm/relrec.yaml", 6, "RELREC", "", "RELREC: TU is no dataset of the study"),
    ]


def test_faults_of_several_files_come_at_once(errors_of: Callable) -> None:
    result = errors_of(
        ("sdtm/vs.yaml", "standard_unit: mmHg", "standard_unit: mmhg"),
        ("sdtm/ae.yaml", "AEDECOD: {assign: TERM}", "AEDECOD: {assign: TREM}"),
        ("raw.yaml", "TERM: {}\n", "TERM: {}\n      SITE: {}\n"),
        ("codelists.yaml", "C66727:", "C66731:"),
        ("study.yaml", "begins: DM.RFICDTC", "begins: DM.RFICDT"),
        ("sdtm/dm.yaml", "{lookup: EX.EXSTDTC, take: earliest}", "{copy: RFSTDTC}"),
    )
    assert [(item.file, item.line) for item in result] == [
        ("sdtm/ae.yaml", 8), ("sdtm/vs.yaml", 7), ("raw.yaml", 12), ("codelists.yaml", 11), ("study.yaml", 11),
        ("sdtm/dm.yaml", 13),
    ]  # fmt: skip
    assert result[-1].text == "DM.RFSTDTC: a cycle: DM.RFSTDTC reads DM.RFSTDTC"


VALID = {
    "an else of the closed codelist": ("sdtm/ae.yaml", "terms: severity}", "terms: severity, else: MILD}"),
    "the value in its stated case": (
        "sdtm/dm.yaml", "SEX: {assign: SEX}", "SEX: {cases: [{hardcode: f, case: upper}, {assign: SEX}]}",
    ),
    "no codelist": ("sdtm/dm.yaml", "SEX: {assign: SEX}", "SEX: {assign: SEX, codelist: none, else: f}"),
    "a number as text": ("sdtm/dm.yaml", "      COUNTRY:", "      AGE: {hardcode: \"18.5\"}\n      COUNTRY:"),
    "a test with its own name": ("sdtm/vs.yaml", "      SYSBP: {", "      SYSBLP: {test: Systolic, "),
    "parts of the identity": ("sdtm/ae.yaml", "AEDECOD: {assign: TERM}", 'AEDECOD: {text: "{USUBJID}{SITEID}{STUDYID}"}'),
    "a term that extends": ("sdtm/ae.yaml", "AEDECOD: {assign: TERM}", "AEDECOD: {hardcode: FINAL VISIT, codelist: C66727}"),
    "any value of an extensible codelist": (
        "sdtm/ae.yaml", "AEDECOD: {assign: TERM}", "AEDECOD: {hardcode: X, codelist: C66727}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", VALID)
def test_what_is_right_is_not_refused(tiny, case: str) -> None:
    tiny.replace(*VALID[case])
    assert tiny.load().plans


def test_an_extension_of_a_closed_codelist_allows_nothing(errors_of: Callable) -> None:
    result = errors_of(
        ("codelists.yaml", "C66727:", "C66731:"),
        ("sdtm/dm.yaml", "SEX: {assign: SEX}", "SEX: {assign: SEX, else: FINAL VISIT}"),
    )
    assert [item.text for item in result] == [
        "DM.SEX: else gives FINAL VISIT, no term of the closed codelist Sex",
        "the codelist SEX (C66731) is not extensible",
    ]


def test_a_dataset_of_the_trial_has_no_qualifiers(tiny) -> None:
    tiny.write(
        "sdtm/ts.yaml",
        "dataset: TS\nvariables:\n  MORE: {hardcode: X}\nsupplemental:\n  MORE: {label: More}\n",
    )
    result = tiny.errors()
    assert ("sdtm/ts.yaml", 4, "TS", "", "TS: TS has no supplemental qualifiers in sdtmig-3.4") in result

"""The specification of analysis datasets: every error with file, line, dataset and variable."""

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.standards.adamig import analysis_variable
from cdisc_npc.study.packaged import load_study
from cdisc_npc.verbs.lookup import AnalysisLookup
from cdisc_npc.verbs.verb import verbs_of
from tests.adam.study import ADRS, ADSL, FILES, write

ADTTE = """
dataset: ADTTE
label: Time-to-Event Analysis Dataset
structure: TTE
keys: [USUBJID, PARAMCD]
sources:
  death: {from: ADSL, date: DTHDT, event: Death}
  start: {from: ADSL, date: TRTSDT}
endpoints:
  OS: {label: Overall Survival (Days), start: TRTSDT, events: death, censors: start}
"""


def errors(folder, **changed: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        load_study(write(folder, **changed))
    return [text.removesuffix(" [SPEC_INVALID]") for text in refused.value.findings.messages()]


def with_endpoints(folder, text: str) -> list[str]:
    (folder / "adam").mkdir(parents=True)
    (folder / "adam" / "adtte.yaml").write_text(text, encoding="utf-8")
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load_study(folder)
    return [message.removesuffix(" [SPEC_INVALID]") for message in refused.value.findings.messages()]


def test_a_study_may_begin_with_sdtm(tmp_path):
    study = load_study(write(tmp_path / "s"))
    assert study.plans == {} and list(study.adam.datasets) == ["ADSL", "ADRS"]
    assert study.adam.order == ("ADSL", "ADRS")


def test_all_errors_at_once_with_file_line_dataset_and_variable(tmp_path):
    adsl = ADSL.replace("DM.RFXSTDTC", "DM.RFXSTDT").replace("{exists: TU}", "{exist: TU}")
    adrs = ADRS.replace("best: unconfirmed", "best: maybe")
    assert errors(tmp_path / "s", adsl=adsl, adrs=adrs) == [
        "adam/adrs.yaml line 18: ADRS.BOR: BOR.best: Input should be 'confirmed' or 'unconfirmed', not 'maybe'",
        "adam/adsl.yaml line 12: ADSL.scanned: expected a verb: one of " + ", ".join(verbs_of("analysis"))
        + "; did you mean exists?",
    ]  # fmt: skip
    adsl = ADSL.replace("DM.RFXSTDTC", "DM.RFXSTDT").replace("exists: TU", "exists: ADSK")
    assert errors(tmp_path / "t", adsl=adsl) == [
        "adam/adsl.yaml line 10: ADSL.TRTSDT: there is no variable DM.RFXSTDT",
        "adam/adsl.yaml line 12: ADSL.scanned: there is no table ADSK; did you mean DS?",
    ]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("ADT: {date: RSDTC}", "ADT: {date: RSDT}", "line 12: ADRS.ADT: there is no variable RSDT"),
        ("copy: RSSTRESC", "copy: AVAL1", "line 13: ADRS.AVALC: there is no variable AVAL1"),
        ("ANL01FL: {worst", "XYZFL: {worst", "line 14: ADRS.XYZFL: XYZFL has no label; expected it under `labels`"),
        ("ANL01FL: {worst", "ANALYSISFL: {worst", "a variable's name has at most 8 characters"),
        ("reference: TRTSDT", "reference: TRTSTD", "line 16: ADRS: there is no variable TRTSTD; did you mean TRTSDT?"),
        ("best: unconfirmed", "best_is: XX, of: [CR]", "line 18: ADRS.BOR: XX is no best response"),
        ("best: unconfirmed", "last: yes, first: PD", "expected one of first, response"),
        ("keys: [USUBJID, PARAMCD", "keys: [USUBJID, PARM", "line 5: ADRS: there is no variable PARM"),
        ("date: RSDTC}", "date: RSDTC, highest: week}", "highest: Input should be 'none', 'second'"),
        ("date: RSDTC}", "date: RSDTC, highest: year}", "a year that is imputed as first needs a bound"),
    ],
)  # fmt: skip
def test_errors_of_a_dataset(tmp_path, old, new, text):
    assert old in ADRS
    result = errors(tmp_path / "s", adrs=ADRS.replace(old, new))
    assert any(text in message for message in result), result


def test_errors_of_endpoints(tmp_path):
    text = ADTTE.replace("events: death", "events: deth").replace("start: TRTSDT", "start: TRTSD")
    assert with_endpoints(tmp_path / "s", text) == [
        "adam/adtte.yaml line 10: ADTTE.OS: there is no variable TRTSD; did you mean TRTSDT?",
        "adam/adtte.yaml line 10: ADTTE.OS: there is no source deth; did you mean death?",
    ]
    text = ADTTE.replace("censors: start}", 'censors: start, rules: [{missed: "2", interval: "42"}]}')
    assert with_endpoints(tmp_path / "t", text) == [
        "adam/adtte.yaml line 10: ADTTE.OS: the rule needs `assessments`: which ones could have shown progression"
    ]


def test_datasets_that_wait_for_one_another(tmp_path):
    adsl = ADSL.replace("scanned: {exists: TU}", "scanned: {exists: ADRS}")
    assert errors(tmp_path / "s", adsl=adsl)[0].endswith(
        "the datasets wait for one another: ADSL -> ADRS -> ADSL"
    )


def test_labels_of_families_hold_their_number():
    assert analysis_variable("BDS", "ANL02FL").label == "Analysis Flag 02"
    assert analysis_variable("ADSL", "TRT01A").label == "Actual Treatment for Period 01"
    assert analysis_variable("BDS", "AGEGR1").label == "Pooled Age Group 1"
    assert analysis_variable("TTE", "EVNTDESC").label == "Event or Censoring Description"
    assert analysis_variable("ADSL", "ANYTHING") is None


def test_verbs_describe_themselves():
    verb = AnalysisLookup.model_validate(
        {"lookup": "EX.EXSTDTC", "take": "first", "order": ["EXSTDTC"], "where": {"EXDOSE": {"above": "0"}}}
    )
    assert verb.describe() == "first EX.EXSTDTC by EXSTDTC where EXDOSE is above 0"
    assert list(verb.looks_in()) == [("EX", "EXSTDTC"), ("EX", "EXSTDTC"), ("EX", "EXDOSE")]

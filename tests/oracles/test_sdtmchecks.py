"""The clinical checks of sdtmchecks on AE, DD, DM, DS, EX, SS and TS: same verdict, same subjects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from cdisc_npc.package.read import Package
from tests.oracles.r_checks import Deviation, assert_agrees, files_of
from tests.oracles.values import cases

# Rules that stand for each published check.
FUNCTIONS: dict[str, list[str]] = {
    "check_ae_aeacnoth": ["NPC-AE-071"],
    "check_ae_aeacnoth_ds_disctx": ["NPC-AE-072"],
    "check_ae_aedecod": ["NPC-AE-017"],
    "check_ae_aedthdtc_aesdth": ["NPC-AE-038"],
    "check_ae_aedthdtc_ds_death": ["NPC-DS-008", "NPC-DS-009"],
    "check_ae_aelat": ["NPC-AE-019"],
    "check_ae_aeout": ["NPC-AE-036", "NPC-AE-037"],
    "check_ae_aeout_aeendtc_aedthdtc": ["NPC-AE-002", "NPC-AE-003"],
    "check_ae_aeout_aeendtc_nonfatal": ["NPC-AE-004", "NPC-AE-005"],
    "check_ae_aerel": ["NPC-AE-060", "NPC-AE-061", "NPC-AE-062", "NPC-AE-063"],
    "check_ae_aesdth_aedthdtc": ["NPC-AE-039"],
    "check_ae_aestdtc_after_aeendtc": ["NPC-SD-007"],
    "check_ae_aestdtc_after_dd": ["NPC-AE-007", "NPC-AE-008"],
    "check_ae_aetoxgr": ["NPC-AE-020", "NPC-AE-021"],
    "check_ae_death": ["NPC-AE-033", "NPC-AE-034", "NPC-AE-035"],
    "check_ae_death_ds_discon": ["NPC-AE-043"],
    "check_ae_ds_partial_death_dates": ["NPC-AE-040", "NPC-DS-005"],
    "check_ae_dup": ["NPC-AE-016"],
    "check_ae_fatal": ["NPC-AE-030", "NPC-AE-032", "NPC-AE-036", "NPC-AE-048"],
    "check_ae_withdr_ds_discon": ["NPC-AE-073"],
    "check_dd_ae_aedthdtc_ds_dsstdtc": ["NPC-AE-046"],
    "check_dd_ae_aeout_aedthdtc": ["NPC-AE-036", "NPC-AE-037"],
    "check_dd_death_date": ["NPC-AE-045"],
    "check_dm_actarm_arm": ["NPC-DM-024"],
    "check_dm_ae_ds_death": ["NPC-DM-003"],
    "check_dm_age_missing": ["NPC-DM-050", "NPC-DM-051", "NPC-DM-056"],
    "check_dm_armcd": ["NPC-DM-020", "NPC-DM-022"],
    "check_dm_dthfl_dthdtc": ["NPC-DM-001", "NPC-DM-002"],
    "check_dm_usubjid_ae_usubjid": ["NPC-DM-055"],
    "check_dm_usubjid_dup": ["NPC-DM-010", "NPC-DM-011"],
    "check_ds_ae_discon": ["NPC-DS-030"],
    "check_ds_dsdecod_death": ["NPC-DS-007"],
    "check_ds_dsdecod_dsstdtc": ["NPC-DS-001"],
    "check_ds_dsscat": ["NPC-DS-020"],
    "check_ds_dsterm_death_due_to": ["NPC-DS-006"],
    "check_ds_duplicate_randomization": ["NPC-DS-022"],
    "check_ds_ex_after_discon": ["NPC-EX-005"],
    "check_ds_multdeath_dsstdtc": ["NPC-DS-002"],
    "check_ex_dup": ["NPC-EX-030"],
    "check_ex_exdose_exoccur": ["NPC-EX-010"],
    "check_ex_exdose_pos_exoccur_no": ["NPC-EX-020", "NPC-EX-021"],
    "check_ex_exdosu": ["NPC-EX-012"],
    "check_ex_exoccur_exdose_exstdtc": ["NPC-EX-007", "NPC-EX-010", "NPC-EX-014", "NPC-EX-015"],
    "check_ex_exoccur_mis_exdose_nonmis": ["NPC-EX-021"],
    "check_ex_exstdtc_after_dd": ["NPC-EX-003", "NPC-EX-004"],
    "check_ex_exstdtc_after_exendtc": ["NPC-SD-007"],
    "check_ex_exstdtc_visit_ordinal_error": ["NPC-EX-032"],
    "check_ex_extrt_exoccur": ["NPC-EX-018"],
    "check_ex_infusion_exstdtc_exendtc": ["NPC-SD-007", "NPC-EX-034", "NPC-EX-035"],
    "check_ex_visit": ["NPC-EX-033"],
    "check_ss_ssdtc_alive_dm": ["NPC-SS-001"],
    "check_ss_ssdtc_dead_ds": ["NPC-SS-004"],
    "check_ss_ssdtc_dead_dthdtc": ["NPC-SS-003"],
    "check_ss_ssstat_ssorres": ["NPC-SD-021"],
    "check_ts_aedict": ["NPC-TS-005", "NPC-TS-007"],
    "check_ts_cmdict": ["NPC-TS-006", "NPC-TS-007"],
    "check_ts_sstdtc_ds_consent": ["NPC-TS-001", "NPC-TS-002", "NPC-TS-003", "NPC-TS-007"],
}


def subjects_of(dataset: str, matching: Callable[[pd.DataFrame], pd.Series]) -> Callable[[Package], set[str]]:
    """Subjects of whom some record looks so."""

    def looks(package: Package) -> set[str]:
        frame = package.tables[dataset].frame
        return set(frame.loc[matching(frame), "USUBJID"])

    return looks


def parameter(name: str, looking: Callable[[pd.Series], bool]) -> Callable[[Package], bool]:
    """Whether the values of a parameter of TS look so."""

    def looks(package: Package) -> bool:
        frame = package.tables["TS"].frame
        return looking(frame.loc[frame["TSPARMCD"] == name, "TSVAL"])

    return looks


def seconds_apart(dataset: str) -> Callable[[Package], set[str]]:
    """Subjects with a record that ends in the minute in which it starts, some seconds earlier."""
    start, end = f"{dataset}STDTC", f"{dataset}ENDTC"
    return subjects_of(
        dataset, lambda frame: (frame[start].str[:16] == frame[end].str[:16]) & (frame[start] > frame[end])
    )


def untreated(package: Package) -> set[str]:
    """Subjects of whom no dose is told that was given."""
    doses = package.tables["EX"].frame
    given = doses[doses["EXOCCUR"] != "N"] if "EXOCCUR" in doses else doses
    return set(package.tables["DM"].frame["USUBJID"]) - set(given["USUBJID"])


def of_one_number(package: Package) -> set[str]:
    """Subjects of different sites that end in the same number."""
    subjects = package.tables["DM"].frame["USUBJID"].drop_duplicates()
    numbers = subjects.str.extract(r".+-(\d+)$", expand=False)
    return set(subjects[numbers.notna() & numbers.duplicated(keep=False)])


def not_graded_once(package: Package) -> set[str]:
    """All subjects, where the adverse events have both variables of severity, or none."""
    frame = package.tables["AE"].frame
    return set() if ("AETOXGR" in frame) != ("AESEV" in frame) else set(frame["USUBJID"])


def several_drugs(package: Package) -> set[str]:
    """All subjects of a trial that is not of one drug."""
    drugs = package.tables["TS"].frame["TSPARMCD"].isin(["TRT", "COMPTRT"]).sum()
    return set() if drugs == 1 else set(package.tables["AE"].frame["USUBJID"])


# Where the standard, or the clinical sense, says otherwise. That a published check asks for variables that it
# does not look at is handled in `assert_agrees`.
DEVIATIONS = [
    *(
        Deviation(
            f"check_{dataset}_{dataset}stdtc_after_{dataset}endtc",
            seconds_apart(dataset.upper()),
            None,
            "ISO 8601 tells seconds, and what ends seconds before its start ends before it; published: minutes",
        )
        for dataset in ("ae", "ex")
    ),
    Deviation(
        "check_ae_dup",
        not_graded_once,
        None,
        "the same term on the same dates is recorded twice, whether the study grades by AETOXGR, by AESEV, by both "
        "(SDTMIG 3.4 permits it) or not at all",
    ),
    Deviation(
        "check_ae_withdr_ds_discon",
        several_drugs,
        None,
        "also in a trial of several drugs, withdrawing one ends a treatment in disposition",
    ),
    Deviation(
        "check_dd_ae_aeout_aedthdtc",
        subjects_of("AE", lambda frame: (frame["AEDTHDTC"] != "") & (frame["AEOUT"] == "")),
        None,
        "an event with a date of death and no outcome contradicts itself as well; R loses NA in a comparison",
    ),
    Deviation(
        "check_dd_death_date",
        subjects_of(
            "DS", lambda frame: (frame["DSDECOD"] == "DEATH") & ~frame["DSTERM"].str.contains("DEATH")
        ),
        None,
        "DSDECOD tells of a death: DSTERM is the verbatim term (SDTMIG 3.4, 6.2.4)",
    ),
    Deviation(
        "check_dm_dthfl_dthdtc",
        subjects_of("DM", lambda frame: (frame["DTHDTC"] != "") & (frame["DTHFL"] == "")),
        None,
        "a date of death without the flag breaks CORE-000007 whether the flag is NA or blank",
    ),
    Deviation(
        "check_dm_usubjid_ae_usubjid",
        untreated,
        None,
        "who was not treated, as after a screen failure, need not have an adverse event",
    ),
    Deviation(
        "check_dm_usubjid_dup",
        of_one_number,
        None,
        "the last part of USUBJID is no number of the study: SUBJID is, and is checked (CORE-000186)",
    ),
    Deviation(
        "check_ds_dsscat",
        lambda package: not subjects_of("DS", lambda frame: frame["DSSCAT"].str.contains("DISCON"))(package),
        "pass",
        "where nobody has left the study, nobody has left it twice",
    ),
    Deviation(
        "check_ex_exstdtc_visit_ordinal_error",
        lambda package: package.tables["EX"].frame["VISITNUM"].drop_duplicates().size <= 1,
        "pass",
        "the treatments of one visit are in the order of the visits",
    ),
    Deviation(
        "check_ex_infusion_exstdtc_exendtc",
        subjects_of(
            "EX",
            lambda frame: (
                frame["EXSTDTC"].str.fullmatch(r"\d{4}(-\d\d)?") & frame["EXENDTC"].str.match(r"\d{4}-\d\d")
            ),
        ),
        None,
        "2017 and 2017-02 may be the same day: dates differ only as far as both tell",
    ),
    Deviation(
        "check_ss_ssdtc_dead_ds",
        subjects_of("DS", lambda frame: (frame["DSDECOD"] == "DEATH") & (frame["DSCAT"] == "OTHER EVENT")),
        None,
        "the death of a subject who had left the study before is of the category OTHER EVENT",
    ),
    Deviation(
        "check_ss_ssstat_ssorres",
        subjects_of(
            "SS",
            lambda frame: (
                (frame["SSSTAT"] == "NOT DONE") & (frame["SSORRES"] == "") & (frame["SSSTRESC"] != "")
            ),
        ),
        None,
        "what was not done has no standard result either (SDTMIG 3.4, 4.5.1.2)",
    ),
    *(
        Deviation(
            f"check_ts_{name.lower()}",
            parameter(name, lambda values: values.empty),
            "pass",
            f"{name} is no parameter of the controlled terminology: define.xml names the dictionary",
        )
        for name in ("AEDICT", "CMDICT")
    ),
    *(
        Deviation(
            f"check_ts_{name.lower()}",
            parameter(name, lambda values, product=product: values.str.fullmatch(product).tolist() == [True]),
            "pass",
            "a study is coded in the version that it states, not in that of the day of the check",
        )
        for name, product in (("AEDICT", r"(?i)\s*meddra\D*\d.*"), ("CMDICT", r"(?i)\s*whodrug.*\d.*"))
    ),
    Deviation(
        "check_ts_sstdtc_ds_consent",
        lambda package: "INFORMED CONSENT OBTAINED" not in set(package.tables["DS"].frame["DSDECOD"]),
        "pass",
        "without a consent in DS there is nothing to hold the start of the study against",
    ),
]


@pytest.mark.parametrize("case", cases(*files_of(FUNCTIONS)))
def test_published_case(case: dict[str, Any]):
    assert_agrees(case, FUNCTIONS, DEVIATIONS)

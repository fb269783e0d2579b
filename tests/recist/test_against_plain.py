"""The column-wise computation against the plain one, over thousands of random histories."""

import pandas as pd
import pytest

from cdisc_npc.recist import Policies, compare_responses, responses
from cdisc_npc.recist.exact import nanometres
from tests.recist.plain import assess
from tests.recist.random_histories import frames, subject
from tests.recist.tables import recorded

TEXTS = ["TRGRESP", "NTRGRESP", "NEWLIND", "OVRLRESP", "RSDTC"]
LENGTHS = ["SUMDIAM", "BASE", "NADIR"]
COUNTS = ["SEQ", "LSEXP", "LSASS"]
SEEDS = range(4000)


@pytest.fixture(scope="module")
def tables():
    return frames(SEEDS)


@pytest.fixture(scope="module")
def computed(tables):
    return responses(*tables)


@pytest.fixture(scope="module")
def expected():
    rows = []
    for seed in SEEDS:
        tu, tr = subject(f"S{seed:05d}", seed)
        for evaluator in sorted({record["TREVAL"] for record in tr}):
            mine = [
                [record for record in table if record[name] == evaluator]
                for table, name in ((tu, "TUEVAL"), (tr, "TREVAL"))
            ]
            rows += [{"USUBJID": f"S{seed:05d}", "TREVAL": evaluator} | row for row in assess(*mine)]
    return pd.DataFrame(rows)


def test_all_time_points_are_alike(computed, expected):
    ours = computed[["USUBJID", "TREVAL", *COUNTS, *TEXTS, *LENGTHS]].reset_index(drop=True)
    theirs = expected[["USUBJID", "TREVAL", *COUNTS, *TEXTS]].copy()
    for name in LENGTHS:
        ours[name] = nanometres(ours[name])
        theirs[name] = [
            -1 if value is None or pd.isna(value) else int(value * 1_000_000) for value in expected[name]
        ]
    assert len(ours) == len(theirs)
    differs = (ours.to_numpy(dtype=object) != theirs[ours.columns].to_numpy(dtype=object)).any(axis=1)
    shown = ours[differs].merge(theirs[differs], left_index=True, right_index=True, suffixes=("", "_plain"))
    assert not differs.any(), shown.head(5).T.to_string()


def test_the_histories_have_what_they_are_to_test(computed, tables):
    reasons = computed["REASON"].str.split("+").explode().value_counts()
    rare = {
        "TARGET_GONE", "TARGET_INCREASE", "TARGET_INCREASE_OF_MEASURED", "TARGET_REAPPEARED", "TARGET_MISSING",
        "TARGET_DECREASE", "TARGET_STABLE", "TARGET_NO_BASELINE", "NONTARGET_PROGRESSION", "NONTARGET_MISSING",
        "NONTARGET_GONE", "NONTARGET_REMAINS", "NEW_LESION", "NO_LESIONS",
    }  # fmt: skip
    assert {reason for reason in rare if reasons.get(reason, 0) < 20} == set()
    tests = tables[0]["TUTESTCD"].value_counts()
    assert tests["TUSPLIT"] > 200 and tests["TUMERGE"] > 100
    # Sums that are exactly at a threshold, where binary rounding would go wrong.
    at = computed[(computed["PCNSD"].round(9) == 20) | (computed["PCBSD"].round(9) == -30)]
    assert len(at) > 100


@pytest.mark.parametrize("seed", range(5))
def test_any_set_of_whole_subjects_gives_the_same(tables, computed, seed):
    tu, tr = tables
    chosen = pd.Series(sorted(tr["USUBJID"].unique())).sample(frac=0.1 + 0.2 * seed, random_state=seed)
    mixed = tr[tr["USUBJID"].isin(chosen)].sample(frac=1, random_state=seed)
    mixed = (
        mixed.loc[mixed.index.sort_values()] if seed % 2 else mixed
    )  # the order of the records is one of them
    part = responses(tu[tu["USUBJID"].isin(chosen)], mixed)
    whole = computed[computed["USUBJID"].isin(chosen)].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, whole)
    rs = recorded(computed).assign(RSSTRESC="SD")
    theirs = compare_responses(computed, rs).frame()
    mine = compare_responses(part, rs[rs["USUBJID"].isin(chosen)]).frame()
    theirs = theirs[theirs["USUBJID"].isin(chosen)].reset_index(drop=True)
    assert len(mine) > 10
    pd.testing.assert_frame_equal(mine, theirs)


def test_what_was_recorded_as_computed_is_no_finding(computed):
    assert len(compare_responses(computed, recorded(computed))) == 0


@pytest.mark.parametrize(
    "policy",
    [{"missing_lesion": "NE"}, {"reappearance": "none"}, {"reappearance": "any"}, {"reappearance": "nadir zero"},
     {"normal_nodes": "PD"}, {"nontarget_incomplete": "NON-CR/NON-PD"}, {"equivocal_new": "dates back"},
     {"pd_date": "latest"}],
    ids=str,
)  # fmt: skip
def test_every_policy_changes_something(tables, computed, policy):
    other = responses(*tables, policies=Policies(**policy))
    assert other.shape == computed.shape
    assert (other[TEXTS] != computed[TEXTS]).to_numpy().any()

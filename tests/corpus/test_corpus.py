"""Some of the frozen corpus; all of it: `python tests/corpus/corpus.py check`."""

import pandas as pd
import pytest

from tests.corpus.corpus import cases, differences, digest, frozen


@pytest.mark.slow
@pytest.mark.parametrize("case", ["messy-1-en", "cdiscpilot", "transport"])
def test_files_are_as_frozen(case):
    assert differences(case) == [], (
        "see the head of tests/corpus/corpus.py: freeze it again, if that was meant"
    )


def test_every_case_is_frozen():
    assert {case for case, _ in frozen()} == set(cases())


def test_digest_of_parquet_is_of_its_values(tmp_path):
    frame = pd.DataFrame({"USUBJID": ["01", "02"], "AVAL": [1.5, None]})
    for name, compression in (("a", "snappy"), ("b", "zstd")):
        frame.to_parquet(tmp_path / f"{name}.parquet", compression=compression)
    frame.assign(AVAL=[1.5, 2.0]).to_parquet(tmp_path / "c.parquet")
    one, same, other = (digest(tmp_path / f"{name}.parquet") for name in "abc")
    assert one == same
    assert one != other

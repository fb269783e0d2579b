"""Records numbered by the values of several columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.keys import dense, group_codes, groups_of, match_codes, numbered, require, together
from cdisc_npc.findings import Refused

NAN = float("nan")
FRAME = pd.DataFrame({"ID": pd.Series(["b", "a", "b", "a"], dtype="str"), "N": [2.0, NAN, 2.0, NAN]})


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), max_size=20))
def test_records_have_one_number_where_they_agree_in_all(rows: list[tuple[int, ...]]) -> None:
    columns = [Column.of(np.array([float(row[place]) for row in rows])) for place in range(3)]
    numbers, bound = together(columns, len(rows))
    assert len(set(zip(numbers.tolist(), rows, strict=True))) == len(set(numbers.tolist())) == len(set(rows))
    assert all(number < bound for number in numbers)


@pytest.mark.parametrize("count", [50_000, 2**31 - 1, 2**40])
def test_many_codes_do_not_run_over(count: int) -> None:
    kind = np.int32 if count < 2**31 else np.int64
    codes = np.array([0, count - 1, count - 1, 1], dtype=kind)
    numbers, bound = numbered([(codes, count)] * 3, 4)
    assert numbers[1] == numbers[2]
    assert len(set(numbers.tolist())) == 3
    assert numbers.max() < bound


def test_records_of_two_datasets_have_one_number_where_they_agree() -> None:
    own, other = pd.Series(["A", "B", "A", "C"]), pd.Series(["C", "A", "D"])
    mine, theirs, count = groups_of([Column.of(own)], [Column.of(other)], (4, 3))
    assert [[left == right for right in theirs] for left in mine] == [
        [left == right for right in other] for left in own
    ]
    assert max(*mine, *theirs) < count


def test_groups_are_numbered_in_order_of_appearance():
    assert group_codes(FRAME, ["ID"]).tolist() == [0, 1, 0, 1]
    assert group_codes(FRAME, []).tolist() == [0, 0, 0, 0]
    left, right = match_codes(FRAME, pd.DataFrame({"KEY": pd.Series(["a", "c"], dtype="str")}), {"ID": "KEY"})
    assert left.tolist() == [-1, 0, -1, 0] and right.tolist() == [0, 1]


@given(st.lists(st.tuples(*[st.integers(-1, 2)] * 2), max_size=20))
def test_a_record_without_a_code_in_one_column_has_no_number(rows: list[tuple[int, ...]]) -> None:
    numbers, bound = numbered(
        [(np.array([row[place] for row in rows], dtype=int), 3) for place in (0, 1)], len(rows)
    )
    again, count = dense(numbers)
    assert (
        [number < 0 for number in numbers] == [-1 in row for row in rows] == [number < 0 for number in again]
    )
    kept = [row for row in rows if -1 not in row]
    assert count == len(set(kept)) <= bound
    assert list(dict.fromkeys(kept)) == [
        kept[at] for at in np.unique(again[again >= 0], return_index=True)[1]
    ]


def test_two_frames_agree_in_all_or_not_at_all() -> None:
    right = pd.DataFrame({"ID": pd.Series(["a", "b", "b"], dtype="str"), "N": [NAN, 1.0, 2.0]})
    left, codes = match_codes(FRAME, right, {"ID": "ID", "N": "N"})
    assert left.tolist() == [2, 0, 2, 0] and codes.tolist() == [0, 1, 2]
    other = FRAME.assign(N=[1.0, 1.0, NAN, NAN])
    assert match_codes(other, right, {"ID": "ID", "N": "N"})[0].tolist() == [1, -1, -1, 0]
    assert match_codes(FRAME, right.head(0), {"ID": "ID", "N": "N"})[0].tolist() == [-1] * 4


def test_a_missing_variable_is_named():
    with pytest.raises(Refused, match=r"RS has no variable ADT"):
        require(FRAME, ["ID", "ADT"], "RS")

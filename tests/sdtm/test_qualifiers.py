"""SUPP-- and back: nothing is lost on the way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.texts import byte_lengths
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.sdtm.qualifiers import (
    COLUMNS,
    MAX_BYTES,
    Qualifier,
    continued_name,
    join_text,
    make_supp,
    merge_supp,
    split_column,
    split_text,
)

ENCODINGS = st.sampled_from(["us-ascii", "utf-8", "gb18030"])
WORDS = st.lists(st.text(alphabet="ab字𠀀é-", min_size=2, max_size=130), min_size=1, max_size=12).map(
    " ".join
)
ANY_TEXT = st.one_of(
    WORDS,
    st.text(max_size=600),
    st.lists(st.text(alphabet=" a字", max_size=90), max_size=9).map("".join),
    st.text(alphabet="字", min_size=190, max_size=210),
)


def size(text: str, encoding: str) -> int:
    """Bytes, as UTF-8 where the encoding lacks a character."""
    try:
        return len(text.encode(encoding))
    except UnicodeEncodeError:
        return len(text.encode("utf-8"))


@settings(max_examples=400)
@given(ANY_TEXT, ENCODINGS)
def test_split_text_joins_back(text, encoding):
    try:
        pieces = split_text(text, encoding)
    except ValueError:
        assert "  " in text or any(len(word) < 2 for word in text.split(" "))
        return
    assert join_text(pieces, encoding) == text
    assert all(size(piece, encoding) <= MAX_BYTES for piece in pieces)
    blanks = [piece != piece.strip(" ") for piece in pieces]
    assert not any(blanks) or text != text.strip(" ")


@settings(max_examples=200)
@given(WORDS, ENCODINGS)
def test_words_can_always_be_cut(text, encoding):
    assert join_text(split_text(text, encoding), encoding) == text


@pytest.mark.parametrize("first", range(195, 202))
@pytest.mark.parametrize("letter", ["a", "é", "字", "𠀀"])
def test_a_blank_just_at_the_edge(letter, first):
    word = letter * (first // size(letter, "utf-8"))
    text = f"{word} {letter * 80} {word}"
    assert join_text(split_text(text, "utf-8"), "utf-8") == text


def test_split_text_prefers_a_blank_to_a_word():
    text = " ".join(["word"] * 60)
    pieces = split_text(text)
    assert len(pieces) == 2
    assert all(piece.startswith("word") and piece.endswith("word") for piece in pieces)


def test_blanks_side_by_side_leave_no_place():
    with pytest.raises(ValueError, match="no place to cut"):
        split_text("a" * 10 + " " * 300 + "b")


@given(st.lists(st.text(alphabet="a字𠀀é", max_size=9), min_size=1, max_size=6), ENCODINGS)
def test_byte_lengths(values, encoding):
    column = pd.Series(values, dtype="str")
    assert byte_lengths(column, encoding).tolist() == [size(text, encoding) for text in values]


def test_split_column_cuts_long_values_and_names_those_it_cannot():
    long, stuck = "x" * 450, "a" + " " * 300 + "b"
    columns, left = split_column(Column.of(["short", long, "", stuck, long]), "us-ascii")
    assert [column.values.tolist() for column in columns] == [
        ["short", "x" * 200, "", stuck, "x" * 200],
        ["", "x" * 200, "", "", "x" * 200],
        ["", "x" * 50, "", "", "x" * 50],
    ]
    assert left.tolist() == [3]
    (same,), none = split_column(Column.of(["short"]), "us-ascii")
    assert same.values.tolist() == ["short"]
    assert not len(none)


def parent(ids, idvar="AESEQ", subject="S-1", **columns) -> pd.DataFrame:
    values = pd.Series(ids)
    return pd.DataFrame({"STUDYID": "S", "DOMAIN": "AE", "USUBJID": subject, idvar: values, **columns})


def supp(*rows: tuple[str, str, str, str], subject: str = "S-1") -> pd.DataFrame:
    """SUPP-- of (IDVAR, IDVARVAL, QNAM, QVAL)."""
    records = [
        ("S", "AE", subject, idvar, ident, name, name.title(), value, "CRF", "")
        for idvar, ident, name, value in rows
    ]
    return pd.DataFrame(records, columns=pd.Index(COLUMNS)).astype("str")


def test_make_supp_skips_blanks_and_keeps_the_parents_order():
    frame = parent([1.0, 2.0])
    result = make_supp(
        frame,
        [
            (Qualifier("ONE", "First", "CRF"), pd.Series(["a", "\u3000"], dtype="str")),
            (Qualifier("TWO", "Second", "DERIVED", "SPONSOR"), pd.Series([np.nan, 24.040])),
            (Qualifier("THREE", "Third", "CRF"), pd.Series(["c", "d"], dtype="str")),
        ],
        dataset="AE",
        idvar="AESEQ",
    )
    assert tuple(result) == COLUMNS
    assert result[["IDVARVAL", "QNAM", "QVAL", "QORIG", "QEVAL"]].to_numpy().tolist() == [
        ["1", "ONE", "a", "CRF", ""],
        ["1", "THREE", "c", "CRF", ""],
        ["2", "TWO", "24.04", "DERIVED", "SPONSOR"],
        ["2", "THREE", "d", "CRF", ""],
    ]
    assert set(result["RDOMAIN"]) == {"AE"}
    assert make_supp(frame, [], dataset="AE", idvar="AESEQ").empty


@pytest.mark.parametrize("idvar", [123, "AEID", ""])
def test_make_supp_refuses_an_unknown_idvar(idvar):
    with pytest.raises(ValueError, match="no variable of AE"):
        make_supp(parent([1.0]), [], dataset="AE", idvar=idvar)


def test_make_supp_refuses_values_that_are_not_aligned():
    with pytest.raises(ValueError, match="ONE has 1 values for 2 records"):
        make_supp(
            parent([1.0, 2.0]), [(Qualifier("ONE", "", "CRF"), pd.Series(["a"]))], dataset="AE", idvar="AESEQ"
        )


QNAMS = st.lists(
    st.sampled_from(["Q1", "QB", "QUALIFY8", "LONG", "LONG1X"]), min_size=1, max_size=4, unique=True
)


@settings(max_examples=80)
@given(st.data(), QNAMS, ENCODINGS)
def test_round_trip_loses_nothing(data, names, encoding):
    identifiers = data.draw(
        st.lists(st.sampled_from([1.0, 2.0, 24.04, 1e6, 0.1]), min_size=1, max_size=4, unique=True)
    )
    frame = parent(identifiers)
    text = st.one_of(st.just(""), st.sampled_from(["x", "24.04", "NA", "  lead", "字"]), WORDS)
    values = {
        name: pd.Series([data.draw(text) for _ in identifiers], dtype="str", name=name) for name in names
    }
    columns = []
    for name, column in values.items():
        pieces, stuck = split_column(Column.of(column), encoding)
        assume(not len(stuck))
        parts = [name, *(continued_name(name, part) for part in range(1, len(pieces)))]
        columns += [(Qualifier(part, "", "CRF"), piece) for part, piece in zip(parts, pieces, strict=True)]
    assume(len({qualifier.name for qualifier, _ in columns}) == len(columns))
    result = make_supp(frame, columns, dataset="AE", idvar="AESEQ")
    shuffled = result.sample(frac=1, random_state=1)
    merged = merge_supp(frame, shuffled, encoding=encoding)
    pd.testing.assert_frame_equal(merged[list(frame)], frame)
    for name, column in values.items():
        if (column != "").any():
            assert merged[name].tolist() == column.tolist()
        else:
            assert name not in merged


@pytest.mark.parametrize(
    ("ours", "idvarval"),
    [
        (24.04, "24.04"),
        (24.04, " 24.040 "),
        (1.0, "1"),
        (1.0, "01"),
        (1.0, "1.0"),
        (1e6, "1000000"),
        ("a b", " a b "),
    ],
)
def test_idvarval_meets_its_record(ours, idvarval):
    assert merge_supp(parent([ours]), supp(("AESEQ", idvarval, "Q", "x")))["Q"].tolist() == ["x"]


@pytest.mark.parametrize(
    ("ours", "idvarval"), [("1.10", "1.1"), ("01", "1"), ("a", "A"), (1.0, "2"), (1.0, "x")]
)
def test_idvarval_of_another_record_is_refused_by_name(ours, idvarval):
    with pytest.raises(Refused) as refused:
        merge_supp(parent([ours], "AESPID"), supp(("AESPID", idvarval, "Q", "lost text")))
    (message,) = refused.value.findings.messages()
    for part in ("S-1", f"AESPID={idvarval}", "Q", "lost text"):
        assert part in message


def test_identifiers_that_differ_as_text_are_two_records():
    merged = merge_supp(parent(["1.1", "1.10"], "AESPID"), supp(("AESPID", "1.10", "Q", "x")))
    assert merged["Q"].tolist() == ["", "x"]


def test_one_qnam_through_several_idvars_is_one_column():
    frame = parent([1.0, 2.0], AESPID=pd.Series(["a", "b"], dtype="str"))
    merged = merge_supp(frame, supp(("AESEQ", "1", "Q", "x"), ("AESPID", "b", "Q", "y")))
    assert merged["Q"].tolist() == ["x", "y"]


def test_two_values_of_one_cell_are_refused_unless_equal():
    frame = parent([1.0], AESPID=pd.Series(["a"], dtype="str"))
    same = supp(("AESEQ", "1", "Q", "x"), ("AESPID", "a", "Q", "x"))
    assert merge_supp(frame, same)["Q"].tolist() == ["x"]
    for second in (("AESEQ", "1", "Q", "y"), ("AESPID", "a", "Q", "y")):
        with pytest.raises(Refused, match="one value of the qualifier"):
            merge_supp(frame, supp(("AESEQ", "1", "Q", "x"), second))


def test_what_does_not_fit_the_parent_is_refused():
    with pytest.raises(Refused, match="one record of the parent"):
        merge_supp(parent([1.0, 1.0]), supp(("AESEQ", "1", "Q", "x")))
    with pytest.raises(Refused, match="a variable of the parent dataset"):
        merge_supp(parent([1.0]), supp(("AEGRPID", "1", "Q", "x")))
    with pytest.raises(Refused, match="no variable of the parent"):
        merge_supp(parent([1.0], AETERM="a"), supp(("AESEQ", "1", "AETERM", "x")))
    with pytest.raises(Refused, match="a record of the parent"):
        merge_supp(parent([1.0]), supp(("AESEQ", "1", "Q", "x"), subject="S-2"))


def test_a_dataset_of_one_record_a_subject_needs_no_idvar():
    assert merge_supp(parent([1.0]), supp(("", "", "Q", "x")))["Q"].tolist() == ["x"]


@pytest.mark.parametrize("base", ["AETERM", "AEACNOTH", "AEDIS1"])
def test_long_text_of_a_parents_variable_comes_back(base):
    text = " ".join(f"word{n}" for n in range(200))
    first, *rest = split_text(text)
    frame = parent([1.0, 2.0], **{base: pd.Series([first, "short"], dtype="str")})
    names = [continued_name(base, part) for part in range(1, len(rest) + 1)]
    merged = merge_supp(
        frame, supp(*(("AESEQ", "1", name, piece) for name, piece in zip(names, rest, strict=True)))
    )
    assert merged[base].tolist() == [text, "short"]
    assert list(merged) == list(frame)


def test_a_short_qualifier_that_ends_in_a_digit_is_its_own_variable():
    frame = parent([1.0], AEOTH=pd.Series(["one"], dtype="str"))
    merged = merge_supp(frame, supp(("AESEQ", "1", "AEOTH1", "two")))
    assert merged[["AEOTH", "AEOTH1"]].to_numpy().tolist() == [["one", "two"]]


@pytest.mark.parametrize("parts", [[2], [3], [1, 3], [2, 3]])
def test_a_part_whose_part_before_is_missing_is_kept(parts):
    frame = parent([1.0, 2.0], AETERM=pd.Series(["a" * 200, "y"], dtype="str"))
    given = supp(*(("AESEQ", "2", f"AETERM{part}", f"part {part}") for part in parts))
    whole = supp(*(("AESEQ", "1", f"AETERM{part}", "b" * 200) for part in (1, 2, 3)))
    merged = merge_supp(frame, pd.concat([whole, given], ignore_index=True))
    for part in parts:
        assert merged[f"AETERM{part}"].tolist() == ["b" * 200, f"part {part}"]


@pytest.mark.parametrize("kind", ["float", "Int64", "object", "category"])
def test_identifiers_of_any_type_meet_their_record(kind):
    result = supp(("AESEQ", "1", "Q", "x"), ("AESEQ", "2", "Q", "y"))
    result["IDVARVAL"] = pd.Series([1, 2]).astype(kind)
    assert merge_supp(parent([1.0, 2.0]), result)["Q"].tolist() == ["x", "y"]


def test_values_of_other_types_become_text():
    result = supp(("AESEQ", "1", "Q", "x"), ("AESEQ", "2", "Q", "y")).assign(QVAL=[1.5, np.nan])
    assert merge_supp(parent([1.0, 2.0]), result)["Q"].tolist() == ["1.5", ""]


@pytest.mark.parametrize("name", ["USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"])
def test_a_missing_column_is_refused_by_name(name):
    with pytest.raises(Refused, match=f"{name}: 'no column'; expected it in SUPP--"):
        merge_supp(parent([1.0]), supp(("AESEQ", "1", "Q", "x")).drop(columns=name))


def test_a_parent_without_subjects_and_columns_that_stand_twice_are_refused():
    result = supp(("AESEQ", "1", "Q", "x"))
    with pytest.raises(Refused, match="USUBJID: 'no column'; expected it in the parent"):
        merge_supp(parent([1.0]).drop(columns="USUBJID"), result)
    with pytest.raises(Refused, match="QNAM: 'several columns'; expected one in SUPP--"):
        merge_supp(parent([1.0]), pd.concat([result, result[["QNAM"]]], axis=1))


@pytest.mark.parametrize("blank", ["", " ", None, np.nan])
def test_a_record_that_names_no_qualifier_is_refused(blank):
    result = supp(("AESEQ", "1", "Q", "x"), ("AESEQ", "1", "Q", "lost text"))
    result["QNAM"] = pd.Series(["Q", blank], dtype=object)
    with pytest.raises(Refused, match="expected the name of a qualifier"):
        merge_supp(parent([1.0]), result)


def test_a_record_of_another_domain_or_study_is_refused():
    result = supp(("AESEQ", "1", "Q", "x"))
    frame = parent([1.0]).assign(DOMAIN="AE")
    assert merge_supp(frame, result.assign(RDOMAIN="AE"))["Q"].tolist() == ["x"]
    for domain in ("CM", "", "ae"):
        with pytest.raises(Refused, match=f"RDOMAIN: '{domain}'; expected the DOMAIN of the parent, AE"):
            merge_supp(frame, result.assign(RDOMAIN=domain))
    with pytest.raises(Refused, match="expected a record of the parent"):
        merge_supp(frame, result.assign(STUDYID="ANOTHER"))
    # Subjects of one number in two studies are two subjects.
    two = pd.concat([frame, frame.assign(STUDYID="ANOTHER")], ignore_index=True)
    assert merge_supp(two, result.assign(STUDYID="ANOTHER"))["Q"].tolist() == ["", "x"]


TWO = {"AESPID": pd.Series(["a", "b"], dtype="str"), "AETERM": pd.Series(["x", "y"], dtype="str")}


@pytest.mark.parametrize(
    ("rows", "reported", "left"),
    [
        ([("AESEQ", "9", "Q", "lost")], ["AESEQ=9"], None),
        ([("AESEQ", "9", "Q", "lost"), ("AESEQ", "2", "Q", "y")], ["AESEQ=9"], ["", "y"]),
        ([("AESPID", "c", "Q", "lost"), ("AESEQ", "1", "Q", "x")], ["AESPID=c"], ["x", ""]),
        ([("AESEQ", "x", "Q", "lost"), ("AESEQ", "", "Q", "lost")], ["AESEQ=x", "AESEQ="], None),
    ],
)
def test_orphans_are_refused_or_reported(rows, reported, left):
    frame, given = parent([1.0, 2.0], **TWO), supp(*rows)
    with pytest.raises(Refused) as refused:
        merge_supp(frame, given)
    findings = Findings()
    merged = merge_supp(frame, given, orphans="report", findings=findings)
    for table, severity in ((refused.value.findings, "refuse"), (findings, "error")):
        shown = table.frame()
        assert shown["keys"].tolist() == reported
        assert {*shown["code"] + shown["severity"]} == {"SUPP_ORPHAN" + severity}
        assert shown[["dataset", "USUBJID", "variable", "value"]].drop_duplicates().values.tolist() == [
            ["SUPPAE", "S-1", "Q", "lost"]
        ]
    assert (merged["Q"].tolist() if left else list(merged)) == (left or list(frame))


def test_a_qualifier_of_a_subject_without_records_is_an_orphan():
    findings = Findings()
    given = supp(("", "", "Q", "x"), subject="S-2")
    assert list(merge_supp(parent([1.0]), given, orphans="report", findings=findings)) == list(parent([1.0]))
    (message,) = findings.messages()
    assert message.startswith("SUPPAE S-2 without IDVAR Q: 'x'; expected a record of the parent")
    assert list(merge_supp(parent([1.0])[:0], given, orphans="report", findings=Findings())) == list(
        parent([1.0])
    )


@pytest.mark.parametrize(
    ("rows", "reported", "stands"),
    [
        ([("AESEQ", "1", "Q", "x"), ("AESEQ", "1", "Q", "y")], [("AESEQ=1", "y")], ["x", ""]),
        ([("AESEQ", "1", "Q", "x"), ("AESPID", "a", "Q", "y")], [("AESPID=a", "y")], ["x", ""]),
        (
            [("AESEQ", "2", "Q", value) for value in ("x", "y", "x", "z")],
            [("AESEQ=2", "y"), ("AESEQ=2", "z")],
            ["", "x"],
        ),
        (
            [("AESEQ", "1", "Q", "x"), ("AESEQ", "01", "Q", "y"), ("AESEQ", "2", "Q", "y")],
            [("AESEQ=01", "y")],
            ["x", "y"],
        ),
    ],
)
def test_several_values_of_a_qualifier_are_refused_or_reported(rows, reported, stands):
    frame, given = parent([1.0, 2.0], **TWO), supp(*rows)
    with pytest.raises(Refused) as refused:
        merge_supp(frame, given)
    findings = Findings()
    merged = merge_supp(frame, given, repeated="report", findings=findings)
    for table, severity in ((refused.value.findings, "refuse"), (findings, "error")):
        shown = table.frame()
        assert list(zip(shown["keys"], shown["value"], strict=True)) == reported
        assert {
            *shown["code"] + shown["severity"] + shown["dataset"] + shown["USUBJID"] + shown["variable"]
        } == {f"SUPP_REPEATED{severity}SUPPAES-1Q"}
    assert merged["Q"].tolist() == stands


def test_a_policy_to_report_needs_findings():
    with pytest.raises(ValueError, match="findings"):
        merge_supp(parent([1.0]), supp(("AESEQ", "1", "Q", "x")), orphans="report")


@pytest.mark.parametrize("name", ["USUBJID", "STUDYID"])
def test_records_of_one_key_that_no_qualifier_seeks_do_no_harm(name):
    two = pd.concat([parent([1.0]), parent([1.0, 1.0]).assign(**{name: "OTHER"})], ignore_index=True)
    assert merge_supp(two, supp(("AESEQ", "1", "Q", "x")))["Q"].tolist() == ["x", "", ""]

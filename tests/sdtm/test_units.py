"""Standard results: exact arithmetic, and what cannot be converted."""

from __future__ import annotations

import math
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.units import Conversion, conversion, convert, numeric_results
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.standards.terminology import load_terminology
from cdisc_npc.study.written import AtMost
from cdisc_npc.transport.strict_yaml import read_yaml
from tests.sdtm.small_study import MakeStudy, found

GROUPS = read_yaml(mappings_root() / "standards" / "units.yaml").data
UNITS = [(name, unit) for name, group in GROUPS.items() for unit in group]


def standard(result: str, unit: str, wanted: str, **options) -> tuple[str, float | None]:
    how = conversion(unit, wanted, options.pop("factors", None))
    assert how is not None
    text, number = convert(result, how, **options)
    return text, None if math.isnan(number) else number


@pytest.mark.parametrize(("group", "unit"), UNITS)
def test_every_unit_is_a_submission_value(group, unit):
    assert unit in load_terminology().codelist("UNIT").terms


@pytest.mark.parametrize(
    ("result", "unit", "wanted", "text"),
    [
        ("5.1", "g/dL", "g/L", "51"),
        ("0.1", "mg/dL", "g/L", "0.001"),
        ("70", "in", "cm", "177.8"),
        ("154", "LB", "kg", "69.85322498"),
        ("98.6", "F", "C", "37"),
        ("0", "F", "C", "-17.7777777778"),
        ("-40", "F", "C", "-40"),
        ("4500", "10^6/L", "10^9/L", "4.5"),
        ("1", "10^12/L", "10^6/L", "1000000"),
        ("120", "mmHg", "kPa", "15.9986864898"),
        ("1e3", "mg", "g", "1"),
        (" 12 ", "mg", "g", "0.012"),
        ("0.30000000000000000001", "mg", "g", "0.00030000000000000000001"),
    ],
)
def test_exact(result, unit, wanted, text):
    assert standard(result, unit, wanted) == (text, float(text))


@pytest.mark.parametrize(
    ("result", "decimals", "text"),
    [
        ("0.125", 2, "0.13"),
        ("0.124", 2, "0.12"),
        ("-0.125", 2, "-0.13"),
        ("2", 2, "2.00"),
        ("0.5", 0, "1"),
        ("-0.001", 1, "0.0"),
    ],
)
def test_rounds_half_away_from_zero(result, decimals, text):
    assert standard(result, "mg", "mg", decimals=decimals) == (text, float(text))


def test_rounding_is_of_the_exact_quotient():
    # 2.675 kg is 2675 g exactly; in binary floating point 2.675 is a little less.
    assert standard("2.675", "kg", "kg", decimals=2) == ("2.68", 2.68)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("<0.50", "<5"),
        ("> 100", ">1000"),
        ("<=0.5", "<=5"),
        ("≥0.5", "≥5"),
        ("NEGATIVE", "NEGATIVE"),
        ("1-2", "1-2"),
        ("1,5", "1,5"),
        ("", ""),
    ],
)
def test_what_has_no_number(result, expected):
    assert standard(result, "g/dL", "g/L") == (expected, None)


def test_digits_stay_as_written_where_nothing_is_computed():
    assert standard("5.10", "mg", "mg") == ("5.10", 5.1)
    assert standard("<0.50", "mg", "mg") == ("<0.50", None)


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("007", "7"),
        ("-0.50", "-0.50"),
        ("00.50", "0.50"),
        ("000", "0"),
        ("-007.10", "-7.10"),
        ("+08", "+8"),
        ("0", "0"),
        ("100", "100"),
        ("1.007", "1.007"),
        (".007", ".007"),
        ("01e03", "1e03"),
        ("1e03", "1e03"),
    ],
)
def test_no_zeros_lead_a_number_and_its_text_is_the_number(result, text):
    assert standard(result, "mg", "mg") == (text, float(result))


def test_no_zeros_lead_a_result_with_a_sign():
    assert standard("<007", "mg", "mg") == ("<7", None)
    assert standard("007-A", "mg", "mg") == ("007-A", None)


@pytest.mark.parametrize(
    ("result", "unit", "most", "text"),
    [
        ("5.105", "mg", 2, "5.11"),
        ("5.10", "mg", 2, "5.10"),
        ("5", "mg", 2, "5"),
        ("5.100", "mg", 2, "5.1"),
        ("-0.125", "mg", 2, "-0.13"),
        ("5.999", "mg", 2, "6"),
        ("0.004", "mg", 2, "0"),
        ("-0.004", "mg", 2, "0"),
        ("100", "mg", 0, "100"),
        ("99.5", "mg", 0, "100"),
        ("12.5", "g", 1, "12500"),
        ("1234.5", "ug", 2, "1.23"),
        ("1500", "ug", 2, "1.5"),
        ("2.675", "mg", 2, "2.68"),
        ("0125e-3", "mg", 2, "0.13"),
    ],
)
def test_at_most_so_many_decimals(result, unit, most, text):
    assert standard(result, unit, "mg", decimals=AtMost(at_most=most)) == (text, float(text))


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**6), max_value=10**6),
    st.integers(0, 7),
)
def test_at_most_is_the_nearest_number_of_so_few_decimals(number, most):
    text, value = convert(format(number, "f"), Conversion(Fraction(1)), AtMost(at_most=most))
    assert len(text.partition(".")[2]) <= most
    assert abs(Fraction(text) - Fraction(number)) <= Fraction(1, 2 * 10**most)
    assert value == float(Fraction(text))


def test_the_studys_factor_comes_first():
    assert standard("5", "mmol/L", "mg/dL", factors={"mmol/L": "18.016"}) == ("90.08", 90.08)
    assert standard("5", "mg/dL", "mg/dL", factors={"mg/dL": "1/2"}) == ("2.5", 2.5)


@pytest.mark.parametrize(
    ("unit", "wanted"), [("mmol/L", "mg/dL"), ("", "mg"), ("Mg", "g"), ("C", "F"), ("mg", "mL")]
)
def test_nothing_says_how(unit, wanted):
    assert conversion(unit, wanted) is None


@given(st.sampled_from([(one, two) for group in GROUPS.values() for one in group for two in group]))
def test_there_and_back_is_one(units):
    there, back = conversion(*units), conversion(*reversed(units))
    assert there is not None and back is not None
    assert there.factor * back.factor == 1


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_a_finite_decimal_stays_exact(number):
    text, value = convert(format(number, "f"), Conversion(Fraction(1000)))
    assert Fraction(text) == Fraction(number) * 1000
    assert value == float(Fraction(text))


LB = """
dataset: LB
records:
  - from: lb
    variables:
      LBTESTCD: {assign: CODE}
      LBTEST: {assign: NAME}
      LBORRES: {assign: RES}
      LBORRESU: {assign: UNIT}
standard_results:
  ALB: {standard_unit: g/L}
  GLUC: {standard_unit: mmol/L, factors: {mg/dL: 0.0555}, decimals: 2}
"""
HEADER = "SUBJ | CODE | NAME | RES | UNIT\n"


def results(lb: pd.DataFrame) -> list[tuple]:
    numbers = [None if math.isnan(number) else number for number in lb["LBSTRESN"]]
    return list(zip(lb["LBSTRESC"], numbers, lb["LBSTRESU"], strict=True))


def test_standard_results_of_a_dataset(make_study: MakeStudy):
    form = (
        HEADER
        + """1 | ALB | Albumin | 4.25 | g/dL
1 | ALB | Albumin | <0.50 | g/L
1 | GLUC | Glucose | 90 | mg/dL
1 | GLUC | Glucose | 5 | mmol/L
1 | PH | pH | 7.40 |
1 | ALB | Albumin | HEMOLYZED |
1 | ALB | Albumin | | g/dL"""
    )
    sdtm = make_study({"lb": form}, LB).convert()
    assert results(sdtm.datasets["LB"]) == [
        ("42.5", 42.5, "g/L"),
        ("<0.50", None, "g/L"),
        ("5.00", 5.0, "mmol/L"),
        ("5.00", 5.0, "mmol/L"),
        ("7.40", 7.4, ""),
        ("HEMOLYZED", None, ""),
        ("", None, ""),
    ]


def test_at_most_is_stated_by_test_or_by_dataset(make_study: MakeStudy):
    stated = LB.replace("decimals: 2", "decimals: {at_most: 2}")
    assert stated != LB
    form = (
        HEADER
        + """1 | GLUC | Glucose | 90 | mg/dL
1 | GLUC | Glucose | 90.5 | mg/dL
1 | GLUC | Glucose | 05.0 | mmol/L
1 | PH | pH | 07.40 |"""
    )
    assert results(make_study({"lb": form}, stated).convert().datasets["LB"]) == [
        ("5", 5.0, "mmol/L"),
        ("5.02", 5.02, "mmol/L"),
        ("5.0", 5.0, "mmol/L"),
        ("7.40", 7.4, ""),
    ]


@pytest.mark.parametrize("wrong", ["-1", "{at_most: -1}", "{most: 2}", "many"])
def test_decimals_of_no_sense_are_refused(make_study: MakeStudy, wrong):
    with pytest.raises(Refused) as refused:
        make_study({"lb": HEADER}, LB.replace("decimals: 2", f"decimals: {wrong}")).convert()
    messages = refused.value.findings.messages(9)
    assert all("lb.yaml line 12" in text for text in messages) and "decimals" in messages[0]


def test_an_unknown_unit_is_refused_or_reported(make_study: MakeStudy):
    form = HEADER + "1 | ALB | Albumin | 4.2 | g/dL\n1 | ALB | Albumin | 42 | mol\n2 | ALB | Albumin | 42 |"
    with pytest.raises(Refused) as refused:
        make_study({"lb": form}, LB).convert()
    assert [found["code"] for found in refused.value.findings.frame().to_dict("records")] == ["MAP_UNIT"] * 2
    sdtm = make_study({"lb": form}, LB, study="policies: {unknown_unit: report}").convert()
    assert results(sdtm.datasets["LB"]) == [("42", 42.0, "g/L"), ("", None, ""), ("", None, "")]
    reported = found(sdtm, "MAP_UNIT")
    assert [(item["row"], item["value"], item["severity"]) for item in reported] == [
        (2, "mol", "error"),
        (3, "", "error"),
    ]
    assert "ALB" in reported[0]["expected"]
    assert "g/L" in reported[0]["expected"]


SPECIMENS = """
dataset: LB
records:
  - from: lb
    tests: {GLUC: {value: B, unit: BU, %s}}
    variables: {LBSPEC: {hardcode: BLOOD}}
  - from: lb
    tests: {GLUC: {value: U, unit: UU, %s}}
    variables: {LBSPEC: {hardcode: URINE}}
%s
"""
OF_SPECIMENS = "SUBJ | B | BU | U | UU\n1 | 100 | mg/dL | 15 | mg/dL"
MOLAR = "standard_unit: mmol/L, factors: {mg/dL: 0.0555}, decimals: 1"


@pytest.mark.parametrize(
    ("blood", "urine", "general", "expected"),
    [
        (MOLAR, "standard_unit: mmol/L, factors: {mg/dL: 99}", "", [("5.6", 5.6, "mmol/L"), ("1485", 1485.0, "mmol/L")]),
        (MOLAR, "standard_unit: g/L", "", [("5.6", 5.6, "mmol/L"), ("0.15", 0.15, "g/L")]),
        (MOLAR, "unit_terms: units", "", [("5.6", 5.6, "mmol/L"), ("15", 15.0, "mg/dL")]),
        ("standard_unit: g/L, decimals: 3", "standard_unit: g/L", "", [("1.000", 1.0, "g/L"), ("0.15", 0.15, "g/L")]),
        (
            "decimals: 0", "standard_unit: g/L", "standard_results: {GLUC: {standard_unit: mg/L, decimals: 2}}",
            [("1000", 1000.0, "mg/L"), ("0.15", 0.15, "g/L")],
        ),
    ],
)  # fmt: skip
def test_a_tests_standard_is_that_of_its_block(make_study: MakeStudy, blood, urine, general, expected):
    words = "terms: {units: {mg/dL: mg/dL}}" if "units" in urine else ""
    study = make_study({"lb": OF_SPECIMENS}, SPECIMENS % (blood, urine, general), codelists=words)
    assert results(study.convert().datasets["LB"]) == expected


def test_a_unit_is_judged_by_the_standard_of_its_block(make_study: MakeStudy):
    with pytest.raises(Refused) as refused:
        make_study({"lb": OF_SPECIMENS}, SPECIMENS % (MOLAR, "standard_unit: mmol/L", "")).convert()
    (wrong,) = refused.value.findings.frame().to_dict("records")
    assert (wrong["code"], wrong["row"], wrong["keys"]) == ("MAP_UNIT", 1, "TESTCD=GLUC")


def test_a_block_of_single_tests_takes_the_standards_of_the_dataset(make_study: MakeStudy):
    """Another block's test of the same code says nothing of it."""
    mapping = LB.replace(
        "standard_results:",
        """  - from: wide
    tests: {ALB: {value: ALB, unit: AU, standard_unit: g/dL}}
standard_results:""",
    )
    forms = {"lb": HEADER + "1 | ALB | Albumin | 4.2 | g/dL", "wide": "SUBJ | ALB | AU\n1 | 42 | g/L"}
    assert results(make_study(forms, mapping).convert().datasets["LB"]) == [
        ("42", 42.0, "g/L"),
        ("4.2", 4.2, "g/dL"),
    ]


@pytest.mark.parametrize(
    "text", ["1e400", "-1e400", "1" + "0" * 400, "1e999999999", "1e-999999999", "<1e-400"]
)
def test_a_number_beyond_a_double_is_none_and_takes_no_time(text):
    for by in (Conversion(Fraction(1)), Conversion(Fraction(10))):
        shown, number = convert(text, by, 2)
        assert shown == text and number != number
    assert numeric_results([text, "0", "0e-999", "1e300"]) == [False, True, True, True]


@pytest.mark.parametrize("text", ["1e400", "1e999999999", "1e-400"])
def test_a_result_beyond_a_double_is_a_finding_and_stays_as_text(make_study: MakeStudy, text):
    forms = {"lb": HEADER + f"1 | ALB | Albumin | {text} | g/L"}
    sdtm = make_study(forms, LB).convert()
    ((shown, number, _),) = results(sdtm.datasets["LB"])
    assert (shown, number) == (text, None)
    assert [row["value"] for row in found(sdtm, "MAP_NUMBER")] == [text]


@pytest.mark.parametrize(
    ("test", "text", "unit"),
    [
        ("ALB | Albumin", "9007199254740993", "g/L"),
        ("ALB | Albumin", "0.1234567890123456789", "g/dL"),
        ("GLUC | Glucose", "97.123456789012345678", "mg/dL"),
        ("HGB | Hemoglobin", "-1.00000000000000000001", "g/L"),  # of no standard unit
    ],
)
def test_a_result_of_more_digits_than_a_double_holds_is_a_finding(
    make_study: MakeStudy, test: str, text: str, unit: str
):
    sdtm = make_study({"lb": HEADER + f"1 | {test} | {text} | {unit}"}, LB).convert()
    assert [(row["value"], row["expected"]) for row in found(sdtm, "MAP_NUMBER")] == [
        (text, "a number of no more digits than a double holds")
    ]


@pytest.mark.parametrize("text", ["0.1", "0.10000000000000001", "<0.1234567890123456789", "1e22", "42"])
def test_a_result_that_a_double_holds_is_none(make_study: MakeStudy, text: str):
    sdtm = make_study({"lb": HEADER + f"1 | ALB | Albumin | {text} | g/dL"}, LB).convert()
    assert found(sdtm, "MAP_NUMBER") == []

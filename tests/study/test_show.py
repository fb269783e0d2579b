from cdisc_npc.study.show import COLUMNS, dataset_rows


def rows(spec, dataset: str) -> dict[str, tuple[str, ...]]:
    return {row[0]: row for row in dataset_rows(spec, spec.plans[dataset])}


def test_a_row_tells_all_of_a_variable(tiny) -> None:
    tiny.add("sdtm/ae.yaml", "lengths: {AETERM: 120}\n")
    shown = rows(tiny.load(), "AE")
    assert COLUMNS == ("Variable", "Label", "Type", "Length", "Codelist", "Origin", "How it is made")
    assert shown["AETERM"] == (
        "AETERM", "Reported Term for the Adverse Event", "Char", "120", "", "Collected", "TERM, in upper case",
    )  # fmt: skip
    assert shown["AESEV"] == (
        "AESEV", "Severity/Intensity", "Char", "as the data",
        "Severity/Intensity Scale for Adverse Events (C66769)", "Collected", "SEV, decoded by severity",
    )  # fmt: skip
    assert shown["AESTDY"][2:4] == ("Num", "8")
    assert shown["AESER"][5:] == ("Not Available", "not collected")


def test_rows_stand_in_order_and_qualifiers_last(tiny) -> None:
    spec = tiny.load()
    names = list(rows(spec, "AE"))
    assert names[:-1] == [item.name for item in spec.plans["AE"].submitted]
    assert names[-1] == "SUPPAE.EMERGED"
    assert rows(spec, "AE")["SUPPAE.EMERGED"][1] == "Treatment Emergent"


def test_a_sponsors_codelist_stands_without_a_code(tiny) -> None:
    assert rows(tiny.load(), "DM")["ARM"][4] == "Arm"


def test_every_cell_is_text(tiny) -> None:
    spec = tiny.load()
    for name in spec.plans:
        for row in dataset_rows(spec, spec.plans[name]):
            assert len(row) == len(COLUMNS)
            assert all(isinstance(cell, str) for cell in row)
            assert all(row[index] for index in (0, 1, 2, 3, 5, 6)), row

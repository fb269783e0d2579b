"""Where everything of a package stands; that no other module states it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cdisc_npc.package.layout import Layout, dataset_folders, of_analysis, stands_in_place

PRODUCT = Path(__file__).parents[2] / "cdisc_npc"
SDTM = Path("p/m5/datasets/abc-1/tabulations/sdtm")
ADAM = Path("p/m5/datasets/abc-1/analysis/adam/datasets")


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (Layout.of_study(Path("p"), "ABC 1"), [SDTM, ADAM, "p/exchange/sdtm", "p/exchange/adam", "p/report", "p/report/adam"]),
        (Layout.of_study(Path("p"), "../ABC-1"), [SDTM, ADAM, "p/exchange/sdtm", "p/exchange/adam", "p/report", "p/report/adam"]),
        (Layout(Path("p")), ["p", "p", "p/exchange", "p/exchange", "p/report", "p/report"]),
    ],
)  # fmt: skip
def test_folders_of_a_package_and_of_datasets_alone(layout, expected):
    models = ("sdtm", "adam")
    result = [of(model) for of in (layout.datasets, layout.exchange, layout.report) for model in models]
    assert result == [Path(item) for item in expected]
    assert layout.lineage == Path("p/report/lineage")


def test_folders_of_datasets_are_detected_whatever_the_study(tmp_path):
    assert dataset_folders(tmp_path, "sdtm") == []
    for study in ("b", "a"):
        Layout(tmp_path, study).datasets("sdtm").mkdir(parents=True)
    Layout(tmp_path, "a").datasets("adam").mkdir(parents=True)
    assert dataset_folders(tmp_path, "sdtm") == [
        Layout(tmp_path, item).datasets("sdtm") for item in ("a", "b")
    ]
    assert dataset_folders(tmp_path, "adam") == [Layout(tmp_path, "a").datasets("adam")]


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("datasets/s/tabulations/sdtm/ae.xpt", True),
        ("datasets/s/tabulations/sdtm/split/lb1.xpt", True),
        ("datasets/s/analysis/adam/datasets/adsl.xpt", True),
        ("datasets/s/analysis/adam/datasets/split/adlb1.xpt", True),
        ("datasets/s/analysis/adam/adsl.xpt", False),
        ("datasets/s/tabulations/ae.xpt", False),
        ("datasets/tabulations/sdtm/ae.xpt", False),
        ("datasets/s/tabulations/sdtm/other/ae.xpt", False),
        ("other/s/tabulations/sdtm/ae.xpt", False),
        ("ae.xpt", False),
    ],
)
def test_where_a_file_may_stand(path, right):
    assert stands_in_place(Path(path)) is right


@pytest.mark.parametrize(
    ("path", "analysis"),
    [
        (ADAM / "adsl.xpt", True),
        (SDTM / "ae.xpt", False),
        (Path("x/analysis"), False),
        (Path("a/analysis/x"), True),
    ],
)
def test_what_is_of_the_analysis(path, analysis):
    assert of_analysis(path) is analysis


# Of the pieces of a path only those that are no other word of the product too.
PIECES = re.compile(
    r"""["'/](tabulations|m5|lineage)["'/]|["'](report|programs)["']\s*[/)]|/\s*["'](report|exchange|sdtm|adam)["']"""
)


def test_no_other_module_states_a_piece_of_a_path():
    result = [
        f"{path.relative_to(PRODUCT)}: {line.strip()}"
        for path in sorted(PRODUCT.rglob("*.py"))
        if path.name != "layout.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if PIECES.search(re.sub(r"``.*?``", "", line))
    ]
    allowed = ('"adam").glob', '"sdtm").is_dir()', '"adam").is_dir()')  # folders of a study, not of a package
    assert [line for line in result if not any(item in line for item in allowed)] == []

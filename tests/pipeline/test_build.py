"""From files to files: what is written, and that nothing is where the input is refused."""

import json
import os
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner

import cdisc_npc as npc
from cdisc_npc.cli.main import main
from cdisc_npc.pipeline.build import build_package, build_sdtm
from cdisc_npc.standards.sdtmig import load_standard

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("CDISC_NPC_SHARED", ROOT.parent / "shared"))
REAL = SHARED / "oracles" / "raw_to_sdtm" / "raw"
EXAMPLE = ROOT / "examples" / "pilot"


@pytest.fixture(scope="module")
def study():
    return npc.load_study("cdiscpilot")


@pytest.fixture(scope="module")
def built(study, tmp_path_factory):
    return build_sdtm(EXAMPLE, tmp_path_factory.mktemp("built") / "out", study)


def test_an_independent_reader_sees_the_standards_names_labels_types_and_order(built):
    standard = load_standard("sdtmig-3.4")
    for name, count in built.counts.items():
        frame, meta = pyreadstat.read_xport(str(built.folder / f"{name.lower()}.xpt"))
        assert len(frame) == count
        assert meta.table_name == name
        assert meta.file_label == standard.datasets[name].label
        assert list(frame.columns) == standard.order(name, frame.columns)
        for column, label in zip(meta.column_names, meta.column_labels, strict=True):
            fact = standard.variable(name, column)
            assert (label, meta.readstat_variable_types[column]) == (
                fact.label,
                "double" if fact.type == "Num" else "string",
            )


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no raw data of the pilot study in {REAL}")
def test_real_raw_data_reads_back_as_it_was_mapped(study, tmp_path):
    built = build_sdtm(REAL, tmp_path / "out", study)
    assert built.counts == {"DM": 306, "SUPPDM": 963, "EX": 591, "AE": 1191, "SUPPAE": 1176, "DS": 850}
    sdtm = npc.to_sdtm(npc.read_raw(REAL, study), study)
    for name, frame in sdtm.datasets.items():
        back, _ = pyreadstat.read_xport(str(tmp_path / "out" / f"{name.lower()}.xpt"))
        pd.testing.assert_frame_equal(back.astype(frame.dtypes), frame)


def test_lengths_are_those_of_the_longest_value_over_all_datasets(built):
    widths = {}
    for name in ("DM", "EX", "AE", "DS"):
        _, meta = pyreadstat.read_xport(str(built.folder / f"{name.lower()}.xpt"))
        for column, width in meta.variable_storage_width.items():
            if meta.readstat_variable_types[column] == "string":
                widths.setdefault(column, set()).add(width)
    assert {column for column, result in widths.items() if len(result) > 1} == set()
    assert widths["STUDYID"] == {12} and widths["USUBJID"] == {11} and widths["DOMAIN"] == {2}


def test_the_same_input_gives_the_same_bytes(study, built, tmp_path):
    again = build_sdtm(EXAMPLE, tmp_path / "again", study)
    first = {
        path.relative_to(built.folder): path.read_bytes()
        for path in built.folder.rglob("*")
        if path.is_file()
    }
    second = {
        path.relative_to(again.folder): path.read_bytes()
        for path in again.folder.rglob("*")
        if path.is_file()
    }
    assert first == second


def test_a_package_has_the_regulators_folders(study, tmp_path):
    built = build_package(EXAMPLE, tmp_path / "out", study)
    assert (built.folder / "m5" / "datasets" / "cdiscpilot01" / "tabulations" / "sdtm" / "dm.xpt").is_file()


def test_the_report_accounts_for_every_record_and_field(built):
    records = pd.read_csv(built.folder / "report" / "records.csv")
    assert records[["records", "mapped", "unaccounted"]].to_numpy().tolist() == [
        [5, 5, 0],
        [5, 5, 0],
        [8, 8, 0],
        [10, 10, 0],
    ]
    fields = pd.read_csv(built.folder / "report" / "fields.csv")
    assert set(fields["use"]) == {"mapped", "not submitted"}
    assert fields.loc[fields["use"] == "not submitted", "reason"].notna().all()
    lineage = pd.read_parquet(built.folder / "report" / "lineage" / "dm.parquet")
    assert lineage[["form", "row"]].to_numpy().tolist() == [["dm", row] for row in range(1, 6)]
    assert lineage["RFXSTDTC from EX"].tolist() == [1, 3, 6, pd.NA, 8]


def test_the_manifest_holds_a_digest_of_every_file(built):
    manifest = json.loads((built.folder / "manifest.json").read_text(encoding="utf-8"))
    files = {path.relative_to(built.folder).as_posix() for path in built.folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == files - {"manifest.json"}
    assert set(manifest["inputs"]) == {"dm_raw.csv", "ae_raw.csv", "ec_raw.csv", "ds_raw.csv"}
    assert "sdtm/ae.yaml" in manifest["specification"]


def test_an_old_package_stays_as_it_was_when_the_input_is_refused(study, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for path in EXAMPLE.iterdir():
        (raw / path.name).write_bytes(path.read_bytes())
    build_sdtm(raw, tmp_path / "out", study)
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    (raw / "ae_raw.csv").unlink()
    with pytest.raises(npc.Refused, match="form ae has no file"):
        build_sdtm(raw, tmp_path / "out", study)
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "raw"]


def test_the_account_of_records_and_fields_is_printed_per_form(tmp_path):
    result = CliRunner().invoke(main, ["sdtm", str(EXAMPLE), str(tmp_path / "out"), "--study", "cdiscpilot"])
    assert result.exit_code == 0
    rows = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in result.output.splitlines()
        if "│" in line
    ]
    assert [
        "ae",
        "5",
        "5",
        "0",
        "0",
        "0",
        "",
    ] in rows  # records: read, mapped, left out, rejected, unaccounted, reasons
    # cells: fields, filled cells, mapped, decided, left out (fields not submitted), rejected, not used, reported
    assert ["ec", "14", "112", "80", "0", "32", "0", "0", "0"] in rows

"""Reading a study's folder: all errors of all files at once, each with its line."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdisc_npc.findings import Refused
from cdisc_npc.study.specification import Specification


def test_a_valid_study_is_joined_with_its_standards(tiny) -> None:
    spec = tiny.load()
    assert spec.study.study == "TINY01"
    assert list(spec.contract.forms) == ["dm", "ae", "ex", "vs"]
    assert list(spec.plans) == ["DM", "EX", "AE", "VS"]
    assert set(spec.documents) == {"study", "raw", "codelists", "DM", "EX", "AE", "VS"}
    assert (spec.standard.name, spec.terminology.name) == ("sdtmig-3.4", "sdtmct-2025-03-28")
    assert spec.folder == tiny.folder


def test_errors_of_all_files_come_at_once(errors_of: Callable) -> None:
    result = errors_of(
        ("study.yaml", "title:", "titel:"),
        ("raw.yaml", "TERM: {}", "TERM: {typ: text}"),
        ("codelists.yaml", "label: Arm", "labl: Arm"),
        ("sdtm/ae.yaml", "{assign: TERM, case: upper}", "{asign: TERM}"),
        ("sdtm/ae.yaml", "{label: Treatment Emergent}", "{origin: XXX}"),
        ("sdtm/dm.yaml", "{iso8601: ICDT}", "{iso8601: ICDT, iso8601: ICDT}"),
        ("sdtm/vs.yaml", "reason: WHY", "reason: *why"),
    )
    assert [(item.file, item.line, item.dataset, item.variable) for item in result] == [
        ("study.yaml", 1, "", ""),
        ("study.yaml", 2, "", ""),
        ("raw.yaml", 11, "", "TERM"),
        ("codelists.yaml", 6, "", ""),
        ("codelists.yaml", 7, "", ""),
        ("sdtm/ae.yaml", 7, "AE", "AETERM"),
        ("sdtm/ae.yaml", 16, "AE", "EMERGED"),
        ("sdtm/ae.yaml", 16, "AE", "EMERGED"),
        ("sdtm/dm.yaml", 9, "", ""),
        ("sdtm/vs.yaml", 9, "", ""),
    ]


def test_a_refusal_reads_as_a_list_of_places(errors_of: Callable, tiny) -> None:
    tiny.replace("sdtm/ae.yaml", "{assign: TERM, case: upper}", "{asign: TERM}")
    with pytest.raises(Refused) as refused:
        tiny.load()
    text = str(refused.value)
    assert text.startswith("sdtm/ae.yaml line 7: AE.AETERM: expected a verb: one of agree, assign, ")
    assert text.endswith("; did you mean assign? [SPEC_INVALID]")


def test_an_unknown_dataset_is_refused_with_a_suggestion(tiny) -> None:
    tiny.write("sdtm/aee.yaml", "# new\ndataset: AEE\n")
    (result,) = tiny.errors()
    assert (result.file, result.line) == ("sdtm/aee.yaml", 2)
    assert result.text.startswith("AEE is no dataset of sdtmig-3.4; did you mean ")


def test_the_file_is_named_after_its_dataset(tiny) -> None:
    (tiny.folder / "sdtm" / "ae.yaml").rename(tiny.folder / "sdtm" / "events.yaml")
    assert tiny.errors() == [("sdtm/events.yaml", 1, "", "", "the file of AE is ae.yaml")]


@pytest.mark.parametrize("name", ["study.yaml", "raw.yaml"])
def test_a_missing_file_is_refused(tiny, name: str) -> None:
    (tiny.folder / name).unlink()
    assert tiny.errors() == [
        (name, None, "", "", "cannot be read as YAML in UTF-8: No such file or directory")
    ]


def test_codelists_may_be_absent(tiny) -> None:
    (tiny.folder / "codelists.yaml").unlink()
    tiny.replace("sdtm/ae.yaml", ", terms: severity", "")
    tiny.replace("sdtm/dm.yaml", "      ARM: {hardcode: A, codelist: ARM}\n", "")
    assert tiny.load().codelists.terms == {}


def test_an_empty_file_lacks_all_that_is_needed(tiny) -> None:
    tiny.write("study.yaml", "")
    result = tiny.errors()
    assert {(item.file, item.line) for item in result} == {("study.yaml", 1)}
    assert [item.text for item in result] == ["study is missing", "title is missing", "identity is missing"]


@pytest.mark.parametrize("content", ["- a\n- b\n", "just text\n"])
def test_a_file_that_is_no_mapping_is_refused(tiny, content: str) -> None:
    tiny.write("sdtm/ae.yaml", content)
    (result,) = tiny.errors()
    assert (result.file, result.line) == ("sdtm/ae.yaml", 1)


@pytest.mark.parametrize("name", ["raw.yaml", "codelists.yaml", "sdtm/ae.yaml"])
def test_a_link_out_of_the_study_is_refused(tiny, tmp_path: Path, name: str) -> None:
    path = tiny.folder / name
    path.rename(tmp_path / "outside.yaml")
    path.symlink_to(tmp_path / "outside.yaml")
    assert tiny.errors() == [(name, None, "", "", "the file leads out of the study's folder")]


def test_a_link_within_the_study_is_followed(tiny) -> None:
    (tiny.folder / "raw.yaml").rename(tiny.folder / "forms.txt")
    (tiny.folder / "raw.yaml").symlink_to("forms.txt")
    assert tiny.load().contract.forms


def test_a_link_to_itself_is_refused(tiny) -> None:
    (tiny.folder / "raw.yaml").unlink()
    (tiny.folder / "raw.yaml").symlink_to("raw.yaml")
    (result,) = tiny.errors()
    assert result.file == "raw.yaml"


def test_a_file_that_would_not_be_read_is_named(tiny) -> None:
    (tiny.folder / "codelists.yaml").rename(tiny.folder / "codelists.yml")
    tiny.write("sdtm/ds.yml", "dataset: DS\n")
    result = tiny.errors()
    assert [(item.file, item.text) for item in result] == [
        ("codelists.yml", "codelists.yml would not be read; the ending is .yaml"),
        ("sdtm/ds.yml", "ds.yml would not be read; the ending is .yaml"),
    ]


def test_unknown_standards_are_refused_both_with_what_there_is(tiny) -> None:
    tiny.replace("study.yaml", "title:", "standard: sdtmig-9.9\nterminology: sdtmct-1999\ntitle:")
    result = tiny.errors()
    assert [(item.file, item.line) for item in result] == [("study.yaml", 2), ("study.yaml", 3)]
    assert result[0].text.startswith("no such standard: sdtmig-9.9; there is sdtmig-3.4")
    assert result[1].text.startswith("no such terminology: sdtmct-1999; there is ")


def test_a_standard_is_a_name_and_never_a_path(tiny) -> None:
    tiny.replace("study.yaml", "title:", "standard: ../standards/sdtmig-3.4\ntitle:")
    assert tiny.errors()[0].text.startswith("no such standard: ../standards/sdtmig-3.4")


RELREC = """\
dataset: RELREC
relations:
  - name: AEEX
    between:
      - {dataset: AE, by: AETERM}
      - {dataset: EX, by: EXTRT}
"""


def test_relations_stand_in_a_file_of_their_own(tiny) -> None:
    tiny.write("sdtm/relrec.yaml", RELREC)
    spec = tiny.load()
    assert [side.by for side in spec.relations[0].between] == ["AETERM", "EXTRT"]
    assert "RELREC" not in spec.plans


def test_relations_elsewhere_and_variables_of_relrec_are_refused(tiny) -> None:
    tiny.write("sdtm/relrec.yaml", RELREC + "keys: [USUBJID]\nvariables: {RELID: {hardcode: X}}\n")
    line = tiny.add("sdtm/ae.yaml", RELREC.partition("\n")[2])
    result = tiny.errors()
    assert [(item.file, item.line, item.dataset, item.text) for item in result] == [
        ("sdtm/relrec.yaml", 7, "RELREC", "RELREC: keys has no place in RELREC; expected relations"),
        ("sdtm/relrec.yaml", 8, "RELREC", "RELREC: variables has no place in RELREC; expected relations"),
        ("sdtm/ae.yaml", line, "AE", "AE: relations are stated in sdtm/relrec.yaml"),
    ]


def test_supplemental_datasets_are_built_and_never_written(tiny) -> None:
    tiny.write("sdtm/suppae.yaml", "dataset: SUPPAE\n")
    assert tiny.errors() == [
        ("sdtm/suppae.yaml", 1, "", "", "SUPPAE is made of `supplemental` in its parent's file")
    ]


def test_a_verb_where_no_verb_belongs_is_an_unknown_key(tiny) -> None:
    line = tiny.add("sdtm/ae.yaml", "assign: TERM\n")
    assert tiny.errors() == [("sdtm/ae.yaml", line, "AE", "", "AE: unknown key assign")]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_broken_text_gives_a_study_or_a_refusal(tiny, data: st.DataObject) -> None:
    """Lines of one file are deleted, doubled, moved, or taken from another; words are swapped."""
    texts = {path: path.read_text() for path in sorted(tiny.folder.rglob("*.yaml"))}
    path = data.draw(st.sampled_from(sorted(texts)))
    every = [line for text in texts.values() for line in text.splitlines()]
    words = [word for text in texts.values() for word in text.replace("{", " ").replace("}", " ").split()]
    choose = random.Random(data.draw(st.integers(0, 2**32)))
    lines = texts[path].splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        index = choose.randrange(len(lines))
        match choose.randrange(7):
            case 0:
                del lines[index]
            case 1:
                lines.insert(index, lines[index])
            case 2:
                lines[index] = choose.choice(every)
            case 3:
                lines.insert(index, choose.choice(every))
            case 4:
                lines[index] = " " * choose.randrange(8) + lines[index].lstrip()
            case 5:
                parts = lines[index].split(" ")
                parts[choose.randrange(len(parts))] = choose.choice(words)
                lines[index] = " ".join(parts)
            case 6:
                place = choose.randrange(len(lines[index]) + 1)
                lines[index] = (
                    lines[index][:place] + choose.choice("{}[]:,-&*!#'\"% \t\u2028x0") + lines[index][place:]
                )
        lines = lines or [""]
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        outcome = tiny.load()
        assert isinstance(outcome, Specification)
    except Refused as refused:
        frame = refused.findings.frame()
        assert len(frame)
        assert str(refused)
        assert set(frame["file"]) <= {str(item.relative_to(tiny.folder)) for item in texts}
        assert (frame["params"] != "").all()
    finally:
        for item, text in texts.items():
            item.write_text(text)

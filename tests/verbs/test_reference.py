"""The reference of the language is made from the verbs."""

import json

from click.testing import CliRunner

from cdisc_npc.cli.main import main
from cdisc_npc.verbs.reference import COLUMNS, reference
from cdisc_npc.verbs.verb import verbs_of


def test_every_verb_that_is_written_is_listed_with_its_arguments():
    rows = reference()
    assert {row[0] for row in rows} == set(verbs_of("record", "dataset", "analysis"))
    assert all(all(row) for row in rows) and rows == sorted(rows, key=lambda row: row[0])
    (row,) = [row for row in rows if row[0] == "duration"]
    assert row[1:4] == ("analysis datasets", "duration, [unit], [add_one], [whole], [calendar]", "number")
    assert [row[1] for row in rows if row[0] == "copy"] == ["datasets", "analysis datasets"]
    assert [row[1] for row in rows if row[0] == "hardcode"] == ["record blocks, datasets, analysis datasets"]


def test_the_command_lists_them():
    result = CliRunner().invoke(main, ["spec", "verbs", "--json"])
    listed = json.loads(result.output)
    assert result.exit_code == 0 and [tuple(row[name] for name in COLUMNS) for row in listed] == reference()
    shown = CliRunner().invoke(main, ["spec", "verbs"]).output
    assert "treatment_emergent" in shown and "[window]" in shown

"""Variables of the tests of a wide form."""

from __future__ import annotations

from pydantic import Field as Setting

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.assign import Assign
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import RECORD, Origin, Verb
from cdisc_npc.verbs.view import RecordView


class TestPart(Verb):
    """--TESTCD, --TEST, --ORRES, --ORRESU, --STAT or --REASND of the tests of a wide form."""

    scopes = RECORD
    takes = {"fields": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Collected"
    written = False
    each_test = True

    test_part: str
    fields: list[str] = []
    results: dict[str, str] = Setting(
        default={}, description="test: field of its result; for the code and the result"
    )
    unit_tables: dict[str, str] = {}

    def origins(self) -> list[Origin]:
        return ["Assigned" if self.test_part in ("TESTCD", "TEST", "STAT") else "Collected"]

    def fixed_values(self) -> list[str]:
        return list(self.results) if self.test_part == "TESTCD" else []

    def of_test(self, test: str) -> Verb | None:
        if self.test_part == "ORRES" and test in self.results:
            return Assign(assign=self.results[test], translate=self.translate)
        return self

    def tell(self) -> str:
        named = ", ".join(dict.fromkeys(self.fields))
        text = f"one record a test, from {named}" if named else "one record a test"
        tables = ", ".join(dict.fromkeys(self.unit_tables.values()))
        return text + (f", decoded by {tables}" if tables else "")

    def make(self, view: RecordView) -> Column:
        return view.of_tests(self)

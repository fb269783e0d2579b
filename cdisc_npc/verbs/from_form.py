"""Values of forms that belong to no subject, such as the laboratories' limits of normal."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field as Setting

from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, MadeBySdtm


class FromForm(MadeBySdtm):
    """A value of a reference form, such as a limit of normal: by equal values, as of a date."""

    keyword = "from_form"
    scopes = DATASET
    takes = {"by": ANY, "since": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Collected"

    from_form: str = Setting(description="the form")
    field: str = Setting(description="its field")
    by: dict[str, str] = Setting(description="field of the form: variable; a blank field matches every value")
    decode: dict[str, str] = Setting(
        default={}, description="field of the form: decode table by which its values are compared"
    )
    since: dict[str, str] = Setting(
        default={}, max_length=1, description="field of the first day: variable of the date"
    )

    def own_reads(self) -> Iterator[str]:
        yield from (*self.by.values(), *self.since.values())

    def forms(self) -> dict[str, list[str]]:
        return {self.from_form: [self.field, *self.by, *self.decode, *self.since]}

    def tables(self) -> list[str]:
        return [*super().tables(), *self.decode.values()]

    def tell(self) -> str:
        return f"{self.from_form}.{self.field} for the same {', '.join(self.by)}"

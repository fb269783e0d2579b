"""What RECIST 1.1 and the field leave open, as named choices with documented defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields

CHOICES: dict[str, tuple[str, ...]] = {
    "missing_lesion": ("NE unless PD", "NE"),
    "reappearance": ("non-nodal", "any", "nadir zero", "none"),
    "normal_nodes": ("CR", "PD"),
    "nontarget_incomplete": ("NE", "NON-CR/NON-PD"),
    "equivocal_new": ("none until unequivocal", "dates back"),
    "new_without_state": ("UNEQUIVOCAL", "EQUIVOCAL"),
    "new_persists": ("yes", "no"),
    "pd_date": ("earliest", "latest"),
    "diameter": ("fallback", "first"),
    "blank_unit": ("mm", "refuse"),
}


@dataclass(frozen=True)
class Policies:
    """The choices; each with its source, or marked as an assumption.

    Attributes
    ----------
    missing_lesion : {"NE unless PD", "NE"}
        A target lesion expected at a time point has no measurement. By default the target
        response is NE unless the measured lesions alone satisfy PD (RECIST 1.1, 4.4.2:
        percent and millimetres can only grow with the missing one).
    reappearance : {"non-nodal", "any", "nadir zero", "none"}
        PD by reappearance after a target CR. "non-nodal": a non-nodal target lesion is there
        again, whatever its size. "any": or a nodal one of 10 mm and more (recist.eortc.org,
        FAQ "Abnormal lymph node" and "Does a new lesion always result in PD?"). "nadir zero":
        no CR now while the nadir is 0 mm (admiralonco, PDFL). "none": the sum alone decides.
    normal_nodes : {"CR", "PD"}
        All target lesions gone and all nodes under 10 mm, but the nodes grew by 20 % and 5 mm
        from the nadir (3 mm to 9 mm). Default CR, since nodes under 10 mm are benign (the
        same FAQ); that this outranks the sum is an assumption.
    nontarget_incomplete : {"NE", "NON-CR/NON-PD"}
        Some non-target lesions are not assessed, none has progressed. Default NE ("not all
        evaluated" of RECIST 1.1, table 1). "NON-CR/NON-PD": where one of them is still present.
    equivocal_new : {"none until unequivocal", "dates back"}
        An equivocal new lesion counts as none. "dates back": once unequivocal, the response is
        PD from the time point of its first, equivocal, scan on (RECIST 1.1, 4.3.5, for the date
        of progression). By default a time point tells what was known then (assumption).
    new_without_state : {"UNEQUIVOCAL", "EQUIVOCAL"}
        A new lesion in TU without a tumour state in TR. Assumption.
    new_persists : {"yes", "no"}
        A new lesion remains new at all later time points. "no": only where TR has it. Assumption.
    pd_date : {"earliest", "latest"}
        Date of a PD where the time point has several scan dates: the earliest that shows it, or
        the latest. Other responses have the latest (facts 2.4).
    diameter : {"fallback", "first"}
        DIAMETER beside LDIAM and LPERP of one lesion: the pair, which names its axis, comes first
        (RECIST supplement's preference), or DIAMETER does, as in the sums of pharmaversesdtm.
    blank_unit : {"mm", "refuse"}
        A length without a unit. Assumption: mm, the unit of RECIST.
    blank_evaluator : str
        Who evaluated where --EVAL and --EVALID are blank (SDTMIG 3.4, RS: may be null where the
        investigator gave all).
    too_small_mm : int
        Size of a lesion too small to measure (RECIST 1.1, 4.3.2).
    too_small : tuple of str
        Texts, in capitals, that say so where TR has no number.
    nodal_location : str
        TULOC, in capitals, is nodal where it contains this. All nodes of the codelist LOC do.
    progressed, absent, present, equivocal : tuple of str
        Tumour states in capitals. Non-target: UNEQUIVOCAL means progressed, as in the
        pharmaversesdtm data. NON-PATHOLOGICAL and PATHOLOGICAL are those of LNSTATE.
    unread : tuple of str
        Results that say that there is no measurement.
    """

    missing_lesion: str = "NE unless PD"
    reappearance: str = "non-nodal"
    normal_nodes: str = "CR"
    nontarget_incomplete: str = "NE"
    equivocal_new: str = "none until unequivocal"
    new_without_state: str = "UNEQUIVOCAL"
    new_persists: str = "yes"
    pd_date: str = "earliest"
    diameter: str = "fallback"
    blank_unit: str = "mm"
    blank_evaluator: str = "INVESTIGATOR"
    too_small_mm: int = 5
    too_small: tuple[str, ...] = ("TOO SMALL TO MEASURE", "TOO SMALL TO BE MEASURED")
    nodal_location: str = "LYMPH NODE"
    progressed: tuple[str, ...] = (
        "UNEQUIVOCAL PROGRESSION", "UNEQUIVOCAL", "PROGRESSION", "PROGRESSED", "PD",
    )  # fmt: skip
    absent: tuple[str, ...] = ("ABSENT", "NON-PATHOLOGICAL", "DISAPPEARED", "RESOLVED")
    present: tuple[str, ...] = (
        "PRESENT", "PATHOLOGICAL", "ENLARGEMENT", "UNCHANGED", "DECREASED", "INCREASED", "STABLE",
        "ENLARGEMENT FROM NADIR", "FURTHER ENLARGEMENT", "FURTHER ENLARGEMENT FROM NADIR", "EQUIVOCAL",
    )  # fmt: skip
    equivocal: tuple[str, ...] = ("EQUIVOCAL",)
    unread: tuple[str, ...] = ("NE", "NOT EVALUABLE", "NOT DONE", "ND", "NOT ASSESSABLE", "TUMOR MERGED")

    def __post_init__(self) -> None:
        """Refuse a choice that is not offered."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in CHOICES and value not in CHOICES[field.name]:
                raise ValueError(f"policy {field.name} is {value!r}; expected one of {CHOICES[field.name]}")


DEFAULT = Policies()

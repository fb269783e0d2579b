"""RELREC: relationships between datasets and between their records (SDTMIG 8.2, 8.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from cdisc_npc.columns.texts import text_of
from cdisc_npc.columns.where import is_blank
from cdisc_npc.study.written import Relation

COLUMNS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE", "RELID")


def make_relrec(
    relations: Sequence[Relation], datasets: Mapping[str, pd.DataFrame], studyid: str
) -> pd.DataFrame:
    """RELREC of a study.

    1. A relation with types is one row a dataset: no USUBJID, no IDVARVAL, RELTYPE ONE or MANY.
    2. A relation without types relates records of one subject whose linking variables have
       the same value; each value found on at least two sides is one RELID within the
       subject: the relation's name and a number.

    Returns
    -------
    DataFrame
        `COLUMNS`, relations between datasets first, then by subject and RELID.
    """
    between = [relation for relation in relations if relation.between[0].type]
    rows = [
        (studyid, side.dataset, "", side.by, "", side.type, relation.name)
        for relation in between
        for side in relation.between
    ]
    parts = [pd.DataFrame(rows, columns=pd.Index(COLUMNS)).astype("str")]
    parts += [_records(relation, datasets, studyid) for relation in relations if not relation.between[0].type]
    return pd.concat(parts, ignore_index=True)


def _records(relation: Relation, datasets: Mapping[str, pd.DataFrame], studyid: str) -> pd.DataFrame:
    sides = []
    for order, side in enumerate(relation.between):
        frame = datasets[side.dataset]
        used = ~is_blank(frame[side.by])
        links = pd.DataFrame({"USUBJID": frame["USUBJID"][used], "IDVARVAL": text_of(frame[side.by])[used]})
        sides.append(links.drop_duplicates().assign(RDOMAIN=side.dataset, IDVAR=side.by, side=order))
    links = pd.concat(sides, ignore_index=True)
    related = links.groupby(["USUBJID", "IDVARVAL"])["side"].transform("nunique") > 1
    links = links[related].sort_values(["USUBJID", "IDVARVAL", "side"], ignore_index=True)
    pair = links.groupby(["USUBJID", "IDVARVAL"], sort=False).ngroup()
    first = pair.groupby(links["USUBJID"]).transform("min")
    number = (pair - first + 1).astype("str")
    links = links.assign(STUDYID=studyid, RELTYPE="", RELID=relation.name + number)
    return links[list(COLUMNS)].astype("str")

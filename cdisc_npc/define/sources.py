"""What define.xml says of a package, before it has identifiers: datasets, variables, values, terms.

Made from a specification and its datasets (`cdisc_npc.define.sdtm`), turned into Define-XML by
`cdisc_npc.define.assemble`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.texts import text_of
from define_xml.values import digits, moment_type, number_type

# All must hold: a variable of the dataset, a comparator, and values.
Where = tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Provenance:
    """Where values come from, and how they are made.

    Attributes
    ----------
    origins : tuple of (str, str or None)
        Type and Source, each pair once.
    text : str
        How they are made, as the verbs say; blank where the origin tells all.
    predecessor : str
        ``DM.AGE``, for the origin Predecessor.
    """

    origins: tuple[tuple[str, str | None], ...]
    text: str = ""
    predecessor: str = ""

    @property
    def derived(self) -> bool:
        """Whether the text is a method, and no comment."""
        return any(kind == "Derived" for kind, _ in self.origins)


@dataclass(frozen=True)
class TermSource:
    """One term; ``extended`` where the sponsor added it to a standard codelist."""

    value: str
    decode: str
    code: str = ""
    extended: bool = False


@dataclass(frozen=True)
class TermsSource:
    """The terms that an item can have.

    Attributes
    ----------
    code : str
        C-code of the standard's codelist; blank for a sponsor's own or a mixture.
    decoded : bool
        Whether the terms need decodes.
    """

    short_name: str
    name: str
    code: str
    decoded: bool
    terms: tuple[TermSource, ...]


@dataclass(frozen=True)
class DictionarySource:
    """A dictionary outside the document."""

    name: str
    version: str
    href: str | None = None


@dataclass(frozen=True)
class Shape:
    """Data type of values, with length and digits as Define-XML wants them."""

    data_type: str
    length: int | None = None
    digits: int | None = None
    format: str | None = None


@dataclass(frozen=True)
class ItemSource:
    """A variable, or a part of its values: those of ``where``.

    Attributes
    ----------
    where : tuple of Where
        Any of them; none for a variable.
    empty : bool
        Whether no record has a value.
    """

    name: str
    label: str
    shape: Shape
    provenance: Provenance
    mandatory: bool = False
    role: str = ""
    terms: TermsSource | None = None
    dictionary: DictionarySource | None = None
    empty: bool = False
    where: tuple[Where, ...] = ()
    values: tuple[ItemSource, ...] = ()


@dataclass(frozen=True)
class DatasetSource:
    """A dataset; its ``file`` is by default named after it."""

    name: str
    label: str
    domain: str | None
    class_: str
    structure: str
    repeating: bool
    reference: bool
    keys: tuple[str, ...]
    items: tuple[ItemSource, ...]
    comment: str = ""
    sub_class: str = ""
    empty: bool = False
    file: str = ""


@dataclass(frozen=True)
class StandardSource:
    """A standard that the package keeps to; one of Type CT has a publishing set."""

    oid: str
    name: str
    type: str
    version: str
    publishing_set: str | None = None
    status: str = "Final"


@dataclass(frozen=True)
class PackageSource:
    """All of a package.

    Attributes
    ----------
    guide, terminology : str
        OIDs of the standards of the datasets and of the codelists.
    documents : dict
        Title by file name, of the documents that are in the folder.
    """

    study: str
    title: str
    protocol: str
    purpose: str
    standards: tuple[StandardSource, ...]
    guide: str
    terminology: str
    datasets: tuple[DatasetSource, ...]
    created: str
    documents: Mapping[str, str] = field(default_factory=dict)


def distinct_texts(values: pd.Series) -> list[str]:
    """Distinct values of a column as text, blanks apart, in order of appearance."""
    _, uniques = distinct(values)
    texts = text_of(pd.Series(uniques)) if pd.api.types.is_numeric_dtype(values.dtype) else uniques
    return [text for text in texts if text]


def shape_of(
    values: pd.Series, texts: list[str], *, timed: bool, length: int | None, format: str = ""
) -> Shape:
    """Tell data type, length and digits of a column, and of its `distinct_texts`.

    1. A number is an integer where all values are whole, else a float with the most decimal
       places that a value has; its length is that of the longest value, sign and point included.
    2. Text that the standard wants in ISO 8601 has the narrowest date or duration type.
    3. Other text has ``length``.

    Parameters
    ----------
    values
        The column.
    texts
        Its `distinct_texts`.
    timed
        Whether the standard wants ISO 8601.
    length
        Of text, in bytes.
    format
        The display format of SAS.
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        return number_shape(texts, format)
    if timed:
        kind = moment_type(texts) if texts else "partialDatetime"
        if kind:
            return Shape(kind)
    return Shape("text", length)


def number_shape(texts: list[str], format: str = "") -> Shape:
    """Shape of numbers; of none, an integer of one digit.

    Parameters
    ----------
    texts
        Distinct numbers as text.
    format
        The display format of SAS.
    """
    length = max((len(text) for text in texts), default=1)
    if number_type(texts) != "float":
        return Shape("integer", length, None, format or None)
    places = max(digits(text) for text in texts)
    # Whole and decimal places need not be longest in the same value.
    whole = max(len(text.partition(".")[0]) for text in texts)
    length = max(length, whole + 1 + places)
    return Shape("float", length, places, format or f"{length}.{places}")

"""Names that become paths: one judge, whatever a name came from."""

from __future__ import annotations

import re

# SAS: letters, digits and _, the first no digit; 32 characters, of which XPT version 5 holds 8.
_SAS_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LONGEST_NAME = 32
_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
_LONGEST_FOLDER = 64
# Windows opens a device by these, whatever their ending.
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]", re.IGNORECASE)


def is_dataset_name(name: str, longest: int = LONGEST_NAME) -> bool:
    """Whether a name may be that of a dataset, and of its file.

    Parameters
    ----------
    longest
        As many characters as the form of the file holds.

    Examples
    --------
    >>> is_dataset_name("AE"), is_dataset_name("../AE"), is_dataset_name("CON")
    (True, False, False)
    """
    return len(name) <= longest and bool(_SAS_NAME.fullmatch(name)) and not _DEVICES.fullmatch(name)


def safe_name(text: str, default: str) -> str:
    """A free text, such as the name of a study, as the name of a file or folder that is safe on all systems.

    Parameters
    ----------
    default
        Where nothing of the text can be kept.

    Examples
    --------
    >>> safe_name("CDISCPILOT01", "study"), safe_name("../../AB 12/3", "study"), safe_name("NUL", "study")
    ('CDISCPILOT01', 'AB-12-3', 'NUL_')
    """
    name = _UNSAFE.sub("-", text).strip("-")[:_LONGEST_FOLDER] or default
    return f"{name}_" if _DEVICES.fullmatch(name) else name

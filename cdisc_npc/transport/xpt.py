"""SAS transport files, version 5: the form in which regulators receive datasets.

`write_xpt` writes what it is given, to the byte, or refuses with every reason;
`read_xpt` gives back the same, or says what is wrong with the file. The parts
are in `xpt_layout` (the records), `xpt_write` and `xpt_read`; numbers are in `ibm`.
`XptBlocks` reads a dataset larger than memory, and `write_xpt` takes its frames.

Examples
--------
>>> import tempfile, pathlib, pandas as pd
>>> path = pathlib.Path(tempfile.mkdtemp()) / "vs.xpt"
>>> frame = pd.DataFrame({"USUBJID": ["01", "02"], "VSSTRESN": [36.6, float("nan")]})
>>> write_xpt(frame, path)
>>> back, member = read_xpt(path)
>>> back.equals(frame), member.name, [variable.length for variable in member.variables]
(True, 'VS', [2, 8])
"""

from cdisc_npc.transport.xpt_blocks import XptBlocks
from cdisc_npc.transport.xpt_layout import Member, Variable
from cdisc_npc.transport.xpt_read import members, read_xpt
from cdisc_npc.transport.xpt_write import write_xpt

__all__ = ["Member", "Variable", "XptBlocks", "members", "read_xpt", "write_xpt"]

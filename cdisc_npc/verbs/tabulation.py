"""The verbs of SDTM by their classes' names, for the modules that make them."""

from cdisc_npc.verbs.agree import Agree as Agree
from cdisc_npc.verbs.assign import Assign as Assign
from cdisc_npc.verbs.baseline_flag import BaselineFlag as BaselineFlag
from cdisc_npc.verbs.cases import Cases as Cases
from cdisc_npc.verbs.copy import Copy as Copy
from cdisc_npc.verbs.earliest import Earliest as Earliest
from cdisc_npc.verbs.epoch import Epoch as Epoch
from cdisc_npc.verbs.epoch_begins import EpochBegins as EpochBegins
from cdisc_npc.verbs.exists import Exists as Exists
from cdisc_npc.verbs.first_of import FirstOf as FirstOf
from cdisc_npc.verbs.from_form import FromForm as FromForm
from cdisc_npc.verbs.hardcode import Hardcode as Hardcode
from cdisc_npc.verbs.iso8601 import Iso8601 as Iso8601
from cdisc_npc.verbs.latest import Latest as Latest
from cdisc_npc.verbs.lookup import Lookup as Lookup
from cdisc_npc.verbs.next import Next as Next
from cdisc_npc.verbs.standardize import Standardize as Standardize
from cdisc_npc.verbs.study_day import StudyDay as StudyDay
from cdisc_npc.verbs.study_value import StudyValue as StudyValue
from cdisc_npc.verbs.text import Text as Text

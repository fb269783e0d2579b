"""The verbs that the plan of a dataset makes, by their classes' names, for the modules that make them."""

from cdisc_npc.verbs.identity import Identity as Identity
from cdisc_npc.verbs.not_collected import NotCollected as NotCollected
from cdisc_npc.verbs.sequence import Sequence as Sequence
from cdisc_npc.verbs.test_part import TestPart as TestPart
from cdisc_npc.verbs.test_variable import TestVariable as TestVariable
from cdisc_npc.verbs.visit import VisitPart as VisitPart

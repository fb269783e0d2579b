"""``python -m cdisc_npc`` is ``cdisc-npc``."""

from cdisc_npc.cli.main import main

main()

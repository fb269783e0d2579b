"""Define-XML 2.1 and ARM 1.0: a package of its own, usable without cdisc_npc."""

"""The simulator: a seeded synthetic trial and its raw export, clean or in the disorder of real ones."""

from cdisc_npc.simulate.simulation import Simulated, simulate

__all__ = ["Simulated", "simulate"]

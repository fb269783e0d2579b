from __future__ import annotations

import pandas as pd
import pytest

from cdisc_npc.simulate.settings import Settings, load_settings
from cdisc_npc.simulate.trial import Trial, simulate_trial
from cdisc_npc.simulate.write import frame_of, in_contract_order
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.forms import RawContract
from cdisc_npc.transport.strict_yaml import read_yaml

HOME = mappings_root() / "npc"


@pytest.fixture(scope="session")
def contract() -> RawContract:
    return RawContract.model_validate(read_yaml(HOME / "raw.yaml").data)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings(HOME / "simulation.yaml")


@pytest.fixture(scope="session")
def trial(settings: Settings) -> Trial:
    return simulate_trial(settings, 300, 7)


@pytest.fixture(scope="session")
def forms(trial: Trial, contract: RawContract) -> dict[str, pd.DataFrame]:
    return {name: frame_of(table) for name, table in in_contract_order(trial.tables, contract).items()}

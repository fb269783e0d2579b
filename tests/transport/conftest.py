import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def memory_folder():
    """A folder in memory, where there is one: thousands of small files are written there."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def memory_folder():
    """A folder in memory, where there is one: thousands of small files are written there."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def rscript():
    """R with its two readers of transport files; `docs/transport.md` says how to install them."""
    program = shutil.which("Rscript")
    if not program:
        pytest.skip("Rscript is absent (Debian: r-base-core, r-cran-haven, r-cran-foreign)")
    test = 'q(status = !all(sapply(c("haven", "foreign"), requireNamespace, quietly = TRUE)))'
    if subprocess.run([program, "--vanilla", "-e", test], capture_output=True, check=False).returncode:
        pytest.skip("R's haven or foreign is absent (Debian: r-cran-haven, r-cran-foreign)")
    return program

"""The command line: each command calls one function and prints its outcome.

Exit status: 0 done; 1 done, with findings of severity error; 2 the input or the
specification was refused, nothing written; 3 a fault of the machine; 130 interrupted, by Ctrl-C or a signal
that ends a process: outputs are as they were, or whole.
"""

from __future__ import annotations

import gc
import signal
import threading
from typing import Any

import click

from cdisc_npc.cli.adam import adam, explain, policies
from cdisc_npc.cli.build import build, sdtm
from cdisc_npc.cli.check import run_check
from cdisc_npc.cli.ct import ct
from cdisc_npc.cli.define import define
from cdisc_npc.cli.printing import Listed, echo
from cdisc_npc.cli.simulate import demo, simulate
from cdisc_npc.cli.spec import spec
from cdisc_npc.cli.transport import compare, convert

_MESSAGES = 20


def _interrupt_on_signals() -> None:
    """Let a signal that asks the process to end tidy up as Ctrl-C does; one that is ignored stays so."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


class _Group(Listed):
    """Turns a refusal into exit status 2, a fault of the machine into 3 and an interrupt into 130."""

    def invoke(self, context: click.Context) -> Any:
        # Hundreds of thousands of small objects (terms, the specification) live as long as the process:
        # looking through them again and again is a tenth of a short run.
        gc.set_threshold(200_000, 20, 100)
        _interrupt_on_signals()
        try:
            return super().invoke(context)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except KeyboardInterrupt:
            echo("Interrupted.", err=True)
            context.exit(130)
        except (OSError, MemoryError) as error:
            echo(f"cdisc-npc: {error or 'out of memory'}", err=True)
            context.exit(3)
        except Exception as error:
            from cdisc_npc.findings import Refused

            if not isinstance(error, Refused):
                raise
            messages = error.findings.messages(_MESSAGES)
            echo("\n".join(messages), err=True)
            if len(error.findings) > len(messages):
                echo(f"... and {len(error.findings) - len(messages)} more", err=True)
            echo(f"Refused: {len(error.findings)} finding(s); nothing was written.", err=True)
            context.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cdisc-npc")
def main() -> None:
    """Raw clinical-trial data in, a regulator-ready CDISC package out."""


for command in (
    demo, simulate, sdtm, build, adam, run_check, explain, policies, define, convert, compare, spec, ct,
):  # fmt: skip
    main.add_command(command)

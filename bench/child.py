"""One way to run a program: with the environment of all, within a time, and gone with its own
children when this program is stopped."""

import os
import shlex
import signal
import subprocess

# Seconds for one command; hyperfine's holds many runs.
BOUND = 1200


def run(command, environment, stdout=subprocess.DEVNULL):
    """Runs a command that must work; gives its output if that is to be kept."""
    child = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    shown = f"bench: {shlex.join(command)[:400]}"
    try:
        output, errors = child.communicate(timeout=BOUND)
    except subprocess.TimeoutExpired:
        end(child)
        raise SystemExit(f"{shown}\nnot done after {BOUND} s") from None
    except BaseException:
        end(child)
        raise
    if child.returncode:
        raise SystemExit(f"{shown}\n{errors}")
    return output


def end(child):
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()

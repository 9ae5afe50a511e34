"""Asking a virus scanner about a file before it is kept."""

import asyncio
import logging
import shlex
from contextlib import suppress
from typing import Final

from federation.errors import Refused

log = logging.getLogger(__name__)

SECONDS: Final = 60.0


async def refuse_harmful(content: bytes, scanner: str) -> None:
    """Let the command `scanner` read a file from its standard input, if there is a command.

    Raises `Refused`: 422 `harmful` for what it finds something in, 503 `not-scanned` when it
    does not say.
    """
    if not scanner:
        return
    # What ClamAV ends with, and others do.
    match await _answer(content, shlex.split(scanner)):
        case 0:
            return
        case 1:
            log.warning("the virus scanner refused an upload of %d bytes", len(content))
            detail = "The virus scanner found something in this file: it was not kept."
            raise Refused(422, "harmful", detail)
        case status:
            log.error("the virus scanner does not work: it ended with %s", status)
            detail = "The virus scanner does not answer: try again later."
            raise Refused(503, "not-scanned", detail)


async def _answer(content: bytes, command: list[str]) -> int | str:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except (OSError, ValueError) as error:
        return str(error)
    try:
        # A scanner that has seen enough may stop reading.
        with suppress(BrokenPipeError, ConnectionResetError):
            await asyncio.wait_for(process.communicate(content), SECONDS)
        return await asyncio.wait_for(process.wait(), SECONDS)
    except TimeoutError:
        return f"no answer after {SECONDS:.0f} s"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

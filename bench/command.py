"""The command line of the benchmark."""

import argparse
import asyncio
import resource
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final, get_args

import uvloop

from bench.databases import Engine
from bench.measures.documents import documents
from bench.measures.inbox import inbox
from bench.measures.publish import fanout, publish
from bench.measures.search import search
from bench.measures.start import cold_start, memory
from bench.measures.streaming import streaming
from bench.measures.timeline import timeline
from bench.peer import measure_peer
from bench.results import Report, Row
from bench.run import Options, Run, prepared

MEASURES: Final[Mapping[str, Callable[[Run], Awaitable[list[Row]]]]] = {
    "start": cold_start,
    "memory": memory,
    "inbox": inbox,
    "publish": publish,
    "fanout": fanout,
    "documents": documents,
    "search": search,
    "timeline": timeline,
    "streaming": streaming,
}
"""Each measure by the name under which it can run alone."""

USUAL_AGE: Final = 100_000


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    found = argparse.ArgumentParser(prog="bench", description="Measure a node on this machine.")
    found.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    found.add_argument("--engine", choices=[*get_args(Engine), "both"], default="both")
    found.add_argument("--repeat", type=int, default=3, help="repetitions of each load")
    found.add_argument("--quick", action="store_true", help="tiny loads: does everything work?")
    found.add_argument(
        "--aged",
        type=int,
        nargs="?",
        const=USUAL_AGE,
        default=0,
        metavar="OBJECTS",
        help=f"fill the database first (default {USUAL_AGE:,}; the target names 1000000), "
        "with a tenth as many followers, and measure that",
    )
    found.add_argument("--profile", action="store_true", help="show where the node's time goes")
    found.add_argument("--peer", metavar="URL", help="measure another server (http, no TLS)")
    found.add_argument("--token", default="", help="a bearer token of the peer")
    found.add_argument("--account", default="", help="the account of that token at the peer")
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table, write the JSON."""
    known = parser()
    chosen = known.parse_args(arguments)
    wrong = set(chosen.measures) - set(MEASURES)
    if wrong:
        known.error(f"unknown measure: {', '.join(sorted(wrong))}; there are {', '.join(MEASURES)}")
    _many_files()
    report = Report(options=vars(chosen))
    if chosen.peer:
        report.rows += uvloop.run(measure_peer(chosen.peer, chosen.token, chosen.account))
    else:
        engines = get_args(Engine) if chosen.engine == "both" else (chosen.engine,)
        for engine in engines:
            options = Options(
                chosen.measures or tuple(MEASURES),
                engine,
                chosen.repeat,
                chosen.quick,
                chosen.aged,
                chosen.profile,
            )
            report.rows += uvloop.run(_measure(options))
    print(report.table())
    print(f"\nwritten to {report.save()}")


async def _measure(options: Options) -> list[Row]:
    async with prepared(options) as run:
        rows = run.limits.rows()
        for name in options.measures:
            print(f"{options.engine}: {name} …", flush=True)
            rows += await MEASURES[name](run)
            await asyncio.sleep(0)
    aged = f"{options.aged:,} objects" if options.aged else ""
    return [replace(row, engine=options.engine, note=row.note or aged) for row in rows]


def _many_files() -> None:
    """Two hundred servers with a few connections each need more than the usual 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

"""One run: the parts that measures work with, and the table of measures."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.databases import Databases, Engine
from bench.node import NodeProcess, Place, copy_place, free_port
from bench.profiling import Spy, cprofile_summary, spy_is_installed
from bench.raw import bare_quart, bare_start, durable_inserts, rsa_signatures
from bench.results import RESULTS, Row
from bench.scene import Scene, prepare
from bench.stage import Stage

FOLLOWERS = 1_000


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller chose."""

    measures: Sequence[str]
    engine: Engine
    repeat: int = 3
    quick: bool = False
    aged: int = 0
    profile: bool = False

    def size(self, usual: int) -> int:
        """How much of something: a fortieth in a quick run."""
        return max(usual // 40, 2) if self.quick else usual


@dataclass(frozen=True, slots=True)
class RawLimits:
    """What the machine can do at best, per second; `start` in seconds."""

    post: float
    get: float
    sign: float
    insert: float
    start: float

    def rows(self) -> list[Row]:
        """For the table."""
        return [
            Row("raw: bare Quart POST", "/s", [self.post], "more"),
            Row("raw: bare Quart GET", "/s", [self.get], "more"),
            Row("raw: RSA-2048 signatures, one core", "/s", [self.sign], "more"),
            Row("raw: durable SQLite inserts", "/s", [self.insert], "more"),
            Row("raw: start of Python and imports", "s", [self.start]),
        ]


@dataclass(slots=True)
class Run:
    """A prepared run: the template, the stage of the others, the limits of the machine."""

    options: Options
    folder: Path
    stage: Stage
    databases: Databases
    template: Place
    scene: Scene
    limits: RawLimits
    _profiles: int = field(default=0)

    @asynccontextmanager
    async def node(self, *, start: bool = True) -> AsyncIterator[NodeProcess]:
        """A node on a fresh copy of the prepared data."""
        place = replace(
            self.template, data=self.folder / "node", database=await self.databases.fresh()
        )
        copy_place(self.template.data, place)
        cprofile = None
        if self.options.profile and not spy_is_installed():
            cprofile = self.folder / "profile"
        node = NodeProcess(place, cprofile=cprofile)
        if start:
            await node.start()
        try:
            yield node
        finally:
            node.stop()
            if cprofile is not None:
                cprofile_summary(cprofile)

    @asynccontextmanager
    async def watched(self, node: NodeProcess, name: str) -> AsyncIterator[None]:
        """Look at where the node spends its time meanwhile, if that was asked for."""
        if not (self.options.profile and spy_is_installed()):
            yield
            return
        RESULTS.mkdir(exist_ok=True)
        self._profiles += 1
        spy = Spy(node.pid, RESULTS / f"{name}-{self.options.engine}.folded")
        spy.start()
        try:
            yield
        finally:
            spy.stop()


@asynccontextmanager
async def prepared(options: Options) -> AsyncIterator[Run]:
    """Everything that measures need, made once and cleaned up at the end."""
    folder = Path(tempfile.mkdtemp(prefix="communotic-bench-"))
    stage = Stage()
    await stage.open()
    try:
        with Databases(options.engine, folder) as databases:
            template = Place(folder / "template", free_port(), databases.template)
            template.write_settings()
            followers = options.size(FOLLOWERS)
            scene = await prepare(template, stage, followers, options.aged)
            limits = await _limits(options, folder)
            yield Run(options, folder, stage, databases, template, scene, limits)
    finally:
        await stage.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _limits(options: Options, folder: Path) -> RawLimits:
    post, get = await bare_quart(options.size(8_000))
    return RawLimits(post, get, rsa_signatures(), durable_inserts(folder), bare_start())

"""Time that only moves when a test says so."""

from dataclasses import dataclass

from tests.support.signing import NOW


@dataclass
class Clock:
    """Seconds since the epoch, at rest."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now

    @property
    def ms(self) -> int:
        """The same moment in milliseconds."""
        return int(self.now * 1000)

    def pass_by(self, seconds: float) -> None:
        """Let time go on."""
        self.now += seconds

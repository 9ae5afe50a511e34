"""What can go wrong on the wire, one class per thing that a caller treats differently."""


class FederationError(Exception):
    """Anything that another server did, or failed to do."""


class Refused(FederationError):
    """What a door answers: HTTP status, a short slug, one sentence for an administrator."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail


class Unreachable(FederationError):
    """No usable answer from `url`; `passing` tells whether trying again may help."""

    def __init__(
        self,
        url: str,
        reason: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        passing: bool = True,
    ) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason
        self.status = status
        self.retry_after = retry_after
        self.passing = passing


class Gone(FederationError):
    """The origin says that nothing is (404) or no longer is (410) at `url`."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(f"{url}: {status}")
        self.url = url
        self.status = status


class Untrusted(FederationError):
    """What `url` is or answers breaks a rule of origin, address, type or size."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason

"""The settings of one node, each with its place in the TOML file and its explanation."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal

Network = IPv4Network | IPv6Network


def setting(section: str, explanation: str, default: Any) -> Any:
    """Declare one setting: its TOML section and the sentence that documents it."""
    metadata = {"section": section, "explanation": explanation}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an administrator may choose, checked at start."""

    data_dir: Path

    domain: str = setting(
        "node", "Host name (with its port when it is not the usual one) in every address.", ""
    )
    scheme: Literal["https", "http"] = setting(
        "node", "`https`; plain `http` is for development only and needs `allow_private`.", "https"
    )
    language: Literal["fr", "en"] = setting(
        "node", "Language of the node's pages and of posts that do not name theirs.", "fr"
    )
    contact: str = setting(
        "node", "Mail address of the administrator, shown in NodeInfo and on the home page.", ""
    )
    description: str = setting("node", "One sentence about the node, shown to visitors.", "")

    bind: str = setting("server", "Address and port on which the node listens.", "127.0.0.1:8080")
    trusted_proxies: tuple[Network, ...] = setting(
        "server",
        "Networks whose `X-Forwarded-For` is believed (the reverse proxy in front of the node).",
        (),
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "server", "How much is written to the log.", "info"
    )
    client_rate: int = setting(
        "server",
        "Requests that one app of a member, or one address without a token, may make in five "
        "minutes before it gets a 429.",
        300_000,
    )

    database: str = setting(
        "storage", "`sqlite:///path` or `postgresql://…`; empty: `communotic.db` in the data.", ""
    )
    synchronous: Literal["full", "normal"] = setting(
        "storage",
        "SQLite: `full` survives a power cut, `normal` only the end of the process.",
        "full",
    )
    remote_days: int = setting(
        "storage", "Days that remote posts which nobody here touched are kept; 0: for ever.", 90
    )
    log_days: int = setting(
        "storage", "Days that finished deliveries and received activities stay listed.", 14
    )

    secure_mode: bool = setting(
        "federation", "Ask every server to sign its reads too (authorized fetch).", False
    )
    allow_private: tuple[Network, ...] = setting(
        "federation",
        "Private networks that may be contacted; for development only, announced at start.",
        (),
    )
    thread_depth: int = setting(
        "federation", "How many unknown ancestors of a reply are fetched at most.", 20
    )
    delivery_concurrency: int = setting(
        "federation", "How many deliveries are under way at once.", 64
    )
    host_concurrency: int = setting(
        "federation", "How many deliveries to the same host are under way at once.", 4
    )
    fetch_timeout: int = setting(
        "federation", "Seconds after which a request to another server is given up.", 10
    )
    inbox_rate: int = setting(
        "federation", "Activities that one server may deliver per minute before it gets a 429.",
        60_000,
    )  # fmt: skip

    max_upload: int = setting(
        "media", "Largest file that a member may upload, in bytes.", 16_000_000
    )
    max_pixels: int = setting("media", "Largest image, in pixels, that is decoded.", 50_000_000)
    media_proxy: bool = setting(
        "media",
        "Pass pictures of other servers on to apps, so that these servers do not learn who looks "
        "at them.",
        True,
    )
    media_cache: int = setting(
        "media", "Bytes of such pictures that are kept on disk; the oldest go first.", 500_000_000
    )

    project_files: int = setting(
        "media",
        "Bytes that the files of one project may take on this node, copies of those of partners "
        "included; 0: no bound.",
        1_000_000_000,
    )
    virus_scanner: str = setting(
        "media",
        "Command that reads each file from its standard input before it is kept, and ends with 0 "
        "when it is harmless and 1 when it is not, such as `clamdscan --no-summary -`; empty: "
        "none does.",
        "",
    )

    mail_server: str = setting(
        "mail",
        "Host name of the server that sends the node's mails; empty: they are written to the "
        "folder `mails` of the data directory instead.",
        "",
    )
    mail_port: int = setting("mail", "Port of that server: 587 or 25, or 465 with `tls`.", 587)
    mail_security: Literal["starttls", "tls", "none"] = setting(
        "mail", "How the connection is encrypted; `none` only for a server on this machine.",
        "starttls",
    )  # fmt: skip
    mail_username: str = setting("mail", "Name with which the node signs in there, if any.", "")
    mail_password: str = setting("mail", "The password that goes with it.", "")
    mail_sender: str = setting(
        "mail", "Mail address that the mails come from; `noreply@` with the domain when empty.", ""
    )

    oidc_issuer: str = setting(
        "sign_in",
        "Address of an OpenID Connect provider whose users may sign in, as it calls itself.",
        "",
    )
    oidc_name: str = setting("sign_in", "What the button for that provider says.", "ProConnect")
    oidc_client_id: str = setting("sign_in", "The node's own name at that provider.", "")
    oidc_client_secret: str = setting("sign_in", "The secret that goes with it.", "")
    oidc_scopes: str = setting(
        "sign_in", "What the provider is asked for.", "openid given_name usual_name email uid siret"
    )
    oidc_acr: str = setting(
        "sign_in", "Level of assurance that is asked for (ProConnect: `eidas1`); usually empty.", ""
    )
    oidc_trust_mail: bool = setting(
        "sign_in",
        "Believe the provider's mail addresses although it does not say that it verified them.",
        False,
    )
    auto_join_siret: tuple[str, ...] = setting(
        "sign_in",
        "SIRET numbers: people whom the provider places in these establishments may join "
        "without an invitation.",
        (),
    )

    libretranslate_url: str = setting(
        "translation",
        "Address of a LibreTranslate service that translates posts for members in their apps; "
        "empty: none does.",
        "",
    )
    libretranslate_key: str = setting("translation", "The key that it asks for, if any.", "")
    libretranslate_networks: tuple[Network, ...] = setting(
        "translation",
        "Private networks where that service may be, when it runs beside the node.",
        (),
    )
    deepl_key: str = setting(
        "translation", "Key for DeepL, to have posts translated there instead.", ""
    )

    @property
    def origin(self) -> str:
        """Scheme and host, without a trailing slash: `https://node.example`."""
        return f"{self.scheme}://{self.domain}"

    @property
    def database_url(self) -> str:
        """The database that is really used."""
        return self.database or f"sqlite:///{(self.data_dir / 'communotic.db').resolve()}"

    @property
    def media_dir(self) -> Path:
        """Where uploaded files are kept."""
        return self.data_dir / "media"

    @property
    def mail_from(self) -> str:
        """The mail address that mails come from."""
        return self.mail_sender or f"noreply@{self.domain.partition(':')[0]}"

    @property
    def pictures_dir(self) -> Path:
        """Where pictures of other servers are kept for a month; may be deleted at any time."""
        return self.data_dir / "cache" / "pictures"

    @property
    def documents_dir(self) -> Path:
        """Where PDF files and pictures of pages are kept for a day; may be deleted at any time."""
        return self.data_dir / "cache" / "documents"

    @property
    def development(self) -> bool:
        """Whether the node gives up protections that only a closed machine can do without."""
        return self.scheme == "http" or bool(self.allow_private)

"""Reading settings: one TOML file in the data directory, then `COMMUNOTIC_*` variables."""

import re
import tomllib
import types
from collections.abc import Mapping
from dataclasses import Field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from config.settings import Settings

FILE_NAME = "communotic.toml"
PREFIX = "COMMUNOTIC_"
HOST = re.compile(r"^(?=.{1,253}(:|$))[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$")
MAIL = re.compile(r"^[^@\s<>\"(),:;]+@[^@\s<>\"(),:;]+$")
SIRET = re.compile(r"^[0-9]{14}$")


class BadSettings(Exception):
    """A setting that cannot be used; the text tells a person what to change."""


def setting_fields() -> tuple[Field[Any], ...]:
    """The settings that a file or a variable may give, in the order of their declaration."""
    return tuple(f for f in fields(Settings) if f.metadata)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def load_settings(data_dir: Path, environ: Mapping[str, str]) -> Settings:
    """Read and check the settings of the node in `data_dir`.

    Raises `BadSettings` with a sentence that names the setting, the file and the remedy.
    """
    path = data_dir / FILE_NAME
    if not path.exists():
        raise BadSettings(
            f"There is no node in {data_dir}: {path} is missing. Run `communotic init` first, "
            "or name the right directory with --data or COMMUNOTIC_DATA."
        )
    try:
        file = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path} is not valid TOML: {error}.") from error
    values = _from_file(file, path) | _from_environment(environ)
    return check(Settings(data_dir=data_dir, **values))


def _from_file(file: dict[str, Any], path: Path) -> dict[str, Any]:
    known = {(f.metadata["section"], f.name): f for f in setting_fields()}
    values: dict[str, Any] = {}
    for section, content in file.items():
        if not isinstance(content, dict):
            raise BadSettings(f"{path}: `{section}` stands outside a section such as [node].")
        for name, value in content.items():
            declared = known.get((section, name))
            if declared is None:
                raise BadSettings(f"{path}: there is no setting `{name}` in [{section}].")
            values[name] = _convert(declared, value, f"{path}: [{section}] {name}")
    return values


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for declared in setting_fields():
        name = variable(declared.name)
        if name in environ:
            values[declared.name] = _convert(declared, environ[name], name)
    return values


def _convert(declared: Field[Any], value: Any, where: str) -> Any:
    kind = declared.type
    if get_origin(kind) is Literal:
        return _choice(value, get_args(kind), where)
    if kind is bool:
        return _boolean(value, where)
    if kind is int:
        return _integer(value, where)
    if isinstance(kind, types.GenericAlias):
        return _words(value, where) if str in get_args(kind) else _networks(value, where)
    if not isinstance(value, str):
        raise BadSettings(f"{where} must be a text, not {value!r}.")
    return value


def _choice(value: Any, allowed: tuple[str, ...], where: str) -> str:
    if value not in allowed:
        raise BadSettings(f"{where} is {value!r}; it must be one of {', '.join(allowed)}.")
    return str(value)


def _boolean(value: Any, where: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise BadSettings(f"{where} is {value!r}; it must be true or false.")


def _integer(value: Any, where: str) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = -1
    if number < 0 or isinstance(value, bool):
        raise BadSettings(f"{where} is {value!r}; it must be a whole number, 0 or more.")
    return number


def _words(value: Any, where: str) -> tuple[str, ...]:
    items = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise BadSettings(f"{where} is {value!r}; it must be a list of texts.")
    return tuple(items)


def _networks(value: Any, where: str) -> tuple[Any, ...]:
    items = value.replace(",", " ").split() if isinstance(value, str) else value
    try:
        return tuple(ip_network(str(item)) for item in items)
    except (TypeError, ValueError) as error:
        raise BadSettings(f"{where}: {error}; write networks such as 127.0.0.0/8.") from error


def check(settings: Settings) -> Settings:
    """Refuse combinations that could not work or would be unsafe.

    Raises `BadSettings`.
    """
    if not HOST.match(settings.domain):
        raise BadSettings(
            f"[node] domain is {settings.domain!r}; write a host name in lower case such as "
            "formation.example.org (internationalised names in their xn-- form)."
        )
    if settings.scheme == "http" and not settings.allow_private:
        raise BadSettings(
            "[node] scheme is http, which is for development only: set [federation] allow_private "
            'to the networks of your test machines, for instance ["127.0.0.0/8"], or use https.'
        )
    if settings.database and not settings.database.startswith(("sqlite:///", "postgresql://")):
        raise BadSettings("[storage] database must begin with sqlite:/// or postgresql://.")
    if not re.match(r"^.+:[0-9]{1,5}$", settings.bind):
        raise BadSettings(f"[server] bind is {settings.bind!r}; write ADDRESS:PORT.")
    for name in ("delivery_concurrency", "host_concurrency", "fetch_timeout", "inbox_rate"):
        if getattr(settings, name) < 1:
            raise BadSettings(f"[federation] {name} must be at least 1.")
    if settings.client_rate < 1:
        raise BadSettings("[server] client_rate must be at least 1.")
    _check_mail(settings)
    _check_sign_in(settings)
    _check_translation(settings)
    return settings


def _check_mail(settings: Settings) -> None:
    if not MAIL.match(settings.mail_from):
        raise BadSettings(f"[mail] mail_sender is {settings.mail_sender!r}; write a mail address.")
    if settings.mail_username and settings.mail_security == "none":
        raise BadSettings(
            "[mail] mail_security is none, so the password would travel in clear: use starttls or "
            "tls, or leave mail_username empty."
        )


def _check_translation(settings: Settings) -> None:
    address = settings.libretranslate_url
    if not address:
        return
    if settings.deepl_key:
        raise BadSettings("[translation] set libretranslate_url or deepl_key, not both.")
    if not address.startswith(("https://", "http://")):
        raise BadSettings("[translation] libretranslate_url must begin with https:// or http://.")
    if address.startswith("http://") and not settings.libretranslate_networks:
        raise BadSettings(
            "[translation] libretranslate_url is plain http: name the private network of the "
            'service in libretranslate_networks, for instance ["127.0.0.0/8"], or use https.'
        )


def _check_sign_in(settings: Settings) -> None:
    if not settings.oidc_issuer:
        return
    if not settings.oidc_issuer.startswith(("https://", f"{settings.scheme}://")):
        raise BadSettings("[sign_in] oidc_issuer must begin with https://.")
    if not settings.oidc_client_id:
        raise BadSettings("[sign_in] oidc_client_id is empty; the provider gave you one.")
    wrong = [number for number in settings.auto_join_siret if not SIRET.match(number)]
    if wrong:
        raise BadSettings(f"[sign_in] auto_join_siret: {wrong[0]!r} is not 14 digits.")

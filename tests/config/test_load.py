"""Settings are read once, and what cannot work stops the start with a sentence."""

from pathlib import Path

import pytest

from config.load import FILE_NAME, BadSettings, load_settings, setting_fields
from config.write import settings_text, write_settings

GOOD = '[node]\ndomain = "greta.example"\n'


def written(folder: Path, text: str) -> Path:
    """A data directory with this settings file."""
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return folder


def test_a_file_with_a_domain_is_enough(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, GOOD), {})
    assert settings.origin == "https://greta.example"
    assert settings.database_url == f"sqlite:///{tmp_path.resolve()}/communotic.db"
    assert not settings.development


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    variables = {"COMMUNOTIC_LANGUAGE": "en", "COMMUNOTIC_REMOTE_DAYS": "7", "LANG": "de"}
    settings = load_settings(written(tmp_path, GOOD), variables)
    assert (settings.language, settings.remote_days) == ("en", 7)


def test_networks_come_from_a_list_or_from_words(tmp_path: Path) -> None:
    text = GOOD + '[federation]\nallow_private = ["127.0.0.0/8"]\n'
    listed = load_settings(written(tmp_path, text), {})
    words = load_settings(tmp_path, {"COMMUNOTIC_ALLOW_PRIVATE": "10.0.0.0/8, ::1/128"})
    assert [str(n) for n in listed.allow_private] == ["127.0.0.0/8"]
    assert [str(n) for n in words.allow_private] == ["10.0.0.0/8", "::1/128"]


def test_mails_come_from_the_host_unless_told_otherwise(tmp_path: Path) -> None:
    ours = load_settings(written(tmp_path, '[node]\ndomain = "greta.example:8080"\n'), {})
    assert ours.mail_from == "noreply@greta.example"
    told = load_settings(tmp_path, {"COMMUNOTIC_MAIL_SENDER": "contact@greta.example"})
    assert told.mail_from == "contact@greta.example"


def test_a_list_of_texts_comes_from_words_too(tmp_path: Path) -> None:
    found = load_settings(
        written(tmp_path, GOOD), {"COMMUNOTIC_AUTO_JOIN_SIRET": "12345678901234, 98765432109876"}
    )
    assert found.auto_join_siret == ("12345678901234", "98765432109876")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "domain is ''"),
        ('[node]\ndomain = "Greta.Example"\n', "host name in lower case"),
        ('[node]\ndomain = "https://greta.example"\n', "host name"),
        (GOOD + 'scheme = "http"\n', "development only"),
        (GOOD + 'scheme = "ftp"\n', "one of https, http"),
        (GOOD + "colour = 1\n", "no setting `colour` in [node]"),
        ("domain = 3\n", "outside a section"),
        (GOOD + "[storage]\nremote_days = -1\n", "0 or more"),
        (GOOD + "[storage]\nremote_days = true\n", "whole number"),
        (GOOD + '[storage]\ndatabase = "mysql://x"\n', "sqlite:/// or postgresql://"),
        (GOOD + '[federation]\nsecure_mode = "perhaps"\n', "true or false"),
        (GOOD + '[federation]\nallow_private = ["home"]\n', "networks such as"),
        (GOOD + "[federation]\nhost_concurrency = 0\n", "at least 1"),
        (GOOD + '[server]\nbind = "here"\n', "ADDRESS:PORT"),
        (GOOD + "description = 3\n", "must be a text"),
        (GOOD + '[mail]\nmail_security = "ssl"\n', "one of starttls, tls, none"),
        (GOOD + '[mail]\nmail_sender = "Greta <a@b.example>"\n', "write a mail address"),
        (GOOD + '[mail]\nmail_security = "none"\nmail_username = "a"\n', "in clear"),
        (GOOD + '[sign_in]\noidc_issuer = "http://id.example"\n', "https://"),
        (GOOD + '[sign_in]\noidc_issuer = "https://id.example"\n', "oidc_client_id is empty"),
        (
            GOOD + '[sign_in]\noidc_issuer = "https://id.example"\noidc_client_id = "a"\n'
            'auto_join_siret = ["123"]\n',
            "not 14 digits",
        ),
        (GOOD + "[sign_in]\nauto_join_siret = [123]\n", "list of texts"),
        ("[node", "not valid TOML"),
    ],
)
def test_a_bad_setting_is_named_with_what_to_do(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load_settings(written(tmp_path, text), {})
    assert said in str(caught.value)


def test_a_directory_without_a_node_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="communotic init"):
        load_settings(tmp_path, {})


def test_the_file_of_a_new_node_explains_every_setting_and_is_private(tmp_path: Path) -> None:
    path = write_settings(tmp_path, {"domain": "greta.example"})
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text(encoding="utf-8")
    for declared in setting_fields():
        assert declared.metadata["explanation"] in text
        assert declared.name in text
    assert load_settings(tmp_path, {}).domain == "greta.example"


def test_what_is_not_chosen_stands_as_a_comment() -> None:
    assert '# language = "fr"' in settings_text({"domain": "greta.example"})

"""Every text of the templates has its French translation."""

import re

from web.texts import CATALOGUES, choose_language, translations

TEMPLATES = CATALOGUES.parent / "templates"
SINGLE = re.compile(r"""_\((?:"([^"]+)"|'([^']+)')\)""")
PLURAL = re.compile(r"""ngettext\("([^"]+)", "([^"]+)", """)


def test_every_text_is_translated() -> None:
    french = translations("fr")
    missing = []
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        for double, single in SINGLE.findall(text):
            message = double or single
            if french.gettext(message) == message and message != "Contact":
                missing.append(message)
        for one, many in PLURAL.findall(text):
            if french.ngettext(one, many, 2) == many:
                missing.append(many)
    assert missing == []


def test_no_translation_is_left_over() -> None:
    used = "".join(t.read_text(encoding="utf-8") for t in TEMPLATES.glob("*.html"))
    catalogue = (CATALOGUES / "fr.po").read_text(encoding="utf-8")
    messages = re.findall(r'^msgid "(.+)"$', catalogue, re.MULTILINE)
    assert [message for message in messages if message not in used] == []


def test_a_language_is_chosen_by_name_then_by_browser_then_by_node() -> None:
    assert choose_language("en", ["fr"], "fr") == "en"
    assert choose_language("xx", ["de", "en-US"], "fr") == "en"
    assert choose_language(None, ["de"], "fr") == "fr"

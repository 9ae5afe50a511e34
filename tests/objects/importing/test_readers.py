"""Each kind of source, read without a database."""

import io
import zipfile
from pathlib import Path

import pytest

from objects.importing.concepts import KnownConcepts
from objects.importing.csv_file import csv_items, csv_problems, open_csv
from objects.importing.folders import DiskFolder, ZipFolder, inside
from objects.importing.headings import NAMES, field_of
from objects.importing.mapping import build, template
from objects.importing.markdown_folder import markdown_items
from objects.importing.report import BadSource, Built, Item
from objects.importing.sources import open_source
from objects.importing.wordpress import WordPressFile
from objects.importing.yeswiki import yeswiki_items
from objects.vocabularies.bundle import read_bundled
from objects.vocabularies.names import DIGCOMP, OURS, ROME, concept_uri

WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"""
POST = """<item><title>Le jardin &amp; nous</title><link>https://blog.example/jardin</link>
<dc:creator><![CDATA[marie]]></dc:creator><guid>https://blog.example/?p=12</guid>
<content:encoded><![CDATA[{content}]]></content:encoded>
<excerpt:encoded><![CDATA[Un jardin partagé]]></excerpt:encoded><wp:post_id>12</wp:post_id>
<wp:post_date>2013-05-06 10:00:00</wp:post_date>
<wp:post_date_gmt>2013-05-06 08:00:00</wp:post_date_gmt>
<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>
<category domain="category"><![CDATA[Transition écologique]]></category>
<category domain="post_tag"><![CDATA[tomates]]></category>
<wp:postmeta><wp:meta_key>_edit_lock</wp:meta_key><wp:meta_value>1</wp:meta_value></wp:postmeta>
<wp:postmeta><wp:meta_key>ville</wp:meta_key><wp:meta_value>Caen</wp:meta_value></wp:postmeta>
</item>"""
CONTENT = """<!-- wp:paragraph --><p>Nous avons <strong>planté</strong>.</p>
<h2>Objectifs</h2><ul><li>Planter</li><li>Récolter</li></ul>
<h3>Résultats :</h3><p>Des tomates. [gallery ids="1"]</p><script>alert(1)</script>
<img src="https://blog.example/wp-content/uploads/2013/05/t.jpg" alt="Des tomates">"""


@pytest.fixture(scope="module")
def known() -> KnownConcepts:
    """The concepts that come with the program."""
    found = KnownConcepts()
    for name in (*OURS, DIGCOMP, ROME):
        found.add(read_bundled(name).concepts)
    return found


def codes(built: Built) -> set[tuple[str, str]]:
    """Field and code of every problem."""
    return {(each.field, each.code) for each in built.problems}


def table(text: str, known: KnownConcepts, encoding: str = "utf-8") -> list[Built]:
    """The experiences of a table."""
    return [build(item, known, "fr") for item in csv_items(open_csv(text.encode(encoding)))]


FRENCH = (
    "Titre;En bref;Contexte;Publics;Effectif;Objectifs;Modalités;Déroulé;Résultats;Difficultés;"
    "Maturité;Licence;Date;Thèmes;Durée;Partenaires;Moyens humains;Indicateurs;Insee;Couleur\n"
    "Atelier vidéo;Des stagiaires filment;On manquait d’images;Demandeurs d'emploi, allophones;12;"
    '"Filmer\nMonter";Hybride;Trois séances;"Ça marche; vraiment";Aucune;Éprouvée;CC BY-SA 4.0;'
    "12/03/2016;Vidéo pédagogique, K2111;3 jours;AFPA https://afpa.example;formatrice: 4,5 jours;"
    "Présence | 60 % | 90 % | feuilles;50129;bleu\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_table_is_read_whole_in_any_usual_encoding(
    known: KnownConcepts, encoding: str, separator: str
) -> None:
    text = FRENCH if separator == ";" else FRENCH.replace('"Ça marche; vraiment"', "OK")
    (built,) = table(text.replace(";", separator), known, encoding)
    e = built.experience
    assert (e.title, e.summary, e.public_number) == ("Atelier vidéo", "Des stagiaires filment", 12)
    assert e.publics == (
        concept_uri("public", "demandeurs-emploi"),
        concept_uri("public", "allophones"),
    )
    assert e.objectives == ("Filmer", "Monter")
    assert e.modalities == (concept_uri("modality", "hybride"),)
    assert e.maturity == concept_uri("maturity", "eprouvee")
    assert e.themes == (concept_uri("theme", "video-pedagogique"), concept_uri("rome", "K2111"))
    assert (e.no_caveats, e.caveats, e.licence) == (True, "", "CC-BY-SA-4.0")
    assert (e.duration, e.territory) == ("P3D", "50129")
    assert [(p.name, p.url) for p in e.partners] == [("AFPA", "https://afpa.example")]
    assert [(m.role, m.days) for m in e.means] == [("formatrice", 4.5)]
    assert [(i.name, i.before, i.after, i.source) for i in e.indicators] == [
        ("Présence", "60 %", "90 %", "feuilles")
    ]
    assert built.published_at == 1_457_780_400_000
    assert "- Couleur : bleu" in e.context
    assert codes(built) == {("Couleur", "unknown-column")}
    assert not built.doubtful


def test_english_headings_and_commas_do_as_well(known: KnownConcepts) -> None:
    text = "title,summary,modality,audience,published\nA,b,In person,Trainers,2019-01-02\n"
    (built,) = table(text, known)
    assert built.experience.modalities == (concept_uri("modality", "presentiel"),)
    assert built.experience.publics == (concept_uri("public", "formateurs"),)


def test_nothing_that_is_not_understood_is_lost(known: KnownConcepts) -> None:
    strange = {
        "titre": "A " + "très long " * 30, "résumé": "b", "publics": "licornes", "durée": "un peu",
        "début": "bientôt", "effectif": "beaucoup", "transférabilité": "9", "financeur": "F" * 400,
        "adaptée de": "javascript:alert(1)", "thèmes": "vol à voile", "langue": "klingon!",
        "licence": "Tous droits réservés", "visibilité": "les amis", "statut": "gold",
    }  # fmt: skip
    built = build(Item(identity="1", where="2", values=strange, author="Jo"), known, "fr")
    context = built.experience.context
    for heading in ("publics", "début", "effectif", "transférabilité", "financeur", "adaptée de",
                    "thèmes", "licence", "visibilité", "statut"):  # fmt: skip
        assert " ".join(strange[heading].split()) in context, heading
        assert heading in {each.field for each in built.problems}
    assert strange["titre"].strip() in context
    assert "Jo" in context
    assert built.experience.rhythm == "un peu"
    assert len(built.experience.title) <= 150
    assert built.experience.reach == "organisation"
    assert built.experience.adapted_from == ""
    assert built.doubtful


def test_a_word_is_no_job_that_shares_its_stem(known: KnownConcepts) -> None:
    values = {"titre": "A", "thèmes": "cuisine, Boulanger / Boulangère, open badges"}
    e = build(Item(identity="1", where="2", values=values), known, "fr").experience
    assert e.themes == (
        concept_uri("rome", "D1102"),
        concept_uri("theme", "reconnaissance-des-competences"),
    )
    assert "cuisine" in e.context


def test_every_column_of_the_template_is_known_and_it_can_be_read() -> None:
    table_of_all = open_csv(template() + b"Un titre" + b";" * (len(NAMES) - 1) + b"\r\n")
    assert csv_problems(table_of_all) == []
    assert {field_of(heading) for heading in table_of_all.headings} == set(NAMES)


def test_no_heading_means_two_fields() -> None:
    assert all(field_of(name) == field for field, names in NAMES.items() for name in names)


def test_a_wordpress_post_becomes_markdown_cut_at_its_headings(known: KnownConcepts) -> None:
    posts = [
        POST.format(content=CONTENT, status="publish", kind="post"),
        POST.format(content="Un brouillon\n\nen deux", status="draft", kind="page"),
        POST.format(content="", status="inherit", kind="attachment"),
        POST.format(content="", status="trash", kind="post"),
    ]
    file = WordPressFile(io.BytesIO(WXR.format(items="".join(posts)).encode()))
    first, second = list(file.items())
    assert {each.field: each.value for each in file.problems()} == {"attachment": "1", "trash": "1"}
    built = build(first, known, "fr")
    e = built.experience
    assert (e.title, e.summary) == ("Le jardin & nous", "Un jardin partagé")
    assert e.context.startswith("Nous avons **planté**.")
    assert e.objectives == ("Planter", "Récolter")
    assert e.results.startswith("Des tomates.")
    assert e.themes == (concept_uri("theme", "transition-ecologique"),)
    assert e.territory_name == "Caen"
    assert "tomates" in e.context
    assert "alert" not in e.context + e.results
    assert built.published_at == 1_367_827_200_000
    assert ("content", "shortcode") in codes(built)
    assert [(p.url, p.description) for p in first.pictures] == [
        ("https://blog.example/wp-content/uploads/2013/05/t.jpg", "Des tomates")
    ]
    assert first.author == "marie"
    assert second.unfinished
    assert build(second, known, "fr").experience.context.count("\n\n") >= 1


def test_yeswiki_entries_of_any_form(known: KnownConcepts) -> None:
    text = """{"A": {"id_fiche": "AtelierPain", "id_typeannonce": "5", "bf_titre": "Atelier pain",
      "bf_description": "<p>Du <b>pain</b></p><img src='pain.jpg' alt='Un pain'>",
      "checkboxListeThemesbf_themes": "illettrisme,afest", "bf_public_vise": "Apprentis",
      "listeListeModalitebf_modalite": "presentiel", "imagebf_image": "four.png",
      "bf_latitude": 49.1, "date_creation_fiche": "2015-02-03 10:11:12", "createur": "MarieL",
      "statut_fiche": "1"},
     "B": {"id_fiche": "Autre", "bf_titre": "Autre", "statut_fiche": "0"}}"""
    first, second = list(yeswiki_items(text.encode()))
    built = build(first, known, "fr")
    e = built.experience
    assert e.title == "Atelier pain"
    assert "Du **pain**" in e.context
    assert e.themes == (concept_uri("theme", "illettrisme"), concept_uri("theme", "afest"))
    assert e.publics == (concept_uri("public", "apprentis"),)
    assert e.modalities == (concept_uri("modality", "presentiel"),)
    assert "49.1" in e.context
    assert {p.path for p in first.pictures} == {"pain.jpg", "four.png"}
    assert (first.author, second.unfinished) == ("MarieL", True)
    assert built.published_at == 1_422_954_672_000
    as_list = yeswiki_items(b'[{"bf_titre": "Seule"}]')
    assert [build(each, known, "fr").experience.title for each in as_list] == ["Seule"]


def test_a_folder_of_markdown_files(known: KnownConcepts, tmp_path: Path) -> None:
    (tmp_path / "2014" / "img").mkdir(parents=True)
    (tmp_path / "2014" / "img" / "x.png").write_bytes(b"picture")
    (tmp_path / "2014" / "un.md").write_text(
        "---\ntitle: Un texte ancien\ndate: 2014-09-01\ntags: [illettrisme, AFEST]\nauthor: Marie\n"
        "---\n# Un texte ancien\n\nPour commencer. ![Un carré](img/x.png)\n\n## Déroulé\n\n"
        "Une étape.\n"
        "\n```\n# pas un titre\n```\n\n**Points de vigilance :**\n\nLe bruit.\n\n"
        "## La suite des autres\n\nFin.\n"
    )
    (tmp_path / "deux.md").write_text("Sans en-tête.")
    folder = DiskFolder(tmp_path)
    old, plain = list(markdown_items(folder))
    built = build(old, known, "fr")
    e = built.experience
    assert (e.title, old.where) == ("Un texte ancien", "2014/un.md")
    assert e.context.startswith("Pour commencer.")
    assert "**La suite des autres**\n\nFin." in e.context
    assert e.approach == "Une étape.\n\n```\n# pas un titre\n```"
    assert e.caveats == "Le bruit."
    assert e.themes == (concept_uri("theme", "illettrisme"), concept_uri("theme", "afest"))
    assert [(p.path, p.description) for p in old.pictures] == [("2014/img/x.png", "Un carré")]
    assert folder.read(old.pictures[0].path) == b"picture"
    assert built.published_at == 1_409_565_600_000
    assert build(plain, known, "fr").experience.title == "deux"


def test_an_archive_holds_a_table_with_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photos/a.png", b"picture")
        archive.writestr("table.csv", "titre;images\nA;photos/a.png : Un carré\n")
    source = open_source("csv", path)
    (item,) = list(source.items)
    assert (item.pictures[0].description, source.read(item.pictures[0].path)) == (
        "Un carré",
        b"picture",
    )
    with pytest.raises(BadSource) as refused:
        open_source("yeswiki", path)
    assert refused.value.code == "empty-zip"


def test_what_wordpress_uploaded_is_found_in_a_folder_of_ours(tmp_path: Path) -> None:
    (tmp_path / "2013" / "05").mkdir(parents=True)
    (tmp_path / "2013" / "05" / "t.jpg").write_bytes(b"picture")
    export = tmp_path / "export.xml"
    export.write_text(WXR.format(items=POST.format(content=CONTENT, status="publish", kind="post")))
    source = open_source("wordpress", export, media=tmp_path)
    (item,) = list(source.items)
    assert (item.pictures[0].path, item.pictures[0].url) == ("2013/05/t.jpg", "")


@pytest.mark.parametrize(
    ("base", "target", "name"),
    [
        ("a/b", "c.png", "a/b/c.png"), ("a/b", "../c.png", "a/c.png"),
        ("a", "./c%20d.png", "a/c%20d.png"),
        ("", "../c.png", None), ("a", "../../c.png", None), ("", "/etc/passwd", None),
        ("", "C:/x", None), ("", "..\\x", None), ("", "a\0b", None), ("", "", None),
    ],
)  # fmt: skip
def test_names_never_lead_outside(base: str, target: str, name: str | None) -> None:
    assert inside(base, target) == name


def test_an_empty_archive_has_no_texts() -> None:
    written = io.BytesIO()
    zipfile.ZipFile(written, "w").close()
    with pytest.raises(BadSource):
        list(markdown_items(ZipFolder(written)))

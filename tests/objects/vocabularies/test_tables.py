"""ESCO, Formacode and ROME out of the tables of their publishers."""

import pytest

from objects.vocabularies.files import BadVocabulary
from objects.vocabularies.importing import read_files

SKILLS_FR = (
    "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,status,"
    "description\n"
    "KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/aa-1,skill,sector,gérer un groupe,"
    '"animer un groupe\nconduire un groupe",,released,"Conduire des personnes, avec soin."\n'
    "KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/bb-2,skill,sector,filmer,,,obsolete,\n"
)
SKILLS_EN = (
    "conceptType,conceptUri,preferredLabel,altLabels,status,description\n"
    "KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/aa-1,lead a group,,released,Lead.\n"
)
GROUPS_FR = (
    "conceptType,conceptUri,preferredLabel\n"
    "SkillGroup,http://data.europa.eu/esco/skill/S1,communiquer\n"
)
RELATIONS = (
    "conceptType,conceptUri,broaderType,broaderUri\n"
    "KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/aa-1,SkillGroup,"
    "http://data.europa.eu/esco/skill/S1\n"
    "KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/aa-1,SkillGroup,"
    "http://data.europa.eu/esco/skill/unknown\n"
)


def concept(uri: str) -> bytes:
    """A Turtle file with one concept."""
    skos = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    return f"{skos}<{uri}> a skos:Concept ; skos:prefLabel 'A' .".encode()


def test_esco_is_put_together_from_its_files() -> None:
    file = read_files(
        [
            ("skills_fr.csv", SKILLS_FR.encode()),
            ("skills_en.csv", SKILLS_EN.encode()),
            ("skillGroups_fr.csv", GROUPS_FR.encode()),
            ("broaderRelationsSkillPillar_fr.csv", RELATIONS.encode()),
        ],
        version="1.2",
    )
    assert (file.scheme.name, file.scheme.version) == ("esco", "1.2")
    skill, film, group = file.concepts
    assert skill.labels == {"fr": "gérer un groupe", "en": "lead a group"}
    assert skill.synonyms == {"fr": ("animer un groupe", "conduire un groupe")}
    assert skill.definitions["fr"] == "Conduire des personnes, avec soin."
    assert (skill.notation, skill.broader) == ("skill-aa-1", group.uri)
    assert film.deprecated


def test_esco_refuses_a_table_of_somebody_else() -> None:
    with pytest.raises(BadVocabulary, match="conceptUri"):
        read_files([("skills_fr.csv", b"code;label\n1;a\n")], kind="esco")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
@pytest.mark.parametrize(
    "headings",
    [
        "Code;Libellé;Champ sémantique;Synonymes;Synonymes métiers;Terme générique",
        "CODE FORMACODE;LIBELLÉ DESCRIPTEUR;CHAMP;EP;EP MÉTIER;TG",
        "code_descripteur;libelle_riche;champ_semantique;synonyme;synonyme_metier;termes_generiques",
    ],
)
def test_formacode_is_read_whatever_its_edition_calls_the_columns(
    headings: str, encoding: str
) -> None:
    rows = (
        "44542;PÉDAGOGIE;445 Ingénierie formation pédagogie;art d’enseigner;pédagogue;\n"
        "445 13;Pédagogie alternance;445 Ingénierie formation pédagogie;;;PÉDAGOGIE 445 42\n"
        "ligne de pied;;;;;\n"
    )
    file = read_files([("formacode.csv", f"{headings}\n{rows}".encode(encoding))])
    assert file.scheme.name == "formacode"
    field, work_study, teaching = file.concepts
    assert (field.notation, field.label("fr")) == ("445", "Ingénierie formation pédagogie")
    assert (teaching.notation, teaching.broader) == ("44542", field.uri)
    assert teaching.synonyms == {"fr": ("art d’enseigner", "pédagogue")}
    assert (work_study.notation, work_study.broader) == ("44513", teaching.uri)


def test_formacode_says_which_columns_it_found_when_the_code_is_missing() -> None:
    with pytest.raises(BadVocabulary, match="Rubrique, Titre"):
        read_files([("table.csv", b"Rubrique;Titre\n1;2\n")])


def test_a_newer_rome_takes_its_version_from_the_operator() -> None:
    codes = (
        b'"code_rome","libelle_rome","code_rome_parent"\n"K2111","Formateur / Formatrice","K2101"\n'
    )
    titles = (
        b'"code_ogr","libelle_appellation_long","code_rome"\n'
        b'"1","Formateur / Formatrice d\'adultes","K2111"\n"2","Formateur / Formatrice","K2111"\n'
    )
    file = read_files([("codes.csv", codes), ("titles.csv", titles)], version="461")
    assert file.scheme.version == "461"
    job = next(concept for concept in file.concepts if concept.notation == "K2111")
    assert job.synonyms == {"fr": ("Formateur / Formatrice d'adultes",)}
    assert job.broader.endswith("/rome/K")


def test_a_foreign_vocabulary_needs_a_name_that_nobody_has() -> None:
    turtle = concept("https://x.example/a")
    for name in ("", "theme", "Des Mots"):
        with pytest.raises(BadVocabulary):
            read_files([("words.ttl", turtle)], name=name)
    assert read_files([("words.ttl", turtle)], name="words").scheme.name == "words"


def test_a_foreign_vocabulary_cannot_speak_for_our_concepts() -> None:
    stolen = concept("https://communotic.normandie.fr/ns/theme/afest")
    with pytest.raises(BadVocabulary, match="another vocabulary"):
        read_files([("words.ttl", stolen)], name="words")

"""Who plays in the demonstration, and what they say."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Actor:
    """One node of the demonstration: its organisation and its people."""

    handle: str
    organisation: str
    people: dict[str, str]

    @property
    def everybody(self) -> tuple[str, ...]:
        """The organisation and its people."""
        return (self.handle, *self.people)


@dataclass(frozen=True, slots=True)
class Scene:
    """One step: who does what; `about` names the scene that is answered, liked or shared."""

    node: str
    who: str
    kind: Literal["note", "article", "Like", "Announce"]
    title: str
    name: str = ""
    text: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """The whole demonstration."""

    actors: tuple[Actor, ...]
    scenes: tuple[Scene, ...]


ARTICLE = """---
title: Une classe virtuelle pour préparer le CACES en alternance
summary: >-
  Deux demi-journées à distance avant l’atelier : moins d’attente sur les engins, des stagiaires
  qui arrivent avec leurs questions.
language: fr
tags: [alternance, ClasseVirtuelle, sécurité]
---

## Le besoin de départ

Douze stagiaires, deux engins, **trois heures d’attente par jour** pour chacun. Le formateur
passait plus de temps à répéter les consignes qu’à regarder conduire.

## Ce que nous avons essayé

1. Une première séance à distance sur les règles de circulation, avec des photos prises sur notre
   propre terrain.
2. Un questionnaire court, le soir, à faire sur le téléphone.
3. Une deuxième séance pour revenir sur les erreurs, puis l’atelier.

## Ce que cela a donné

| | avant | après |
|---|---|---|
| attente par jour | 3 h | 1 h 10 |
| réussite au premier passage | 9 sur 12 | 11 sur 12 |

## Difficultés

Trois stagiaires n’avaient pas de forfait suffisant : nous leur avons ouvert la salle
informatique. Prévoir ce point **avant** d’envoyer les convocations.
"""

CAST = Play(
    actors=(
        Actor(
            "greta-cotentin",
            "Greta du Cotentin",
            {"marie.lefevre": "Marie Lefèvre", "karim.benali": "Karim Benali"},
        ),
        Actor("mfr-bocage", "MFR du Bocage", {"anne.guerin": "Anne Guérin"}),
        Actor("region-normandie", "Région Normandie", {"paul.martin": "Paul Martin"}),
    ),
    scenes=(
        Scene(
            "region-normandie",
            "region-normandie",
            "note",
            "souhaite la bienvenue",
            "bienvenue",
            "Bienvenue sur Communotic ! Chaque organisme publie depuis son propre serveur ; "
            "nous nous suivons d’un nœud à l’autre. #Communotic",
        ),
        Scene(
            "greta-cotentin",
            "marie.lefevre",
            "article",
            "publie une expérience sur la classe virtuelle",
            "caces",
            ARTICLE,
        ),
        Scene(
            "mfr-bocage",
            "anne.guerin",
            "note",
            "répond à Marie",
            "question",
            "Merci pour ce retour ! Quel outil de questionnaire as-tu choisi ? Chez nous "
            "la moitié du groupe n’a qu’un téléphone.",
            "caces",
        ),
        Scene(
            "greta-cotentin",
            "marie.lefevre",
            "note",
            "répond à Anne",
            "reponse",
            "Un simple formulaire, dix questions, lisible sur un petit écran. Je t’envoie le "
            "modèle. #alternance",
            "question",
        ),
        Scene(
            "region-normandie", "paul.martin", "Like", "trouve l’expérience utile", about="caces"
        ),
        Scene(
            "region-normandie",
            "region-normandie",
            "Announce",
            "partage l’expérience",
            about="caces",
        ),
        Scene(
            "greta-cotentin",
            "karim.benali",
            "note",
            "cherche un partenaire",
            "appel",
            "Nous préparons une AFEST en maintenance pour la rentrée : qui aurait déjà une grille "
            "d’observation à partager ? #AFEST",
        ),
    ),
)

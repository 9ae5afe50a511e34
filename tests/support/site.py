"""A legal notice with everything that the law asks for, so that public pages are open."""

from actors.site import LegalNotice

NOTICE = LegalNotice(
    denomination="Association d’essai",
    legal_form="Association loi 1901",
    address="1 rue de la Formation, 14000 Caen",
    telephone="02 31 00 00 00",
    mail="contact@node.example",
    director="Camille Lemarchand",
    host_name="Hébergeur d’essai",
    host_address="2 rue du Serveur, 76000 Rouen",
    host_telephone="02 35 00 00 00",
    gdpr_contact="rgpd@node.example",
    accessibility="partial",
    accessibility_date="2026-11-20",
    accessibility_contact="acces@node.example",
)

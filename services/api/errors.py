"""What can go wrong between us and Chorus Pro, sorted by what one may do next.

A caller has one question after a failure: *may I send again?*

* :class:`NotReceived` — surely not received: yes, later;
* :class:`TryLater` — not done, and the platform (or the way to it) asks for patience: yes, after ``retry_after``;
* :class:`OutcomeUnknown` — perhaps done: never before a search at Chorus Pro settled it;
* :class:`Refused` — received and refused: only after a correction;
* :class:`NotAllowed` — a link of the set-up chain is broken (``link`` says which): only after an administrator mended it.

Each failure carries a ``code`` of :data:`FAILURES`, whose texts tell a person the cause and the remedy; ``detail`` keeps the
platform's own words, whole.
"""

from __future__ import annotations

from typing import NamedTuple

from ..text import Text
from ..vocabulary.support import asking


class Failure(NamedTuple):
    """Why something failed and what a person does about it."""

    cause: Text
    remedy: Text


class ChorusError(Exception):
    """Any failure of an exchange with Chorus Pro.

    :param detail: the platform's or the library's own words, without secrets.
    :param code: key of :data:`FAILURES`; the class's own when not given.
    :param http_status: HTTP status of the answer, if there was one.
    :param correlation: the platform's correlation identifier, to quote to its support (doc/API.md §1.3).
    """

    default_code = "unexpected_answer"

    def __init__(self, detail: str = "", *, code: str = "", http_status: int | None = None, correlation: str = "") -> None:
        self.code = code or self.default_code
        self.detail = detail.strip()
        self.http_status = http_status
        self.correlation = correlation
        super().__init__(f"{self.code}: {self.detail}" if self.detail else self.code)

    @property
    def is_of_the_way(self) -> bool:
        """Whether other calls would meet it too: the way to Chorus Pro is closed, not one request wrong or one answer odd."""
        return isinstance(self, (NotReceived, NotAllowed)) and self.code != "unreadable"


class NotReceived(ChorusError):
    """The request surely never reached the platform: nothing was done, it may be repeated."""

    default_code = "not_reachable"


class TryLater(NotReceived):
    """Not done; to be asked again after ``retry_after`` seconds (the caller's own back-off when None)."""

    default_code = "unavailable"

    def __init__(self, detail: str = "", *, retry_after: int | None = None, **options: object) -> None:
        super().__init__(detail, **options)  # type: ignore[arg-type]
        self.retry_after = retry_after


class OutcomeUnknown(ChorusError):
    """The request may have been carried out, the answer is lost: look it up before anything else."""

    default_code = "outcome_unknown"


class Refused(ChorusError):
    """The platform understood and said no (``codeRetour`` ≠ 0, HTTP 400, 413…).

    :param return_code: ``codeRetour``; its meaning depends on the service (doc/API.md §4).
    :param service: the operation's path below ``/cpro/``, such as ``factures/v1/deposer/flux``.
    """

    default_code = "refused"

    def __init__(self, detail: str = "", *, return_code: int | None = None, service: str = "", **options: object) -> None:
        super().__init__(detail, **options)  # type: ignore[arg-type]
        self.return_code = return_code
        self.service = service


class NotAllowed(ChorusError):
    """A link of the chain that lets us in is missing (doc/RULES.md §6; doc/API.md §1.3).

    ``link`` is one of ``credentials`` (PISTE client id or secret), ``subscription`` (the API is not consented to on PISTE),
    ``connection`` (the raccordement is not active in Chorus Pro), ``technical_account``, ``right`` — and is the code too.
    """

    default_code = "credentials"

    def __init__(self, link: str, detail: str = "", *, http_status: int | None = None, correlation: str = "") -> None:
        super().__init__(detail, code=link, http_status=http_status, correlation=correlation)
        self.link = link


FAILURES: dict[str, Failure] = {
    "not_reachable": Failure(
        Text("Chorus Pro cannot be reached from this server.", "Chorus Pro est injoignable depuis ce serveur."),
        Text(
            "Nothing was sent. Odoo tries again by itself. If it lasts, have the network or the proxy checked.",
            "Rien n'a été envoyé. Odoo réessaie tout seul. Si cela dure, faites vérifier le réseau ou le proxy.",
        ),
    ),
    "unavailable": Failure(
        Text("Chorus Pro is not available for the moment.", "Chorus Pro est momentanément indisponible."),
        Text("Nothing to do: Odoo tries again by itself.", "Rien à faire : Odoo réessaie tout seul."),
    ),
    "rate_limited": Failure(
        Text("PISTE limits the number of calls.", "PISTE limite le nombre d'appels."),
        Text("Nothing to do: Odoo waits, then goes on by itself.", "Rien à faire : Odoo patiente puis reprend tout seul."),
    ),
    "unexpected_answer": Failure(
        Text(
            "Chorus Pro gave an answer that cannot be read (maintenance page?).",
            "Chorus Pro a donné une réponse illisible (page de maintenance ?).",
        ),
        Text("Nothing to do: Odoo tries again by itself.", "Rien à faire : Odoo réessaie tout seul."),
    ),
    "unreadable": Failure(
        Text(
            "Something in Chorus Pro's answer cannot be read.",
            "Quelque chose dans la réponse de Chorus Pro est illisible.",
        ),
        Text(
            "Nothing to do: Odoo asks again by itself. If it lasts, pass the message on to your administrator.",
            "Rien à faire : Odoo redemande tout seul. Si cela dure, transmettez le message à votre administrateur.",
        ),
    ),
    "outcome_unknown": Failure(
        Text(
            "The answer of Chorus Pro was lost: the invoice may have been received.",
            "La réponse de Chorus Pro s'est perdue : la facture a peut-être été reçue.",
        ),
        Text(
            "Nothing to do: Odoo looks the invoice up at Chorus Pro before sending anything again.",
            "Rien à faire : Odoo recherche la facture dans Chorus Pro avant tout nouvel envoi.",
        ),
    ),
    "not_taken": Failure(
        Text(
            "It was sent several times; no answer came, and Chorus Pro does not show it.",
            "L'envoi a été tenté plusieurs fois ; aucune réponse n'est venue, et Chorus Pro ne le montre pas.",
        ),
        asking(
            Text(
                "Look on the portal; if it is not there, send it again. If that lasts, ask Chorus Pro's support.",
                "Vérifiez sur le portail ; s'il n'y est pas, renvoyez. Si cela dure, demandez au support de Chorus Pro.",
            )
        ),
    ),
    "other_account": Failure(
        Text(
            "It was sent with another technical account, whose structure the present one does not see: what became of it cannot"
            " be found out.",
            "L'envoi a été fait avec un autre compte technique, dont le compte actuel ne voit pas la structure : ce qu'il est"
            " devenu ne peut pas être vérifié.",
        ),
        Text(
            "Enter the former technical account in the settings until it is settled, or give the present one a right to that"
            " structure. Do not send the invoice by other means before.",
            "Remettez l'ancien compte technique dans les paramètres le temps de le vérifier, ou donnez au compte actuel un droit"
            " sur cette structure. N'envoyez pas la facture autrement d'ici là.",
        ),
    ),
    "refused": Failure(
        Text("Chorus Pro refused the request.", "Chorus Pro a refusé la demande."),
        Text("Correct what the message says, then send again.", "Corrigez ce qu'indique le message, puis renvoyez."),
    ),
    "file_too_large": Failure(
        Text("The file is too large for Chorus Pro.", "Le fichier est trop volumineux pour Chorus Pro."),
        Text("Reduce the attachments, then send again.", "Réduisez les pièces jointes, puis renvoyez."),
    ),
    "other_channel": Failure(
        Text(
            "Another channel, Odoo's approved platform, took the invoice before it left. Nothing was sent to Chorus Pro.",
            "Un autre canal, la plateforme agréée d'Odoo, a pris la facture avant son départ. Rien n'a été envoyé à Chorus Pro.",
        ),
        Text(
            "Nothing to do: sent here too, it would be refused as a duplicate.",
            "Rien à faire : envoyée ici aussi, elle serait refusée comme doublon.",
        ),
    ),
    "number_taken": Failure(
        Text(
            "Another invoice with this number, or with one of those in this file, went to Chorus Pro while the file was being"
            " made. Nothing of it was sent.",
            "Une autre facture portant ce numéro, ou l'un de ceux de ce fichier, est partie vers Chorus Pro pendant que le"
            " fichier se préparait. Rien de ce fichier n'a été envoyé.",
        ),
        Text(
            "The alert on the invoice says which one has the number: give this one a number of its own. If the file held others,"
            " send them again.",
            "L'alerte de la facture dit laquelle a le numéro : donnez à celle-ci un numéro à elle. Si le fichier en contenait"
            " d'autres, renvoyez-les.",
        ),
    ),
    "file_changed": Failure(
        Text(
            "A file that was to leave is lost or is no longer the one recorded: Odoo's files were damaged, or restored from"
            " another day. Nothing was sent.",
            "Un fichier à envoyer est perdu ou n'est plus celui enregistré : les fichiers d'Odoo ont été abîmés, ou restaurés"
            " d'un autre jour. Rien n'est parti.",
        ),
        Text(
            "Make the file anew and send it, by the button of the deposit or of the invoice. Tell the person in charge of the"
            " server.",
            "Refaites le fichier et envoyez-le, par le bouton du dépôt ou de la facture. Prévenez la personne qui s'occupe du"
            " serveur.",
        ),
    ),
    "credentials": Failure(
        Text(
            "PISTE does not recognise the client identifier or its secret.",
            "PISTE ne reconnaît pas l'identifiant client ou son secret.",
        ),
        Text(
            "In the settings, enter the Client ID and the Client Secret again (PISTE → Applications → OAuth credentials, in the"
            " same environment).",
            "Dans les paramètres, saisissez de nouveau le Client ID et le Client Secret (PISTE → Applications → Identifiants"
            " OAuth, dans le même environnement).",
        ),
    ),
    "subscription": Failure(
        Text(
            "The PISTE application has no access to this API.",
            "L'application PISTE n'a pas accès à cette API.",
        ),
        Text(
            "On PISTE, accept the terms of the Chorus Pro APIs and tick them on the application, in the right environment.",
            "Sur PISTE, validez les CGU des API Chorus Pro et cochez ces API dans l'application, dans le bon environnement.",
        ),
    ),
    "connection": Failure(
        Text(
            "The connection is not declared or not active in Chorus Pro.",
            "Le raccordement n'est pas déclaré ou pas actif dans Chorus Pro.",
        ),
        Text(
            "In Chorus Pro: Raccordements → API → declare the PISTE connection with the exact name of the application, and wait"
            " until it is Active.",
            "Dans Chorus Pro : Raccordements → API → « Déclarer un raccordement PISTE » avec le nom exact de l'application, et"
            " attendez l'état Actif.",
        ),
    ),
    "technical_account": Failure(
        Text(
            "Chorus Pro refuses the technical account: wrong login or password, or expired password.",
            "Chorus Pro refuse le compte technique : identifiant ou mot de passe faux, ou mot de passe expiré.",
        ),
        Text(
            "Renew the password in Chorus Pro (Raccordements → Compte technique), then enter it in the settings.",
            "Renouvelez le mot de passe dans Chorus Pro (Raccordements → Compte technique), puis saisissez-le dans les"
            " paramètres.",
        ),
    ),
    "right": Failure(
        Text(
            "The technical account has no right to do this in Chorus Pro.",
            "Le compte technique n'a pas les habilitations nécessaires dans Chorus Pro.",
        ),
        Text(
            "Have the main manager (gestionnaire principal) open the space “Factures émises” for this structure.",
            "Demandez au gestionnaire principal d'ouvrir l'espace « Factures émises » pour cette structure.",
        ),
    ),
    "space": Failure(
        Text(
            "This space of Chorus Pro is not open to the technical account, or only to look at.",
            "Cet espace de Chorus Pro n'est pas ouvert au compte technique, ou seulement en consultation.",
        ),
        Text(
            "Have the main manager (gestionnaire principal) add it for all services, with “Modification”.",
            "Demandez au gestionnaire principal de l'ajouter pour tous les services, avec « Modification ».",
        ),
    ),
    "account_state": Failure(
        Text(
            "Chorus Pro does not call the technical account active on this structure.",
            "Pour Chorus Pro, le compte technique n'est pas actif sur cette structure.",
        ),
        Text(
            "Have the main manager attach it to the structure, or activate it.",
            "Demandez au gestionnaire principal de le rattacher à la structure, ou de l'activer.",
        ),
    ),
    "not_configured": Failure(
        Text(
            "The connection of this company to Chorus Pro is not complete.",
            "La connexion de cette société à Chorus Pro n'est pas complète.",
        ),
        Text(
            "Complete it in the guided set-up of Chorus Pro.",
            "Complétez-la dans la mise en service de Chorus Pro.",
        ),
    ),
    "structure_unknown": Failure(
        Text(
            "Chorus Pro knows no structure with this company's SIRET.",
            "Chorus Pro ne connaît aucune structure portant le SIRET de cette société.",
        ),
        Text(
            "Correct the SIRET of the company, or create its structure in Chorus Pro (“Créer un compte”).",
            "Corrigez le SIRET de la société, ou créez sa structure dans Chorus Pro (« Créer un compte »).",
        ),
    ),
    "structure_inactive": Failure(
        Text(
            "This company's structure is not active in Chorus Pro.",
            "La structure de cette société n'est pas active dans Chorus Pro.",
        ),
        asking(
            Text(
                "Have it activated by Chorus Pro's support.",
                "Faites-la activer par le support de Chorus Pro.",
            )
        ),
    ),
    "no_bank_account": Failure(
        Text(
            "No bank account is declared for this company in Chorus Pro.",
            "Aucun compte bancaire n'est déclaré pour cette société dans Chorus Pro.",
        ),
        Text(
            "Files that carry the IBAN can go. Declare it all the same: deposits of a PDF with its data need it, and some public"
            " bodies compare it.",
            "Les fichiers qui portent l'IBAN peuvent partir. Déclarez-le tout de même : le dépôt d'un PDF avec ses données"
            " l'exige,"
            " et certaines entités publiques le comparent.",
        ),
    ),
    "secret_unreadable": Failure(
        Text(
            "A Chorus Pro secret cannot be decrypted with this server's key (restored or copied database?).",
            "Un secret Chorus Pro ne peut pas être déchiffré avec la clé de ce serveur (base restaurée ou copiée ?).",
        ),
        Text(
            "Put the former key back in Odoo's configuration file, or enter the secrets again in the settings.",
            "Remettez l'ancienne clé dans le fichier de configuration d'Odoo, ou saisissez de nouveau les secrets dans les"
            " paramètres.",
        ),
    ),
    "database_changed": Failure(
        Text(
            "Odoo's database was restored, or its server restarted: this invoice may have been sent by what the database forgot.",
            "La base d'Odoo a été restaurée, ou son serveur redémarré : cette facture a pu être envoyée par ce que la base a"
            " oublié.",
        ),
        Text(
            "Nothing to do: in a quarter of an hour Odoo looks for it at Chorus Pro, and sends it if it is not there.",
            "Rien à faire : dans un quart d'heure, Odoo la cherche dans Chorus Pro, et l'envoie si elle n'y est pas.",
        ),
    ),
    "neutralized": Failure(
        Text(
            "This database is a neutralized copy: it does not speak with Chorus Pro's production.",
            "Cette base est une copie neutralisée : elle ne communique pas avec la production de Chorus Pro.",
        ),
        Text(
            "Work in the original database, or try things out here in qualification or with the simulator.",
            "Travaillez dans la base d'origine, ou faites ici des essais en qualification ou avec le simulateur.",
        ),
    ),
    "document": Failure(
        Text("The invoice file could not be made.", "Le fichier de la facture n'a pas pu être produit."),
        Text("Correct what the message says, then send again.", "Corrigez ce qu'indique le message, puis renvoyez."),
    ),
    "flow_rejected": Failure(
        Text(
            "Chorus Pro rejected the file: the invoice never entered Chorus Pro.",
            "Chorus Pro a rejeté le fichier : la facture n'est pas entrée dans Chorus Pro.",
        ),
        Text(
            "Correct what the message says, then send again with the same number.",
            "Corrigez ce qu'indique le message, puis renvoyez avec le même numéro.",
        ),
    ),
    "flow_incident": Failure(
        Text(
            "Chorus Pro could not process the file (incident on its side).",
            "Chorus Pro n'a pas pu traiter le fichier (incident de son côté).",
        ),
        Text(
            "The invoice did not enter Chorus Pro: send it again.",
            "La facture n'est pas entrée dans Chorus Pro : renvoyez-la.",
        ),
    ),
    "flow_silent": Failure(
        Text(
            "Chorus Pro has not said for a day or more what became of the file.",
            "Chorus Pro n'a pas dit depuis un jour ou plus ce qu'est devenu le fichier.",
        ),
        asking(
            Text(
                "Do not send it again; ask Chorus Pro's support, with the flow number.",
                "Ne le renvoyez pas ; demandez au support de Chorus Pro, avec le numéro de flux.",
            )
        ),
    ),
    "flow_unknown": Failure(
        Text(
            "Chorus Pro gave a flow number for this file, and says now that it knows no such flow of ours.",
            "Chorus Pro a donné un numéro de flux pour ce fichier, et dit maintenant n'en connaître aucun de nous sous ce"
            " numéro.",
        ),
        Text(
            "Nothing to do: Odoo looks for the invoice itself, and sends it again only if it is surely not there.",
            "Rien à faire : Odoo recherche la facture elle-même, et ne la renvoie que si elle n'y est certainement pas.",
        ),
    ),
    "found_different": Failure(
        Text(
            "Chorus Pro holds another invoice with this number: recipient, date or amount differ.",
            "Chorus Pro détient une autre facture sous ce numéro : destinataire, date ou montant diffèrent.",
        ),
        Text(
            "Compare both invoices on the portal. If yours was never deposited, give it another number.",
            "Comparez les deux factures sur le portail. Si la vôtre n'a jamais été déposée, donnez-lui un autre numéro.",
        ),
    ),
    "moved_on": Failure(
        Text(
            "The invoice is no longer in the status that was to be answered; nothing was changed.",
            "La facture n'est plus dans le statut auquel il fallait répondre ; rien n'a été modifié.",
        ),
        Text(
            "Look at its time line: it may need nothing any more.",
            "Consultez son historique : il n'y a peut-être plus rien à faire.",
        ),
    ),
    "validator_unknown": Failure(
        Text(
            "Chorus Pro knows no active structure with this SIRET.",
            "Chorus Pro ne connaît aucune structure active avec ce SIRET.",
        ),
        Text("Check the validator's SIRET, then try again.", "Vérifiez le SIRET du valideur, puis recommencez."),
    ),
    "internal": Failure(
        Text("An unexpected error occurred in Odoo.", "Une erreur inattendue s'est produite dans Odoo."),
        Text(
            "Odoo tries again by itself. If it lasts, pass the message on to your administrator.",
            "Odoo réessaie tout seul. Si cela dure, transmettez le message à votre administrateur.",
        ),
    ),
}


def failure(code: str | None) -> Failure:
    """The texts of a stored failure code; those of ``internal`` for a code of another version of the add-on."""
    return FAILURES.get(code or "", FAILURES["internal"])

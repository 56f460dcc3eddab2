"""The way to a connection, one page a step: what to do on which portal, what comes out of it (doc/RULES.md §6).

The portals' own labels move: they stand here, easy to correct.
"""

from __future__ import annotations

from typing import NamedTuple

from ..api.environment import Environment
from ..api.errors import failure
from ..text import Text
from .links import LINKS, Site


class Guide(NamedTuple):
    """A page of AIFE's site for those who use Chorus Pro: how it is called there, and its address below :data:`GUIDES`."""

    title: str
    path: str


class Step(NamedTuple):
    """One page.

    :param key: its name in the wizard.
    :param site: where the work is done.
    :param actions: what to click and type, in order.
    :param gives: what the person has in hand afterwards.
    :param links: the links of the diagnosis that verify it (:data:`.diagnosis.LINKS`).
    :param guide: AIFE's page on it, None where no public source names one.
    :param copied: what is picked or typed there as it stands: its label, and the text, in which ``{application}`` and
        ``{siret}`` stand for the company's own, ``{catalogue}`` for the half of PISTE's catalogue that its environment is in.
    """

    key: str
    title: Text
    site: Site
    actions: tuple[Text, ...]
    gives: Text
    links: tuple[str, ...] = ()
    guide: Guide | None = None
    copied: tuple[tuple[Text, str], ...] = ()


#: AIFE's site for those who use Chorus Pro, and its pages that public sources name (doc/RULES.md §6.14).
GUIDES = "https://communaute.chorus-pro.gouv.fr"
_QUALIFICATION = Guide("Portail de qualification sur Chorus Pro", "/documentation/portail-de-qualification-sur-chorus-pro")
_ACCOUNT = Guide("Créer et authentifier un compte", "/documentation/create-and-authenticate-a-user-account/")
_OAUTH = Guide("Aides aux développeurs API en mode OAuth2", "/documentation/aides-aux-developpeurs-api-en-mode-oauth2/")
_PRACTICE = Guide("La bonne pratique", "/category/bonne-pratique/")
_CONNECTION = Guide("Raccordement à Chorus Pro", "/documentation/raccordement-a-chorus-pro")
#: What this software is called on the portals.
SOFTWARE = "Odoo"


def application_name(siret: str) -> str:
    """The name proposed for the PISTE application, which Chorus Pro wants to the letter (doc/RULES.md §6.14)."""
    return f"{SOFTWARE.upper()}_{siret}" if siret else ""


def catalogue(environment_name: str | None) -> str:
    """The half of PISTE's catalogue in which an environment's APIs are: each is listed in both (doc/RULES.md §6.4)."""
    return "PROD" if environment_name == "production" else "SANDBOX"


def _as_there(label: str) -> Text:
    """A label of the portals, which are in French alone."""
    return Text(label, label)


STEPS: tuple[Step, ...] = (
    Step(
        "company",
        Text("Your company", "Votre société"),
        Site.ODOO,
        (
            Text(
                "Choose the environment. Qualification is Chorus Pro's test platform: it has its own accounts and fictitious"
                " SIRETs, and nothing sent there reaches a public body.",
                "Choisissez l'environnement. La qualification est la plateforme d'essai de Chorus Pro : elle a ses propres"
                " comptes"
                " et des SIRET fictifs, et rien de ce qui y est envoyé n'atteint une entité publique.",
            ),
            Text(
                "Check the SIRET (14 digits): the establishment that issues the invoices, as Chorus Pro knows it. Without SIRET"
                " (New Caledonia, French Polynesia, abroad, a private person, a company being registered) choose how it is"
                " identified.",
                "Vérifiez le SIRET (14 chiffres) : celui de l'établissement qui émet les factures, tel que Chorus Pro le"
                " connaît. Sans SIRET (Nouvelle-Calédonie, Polynésie française, étranger, particulier, société en cours"
                " d'immatriculation), choisissez l'identification.",
            ),
        ),
        Text("The company and the environment are chosen.", "La société et l'environnement sont choisis."),
        ("settings",),
        guide=_QUALIFICATION,
    ),
    Step(
        "account",
        Text("Chorus Pro account", "Compte Chorus Pro"),
        Site.CHORUS_PRO,
        (
            Text(
                "Click “Créer un compte”; enter your details and the SIRET of your own company, never the customer's, then the"
                " captcha.",
                "Cliquez sur « Créer un compte » ; saisissez vos coordonnées et le SIRET de votre propre société, jamais celui du"
                " client, puis le captcha.",
            ),
            Text(
                "Follow the activation link received by e-mail (it is valid for 24 hours). The portal then asks for a second"
                " factor at each login: a code by e-mail, an application or a key.",
                "Suivez le lien d'activation reçu par courriel (valable 24 heures). Le portail demande ensuite un second facteur"
                " à chaque connexion : code par courriel, application ou clé.",
            ),
            Text(
                "If your company is there already: ask to be attached to its structure (“Demander un rattachement”); its main"
                " manager accepts.",
                "Si votre société y est déjà : demandez un rattachement à sa structure ; son gestionnaire principal l'accepte.",
            ),
            Text(
                "The first person of a SIRET becomes its main manager (gestionnaire principal); the others wait for that person's"
                " approval. Only the main manager can create the technical account.",
                "La première personne d'un SIRET en devient le gestionnaire principal ; les autres attendent son accord. Seul le"
                " gestionnaire principal peut créer le compte technique.",
            ),
            Text(
                "Notices of payment go to the e-mail of each user who has switched “Notification Facturation” on; those of the"
                " main manager cannot be switched off.",
                "Les avis de paiement vont au courriel de chaque utilisateur qui a activé « Notification Facturation » ; ceux du"
                " gestionnaire principal ne peuvent pas être désactivés.",
            ),
        ),
        Text("A user and a structure in Chorus Pro.", "Un utilisateur et une structure dans Chorus Pro."),
        ("structure",),
        guide=_ACCOUNT,
        copied=((_as_there("SIRET"), "{siret}"),),
    ),
    Step(
        "spaces",
        Text("Spaces", "Espaces"),
        Site.CHORUS_PRO,
        (
            Text(
                "Activités du gestionnaire → Mes structures → the pencil → “Ajouter des espaces”.",
                "Activités du gestionnaire → Mes structures → le crayon → « Ajouter des espaces ».",
            ),
            Text(
                "“Factures émises” is there by default. Add those below that you use; for each choose all services and tick"
                " “Modification”: “Consultation” is not enough.",
                "« Factures émises » y est par défaut. Ajoutez ceux ci-dessous dont vous vous servez ; pour chacun, choisissez"
                " tous les services et cochez « Modification » : « Consultation » ne suffit pas.",
            ),
            Text(
                "Log out and in again: only then do the menus appear.",
                "Déconnectez-vous puis reconnectez-vous : les menus n'apparaissent qu'ensuite.",
            ),
        ),
        Text("The rights to send and to connect.", "Les droits d'émettre et de se raccorder."),
        ("right", "space_flows", "space_validation", "space_engagements", "space_works"),
        copied=(
            (Text("To connect", "Pour se raccorder"), "Raccordement EDI et API"),
            (Text("Fate of what was sent", "Devenir des envois"), LINKS["space_flows"].space),
            (Text("Works contracts", "Marchés de travaux"), LINKS["space_works"].space),
            (Text("Subcontractors to validate", "Sous-traitants à valider"), LINKS["space_validation"].space),
            (Text("The State's engagement numbers", "Numéros d'engagement de l'État"), LINKS["space_engagements"].space),
        ),
    ),
    Step(
        "piste",
        Text("PISTE account", "Compte PISTE"),
        Site.PISTE,
        (
            Text(
                "PISTE is the State's gateway to its APIs. Create an account: the password takes 12 characters with upper case,"
                " lower case, a digit and a special sign.",
                "PISTE est la passerelle de l'État vers ses API. Créez un compte : le mot de passe demande 12 caractères avec"
                " majuscule, minuscule, chiffre et caractère spécial.",
            ),
            Text("Activate it by the e-mail received.", "Activez-le par le courriel reçu."),
        ),
        Text("A PISTE user.", "Un utilisateur PISTE."),
        guide=_OAUTH,
    ),
    Step(
        "consents",
        Text("Terms of the APIs", "Conditions des API"),
        Site.PISTE,
        (
            Text("API → “Consentement CGU API”.", "API → « Consentement CGU API »."),
            Text(
                "Tick, page by page, the Chorus Pro APIs Factures, Structures, Transverses (and FacturesTravaux, Utilisateurs,"
                " EngagementJuridique): each is listed twice. Take those of your environment, named below.",
                "Cochez, page par page, les API Chorus Pro Factures, Structures, Transverses (ainsi que FacturesTravaux,"
                " Utilisateurs, EngagementJuridique) : chacune figure deux fois. Prenez celles de votre environnement, nommé"
                " ci-dessous.",
            ),
            Text("“Valider mes choix CGU”.", "« Valider mes choix CGU »."),
        ),
        Text("The terms are accepted.", "Les conditions sont acceptées."),
        (
            "consent_factures",
            "consent_structures",
            "consent_transverses",
            "consent_engagements",
            "consent_works",
            "consent_users",
        ),
        guide=_OAUTH,
        copied=((Text("Environment of the APIs", "Environnement des API"), "{catalogue}"),),
    ),
    Step(
        "application",
        Text("PISTE application", "Application PISTE"),
        Site.PISTE,
        (
            Text(
                "Applications → “Créer une application” (in the sandbox one is there already).",
                "Applications → « Créer une application » (dans la sandbox, il en existe déjà une).",
            ),
            Text(
                "Copy its name from below, enter e-mail, SIRET and the person in charge. If you give it another name, write it"
                " below: Chorus Pro asks for it, to the letter, when you declare the connection.",
                "Copiez son nom ci-dessous, saisissez courriel, SIRET et responsable. Si vous lui donnez un autre nom, notez-le"
                " ci-dessous : Chorus Pro le demande, à la lettre près, quand vous déclarez le raccordement.",
            ),
            Text(
                "Tick the same APIs → “Appliquer les modifications”.",
                "Cochez les mêmes API → « Appliquer les modifications ».",
            ),
        ),
        Text("An application that may call the APIs.", "Une application autorisée à appeler les API."),
        ("consent_factures", "consent_structures", "consent_transverses"),
        guide=_OAUTH,
        copied=(
            (_as_there("SIRET"), "{siret}"),
            (Text("Environment of the APIs", "Environnement des API"), "{catalogue}"),
        ),
    ),
    Step(
        "oauth",
        Text("Client ID and secret", "Identifiant client et secret"),
        Site.PISTE,
        (
            Text(
                "Applications → your application → “Identifiants OAuth”: copy the Client ID here. It is not the API key.",
                "Applications → votre application → « Identifiants OAuth » : copiez ici le Client ID. Ce n'est pas la clé d'API.",
            ),
            Text(
                "“Consulter le secret”: paste the Client Secret here, twice. PISTE advises a new secret every three months.",
                "« Consulter le secret » : collez ici le Client Secret, deux fois. PISTE conseille un nouveau secret tous"
                " les trois"
                " mois.",
            ),
        ),
        Text("Odoo can sign in at PISTE.", "Odoo peut s'identifier auprès de PISTE."),
        ("credentials",),
        guide=_OAUTH,
    ),
    Step(
        "technical",
        Text("Technical account", "Compte technique"),
        Site.CHORUS_PRO,
        (
            Text(
                "As main manager: Raccordements → “Compte technique” → Accéder → “Création d'un compte technique” → choose the"
                " structure.",
                "En tant que gestionnaire principal : Raccordements → « Compte technique » → Accéder → « Création d'un compte"
                " technique » → choisissez la structure.",
            ),
            Text(
                "The password is shown only once: paste it here at once, twice. It lives about a year; Odoo reminds you before.",
                "Le mot de passe n'est affiché qu'une seule fois : collez-le ici aussitôt, deux fois. Il vit environ un an ; Odoo"
                " vous prévient avant.",
            ),
            Text(
                "To renew it later: at the same place, “Réinitialisation du mot de passe”.",
                "Pour le renouveler plus tard : au même endroit, « Réinitialisation du mot de passe ».",
            ),
        ),
        Text(
            "A login TECH_…@cpro.fr (or @cpp2017.fr) and its password.",
            "Un identifiant TECH_…@cpro.fr (ou @cpp2017.fr) et son mot de passe.",
        ),
        ("technical_account",),
        guide=_PRACTICE,
    ),
    Step(
        "connection",
        Text("Connection (raccordement)", "Raccordement"),
        Site.CHORUS_PRO,
        (
            Text(
                "Domaines → Raccordements → API → “Gérer raccordement API” → “Déclarer un raccordement PISTE”.",
                "Domaines → Raccordements → API → « Gérer raccordement API » → « Déclarer un raccordement PISTE ».",
            ),
            Text(
                "Choose the structure, enter what stands below, a technical contact → Valider. Wait until its state is “Actif”.",
                "Choisissez la structure, saisissez ce qui figure ci-dessous, un contact technique → Valider. Attendez l'état"
                " « Actif ».",
            ),
        ),
        Text("Chorus Pro lets the application in.", "Chorus Pro laisse entrer l'application."),
        ("connection",),
        guide=_CONNECTION,
        copied=(
            (_as_there("Nom de l'application PISTE"), "{application}"),
            (_as_there("Type d'usage"), "Utilisateur d'une solution d'un éditeur"),
            (_as_there("Éditeur"), SOFTWARE),
            (_as_there("Solution"), SOFTWARE),
        ),
    ),
    Step(
        "test",
        Text("Test of the connection", "Test de la connexion"),
        Site.ODOO,
        (
            Text(
                "Odoo walks the whole chain, without depositing anything, and names the link that is missing.",
                "Odoo parcourt toute la chaîne, sans rien déposer, et nomme le maillon qui manque.",
            ),
        ),
        Text("The connection with Chorus Pro is established.", "La connexion avec Chorus Pro est établie."),
        tuple(LINKS),
    ),
    Step(
        "transfer",
        Text("Who transfers what", "Qui transfère quoi"),
        Site.ODOO,
        (
            Text(
                "Choose from which date invoices are transferred, who may transfer, and whose e-mail gets the warnings: the main"
                " manager's, who alone can renew the technical password, or the accountant's.",
                "Choisissez à partir de quelle date les factures sont transférées, qui peut transférer, et à quel courriel vont"
                " les alertes : celui du gestionnaire principal, seul à pouvoir renouveler le mot de passe technique, ou celui"
                " du comptable.",
            ),
            Text(
                "Then mark your public customers: tab “Invoicing” of the contact, sending method “by Chorus Pro”, with the"
                " SIRET. All their invoices are transferred.",
                "Marquez ensuite vos clients publics : onglet « Facturation » de la fiche, envoi « par Chorus Pro », avec le"
                " SIRET. Toutes leurs factures sont transférées.",
            ),
            Text(
                "For each signed contract make a market (Customers → Chorus Pro → Markets): its number, engagement, service and"
                " parties go onto its invoices. One whose invoices somebody else files is unticked there.",
                "Pour chaque contrat signé, créez un marché (Clients → Chorus Pro → Marchés) : son numéro, son engagement, son"
                " service et ses intervenants passent sur ses factures. Décochez-y le transfert de celui qu'un autre dépose.",
            ),
        ),
        Text("Invoices can go.", "Les factures peuvent partir."),
    ),
)

#: Steps that are done on portals which a simulator does not have.
_ON_PORTALS = ("account", "spaces", "piste", "consents", "application", "connection")


def steps_for(environment_name: str | None) -> tuple[Step, ...]:
    """The steps of an environment: with the simulator, nothing is to be done on the portals."""
    if environment_name != "simulator":
        return STEPS
    return tuple(step for step in STEPS if step.key not in _ON_PORTALS)


#: Remedies of failures that are mended in the set-up itself, and the steps where: ``{step}`` is their numbers and titles.
_MENDED_HERE: dict[str, tuple[tuple[str, ...], Text]] = {
    "credentials": (
        ("oauth",),
        Text(
            "Enter the Client ID and the Client Secret again in step {step} (PISTE → Applications → OAuth credentials, in the"
            " same environment).",
            "Saisissez de nouveau le Client ID et le Client Secret à l'étape {step} (PISTE → Applications → Identifiants OAuth,"
            " dans le même environnement).",
        ),
    ),
    "technical_account": (
        ("technical",),
        Text(
            "Renew the password in Chorus Pro (Raccordements → Compte technique), then go back to step {step} to enter it.",
            "Renouvelez le mot de passe dans Chorus Pro (Raccordements → Compte technique), puis revenez à l'étape {step} pour le"
            " saisir.",
        ),
    ),
    "not_configured": (
        ("oauth", "technical"),
        Text(
            "Go back to the steps {step} and enter what is missing.",
            "Revenez aux étapes {step} et saisissez ce qui manque.",
        ),
    ),
}


def remedy(code: str, environment_name: str | None, lang: str | None) -> str:
    """What to do about a failure (a key of :data:`.errors.FAILURES`), said to a person who is in the set-up already."""
    if code not in _MENDED_HERE:
        return failure(code).remedy.of(lang)
    keys, text = _MENDED_HERE[code]
    shown = [
        Text(f"{number} “{step.title.en}”", f"{number} « {step.title.fr} »").of(lang)
        for number, step in enumerate(steps_for(environment_name), 1)
        if step.key in keys
    ]
    return text.of(lang).format(step=Text(" and ", " et ").of(lang).join(shown))


def page_address(site: Site, environment: Environment | None) -> str:
    """The address of a portal in an environment, "" where there is none."""
    if environment is None:
        return ""
    return {Site.PISTE: environment.piste_url, Site.CHORUS_PRO: environment.portal_url}.get(site, "")

"""The works desk: what the parties of a works market file by hand on the portal, and what each answers with a piece of its own.

How these pieces travel is not documented, hence no call deposits one here: a person does, on the page or by a control call. What
follows what is doc/RULES.md §2.2 and §2.3; the meaning of most statuses is deduced from their names there.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from .clock import Clock
from .directory import Directory, Structure
from .records import StatusChange, User
from .store import Store
from .vocabulary import STATUSES

FRAMEWORKS: dict[str, str] = {
    "A4": "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR",
    "A5": "A5_ETAT_ACOMPTE_FOURNISSEUR",
    "A6": "A6_ETAT_ACOMPTE_VALIDE_FOURNISSEUR",
    "A7": "A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR",
    "A8": "A8_DECOMPTE_GENERAL_DEFINITIF_FOURNISSEUR",
    "A10": "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT",
    "A13": "A13_PROJET_DECOMPTE_MENSUEL_COTRAITANT",
    "A14": "A14_PROJET_DECOMPTE_FINAL_COTRAITANT",
    "A15": "A15_ETAT_ACOMPTE_MOE",
    "A17": "A17_PROJET_DECOMPTE_GENERAL_MOE",
    "A19": "A19_ETAT_ACOMPTE_VALIDE_MOA",
    "A20": "A20_DECOMPTE_GENERAL_MOA",
    "A22": "A22_PROJET_DECOMPTE_GENERAL_FOURNISSEUR_PROCEDURE_TACITE",
    "A23": "A23_DECOMPTE_GENERAL_DEFINITIF_TACITE_FOURNISSEUR",
}
# what the portal calls those that a supplier files
LABELS: dict[str, str] = {
    "A4": "Projet de décompte mensuel",
    "A5": "État d'acompte",
    "A6": "État d'acompte validé",
    "A7": "Projet de décompte final",
    "A8": "Décompte général et définitif signé",
    "A10": "Demande de paiement de sous-traitant (travaux)",
    "A13": "Projet de décompte mensuel de cotraitant",
    "A14": "Projet de décompte final de cotraitant",
    "A22": "Projet de décompte général signé (procédure tacite)",
    "A23": "Décompte général et définitif tacite",
}
# the type of a works piece (TYPE_FACTURE_TRAVAUX), by framework
TYPES: dict[str, str] = {
    "A4": "PROJET_DECOMPTE_MENSUEL",
    "A5": "ETAT_ACOMPTE",
    "A6": "ETAT_ACOMPTE_VALIDE",
    "A7": "PROJET_DECOMPTE_FINAL",
    "A8": "DECOMPTE_GENERAL_SIGNE",
    "A10": "DP_DE_SOUSTRAITANT_TRAVAUX",
    "A13": "PROJET_DECOMPTE_MENSUEL",
    "A14": "PROJET_DECOMPTE_FINAL",
    "A15": "ETAT_ACOMPTE",
    "A17": "PROJET_DECOMPTE_GENERAL",
    "A19": "ETAT_ACOMPTE_VALIDE",
    "A20": "DECOMPTE_GENERAL",
    "A22": "PROJET_DECOMPTE_GENERAL_PROCEDURE_TACITE",
    "A23": "DECOMPTE_GENERAL_DEFINITIF_TACITE",
}
BY_SUPPLIERS = tuple(LABELS)
_FIRST_STATUS = {
    "A4": "MISE_A_DISPOSITION_MOE",
    "A5": "MISE_A_DISPOSITION_MOA",
    "A7": "MISE_A_DISPOSITION_MOE",
    "A10": "A_VALIDER_1",
    "A13": "A_VALIDER_1",
    "A14": "A_VALIDER_1",
    "A15": "MISE_A_DISPOSITION_MOA",
    "A17": "MISE_A_DISPOSITION_MOA",
    "A20": "A_ASSOCIER_FOURNISSEUR",
    "A22": "MISE_A_DISPOSITION_MOE",
}
_AT_FINANCE = "MISE_A_DISPOSITION"
# the piece by which each party answers one that waits for it
_ANSWERS = {
    ("moe", "A4"): "A15",
    ("moe", "A7"): "A17",
    ("moe", "A10"): "A15",
    ("moe", "A13"): "A15",
    ("moe", "A14"): "A17",
    ("moa", "A5"): "A19",
    ("moa", "A15"): "A19",
    ("moa", "A17"): "A20",
}
_REFUSALS = {"moe": "REFUSEE_MOE", "moa": "REFUSEE_MOA", "validator": "REFUSEE_1", "finance": "REJETEE"}
ACTORS = {"validator": "Valideur", "moe": "Maîtrise d'œuvre", "moa": "Maîtrise d'ouvrage", "finance": "Service financier"}
ACTIONS = ("accept", "refuse", "pay")
PEOPLE = {
    "validator": User("Tiphaine", "Laitaire", "titulaire@demo.invalid"),
    "moe": User("Maud", "Œuvre", "moe@demo.invalid"),
    "moa": User("Moana", "Ouvrage", "moa@demo.invalid"),
    "finance": User("Camille", "Trésor", "camille.tresor@demo.invalid"),
}


@dataclass
class Piece:
    """A works piece. ``dossier`` groups those of one payment; ``following`` is the identifier of the next one."""

    identifier: int
    code: str
    number: str
    supplier: str
    recipient: str
    moe: str
    moa: str
    validator: str
    service: str
    market: str
    engagement: str
    issued: date
    without_vat: Decimal
    with_vat: Decimal
    dossier: str
    deposited_at: datetime
    pdf: bytes = field(default=b"", repr=False)
    history: list[StatusChange] = field(default_factory=list)
    following: int | None = None

    @property
    def status(self) -> str:
        return self.history[-1].code

    @property
    def status_at(self) -> datetime:
        return self.history[-1].at

    @property
    def waits_for(self) -> str:
        """The actor who must answer now, ``""`` for nobody here."""
        if self.status.startswith("A_VALIDER_1"):
            return "validator"
        for actor in ("moe", "moa"):
            if self.status.endswith(f"_{actor.upper()}") and not self.status.startswith(("REFUSEE", "ERREUR")):
                return actor
        return "finance" if self.status in (_AT_FINANCE, "MANDATEE", "SERVICE_FAIT", "COMPLETEE") else ""


class WorksDesk:
    """What the parties do with works pieces. Every method takes the store's lock."""

    def __init__(self, store: Store, directory: Directory, clock: Clock) -> None:
        self._store, self._directory, self._clock = store, directory, clock

    @property
    def pieces(self) -> list[Piece]:
        """In the order of their deposit; hold the store's lock."""
        return list(self._store.works.values())

    def file(self, form: dict[str, Any]) -> Piece:
        """A supplier files a piece on the portal.

        ``dossier`` associates it to a file that exists; the date and the amounts may be written as in France; ``pdf`` is the
        document in base 64. Raises ValueError for what the portal would not take.
        """
        code = str(form.get("cadre") or "").partition("_")[0]
        if code not in BY_SUPPLIERS:
            raise ValueError(f"Un fournisseur ne dépose pas de cadre {code or '?'}")
        number = str(form.get("numero") or "").strip()
        if not 1 <= len(number) <= 20:
            raise ValueError("Le numéro comporte de 1 à 20 caractères")
        supplier = self._known(form, "fournisseur")
        recipient = self._known(form, "destinataire")
        first = _FIRST_STATUS.get(code, _AT_FINANCE)
        named = {name: str(form.get(name) or "").strip() for name in ("moe", "moa", "valideur")}
        if first == "A_VALIDER_1" and not named["valideur"]:
            raise ValueError("Le valideur est obligatoire")
        if first.endswith("_MOE") and not named["moe"]:
            raise ValueError("La MOE est obligatoire")
        if first.endswith("_MOA") and not named["moa"]:
            raise ValueError("La MOA est obligatoire")
        pdf = _plain_pdf(form.get("pdf"))
        issued = _day(form.get("date")) or self._clock.today()
        without_vat, with_vat = _money(form, "montantHT"), _money(form, "montantTTC")
        with self._store.lock:
            now = self._clock.now()
            if any(piece.number == number and piece.supplier == supplier for piece in self.pieces):
                raise ValueError(f"Le numéro {number} existe déjà")
            dossier = str(form.get("dossier") or "").strip()
            previous = [piece for piece in self.pieces if piece.dossier == dossier and dossier]
            if dossier and not previous:
                raise ValueError(f"Le dossier {dossier} n'existe pas")
            piece = Piece(
                identifier=self._store.counters.next_identifier(),
                code=code,
                number=number,
                supplier=supplier,
                recipient=recipient,
                moe=named["moe"],
                moa=named["moa"],
                validator=named["valideur"],
                service=str(form.get("service") or ""),
                market=str(form.get("marche") or ""),
                engagement=str(form.get("engagement") or ""),
                issued=issued,
                without_vat=without_vat,
                with_vat=with_vat,
                dossier=dossier or f"DF{self._store.counters.next_identifier()}",
                deposited_at=now,
                pdf=pdf,
            )
            self._add(piece, first)
            if previous:
                self._associate(previous[-1], piece, PEOPLE["finance"])
            return piece

    def act(self, identifier: int, actor: str, action: str, comment: str = "") -> Piece:
        """A party answers a piece: accepting it files its own piece, or passes it on; refusing stops the circuit.

        Returns the piece that is alive then. Raises KeyError for an unknown piece, ValueError for what cannot be done.
        """
        if actor not in ACTORS or action not in ACTIONS:
            raise ValueError(f"Action inconnue : {actor} {action}")
        with self._store.lock:
            piece = self._store.works[identifier]
            if piece.waits_for != actor:
                raise ValueError(f"La pièce {piece.number} n'attend pas : {ACTORS[actor]}")
            user = PEOPLE[actor]
            if action == "refuse":
                self._change(piece, _REFUSALS[actor], comment, user)
                return piece
            if action == "pay":
                if actor != "finance":
                    raise ValueError("Seul le service financier paie")
                self._change(piece, "MISE_EN_PAIEMENT", comment, user)
                return piece
            if actor == "validator":
                self._change(piece, "VALIDEE_1", comment, user)
                self._change(piece, "MISE_A_DISPOSITION_MOE", "", User())
                return piece
            answer = _ANSWERS.get((actor, piece.code))
            if answer is None:
                self._change(piece, "MANDATEE" if actor == "finance" else _AT_FINANCE, comment, user)
                return piece
            following = Piece(
                **{
                    **vars(piece),
                    "identifier": self._store.counters.next_identifier(),
                    "code": answer,
                    "number": f"{piece.number[:16]}-{answer}",
                    "deposited_at": self._clock.now(),
                    "pdf": b"",
                    "history": [],
                    "following": None,
                }
            )
            self._add(following, _FIRST_STATUS.get(answer, _AT_FINANCE), user, comment)
            self._associate(piece, following, user)
            return following

    def set_status(self, identifier: int, status: str, comment: str = "") -> Piece:
        """Any status, for what the buttons do not do. Raises KeyError and ValueError."""
        if status not in STATUSES:
            raise ValueError(f"Statut inconnu : {status}")
        with self._store.lock:
            piece = self._store.works[identifier]
            self._change(piece, status, comment, PEOPLE["moa"])
            return piece

    def structure(self, siret: str) -> Structure | None:
        """Who a party is; None for one that is not in the directory."""
        return self._directory.by_siret(siret) if siret else None

    def _known(self, form: dict[str, Any], name: str) -> str:
        structure = self.structure(str(form.get(name) or "").strip())
        if structure is None:
            raise ValueError(f"Le SIRET du {name} n'est pas dans l'annuaire")
        return structure.identifiantStructure

    def _add(self, piece: Piece, status: str, user: User | None = None, comment: str = "") -> None:
        self._store.works[piece.identifier] = piece
        self._change(piece, status, comment, user or User())

    def _associate(self, piece: Piece, following: Piece, user: User) -> None:
        piece.following = following.identifier
        self._change(piece, "REMPLACEE_PAR_A22" if following.code == "A22" else "ASSOCIEE", "", user)

    def _change(self, piece: Piece, status: str, comment: str, user: User) -> None:
        change = StatusChange(self._store.counters.next_identifier(), status, self._clock.now(), comment, user)
        piece.history.append(change)
        self._store.changes += 1


def _plain_pdf(text: Any) -> bytes:
    """The bytes of the document of a piece.

    A PDF that carries an XML is Factur-X for the portal, which takes it as a batch and asks for no framework: no works piece
    can be filed so. Raises ValueError.
    """
    try:
        content = base64.b64decode(str(text or ""), validate=True)
        names = list(PdfReader(io.BytesIO(content)).attachments) if content else []
    except (PyPdfError, ValueError, LookupError, TypeError) as error:
        raise ValueError("Le document n'est pas un PDF lisible") from error
    if not content:
        raise ValueError("Le document (PDF) est obligatoire")
    if found := [name for name in names if name.lower().endswith(".xml")]:
        raise ValueError(
            f"Le PDF contient un XML ({found[0]}) : il serait traité comme un lot Factur-X, sans choix du cadre de facturation."
            " Déposez un PDF sans fichier intégré"
        )
    return content


def _day(written: object) -> date | None:
    """``27/11/2026`` or ``2026-11-27``; None for nothing. Raises ValueError, in French, for anything else."""
    text = str(written or "").strip()
    if not text:
        return None
    match = re.fullmatch(r"(?a:(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})|(?P<Y>\d{4})-(?P<M>\d\d)-(?P<D>\d\d))", text)
    try:
        if match:
            found = [int(match[french] or match[iso]) for french, iso in ("yY", "mM", "dD")]
            return date(*found)
    except ValueError:
        pass  # a day that no calendar has
    raise ValueError(f"La date « {text} » n'existe pas ou n'est pas de la forme JJ/MM/AAAA")


def _money(form: dict[str, Any], name: str) -> Decimal:
    """``10 000,00``, ``10000.00`` or nothing (0). Raises ValueError, in French, for anything else."""
    text = str(form.get(name) or "").strip()
    number = re.sub(r"\s|€$", "", text).replace(",", ".")
    if not re.fullmatch(r"(?a:-?\d{1,15}(\.\d{1,6})?)?", number):
        raise ValueError(f"Le montant {name.removeprefix('montant')} « {text} » ne se lit pas : écrivez par exemple 10000,00")
    return Decimal(number or "0")

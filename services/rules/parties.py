"""Rules on who invoices whom: the supplier, the recipient and the validator."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..document.invoice import IdentifierType, Invoice, Party, VatCategory
from ..siret import can_exist, is_siret
from ..text import Text
from ..vocabulary import frameworks
from ..vocabulary.places import Place
from .rule import Check, Context, Level, Rule, Values

_COUNTRY = re.compile(r"[A-Z]{2}")
_VAT = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_IDENTIFIER_LENGTH = 18

_PartyOf = Callable[[Invoice], "Party | None"]


def _identifier_rules(
    code: str, key: str, party: _PartyOf, who: Text, open_record: Text, required: Callable[[Invoice], bool]
) -> tuple[Rule, ...]:
    """The rows on one party's SIRET. ``who`` follows "The SIRET of", "Le SIRET"; ``open_record`` opens the remedies."""

    def siret(check: Callable[[str], bool]) -> Check:
        def of(invoice: Invoice, _context: Context) -> Values | None:
            person = party(invoice)
            if person is None or person.identifier_type is not IdentifierType.SIRET or not person.identifier:
                return None
            return {"siret": person.identifier} if check(person.identifier) else None

        return of

    def missing(invoice: Invoice, _context: Context) -> bool:
        person = party(invoice)
        return required(invoice) and (person is None or not person.identifier)

    field = f"{key}.siret"
    enter = Text(
        f"{open_record.en} and enter the SIRET of the structure known to Chorus Pro (14 digits).",
        f"{open_record.fr} et saisissez le SIRET de la structure connue de Chorus Pro (14 chiffres).",
    )
    check_it = Text(
        f"{open_record.en} and check the SIRET against the company register (annuaire-entreprises.data.gouv.fr).",
        f"{open_record.fr} et vérifiez le SIRET dans l'annuaire des entreprises (annuaire-entreprises.data.gouv.fr).",
    )
    return (
        Rule(
            f"{code}.missing",
            Level.BLOCK,
            field,
            Text(
                f"The SIRET of {who.en} is missing: Chorus Pro cannot tell who it is.",
                f"Le SIRET {who.fr} manque : Chorus Pro ne peut pas savoir de qui il s'agit.",
            ),
            enter,
            "doc/RULES.md R-01, R-02, R-34; doc/API.md §4",
            missing,
        ),
        Rule(
            f"R-28.{key}",
            Level.BLOCK,
            field,
            Text(
                f"“{{siret}}”, given as the SIRET of {who.en}, is a SIREN (9 digits): the 5 digits of the establishment are "
                "missing.",
                f"« {{siret}} », indiqué comme SIRET {who.fr}, est un SIREN (9 chiffres) : il manque les 5 chiffres de "
                "l'établissement.",
            ),
            enter,
            "doc/RULES.md R-28; doc/API.md §4 (a SIREN is refused, seen live)",
            siret(lambda value: len(value) == 9 and value.isascii() and value.isdigit()),
        ),
        Rule(
            f"{code}.format",
            Level.BLOCK,
            field,
            Text(
                f"The SIRET of {who.en}, “{{siret}}”, does not have 14 digits.",
                f"Le SIRET {who.fr}, « {{siret}} », ne comporte pas 14 chiffres.",
            ),
            enter,
            "doc/RULES.md R-01, R-02",
            siret(lambda value: not is_siret(value) and not (len(value) == 9 and value.isdigit())),
        ),
        Rule(
            f"{code}.key",
            Level.BLOCK,
            field,
            Text(
                f"The SIRET of {who.en}, “{{siret}}”, cannot exist: its check digit is wrong.",
                f"Le SIRET {who.fr}, « {{siret}} », ne peut pas exister : sa clé de contrôle est fausse.",
            ),
            check_it,
            "doc/RULES.md R-01, R-02; SIRETs of the qualification platform may be fictitious",
            siret(lambda value: is_siret(value) and not can_exist(value)),
            lenient=True,
        ),
    )


def _other_identifier(invoice: Invoice, _context: Context) -> bool:
    supplier = invoice.supplier
    if supplier.identifier_type is IdentifierType.SIRET or not supplier.identifier:
        return False
    return len(supplier.identifier) > _IDENTIFIER_LENGTH


def _vat_number(party: Callable[[Invoice], Party]) -> Check:
    def of(invoice: Invoice, _context: Context) -> Values | None:
        vat = party(invoice).vat
        return {"vat": vat} if vat and not _VAT.fullmatch(vat) else None

    return of


def _vat_number_missing(invoice: Invoice, _context: Context) -> bool:
    needing = {VatCategory.STANDARD, VatCategory.INTRA_COMMUNITY, VatCategory.EXPORT}
    return bool(invoice.vat_categories & needing) and not invoice.supplier.vat


_OPEN_COMPANY = Text("Open your company's record", "Ouvrez la fiche de votre société")
_OPEN_CUSTOMER = Text("Open the customer's record", "Ouvrez la fiche du client")

PARTY_RULES: tuple[Rule, ...] = (
    *_identifier_rules(
        "R-01",
        "supplier",
        lambda invoice: invoice.supplier,
        Text("your company", "de votre société"),
        _OPEN_COMPANY,
        lambda _invoice: True,
    ),
    Rule(
        "R-01.inactive",
        Level.BLOCK,
        "supplier.siret",
        Text(
            "Chorus Pro says that your company's structure is no longer active: it accepts no invoices from it.",
            "Chorus Pro indique que la structure de votre société n'est plus active : il n'en accepte pas de factures.",
        ),
        Text(
            "Have the structure activated on the Chorus Pro portal, or correct your company's SIRET, then test the connection.",
            "Faites activer la structure sur le portail Chorus Pro, ou corrigez le SIRET de votre société, puis testez la "
            "connexion.",
        ),
        "doc/RULES.md R-01",
        lambda _invoice, context: context.supplier == "inactive",
        lenient=True,
        place=Place.SETTINGS,
    ),
    Rule(
        "R-01.absent",
        Level.BLOCK,
        "supplier.siret",
        Text(
            "Chorus Pro does not know your company's SIRET: it accepts no invoices from it.",
            "Chorus Pro ne connaît pas le SIRET de votre société : il n'en accepte pas de factures.",
        ),
        Text(
            "Create the structure on the Chorus Pro portal, or correct your company's SIRET, then test the connection.",
            "Créez la structure sur le portail Chorus Pro, ou corrigez le SIRET de votre société, puis testez la connexion.",
        ),
        "doc/RULES.md R-01",
        lambda _invoice, context: context.supplier == "absent",
        lenient=True,
        place=Place.SETTINGS,
    ),
    Rule(
        "R-03.length",
        Level.BLOCK,
        "supplier.siret",
        Text(
            "Your company's identifier has more than 18 characters.",
            "L'identifiant de votre société dépasse 18 caractères.",
        ),
        Text(
            f"{_OPEN_COMPANY.en} and enter the identifier of your structure as the Chorus Pro portal shows it.",
            f"{_OPEN_COMPANY.fr} et saisissez l'identifiant de votre structure tel que l'affiche le portail Chorus Pro.",
        ),
        "doc/RULES.md R-03; doc/API.md §2.H",
        _other_identifier,
    ),
    Rule(
        "BR-06.name",
        Level.BLOCK,
        "supplier.name",
        Text("Your company's name is missing.", "Le nom de votre société manque."),
        Text(f"{_OPEN_COMPANY.en} and enter its name.", f"{_OPEN_COMPANY.fr} et saisissez son nom."),
        "EN 16931 BR-06",
        lambda invoice, _context: not invoice.supplier.name.strip(),
    ),
    Rule(
        "BR-09.country",
        Level.BLOCK,
        "supplier.address",
        Text("The country of your company's address is missing.", "Le pays de l'adresse de votre société manque."),
        Text(f"{_OPEN_COMPANY.en} and choose its country.", f"{_OPEN_COMPANY.fr} et choisissez son pays."),
        "EN 16931 BR-08, BR-09",
        lambda invoice, _context: not _COUNTRY.fullmatch(invoice.supplier.address.country.strip().upper()),
    ),
    Rule(
        "BR-S-02.vat",
        Level.BLOCK,
        "supplier.vat",
        Text(
            "Your company's VAT number is missing, though VAT is charged or due elsewhere.",
            "Le numéro de TVA de votre société manque, alors que la TVA est facturée ou due ailleurs.",
        ),
        Text(
            f"{_OPEN_COMPANY.en} and enter its VAT number; if it charges none, use an exempt tax on the lines.",
            f"{_OPEN_COMPANY.fr} et saisissez son numéro de TVA ; si elle n'en facture pas, mettez sur les lignes une taxe "
            "exonérée.",
        ),
        "EN 16931 BR-S-02, BR-IC-02, BR-G-02",
        _vat_number_missing,
    ),
    Rule(
        "BR-CO-09.supplier",
        Level.BLOCK,
        "supplier.vat",
        Text("Your company's VAT number, “{vat}”, is malformed.", "Le numéro de TVA de votre société, « {vat} », est mal écrit."),
        Text(
            f"{_OPEN_COMPANY.en} and enter the number with its country's two letters (FR…).",
            f"{_OPEN_COMPANY.fr} et saisissez le numéro avec les deux lettres du pays (FR…).",
        ),
        "EN 16931 BR-CO-09",
        _vat_number(lambda invoice: invoice.supplier),
    ),
    *_identifier_rules(
        "R-02",
        "recipient",
        lambda invoice: invoice.recipient,
        Text("the customer", "du client"),
        _OPEN_CUSTOMER,
        lambda _invoice: True,
    ),
    Rule(
        "R-02.type",
        Level.BLOCK,
        "recipient.siret",
        Text(
            "The customer is not identified by a SIRET: Chorus Pro delivers to French public bodies only.",
            "Le client n'est pas identifié par un SIRET : Chorus Pro ne livre qu'aux entités publiques françaises.",
        ),
        Text(
            f"{_OPEN_CUSTOMER.en} and enter its SIRET, or send this invoice another way.",
            f"{_OPEN_CUSTOMER.fr} et saisissez son SIRET, ou envoyez cette facture autrement.",
        ),
        "doc/RULES.md R-02",
        lambda invoice, _context: invoice.recipient.identifier_type is not IdentifierType.SIRET,
    ),
    Rule(
        "R-02.inactive",
        Level.BLOCK,
        "recipient.siret",
        Text(
            "Chorus Pro says that this customer's structure is no longer active: it receives no invoices.",
            "Chorus Pro indique que la structure de ce client n'est plus active : elle ne reçoit pas de factures.",
        ),
        Text(
            "Ask the public body which SIRET replaces this one, and change it on the customer's record.",
            "Demandez à l'entité publique le SIRET qui remplace celui-ci, et changez-le sur la fiche du client.",
        ),
        "doc/RULES.md R-02",
        lambda _invoice, context: context.recipient.active is False,
    ),
    Rule(
        "R-13.moa",
        Level.BLOCK,
        "recipient.siret",
        Text(
            "This structure receives works documents only, as project owner (MOA): it cannot receive an ordinary invoice.",
            "Cette structure ne reçoit que des pièces de travaux, en tant que maître d'ouvrage (MOA) : elle ne peut pas "
            "recevoir une facture ordinaire.",
        ),
        Text(
            "Ask the public body which structure (SIRET) pays ordinary invoices, and invoice that one.",
            "Demandez à l'entité publique quelle structure (SIRET) paie les factures ordinaires, et facturez celle-là.",
        ),
        "doc/RULES.md R-13 (meaning of the flag inferred)",
        lambda invoice, context: context.recipient.moa_only is True and not frameworks.get(invoice.framework).works,
    ),
    Rule(
        "BR-07.name",
        Level.BLOCK,
        "recipient.name",
        Text("The customer's name is missing.", "Le nom du client manque."),
        Text(f"{_OPEN_CUSTOMER.en} and enter its name.", f"{_OPEN_CUSTOMER.fr} et saisissez son nom."),
        "EN 16931 BR-07",
        lambda invoice, _context: not invoice.recipient.name.strip(),
    ),
    Rule(
        "BR-11.country",
        Level.BLOCK,
        "recipient.address",
        Text("The country of the customer's address is missing.", "Le pays de l'adresse du client manque."),
        Text(f"{_OPEN_CUSTOMER.en} and choose its country.", f"{_OPEN_CUSTOMER.fr} et choisissez son pays."),
        "EN 16931 BR-10, BR-11",
        lambda invoice, _context: not _COUNTRY.fullmatch(invoice.recipient.address.country.strip().upper()),
    ),
    Rule(
        "BR-57.country",
        Level.WARN,
        "recipient.address",
        Text(
            "The country of the delivery address is missing: the address is left out of the file.",
            "Le pays de l'adresse de livraison manque : l'adresse n'est pas mise dans le fichier.",
        ),
        Text(
            "Open the delivery address and choose its country.",
            "Ouvrez l'adresse de livraison et choisissez son pays.",
        ),
        "EN 16931 BR-57",
        lambda invoice, _context: invoice.delivery_address is not None and not invoice.delivery_address.country.strip(),
    ),
    Rule(
        "BR-CO-09.recipient",
        Level.BLOCK,
        "recipient.vat",
        Text("The customer's VAT number, “{vat}”, is malformed.", "Le numéro de TVA du client, « {vat} », est mal écrit."),
        Text(
            f"{_OPEN_CUSTOMER.en} and correct its VAT number (with the country's two letters), or empty it.",
            f"{_OPEN_CUSTOMER.fr} et corrigez son numéro de TVA (avec les deux lettres du pays), ou videz-le.",
        ),
        "EN 16931 BR-CO-09",
        _vat_number(lambda invoice: invoice.recipient),
    ),
    *_identifier_rules(
        "R-34",
        "validator",
        lambda invoice: invoice.validator,
        Text("the validator", "du valideur"),
        Text("Open the market", "Ouvrez le marché"),
        lambda invoice: frameworks.get(invoice.framework).needs_validator,
    ),
)

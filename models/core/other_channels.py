"""What other modules know of the same invoice and the same customer: the one place where their fields are named.

Odoo's own approved platform is the sending method ``peppol`` of ``account_peppol``; ``l10n_fr_pdp``, which an updated French Odoo
gets by itself, gives it another label, more states and more addresses. This add-on needs neither: what is not there is tested by
its presence (a field, a value of a selection), and a document that the platform may have is never sent to Chorus Pro as well.
"""

from ...services.siret import compact

#: The sending method of the platform.
METHOD = "peppol"
#: States of an invoice at the platform in which nobody has it. All others, and those to come, mean that somebody may.
FREE = frozenset({False, "", "ready", "skipped", "error"})
#: The electronic address (kind, value) of the State's invoicing service: a document sent there lands in Chorus Pro.
STATE_ADDRESS = ("0009", "11000201100044")
STATE_DOMAIN = [("peppol_eas", "=", STATE_ADDRESS[0]), ("peppol_endpoint", "=", STATE_ADDRESS[1])]
#: The kind of an address that is a SIRET.
SIRET = "0009"


def is_there(env):
    """Whether this database can send through the platform at all."""
    selection = env["res.partner"]._fields["invoice_sending_method"].selection
    return METHOD in dict(selection)


def label(env):
    """How sending by the platform is called, in the user's language, such as "by Peppol"."""
    told = env["res.partner"].fields_get(["invoice_sending_method"], ["selection"])
    return dict(told["invoice_sending_method"]["selection"]).get(METHOD, METHOD)


# -- of an invoice -----------------------------------------------------------------------------------------------------


def move_fields(model):
    """The fields of an invoice that tell what the platform has, for ``api.depends``."""
    return [name for name in ("peppol_move_state",) if name in model._fields]


def holds(move):
    """Whether the platform has this invoice, or may have it."""
    return any(move[name] not in FREE for name in move_fields(move))


def held_domain(env):
    """The domain of the invoices that the platform has; None where there is no platform."""
    names = move_fields(env["account.move"])
    return [("peppol_move_state", "not in", sorted(filter(None, FREE))), ("peppol_move_state", "!=", False)] if names else None


def may_have_left(move):
    """Whether this invoice may be at Chorus Pro by the platform though nothing here says so: to be looked up before it is sent.

    A failed call leaves an error here, perhaps after the document arrived; a customer whom the platform reaches may have been
    sent the invoice from another database, or before the customer was moved.
    """
    tried = any(move[name] not in (False, "ready") for name in move_fields(move))
    return is_there(move.env) and (tried or is_reached(move.commercial_partner_id.with_company(move.company_id)))


# -- of a customer -----------------------------------------------------------------------------------------------------


def address(partner):
    """The customer's electronic address as a pair (kind, value), or None."""
    return (partner.peppol_eas, partner.peppol_endpoint) if partner.peppol_eas and partner.peppol_endpoint else None


def address_text(partner):
    """The customer's electronic address as one text; "" without one."""
    return ":".join(address(partner) or ())


def means_chorus(partner):
    """Whether the customer's address is the one that Chorus Pro has there for everybody."""
    return address(partner) == STATE_ADDRESS


def is_reached(partner):
    """Whether the platform reaches this customer, in the company of the environment, or may.

    A public body's own SIRET, which Odoo fills in by itself, reaches nobody unless the directory of the platform knows it.
    """
    place = address(partner)
    if not place:
        return False
    return place != (SIRET, compact(partner.company_registry)) or means_chorus(partner) or _is_verified(partner)


def _is_verified(partner):
    """Whether the platform's directory knows the address of this customer."""
    return "peppol_verification_state" in partner._fields and partner.peppol_verification_state == "valid"


def partner_fields(model):
    """The fields of a customer that tell whether the platform reaches it, for ``api.depends``."""
    names = ("peppol_eas", "peppol_endpoint", "company_registry", "peppol_verification_state")
    return [name for name in names if name in model._fields]


def reports_private_sales(company):
    """Whether this company reports its sales to private persons to the tax office (flow 10 of the reform)."""
    return "l10n_fr_f10_enable_reporting" in company._fields and company.l10n_fr_f10_enable_reporting


def forget_address(partners):
    """Clear these customers' electronic addresses, and what the directory of the platform said of them."""
    partners.write({"peppol_eas": False, "peppol_endpoint": False})
    if "peppol_verification_state" in partners._fields:
        # sudo: one address, hence one answer less, for all companies
        for company in partners.env["res.company"].sudo().search([]):
            partners.sudo().with_company(company).write({"peppol_verification_state": "not_verified"})  # sudo: see above

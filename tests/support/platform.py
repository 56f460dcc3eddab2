"""Odoo's approved platform beside us, without its servers: what it was handed, and whether its classes are asked before ours."""

from contextlib import contextmanager
from unittest.mock import patch

OURS = "odoo.addons.l10n_fr_chorus_pro."
PLATFORM = ("odoo.addons.account_peppol", "odoo.addons.l10n_fr_pdp")
#: The models for which both say how an invoice is sent.
MODELS = ("account.move.send", "account.move.send.wizard", "account.move.send.batch.wizard")


def is_installed(env):
    """Whether this database has the platform's module at all: `dev.py test --with-auto-install` makes sure of it."""
    return "peppol_move_state" in env["account.move"]._fields


def chain(env, name):
    """Of a model's classes, ours and the platform's in the order in which they are asked: ``["ours", "platform", …]``."""
    bases = env.registry[name].__bases__
    return [side for side in map(_side, bases) if side]


@contextmanager
def order(env, ours_first):
    """Have our classes asked before the platform's, or after them, whatever the modules' order of loading made of it.

    That order is not ours to choose: a module installed later, or of a later name at the same depth, is asked first.
    """
    before = {name: env.registry[name].__bases__ for name in MODELS}
    try:
        for name, bases in before.items():
            places = [place for place, cls in enumerate(bases) if _side(cls)]
            wanted = sorted(places, key=lambda place: (_side(bases[place]) == "ours") != ours_first)
            moved = list(bases)
            for place, source in zip(places, wanted, strict=True):
                moved[place] = bases[source]
            env.registry[name].__bases__ = tuple(moved)
        yield
    finally:
        for name, bases in before.items():
            env.registry[name].__bases__ = bases


def _side(cls):
    return "ours" if cls.__module__.startswith(OURS) else "platform" if cls.__module__.startswith(PLATFORM) else ""


def register(company):
    """Make a company one that sends and receives through the platform."""
    env = company.env
    key = env["certificate.key"].sudo()._generate_rsa_private_key(company)
    env["account_edi_proxy_client.user"].sudo().create(
        {
            "id_client": f"test-{company.id}",
            "company_id": company.id,
            "proxy_type": "peppol",
            "edi_mode": "test",
            "edi_identification": "0009:12345678200077",
            "private_key_id": key.id,
        }
    )
    company.write({"account_peppol_proxy_state": "receiver", "peppol_eas": "0009", "peppol_endpoint": "12345678200077"})


@contextmanager
def network(env):
    """The platform's servers: the directory knows nobody new, documents are taken.

    :return: the list of the addresses that documents were handed over for.
    """
    taken = []

    def call(user, endpoint, params=None):
        user.ensure_one()
        taken.extend(document["receiver"] for document in params["documents"])
        return {"messages": [{"message_uuid": f"uuid-{len(taken)}-{rank}"} for rank, _ in enumerate(params["documents"])]}

    users, partners = type(env["account_edi_proxy_client.user"]), type(env["res.partner"])
    with patch.object(users, "_call_peppol_proxy", call), patch.object(partners, "_peppol_lookup_participant", lambda *_: None):
        yield taken

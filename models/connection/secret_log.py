"""At debug level Odoo logs the arguments of every call from a browser; the secrets among them are masked before."""

import logging

MASK = "********"
#: Names of the fields through which a secret is typed (``chorus.secret.entry``).
TYPED = frozenset(
    {
        "chorus_client_secret",
        "chorus_client_secret_again",
        "chorus_technical_password",
        "chorus_technical_password_again",
        "chorus_webhook_secret",
        "chorus_webhook_secret_again",
    }
)


def masked(value):
    """A structure of dicts, lists and tuples with the secrets' values replaced."""
    if isinstance(value, dict):
        return {name: MASK if name in TYPED and content else masked(content) for name, content in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(masked(item) for item in value)
    return value


class SecretFilter(logging.Filter):
    """For ``odoo.service.model``, which writes ``call model.method(arguments)``."""

    def filter(self, record):
        """Always lets the record pass, without the secrets."""
        if isinstance(record.args, tuple):
            for argument in record.args:
                if hasattr(argument, "args") and hasattr(argument, "kwargs"):
                    argument.args, argument.kwargs = masked(argument.args), masked(argument.kwargs)
        return True


logger = logging.getLogger("odoo.service.model")
if not any(isinstance(known, SecretFilter) for known in logger.filters):
    logger.addFilter(SecretFilter())

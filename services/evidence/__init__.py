"""The whole story of invoices as one archive, and the command that verifies it without Odoo and without this add-on."""

from .bundle import Bundle, File, Sealed
from .page import Entry, index_page, story_page
from .story import Event, Exchange, Story, story_json

"""Tests of services/ and tools/, without Odoo or a database."""

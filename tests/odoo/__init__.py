"""Tests in Odoo, by the packages of models/."""

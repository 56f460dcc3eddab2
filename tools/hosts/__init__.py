"""Several hosts share the work: Odoo in network namespaces of its own, one PostgreSQL, cables that are pulled."""

"""What was sent and never answered by the version before counts as sent once, in doubt since then."""

#: Tables of the exchanges with Chorus Pro, each with what tells that something left.
EXCHANGES = {
    "chorus_deposit": "state NOT IN ('ready', 'cancelled', 'by_hand')",
    "chorus_action": "state NOT IN ('ready', 'cancelled')",
    "chorus_validation": "state IN ('sending', 'unknown')",
}


def migrate(cr, version):
    """Fill the new columns of what is at Chorus Pro, or may be; a new connection to it is looked at by the job itself."""
    for table, left in EXCHANGES.items():
        cr.execute("SELECT to_regclass(%s)", [table])
        if cr.fetchone()[0]:
            cr.execute(
                f"""
                UPDATE {table}
                   SET uploads = 1, doubted_at = CASE state WHEN 'unknown' THEN unknown_at ELSE NULL END
                 WHERE coalesce(uploads, 0) = 0 AND {left}
                """  # noqa: S608 - names above
            )

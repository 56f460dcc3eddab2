"""Script for `odoo shell`, run by `bench_directory`: completes one public body twice and prints what it took, as JSON."""

import json
import os
import sys
import time

env = globals()["env"]  # given by `odoo shell`

partner = env["res.partner"].create({"name": "Métropole", "is_company": True, "company_registry": os.environ["SIRET"]})
env.cr.commit()
seconds, statements = [], []
for _turn in range(2):
    started, before = time.monotonic(), env.cr.sql_log_count
    partner.action_chorus_complete()
    env.cr.commit()
    seconds.append(time.monotonic() - started)
    statements.append(env.cr.sql_log_count - before)
result = {"seconds": seconds, "statements": statements, "services": partner.chorus_service_count}
sys.stdout.write(f"RESULT {json.dumps(result)}\n")
sys.stdout.flush()

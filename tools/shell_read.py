"""Script for `odoo shell`, run by `upgrade_check`: reads all of ours, as screens would, and prints how many records those are."""

env = globals()["env"]  # given by `odoo shell`
env = env(su=True, context={**env.context, "allowed_company_ids": env["res.company"].search([]).ids})
count = 0
for name in sorted(env.registry):
    model = env[name]
    if model._auto and not model._transient and (name.startswith("chorus.") or name == "account.move"):
        records = model.with_context(active_test=False).search([])
        names = [field for field in model._fields if name != "account.move" or field.startswith("chorus_")]
        count += len(records.read(names))
for name in ("account.move", "chorus.market", "chorus.deposit", "chorus.connection", "res.partner"):
    env[name].get_views([(False, "form"), (False, "list"), (False, "search")])
print(f"read {count} records")

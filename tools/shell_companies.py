"""Run in `odoo shell`: the companies that the tests take instead of making their own (see ChorusCommon._create_company)."""

# without it, Odoo installs modules for the country of a new company
env = globals()["env"](context={"install_mode": True})  # given by `odoo shell`
france = env.ref("base.fr")
for number in (1, 2):
    company = env["res.company"].create(
        {"name": f"Ready for a test {number}", "country_id": france.id, "currency_id": france.currency_id.id}
    )
    chart = env["account.chart.template"]._guess_chart_template(france)
    env["account.chart.template"].try_loading(chart, company=company, install_demo=False)
env.cr.commit()

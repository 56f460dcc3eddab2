"""Three scheduled jobs go; what they had to do stands in those that stay. One begins so that a token serves two of its runs.

Their records are "noupdate": an administrator may have changed them, and Odoo leaves them alone by itself.
"""

from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields

MODULE = "l10n_fr_chorus_pro"
#: Those that go, each with the one that does its work from now on.
MERGED = {
    "ir_cron_chorus_action": "ir_cron_chorus_deposit",
    "ir_cron_chorus_people": "ir_cron_chorus_expiry",
    "ir_cron_chorus_digest": "ir_cron_chorus_expiry",
}


def migrate(cr, version):
    """Hand pending runs over, keep the hour of the weekly summary and whether it was switched off."""
    env = api.Environment(cr, SUPERUSER_ID, {})

    def job(name):
        return env.ref(f"{MODULE}.{name}", raise_if_not_found=False) or env["ir.cron"]

    daily, digest = job("ir_cron_chorus_expiry"), job("ir_cron_chorus_digest")
    if daily:
        daily.write({"model_id": env.ref("base.model_res_company").id, "code": "model._cron_chorus_daily()"})
        daily.name = "Chorus Pro: what is due every day"
        env.flush_all()
        # the name is translated anew; and what an administrator changes stays
        cr.execute(
            "UPDATE ir_act_server SET name = jsonb_build_object('en_US', name ->> 'en_US') WHERE id = %s",
            [daily.ir_actions_server_id.id],
        )
        cr.execute("UPDATE ir_model_data SET noupdate = true WHERE module = %s AND name = 'ir_cron_chorus_expiry'", [MODULE])
    if digest and not digest.active:
        env["res.company"].search([]).chorus_digest = False
    elif digest and daily:
        # at the hour of the weekly summary, and no later than tomorrow
        hour = {"hour": digest.nextcall.hour, "minute": digest.nextcall.minute, "second": 0, "microsecond": 0}
        now = fields.Datetime.now()
        next_call = now.replace(**hour)
        daily.nextcall = next_call if next_call > now else next_call + timedelta(days=1)
    for old_name, new_name in MERGED.items():
        old, new = job(old_name), job(new_name)
        if old and new:
            cr.execute("UPDATE ir_cron_trigger SET cron_id = %s WHERE cron_id = %s", [new.id, old.id])
        env.invalidate_all()
        action = old.ir_actions_server_id
        old.unlink()
        action.unlink()
    following = job("ir_cron_chorus_follow")
    if following and (following.interval_number, following.interval_type) == (1, "hours"):
        following.write({"interval_number": 58, "interval_type": "minutes"})

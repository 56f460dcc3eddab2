"""What Odoo itself runs: it looks for test files here. Those that open a database of their own are pytest's alone."""

from .odoo.connection import (
    test_audit,
    test_diagnosis,
    test_environments,
    test_expiry,
    test_overseas,
    test_res_company,
    test_secrets,
    test_setup,
)
from .odoo.core import (
    test_account_move,
    test_account_move_send,
    test_advice,
    test_alerts,
    test_books,
    test_companies,
    test_corpus,
    test_formats,
    test_formats_attachments,
    test_growth,
    test_guide,
    test_i18n,
    test_inheritance,
    test_language,
    test_other_channels,
    test_review,
    test_rights,
    test_security_table,
)
from .odoo.directory import (
    test_directory,
    test_directory_queue,
    test_directory_tour,
)
from .odoo.exchange import (
    test_actions,
    test_auto_transfer,
    test_calls,
    test_deposit,
    test_follow,
    test_formats_submission,
    test_many,
    test_reissue,
    test_settle,
    test_statuses,
)
from .odoo.followup import (
    test_overview,
    test_people,
    test_tour,
    test_tour_review,
)
from .odoo.market import (
    test_chorus_market,
    test_market_amounts,
)
from .odoo.takeover import test_import, test_look_back, test_take_over
from .odoo.works import (
    test_situations,
    test_subcontracting,
    test_tour_works,
    test_validation,
    test_works_deposit,
)

from . import test_orders, test_schedule, test_texts, test_tour

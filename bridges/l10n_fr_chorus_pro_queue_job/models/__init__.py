from . import chorus_connection, chorus_deposit, chorus_exchange, chorus_lookup

from . import account_edi_xml_ubl_21_fr, account_move, account_move_send, res_company, res_partner

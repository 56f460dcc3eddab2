"""Files of our records as bytes: a field of Odoo's gives and takes them in base64, and remembers them until the next commit.

A deposit may have 30 MB, and each form of it in memory is one more (doc/PERFORMANCE.md, *memory*).
"""


def contents(records, name):
    """The files of a field, of records that are stored.

    :param name: a ``Binary`` kept as attachment. :return: dict from the record's id to bytes; those without a file are left out.
    """
    records.check_access("read")
    # sudo: who may read the record may read its files, as by the field itself; a field's group was asked before by its caller
    files = records.env["ir.attachment"].sudo().search(
        [("res_model", "=", records._name), ("res_field", "=", name), ("res_id", "in", records.ids)]
    )  # fmt: skip
    return {file.res_id: file._file_read(file.store_fname) if file.store_fname else bytes(file.db_datas or b"") for file in files}


def keep(record, name, content):
    """Store a file in a field of a record that has none there yet.

    :param name: a ``Binary`` kept as attachment. :param bytes content: not empty.
    """
    # sudo: as by the field itself. Nobody looks for evidence by the words in it, and to list them takes several times its size
    files = record.env["ir.attachment"].sudo().with_context(chorus_no_index=True)
    files.create({"name": name, "res_model": record._name, "res_field": name, "res_id": record.id, "raw": content})
    record.invalidate_recordset([name], flush=False)

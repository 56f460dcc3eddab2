"""Any document at all: rules stop it, or it becomes a valid file whose sums add up."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import event, given, settings

from ...services import rules
from ...services.document import formats
from ...services.document.en16931 import DocumentError, to_cii
from ..support.schematron import failures
from ..support.strategies import ALWAYS_THE_SAME, CONTEXT, any_contexts, odd_documents, sound_documents, sums_add_up


@settings(ALWAYS_THE_SAME, max_examples=250)
@given(sound_documents())
def test_sound_documents_pass_all_the_official_checks(document):
    blocking = {finding.code for finding in rules.check(document, CONTEXT) if finding.blocks}
    # what random lines may add up to, and nothing else, is wrong with them
    assert blocking <= {"R-17.sign", "BR-25.name", "BR-06.name", "BR-07.name"}
    event("stopped" if blocking else "written")
    if not blocking:
        xml = to_cii(document)
        sums_add_up(xml)
        assert failures(xml) == []


@settings(ALWAYS_THE_SAME, max_examples=400)
@given(odd_documents(), any_contexts)
def test_odd_documents_are_stopped_or_written_never_an_accident(document, context):
    in_xml = replace(context, form=formats.CII)
    findings = rules.check(document, context) and rules.check(document, in_xml)
    if any(finding.blocks for finding in findings):
        event("stopped")
        with suppress(DocumentError):
            to_cii(document)
    else:
        event("written")
        sums_add_up(to_cii(document))

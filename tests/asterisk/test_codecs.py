"""Endpoints whose callers could hear no prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onshore.asterisk.codecs import allowed, findings, translated
from tests.asterisk.talking import console

if TYPE_CHECKING:
    from pathlib import Path

# As Asterisk 16 and 22 print it: g729 and ilbc are known, and have no way; opus has one, where its module is loaded.
TABLE = """\
         Translation times between formats (in microseconds) for one second of data
          Source Format (Rows) Destination Format (Columns)

           ulaw  alaw   gsm slin8 slin16  g722{head}
     ulaw     -  9150 15000  9000  17000 17250{cell}
     alaw  9150     - 15000  9000  17000 17250{cell}
      gsm 15000 15000     -  9000  17000 17250{cell}
   slin16 14500 14500 14500  8500      -  6000{cell}
     g722 15600 15600 15600  9600   9000     -{cell}
"""
WITHOUT = TABLE.format(head="", cell="")
WITH_OPUS = TABLE.format(head="  opus", cell=" 15000")
PJSIP = "[{name}]\ntype=endpoint\ncontext=x\n{codecs}\n[{name}]\ntype=aor\nallow=ulaw\n"


def said(folder: Path, table: str = WITHOUT, **answers: str) -> list[str]:
    """Return which endpoints are wrong, and with what."""
    lines = {"core show translation": table, **{key.replace("_", " "): value for key, value in answers.items()}}
    found = findings(folder, console(folder, lines))
    return [f"{one.what}: {one.problem}" for one in found if one.problem]


@pytest.mark.parametrize(
    ("codecs", "silent"),
    [
        ("disallow=all\nallow=g729", "g729"),
        ("disallow=all\nallow=opus", "opus"),
        ("allow=!all,opus,g729", "opus, g729"),
        ("allow=!all,ilbc,h264,vp8", "ilbc"),
        ("disallow=all\nallow=g729\nallow=ulaw", ""),
        ("disallow=all\nallow=g729,ulaw\ndisallow=ulaw", "g729"),
        ("allow=ulaw\nallow=!all,g729", "g729"),
        ("disallow=all\nallow=gsm", ""),
        ("disallow=all\nallow=g722:20", ""),
        ("disallow = all ; none\nallow => G729", "g729"),
        ("allow=all", ""),
        ("", ""),
    ],
)
def test_an_endpoint_is_silent_when_no_codec_has_a_way_from_ours(tmp_path: Path, codecs: str, silent: str) -> None:
    """Whatever way its codecs are written; one that has a way is enough."""
    (tmp_path / "pjsip.conf").write_text(PJSIP.format(name="trunk", codecs=codecs))
    found = said(tmp_path)
    assert bool(found) is bool(silent)
    if silent:
        assert found[0].startswith(f"codecs of trunk: only {silent} allowed")


def test_a_module_that_is_loaded_is_a_way(tmp_path: Path) -> None:
    """With codec_opus there is nothing to say."""
    (tmp_path / "pjsip.conf").write_text(PJSIP.format(name="web", codecs="allow=!all,opus"))
    assert said(tmp_path, WITH_OPUS) == []
    assert said(tmp_path) != []


def test_templates_other_drivers_and_databases_are_looked_at(tmp_path: Path) -> None:
    """pjsip.conf with templates and includes, sip.conf and iax.conf with their [general], and what PJSIP has itself."""
    (tmp_path / "pjsip.conf").write_text(
        "[t](!)\ntype=endpoint\nallow=!all,g729\n#include more.conf\n[auth]\ntype=auth\n"
    )
    (tmp_path / "more.conf").write_text("[p1](t)\n[p2](t)\nallow=alaw\n")
    (tmp_path / "sip.conf").write_text(
        "[general]\ndisallow=all\nallow=g729\n[s1]\ntype=peer\n[s2]\ntype=friend\nallow=ulaw\n"
    )
    (tmp_path / "iax.conf").write_text("[general]\n[i1]\ntype=friend\ndisallow=all\nallow=ilbc\n")
    shown = (
        " Endpoint:  <Endpoint/CID.....>  <State>\n\n Endpoint:  p1   Unavailable\n Endpoint:  r1/101   Unavailable\n"
    )
    found = said(
        tmp_path,
        pjsip_show_endpoints=shown,
        pjsip_show_endpoint_r1=" allow                    : (g729|h264)\n allow_overlap : true\n",
    )
    assert sorted(line.partition(":")[0] for line in found) == ["codecs of i1", "codecs of p1, s1, r1"]


def test_many_endpoints_are_one_finding(tmp_path: Path) -> None:
    """A PBX may have hundreds."""
    text = "".join(PJSIP.format(name=f"e{number}", codecs="allow=!all,g729") for number in range(30))
    (tmp_path / "pjsip.conf").write_text(text)
    found = said(tmp_path)
    assert len(found) == 1
    assert "e4 and 25 more" in found[0]


def test_the_table_is_read_whatever_codecs_there_are() -> None:
    """A dash is no way, nor is a codec that is not in it."""
    assert translated(WITHOUT) == {"ulaw", "alaw", "gsm", "slin8", "slin16", "g722"}
    assert translated(TABLE.format(head="  opus", cell="     -")) == translated(WITHOUT)
    assert translated("") == frozenset()


def test_a_general_section_is_where_a_peer_begins() -> None:
    """`allow` of the peer comes after it."""
    assert allowed(("g729",), [("allow", "ulaw")]) == ("g729", "ulaw")
    assert allowed(("g729",), [("disallow", "all"), ("allow", "slin")]) == ("slin8",)

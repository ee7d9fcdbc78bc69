"""The configuration of a private Asterisk: it takes SIP calls on 127.0.0.1, and keeps its books in files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# What would bind a port, look for a service that is not there, or complain of it in the log. And bridge_native_rtp:
# on one host it now and then leaves a leg silent.
_NOT_LOADED = """
bridge_native_rtp chan_iax2 chan_unistim chan_mgcp chan_skinny chan_sip chan_oss chan_alsa chan_console chan_motif
chan_websocket chan_audiosocket app_audiosocket res_audiosocket pbx_dundi pbx_ael pbx_lua pbx_realtime res_ael_share
res_xmpp res_snmp res_stun_monitor res_hep res_hep_pjsip res_hep_rtcp res_prometheus res_statsd res_phoneprov
res_pjsip_phoneprov_provider res_pjsip_transport_websocket res_pjsip_geolocation res_pjsip_stir_shaken
res_pjsip_config_wizard res_pjsip_outbound_registration res_pjsip_publish_asterisk res_geolocation res_stir_shaken
res_resolver_unbound res_security_log res_adsi res_smdi res_calendar res_calendar_caldav res_calendar_ews
res_calendar_exchange res_calendar_icalendar res_config_ldap res_config_odbc res_config_pgsql res_config_sqlite3
res_config_curl res_odbc res_odbc_transaction func_odbc func_realtime res_fax res_fax_spandsp res_http_media_cache
res_parking res_speech_aeap res_aeap res_clialiases cdr_adaptive_odbc cdr_odbc cdr_pgsql cdr_radius cdr_tds
cdr_sqlite3_custom cdr_manager cdr_csv cel_odbc cel_pgsql cel_radius cel_tds cel_sqlite3_custom cel_manager
app_adsiprog app_getcpeid app_voicemail app_voicemail_odbc app_voicemail_imap app_minivm app_festival app_jack
app_alarmreceiver app_agent_pool app_followme app_confbridge app_page app_dictate app_sms app_ices app_nbscat app_mp3
app_morsecode app_zapateller app_fax app_meetme app_sla app_url app_image app_amd app_test
func_vmcount res_ari res_ari_applications
res_ari_asterisk res_ari_bridges res_ari_channels res_ari_device_states res_ari_endpoints res_ari_events res_ari_model
res_ari_playbacks res_ari_recordings res_ari_sounds res_ari_mailboxes res_mwi_external_ami res_websocket_client
res_rtp_multicast chan_rtp codec_codec2 res_corosync app_stasis app_stasis_broadcast res_stasis_broadcast
res_monitor app_macro
"""


@dataclass(frozen=True, slots=True)
class Manager:
    """A login to the manager interface (AMI), with all rights, on 127.0.0.1."""

    user: str
    secret: str
    port: int


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one Asterisk, all on 127.0.0.1."""

    sip: int
    manager: int
    rtp_first: int
    rtp_last: int


def endpoint(name: str, uri: str, context: str, *, identify: bool = False, more: str = "") -> str:
    """Return pjsip.conf's sections of an endpoint that is reached at `uri`; `identify`: and whose calls come in there.

    At most one endpoint of an Asterisk may have `identify`: all come from 127.0.0.1.
    """
    text = f"""
[{name}]
type=endpoint
context={context}
disallow=all
allow=ulaw
aors={name}
direct_media=no
dtmf_mode=rfc4733
; or Asterisk asks a name server for its own address, and every call hangs for minutes
media_address=127.0.0.1
bind_rtp_to_media_address=yes
timers=no
{more}
[{name}]
type=aor
contact={uri}
"""
    if identify:
        text += f"\n[{name}]\ntype=identify\nendpoint={name}\nmatch=127.0.0.1\n"
    return text


def prepared(
    folder: Path, modules: Path, run: Path, ports: Ports, endpoints: str, manager: Manager | None, *, silence: bool
) -> dict[str, str]:
    """Return the files of `etc`, by name. `silence`: send silence while nothing plays (`transmit_silence`)."""
    not_loaded = "\n".join(f"noload=>{module}.so" for module in _NOT_LOADED.split())
    return {
        "asterisk.conf": f"""[directories]
astetcdir => {folder}/etc
astmoddir => {modules}
astvarlibdir => {folder}/lib
astdbdir => {folder}/lib
astkeydir => {folder}/lib
astdatadir => {folder}/data
astagidir => {folder}/agi-bin
astspooldir => {folder}/spool
astrundir => {run}
astlogdir => {folder}/log
astsbindir => {folder}

[options]
verbose = 3
transmit_silence = {"yes" if silence else "no"}
systemname = {folder.name}
""",
        "modules.conf": f"[modules]\nautoload=yes\n{not_loaded}\n",
        "logger.conf": "[general]\ndateformat=%F %T.%3q\nqueue_log=yes\n[logfiles]\n"
        "full => notice,warning,error,verbose(5),dtmf\n",
        "rtp.conf": f"[general]\nrtpstart={ports.rtp_first}\nrtpend={ports.rtp_last}\nstrictrtp=no\n",
        "pjsip.conf": f"""[global]
type=global
endpoint_identifier_order=ip

[transport]
type=transport
protocol=udp
bind=127.0.0.1:{ports.sip}
{endpoints}""",
        "extensions.conf": "[general]\nstatic=yes\nwriteprotect=yes\n",
        "queues.conf": "[general]\npersistentmembers=no\nautofill=yes\n",
        "musiconhold.conf": f"[default]\nmode=files\ndirectory={folder}/moh\n",
        "indications.conf": "[general]\ncountry=us\n[us]\ndescription=United States\nringcadence=2000,4000\n"
        "dial=350+440\nbusy=480+620/500,0/500\nring=440+480/2000,0/4000\ncongestion=480+620/250,0/250\n",
        "cdr.conf": "[general]\nenable=yes\nunanswered=yes\n",
        "cdr_custom.conf": "[mappings]\nMaster.csv => ${CSV_QUOTE(${CDR(src)})},${CSV_QUOTE(${CDR(dst)})},"
        "${CSV_QUOTE(${CDR(dcontext)})},${CSV_QUOTE(${CDR(channel)})},${CSV_QUOTE(${CDR(start)})},"
        "${CSV_QUOTE(${CDR(duration)})},${CSV_QUOTE(${CDR(disposition)})},${CSV_QUOTE(${CDR(uniqueid)})}\n",
        "cel.conf": "[general]\nenable=yes\napps=all\nevents=ALL\n",
        "cel_custom.conf": "[mappings]\nMaster.csv => ${CSV_QUOTE(${eventtype})},${CSV_QUOTE(${eventtime})},"
        "${CSV_QUOTE(${CHANNEL(channame)})},${CSV_QUOTE(${CHANNEL(uniqueid)})},${CSV_QUOTE(${CHANNEL(linkedid)})},"
        "${CSV_QUOTE(${CHANNEL(appname)})},${CSV_QUOTE(${CHANNEL(appdata)})},${CSV_QUOTE(${eventextra})}\n",
        "manager.conf": _manager(manager),
        "http.conf": "[general]\nenabled=no\n",
        "features.conf": "[general]\n",
        "udptl.conf": "[general]\n",
        "acl.conf": "",
        "ccss.conf": "[general]\n",
        "dnsmgr.conf": "[general]\nenable=no\n",
        "enum.conf": "[general]\n",
        "codecs.conf": "",
        "dsp.conf": "[default]\n",
        "cli.conf": "",
        "cli_permissions.conf": "[general]\ndefault_perm=permit\n",
        "pjproject.conf": "",
        "sorcery.conf": "",
        "extconfig.conf": "[settings]\n",
        "pjsip_notify.conf": "",
        "queuerules.conf": "",
        "res_curl.conf": "",
    }


def _manager(manager: Manager | None) -> str:
    if manager is None:
        return "[general]\nenabled=no\n"
    return f"""[general]
enabled=yes
port={manager.port}
bindaddr=127.0.0.1
[{manager.user}]
secret={manager.secret}
read=all
write=all
"""

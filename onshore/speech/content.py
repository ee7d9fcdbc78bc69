"""What a sound file holds: its first bytes tell, whatever its name says; the ending counts where there is no header."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file, as people call it, and FFmpeg's reader for it: "" when it is no sound."""

    name: str
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Bare:
    """What is in a file without a header: Asterisk goes by the ending alone."""

    name: str
    reader: str
    rate: int  # Hz


_HEAD = 4096  # bytes that are looked at
# Of files that begin with a mark of their own: where it is, the mark, and the kind. Readers that open other files that
# a file names, such as FFmpeg's lists to be joined, are left out on purpose: recordings come from outside.
_MARKS: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb", Kind("WAVE64", "w64")),
    (8, b"WAVE", Kind("WAV", "wav")),  # with one of _WAVES before it
    (0, b"fLaC", Kind("FLAC", "flac")),
    (0, b"OggS", Kind("Ogg", "ogg")),
    (8, b"AIFF", Kind("AIFF", "aiff")),
    (8, b"AIFC", Kind("AIFF", "aiff")),
    (0, b"caff", Kind("CAF", "caf")),
    (0, b".snd", Kind("Sun audio", "au")),
    (4, b"ftyp", Kind("MP4", "mov")),
    (0, b"\x1a\x45\xdf\xa3", Kind("Matroska or WebM", "matroska")),
    (0, b"#!AMR", Kind("AMR", "amr")),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind("Windows Media", "asf")),
    (0, b"wvpk", Kind("WavPack", "wv")),
    (0, b"Creative Voice File\x1a", Kind("Creative Voice", "voc")),
    (0, b"RIFF", Kind("RIFF that holds no WAV")),
    (0, b"FORM", Kind("IFF that holds no AIFF")),
    (0, b"\x1f\x8b\x08", Kind("a gzip archive")),
    (0, b"PK\x03\x04", Kind("a ZIP archive or a document")),
    (0, b"BZh", Kind("a bzip2 archive")),
    (0, b"\xfd7zXZ\x00", Kind("an xz archive")),
    (0, b"\x28\xb5\x2f\xfd", Kind("a Zstandard archive")),
    (0, b"7z\xbc\xaf\x27\x1c", Kind("a 7-Zip archive")),
    (0, b"Rar!\x1a\x07", Kind("a RAR archive")),
    (0, b"%PDF-", Kind("a PDF document")),
    (0, b"\x89PNG\r\n", Kind("a picture")),
    (0, b"\xff\xd8\xff\xe0", Kind("a picture")),
    (0, b"\xff\xd8\xff\xe1", Kind("a picture")),
    (0, b"GIF8", Kind("a picture")),
    (0, b"MThd", Kind("MIDI, notes and no sound")),
    (0, b"\x7fELF", Kind("a program")),
    (0, b"Salted__", Kind("an encrypted file")),
    (0, b"-----BEGIN ", Kind("an encrypted file")),
    (0, b"SQLite format 3\x00", Kind("a database")),
)
_WAVES = (b"RIFF", b"RIFX", b"RF64", b"BW64")
_MPEG, _AAC = Kind("MP3", "mp3"), Kind("AAC", "aac")
_TEXT, _PAGE = Kind("text"), Kind("a web page")

# Asterisk's endings of files without a header.
BARE = {
    **dict.fromkeys(("ulaw", "ul", "ulw", "mu", "pcm"), Bare("µ-law of 8 kHz", "mulaw", 8000)),
    **dict.fromkeys(("alaw", "al", "alw"), Bare("A-law of 8 kHz", "alaw", 8000)),
    **dict.fromkeys(("sln", "slin", "raw"), Bare("16 bits of 8 kHz", "s16le", 8000)),
    **{
        f"sln{thousands}": Bare(f"16 bits of {rate / 1000:g} kHz", "s16le", rate)
        for thousands, rate in (
            *((12, 12000), (16, 16000), (24, 24000), (32, 32000)),
            *((44, 44100), (48, 48000), (96, 96000), (192, 192000)),
        )
    },
    "g722": Bare("G.722", "g722", 16000),
    "gsm": Bare("GSM", "gsm", 8000),
}
# What Asterisk plays, or carries, and nothing here can read.
UNREAD = frozenset(
    "g719 g723 g723sf g726-16 g726-24 g726-32 g726-40 g729 ilbc lpc10 silk siren7 siren14 vox c2".split()  # noqa: SIM905 - a list reads worse
)
_FRAME = 33  # bytes of GSM, each frame of which begins with 0xD


def ending(file: Path) -> str:
    """Return a file's ending as it counts: without the dot, in small letters."""
    return file.suffix[1:].lower()


def bare(file: Path) -> Bare | None:
    """Return how a file is read that has no header, by its ending; None when it has one, or no such ending."""
    return None if kind(file) else BARE.get(ending(file))


def kind(source: Path | bytes) -> Kind | None:
    """Return what a file is, by its content alone; None when nothing in it tells. OSError."""
    if isinstance(source, bytes):
        return _kind(source[:_HEAD], source[_tag(source) :][:_HEAD])
    with source.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(_tag(head))  # may hold pictures of any size
        return _kind(head, file.read(_HEAD))


def _kind(head: bytes, after: bytes) -> Kind | None:
    """Return the kind of a file by its first bytes; `after` are those after an ID3 tag, if it begins with one."""
    for at, mark, found in _MARKS:
        if head[at:].startswith(mark) and (mark != b"WAVE" or head[:4] in _WAVES):
            return found
    if _tag(head):  # before MP3 as a rule; before FLAC and AAC, too
        return Kind("FLAC", "flac") if after[:4] == b"fLaC" else _frames(after) or _MPEG
    return _frames(head) or _text(head)


def _tag(head: bytes) -> int:
    """Return how long an ID3 tag is, in bytes: seven bits of its length in each of four; 0 where there is none."""
    if head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 127
    return 10 + size


def _frames(head: bytes) -> Kind | None:
    """Tell MP3 and AAC by three frames in a row: two bytes of ones are found in quiet µ-law, too."""
    for length, found in ((_mpeg, _MPEG), (_adts, _AAC)):
        at, number = 0, 0
        while at + 6 <= len(head) and (step := length(head[at : at + 6])):
            at, number = at + step, number + 1
        if number >= 3:
            return found
    return None


_RATES = (44100, 48000, 32000)  # Hz, of MPEG 1; half as much in MPEG 2, a quarter in 2.5
_SPEEDS = {  # kbit/s by (MPEG 1 or not, layer)
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def _mpeg(frame: bytes) -> int:
    """Return the bytes of a frame of MPEG audio, by its header (ISO 11172-3, 2.4.2.3); 0 when it is none."""
    version, layer = frame[1] >> 3 & 3, 4 - (frame[1] >> 1 & 3)
    speed, rate, padding = frame[2] >> 4, frame[2] >> 2 & 3, frame[2] >> 1 & 1
    if frame[0] != 0xFF or frame[1] < 0xE0 or version == 1 or layer == 4 or speed in (0, 15) or rate == 3:
        return 0
    first = version == 3
    bits = _SPEEDS[first, layer][speed - 1] * 1000
    hertz = _RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    return (72 if layer == 3 and not first else 144) * bits // hertz + padding


def _adts(frame: bytes) -> int:
    """Return the bytes of a frame of AAC, by its header (ISO 13818-7, 6.2); 0 when it is none."""
    if frame[0] != 0xFF or frame[1] & 0xF6 != 0xF0 or frame[2] >> 2 & 15 > 12:
        return 0
    size = (frame[3] & 3) << 11 | frame[4] << 3 | frame[5] >> 5
    return size if size > 7 else 0


def _text(head: bytes) -> Kind | None:
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        try:
            words = head[: len(head) // 2 * 2].decode("utf-16")
        except UnicodeDecodeError:
            return None
    else:
        try:
            words = codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
        except UnicodeDecodeError:
            words = head.decode("latin-1")
            ascii_ = sum(" " <= character <= "~" or character in "\t\r\n" for character in words)
            if ascii_ < 0.7 * len(words) or any("\x7f" <= character < "\xa0" for character in words):
                return None
    if any(character < " " and character not in "\t\r\n\f\x1b" for character in words):
        return None
    begins = words.lstrip("\ufeff \t\r\n").lower()
    if begins.startswith(("<!doctype", "<html", "<?xml", "<head", "<body")):
        return _PAGE
    # Silence of µ-law and A-law is `~` and `U`, or bytes beside them.
    different = len(set(words))
    solid = all("!" <= character <= "\x7f" for character in words)
    return _TEXT if different >= (12 if solid else 4) else None


def is_gsm(file: Path) -> bool:
    """Tell whether a file without a header is GSM: each of its frames begins with the same four bits."""
    with file.open("rb") as content:
        head = content.read(_HEAD)
    return len(head) >= _FRAME and all(byte >> 4 == 0xD for byte in head[::_FRAME])

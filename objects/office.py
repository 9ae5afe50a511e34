"""Documents of office programs: their type by what is inside, without unpacking anything."""

import io
from typing import Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

PREFIX: Final = b"PK\x03\x04"
SUFFIXES: Final = {
    "application/epub+zip": ".epub",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
"""Every type that is known here, and what the name of such a file ends with."""

# In which folder the parts of an Office Open XML document are, as every program writes it.
_FOLDERS: Final = {"ppt": ".pptx", "word": ".docx", "xl": ".xlsx"}
_PROGRAMS: Final = ("vbaproject.bin", "vbadata.xml", "xlm.bin")
_PROGRAM_FOLDERS: Final = ("basic/", "scripts/", "xl/macrosheets/")
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_LONG_END: Final = b"PK\x06\x07"
_LONG_END_SIZE: Final = 20
# A list of this size is read in some milliseconds; documents have a few dozen entries.
_MAX_LIST: Final = 256 * 1024
_MAX_NAME: Final = 100


def office_type(content: bytes) -> str:
    """The media type of an office document or an EPUB; empty for any other archive.

    A document that carries macros is none: who opens it would run them.
    """
    if not _is_short(content):
        return ""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = [entry.filename.lower() for entry in entries]
            if any(map(_is_program, names)):
                return ""
            return _open_document(archive, entries) or _open_xml(names)
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        return ""


def _is_short(content: bytes) -> bool:
    """Whether the list of an archive's entries is one that can be read at once."""
    at = content.rfind(_END, max(0, len(content) - _END_SIZE - 0xFFFF))
    if at < 0 or len(content) < at + _END_SIZE:
        return False
    if content[max(0, at - _LONG_END_SIZE) : at].startswith(_LONG_END):
        return False
    return int.from_bytes(content[at + 12 : at + 16], "little") <= _MAX_LIST


def _is_program(name: str) -> bool:
    return name.endswith(_PROGRAMS) or name.startswith(_PROGRAM_FOLDERS)


def _open_document(archive: ZipFile, entries: list[ZipInfo]) -> str:
    """What the first entry says: OpenDocument 1.3 part 2, 3.3; EPUB 3.3, 4.3."""
    first = entries[0] if entries else None
    if first is None or first.filename != "mimetype" or first.compress_type != ZIP_STORED:
        return ""
    if max(first.file_size, first.compress_size) > _MAX_NAME:
        return ""
    said = archive.read(first).decode("ascii", "replace").strip()
    return said if said in SUFFIXES and "openxml" not in said else ""


def _open_xml(names: list[str]) -> str:
    """By the folder of the parts of an Office Open XML package (ECMA-376 part 2)."""
    if "[content_types].xml" not in names:
        return ""
    folders = {name.partition("/")[0] for name in names}
    suffixes = {suffix for folder, suffix in _FOLDERS.items() if folder in folders}
    return next((kind for kind, suffix in SUFFIXES.items() if {suffix} == suffixes), "")

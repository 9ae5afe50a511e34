"""host-meta (RFC 6415): where our WebFinger answers, for those who look it up there."""

from typing import Any, Final
from xml.sax.saxutils import quoteattr

XRD_XML: Final = "application/xrd+xml; charset=utf-8"
_NAMESPACE: Final = "http://docs.oasis-open.org/ns/xri/xrd-1.0"


def webfinger_template(base_url: str) -> str:
    """The address of WebFinger at `base_url`, with `{uri}` for what is asked about."""
    return f"{base_url.rstrip('/')}/.well-known/webfinger?resource={{uri}}"


def host_meta_xml(base_url: str) -> bytes:
    """The document at `/.well-known/host-meta`."""
    template = quoteattr(webfinger_template(base_url))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<XRD xmlns="{_NAMESPACE}">\n'
        f'  <Link rel="lrdd" type="application/jrd+json" template={template}/>\n'
        "</XRD>\n"
    ).encode()


def host_meta_json(base_url: str) -> dict[str, Any]:
    """The document at `/.well-known/host-meta.json`."""
    template = webfinger_template(base_url)
    return {"links": [{"rel": "lrdd", "type": "application/jrd+json", "template": template}]}

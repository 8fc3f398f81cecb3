"""The body of an API's answer: bounded in time, in bytes, and in what it unpacks to."""

import time
import zlib

import httpx

from moderator.errors import SourceError
from moderator.sources.limits import Limits
from moderator.sources.wire import Transient

LONGEST_ANSWER = 32 * 2**20
_GZIP = 16 + zlib.MAX_WBITS


def read_answer(response: httpx.Response, host: str, what: str, limits: Limits) -> bytes:
    """All of an answer's body, unpacked where it is gzip though that was not asked for.

    httpx would unpack each piece whole, and gzip within gzip too: a few KiB could fill the memory.
    Raises `SourceError` where it is too long or in another coding, `Transient` where it is too
    slow or stops early.
    """
    begun = time.monotonic()
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise SourceError(f"{host} answers in a coding that was not asked for, for {what}")
    unpacker = zlib.decompressobj(_GZIP) if "gzip" in coding else None
    body = bytearray()
    for chunk in response.iter_raw():
        if unpacker is None:
            body += chunk
        else:
            try:
                body += unpacker.decompress(chunk, LONGEST_ANSWER + 1 - len(body))
            except zlib.error:
                raise Transient(f"{host} answers with damaged gzip data") from None
        if len(body) > LONGEST_ANSWER:
            raise SourceError(f"{host} answers with more than 32 MiB for {what}")
        if time.monotonic() - begun > limits.answer:
            raise Transient(f"gave up waiting for the end of what {host} answers")
    if unpacker is not None and body and not unpacker.eof:
        raise Transient(f"{host} answers with gzip data that stops early")
    return bytes(body)

"""Calls to the office by the browser's own fetch, where the app runs in a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from data.errors import NoOffice
from sync.calls import DONE, SLOWEST_LINE, Answer, Call, Send, Timings, headers


@asynccontextmanager
async def over_fetch(address: str, timings: Timings) -> AsyncIterator[Send]:
    """The same promises as `sync.calls.over_http`; `address` is the origin that serves the app."""
    import js
    from pyodide.ffi import JsException, to_js

    def options(call: Call, signal: Any) -> Any:
        said = {"method": call.method, "headers": headers(call), "signal": signal}
        # The office tells nobody to keep an answer, and no answer of yesterday is worth anything.
        said |= {"cache": "no-store", "credentials": "same-origin", "redirect": "error"}
        if call.content is not None:
            said["body"] = to_js(call.content)
        return to_js(said, dict_converter=js.Object.fromEntries)

    async def send(call: Call) -> Answer:
        stop = js.AbortController.new()
        try:
            # It counts from the first byte that is sent, over however thin a line.
            sending = len(call.content or b"") / SLOWEST_LINE
            async with asyncio.timeout(timings.answer + call.wait + sending) as limit:
                answer = await js.fetch(address + call.path, options(call, stop.signal))
                if call.into is not None and answer.status == 200:
                    reader = answer.body.getReader()
                    while not (part := await reader.read()).done:
                        limit.reschedule(asyncio.get_running_loop().time() + timings.answer)
                        call.into(bytes(part.value.to_bytes()))
                    return DONE
                content = (await answer.arrayBuffer()).to_bytes()
        except (TimeoutError, JsException) as error:
            raise NoOffice("The office cannot be reached.", code="unreachable") from error
        finally:
            stop.abort()  # a question that nobody waits for any more; for an answered one, nothing
        return Answer(int(answer.status), bytes(content))

    yield send

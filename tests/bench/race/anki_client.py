"""Anki's client, run by a python that has Anki: asked one line of JSON at a time.

Anki sends a collection whole the first time; what is raced is the sync after it. A note holds the
same receipt, and brings one card with it.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any


class Side:
    """A collection and its account."""

    def __init__(self, folder: str, address: str) -> None:
        collection = importlib.import_module("anki.collection")
        self._request = collection.AddNoteRequest
        self.col = collection.Collection(str(Path(folder, "device.anki2")))
        self.auth = self.col.sync_login("race", "race", endpoint=address)
        self.col.close_for_full_sync()
        self.col.full_upload_or_download(auth=self.auth, server_usn=None, upload=True)
        self.col.reopen(after_full_sync=True)

    def write(self, file: str) -> dict[str, Any]:
        kind = self.col.models.by_name("Basic")
        deck = self.col.decks.id("Default")
        told = json.loads(Path(file).read_text(encoding="utf-8"))
        requests = []
        for fields in told:
            note = self.col.new_note(kind)
            note["Front"] = fields.pop("id")
            note["Back"] = json.dumps(fields, ensure_ascii=False)
            requests.append(self._request(note, deck))
        self.col.add_notes(requests)
        return {"written": len(requests)}

    def sync(self) -> dict[str, Any]:
        began = time.perf_counter()
        told = self.col.sync_collection(self.auth, False)
        took = time.perf_counter() - began
        if told.required not in (told.NO_CHANGES, told.NORMAL_SYNC):
            return {"error": f"it wants a full sync ({told.required})"}
        return {"seconds": took}

    def count(self) -> dict[str, Any]:
        return {"receipts": self.col.note_count()}


def main() -> None:
    side = Side(*sys.argv[1:])
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(getattr(side, asked.pop("do"))(**asked)), flush=True)
    side.col.close()


if __name__ == "__main__":
    main()

"""What the sandbox remembers: one SQLite file, or memory. Every method is called under the sandbox's lock.

`body` is what the API shows, `private` is what only the sandbox knows (line items, the card a page paid with).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from modules.billing.sandbox.errors import JsonObject

SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, noun TEXT NOT NULL,
    body TEXT NOT NULL, private TEXT NOT NULL DEFAULT '{}');
CREATE INDEX IF NOT EXISTS object_noun ON object (noun, sequence);
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS timer (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL, action TEXT NOT NULL, object_id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS timer_due ON timer (due);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, endpoint TEXT NOT NULL, url TEXT NOT NULL,
    state TEXT NOT NULL, due REAL NOT NULL, place INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    status INTEGER, error TEXT);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due, place);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
TABLES = ("object", "answer", "timer", "delivery", "setting")
FIELD = re.compile(r"[a-z_]+(\.[a-z_]+)*")


class Store:
    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        if path != ":memory:":
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute("PRAGMA cache_size = -512")
        self.connection.executescript(SCHEMA)

    def close(self) -> None:
        self.connection.close()

    def execute(self, sql: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        return self.connection.execute(sql, tuple(values))

    def begin(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.connection.execute("COMMIT")

    def roll_back(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def forget_everything(self) -> None:
        for table in TABLES:
            self.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the tuple above

    # Objects

    def insert(self, body: JsonObject, private: JsonObject | None = None) -> JsonObject:
        self.execute(
            "INSERT INTO object (id, noun, body, private) VALUES (?, ?, ?, ?)",
            (body["id"], body["object"], json.dumps(body), json.dumps(private or {})),
        )
        return body

    def save(self, body: JsonObject) -> JsonObject:
        self.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))
        return body

    def find(self, identity: str, noun: str | None = None) -> JsonObject | None:
        row = self.execute("SELECT noun, body FROM object WHERE id = ?", (identity,)).fetchone()
        if row is None or (noun is not None and row["noun"] != noun):
            return None
        return dict(json.loads(row["body"]))

    def private(self, identity: str) -> JsonObject:
        row = self.execute("SELECT private FROM object WHERE id = ?", (identity,)).fetchone()
        return dict(json.loads(row["private"])) if row else {}

    def save_private(self, identity: str, **changes: Any) -> None:
        private = self.private(identity) | changes
        self.execute("UPDATE object SET private = ? WHERE id = ?", (json.dumps(private), identity))

    def newest(
        self,
        noun: str,
        equal: Mapping[str, Any] | None = None,
        *,
        clauses: Iterable[tuple[str, Any]] = (),
        limit: int = -1,
        ascending: bool = False,
    ) -> list[JsonObject]:
        """Newest first. `equal` compares fields of the body, `clauses` are SQL conditions with their values."""
        where, values = ["noun = ?"], [noun]
        for field, value in (equal or {}).items():
            if not FIELD.fullmatch(field):
                raise ValueError(field)
            where.append(f"json_extract(body, '$.{field}') IS ?")
            values.append(value)
        for clause, value in clauses:
            where.append(clause)
            values.append(value)
        order = "ASC" if ascending else "DESC"
        sql = f"SELECT body FROM object WHERE {' AND '.join(where)} ORDER BY sequence {order} LIMIT ?"  # noqa: S608 - names checked above
        return [json.loads(row["body"]) for row in self.execute(sql, [*values, limit])]

    def sequence_of(self, identity: str) -> int | None:
        row = self.execute("SELECT sequence FROM object WHERE id = ?", (identity,)).fetchone()
        return int(row["sequence"]) if row else None

    def everything(self) -> dict[str, list[JsonObject]]:
        groups: dict[str, list[JsonObject]] = {}
        for row in self.execute("SELECT noun, body FROM object ORDER BY sequence"):
            groups.setdefault(row["noun"], []).append(json.loads(row["body"]))
        return groups

    # Answers under an idempotency key

    def answer(self, key: str, *, since: int) -> sqlite3.Row | None:
        self.execute("DELETE FROM answer WHERE created < ?", (since,))
        row: sqlite3.Row | None = self.execute("SELECT * FROM answer WHERE key = ?", (key,)).fetchone()
        return row

    def keep_answer(self, key: str, fingerprint: str, status: int, body: str, *, at: int) -> None:
        self.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?)", (key, fingerprint, status, body, at))

    # Timers

    def set_timer(self, object_id: str, action: str, *, due: int) -> None:
        self.execute("INSERT INTO timer (due, action, object_id) VALUES (?, ?, ?)", (due, action, object_id))

    def clear_timers(self, object_id: str) -> None:
        self.execute("DELETE FROM timer WHERE object_id = ?", (object_id,))

    def next_timer(self, now: int) -> tuple[str, str] | None:
        """Takes the first due timer out and returns its action and object."""
        row = self.execute(
            """DELETE FROM timer WHERE id = (SELECT id FROM timer WHERE due <= ? ORDER BY due, id LIMIT 1)
            RETURNING action, object_id""",
            (now,),
        ).fetchall()
        return (row[0]["action"], row[0]["object_id"]) if row else None

    def has_due_timer(self, now: int) -> bool:
        return self.execute("SELECT 1 FROM timer WHERE due <= ? LIMIT 1", (now,)).fetchone() is not None

    # Settings

    def setting(self, name: str, default: str) -> str:
        row = self.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return str(row["value"]) if row else default

    def set_setting(self, name: str, value: str) -> None:
        self.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

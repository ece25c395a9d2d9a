"""Refusals of stores, of what is sent, and of the service, with an advice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Final

from kit.advice_cases import Case, Step, settings
from kit.advice_of_files import LINE, WATCH, command

HOOK: Final = "[sinks.x]\nkind = 'webhook'\nurl = 'https://region.example/x'\nsecret_env = 'KEY'\n"
MAIL: Final = (
    "[sinks.x]\nkind = 'email'\nhost = 'mail.example'\nfrom = 'a@region.example'\n"
    "[agencies.roads]\nemail = 'roads@region.example'\n"
)
SECRET: Final = f"KEY=whsec_{'A' * 43}="
TOKENS: Final = "[service]\ntokens_env = 'KEY'\n"
TOKEN: Final = f"read={'abcd' * 16}"
VK: Final = "[service.vk]\nsecret_env = 'KEY'\n[service.vk.confirmations]\n9 = 'a1'\n"
FILED: Final = "[service]\ntokens_file = 'tokens'\n"
SERVE: Final = "serve --port 0 --config c.toml"
STORED: Final = f"{SERVE} --store s.db"
SENT: Final = f"{WATCH} --sink o.jsonl"
REWRITE: Final = "outbox rewrite o.jsonl --store s.db"


def foreign() -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE x (y)")
        return database.serialize()


FOREIGN: Final = foreign()


def sink(key: str, text: str, *then: str) -> Case:
    return settings(key, text, *then)


def served(key: str, config: str, *then: Step, call: str = SERVE) -> Case:
    """Return the case of a service, and what is in the configuration, or which call is better."""
    return Case(key, call, then, {"c.toml": config, "e.jsonl": LINE})


def stored(key: str, before: tuple[Step, ...], refused: str, *then: Step) -> Case:
    return command(key, refused, *then)._replace(before=before)


STORES: Final = (
    sink("write_sink_name", HOOK.replace("[sinks.x]", "[sinks.stdout]"), HOOK),
    sink("not_url", HOOK.replace("https://", ""), HOOK),
    sink("url_without_tls", HOOK.replace("https", "http"), HOOK, HOOK.replace("https", "http")
         + "`allow_private = true`\n"),
    sink("private_url", HOOK.replace("region.example", "10.0.0.1"), HOOK,
         HOOK.replace("region.example", "10.0.0.1") + "`allow_private = true`\n"),
    sink("not_address", MAIL.replace("a@region.example", "x"), MAIL),
    sink("write_addresses", MAIL.replace("email = 'roads@region.example'", ""),
         MAIL.replace("email = 'roads@region.example'", '`email = "roads@region.example"`')),
    sink("name_password", MAIL.replace("from", "user = 'a'\nfrom"), MAIL.replace("from",
         "user = 'a'\npassword_env = 'KEY'\nfrom")),
    sink("not_brokers", "[input]\nbrokers = ['x y']\ntopic = 'x'\n",
         "[input]\nbrokers = ['`kafka.example:9092`']\ntopic = 'x'\n"),
    sink("not_topic", "[input]\nbrokers = ['a:1']\ntopic = 'x y'\n",
         "[input]\nbrokers = ['a:1']\ntopic = 'x'\n"),
    sink("write_group", VK.replace("9 =", "-9 ="), VK),
    sink("write_confirmation", VK.replace("'a1'", "''"), VK.replace("'a1'", "'`a1b2c3d4`'")),
    served("set_secret", HOOK, f"{SECRET} {STORED}", call=STORED),
    served("not_webhook_secret", HOOK, f"{SECRET} {STORED}", call=f"KEY=1 {STORED}"),
    served("shell.mail_without_digests", MAIL, f"{WATCH} --config c.toml `--digests` d.jsonl",
         call=f"{WATCH} --config c.toml"),
    served("no_tokens_env", TOKENS, f"KEY={TOKEN} {SERVE}"),
    served("token_line", TOKENS, f"KEY={TOKEN} {SERVE}",
         f"KEY={TOKEN.replace('read', 'write')} {SERVE}", call=f"KEY=x {SERVE}"),
    served("token_short", TOKENS, f"KEY={TOKEN} {SERVE}", call=f"KEY=read=x {SERVE}"),
    served("tokens_none", TOKENS, f"KEY={TOKEN} {SERVE}", call=f"KEY='#' {SERVE}"),
    served("tokens_unreadable", FILED, {"tokens": TOKEN, "d.toml": ""}, SERVE),
    served("host_without_tokens", "", f"{SERVE} --host `127.0.0.1`",
         {"c.toml": "[service]\n`tokens_env` = 'KEY'\n"}, f"KEY={TOKEN} {SERVE} --host 0.0.0.0",
         call=f"{SERVE} --host 0.0.0.0"),
    served("write_a_proxy", TOKENS + "proxies = ['x']\n", *(step for proxy in ("127.0.0.1",
         "10.0.0.0/24") for step in ({"c.toml": f"{TOKENS}proxies = ['`{proxy}`']\n"},
         f"KEY={TOKEN} {SERVE}")), call=f"KEY={TOKEN} {SERVE}"),
    served("proxies_need_tokens", "service.proxies = ['127.0.0.1']",
         {"c.toml": "service.proxies = [" "'127.0.0.1']\nservice.`tokens_env` = 'KEY'\n"},
         f"KEY={TOKEN} {SERVE}"),
    served("not_bound", TOKENS, f"KEY={TOKEN} {SERVE} `--host` 127.0.0.1",
         call=f"KEY={TOKEN} {SERVE} --host 192.0.2.1"),
    served("section_without_store", VK, f"KEY={'ab' * 20} {SERVE} `--store` s.db", {"c.toml": ""},
         SERVE),
    served("no_secret_env", VK, f"KEY={'ab' * 20} {STORED}", call=STORED),
    served("short_secret", VK, f"KEY={'ab' * 20} {STORED}", call=f"KEY=x {STORED}"),
    served("shell.only_with_store", "", f"{SERVE} --sink o.jsonl `--store` s.db",
         call=f"{SERVE} --sink o.jsonl"),
    stored("shell.no_store", (WATCH,), "store copy n.db t.db", "store copy s.db t.db"),
    stored("give_writable", (WATCH,), "store copy s.db no/t.db", "store copy s.db t.db"),
    stored("give_store", (WATCH,), "store copy s.db notes.txt", "store copy s.db t.db"),
    Case("other_database", "check --store f.db", (WATCH, "check --store s.db"), {"f.db": FOREIGN,
         "e.jsonl": LINE}),
    stored("not_store_address", (), "check --store http://x", WATCH, "check --store `./`s.db"),
    stored("watermark_not_before", (WATCH,), "store watermark s.db --at 2030-01-01T10:00Z",
         "store watermark s.db --at 2024-01-01T10:00Z"),
    stored("shell.not_empty", (WATCH,), REWRITE.replace("o.jsonl", "notes.txt") + " --only-new",
         "!notes.txt", REWRITE.replace("o.jsonl", "notes.txt") + " --only-new"),
    stored("sink_gone", (SENT, "!o.jsonl"), SENT, "`outbox rewrite` o.jsonl --store s.db",
         SENT),
    stored("sink_shortened", (SENT, "!o.jsonl", {"o.jsonl": ""}), SENT, REWRITE, SENT),
    stored("sink_ahead", (SENT, "!s.db"), SENT, "!o.jsonl", SENT),
    stored("sink_special", (), f"{WATCH} --sink .", SENT),
    stored("sink_unwritable", (), f"{WATCH} --sink no/o.jsonl", SENT),
    stored("store_unwritable", (), WATCH.replace("s.db", "no/s.db"), WATCH),
)  # fmt: skip

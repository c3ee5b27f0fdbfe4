"""The words of the command line: every command, what it takes, and its help."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from views.commands import a_day, a_moment, a_port, an_address

Does = Callable[[argparse.Namespace], None]


def commands(version: str, port: int, does: Mapping[str, Does]) -> argparse.ArgumentParser:
    """Every command with its help, in the order a person meets them.

    `does`: what each does, by its name; `office` is what happens without one. `port`: where the
    office answers when nothing else is asked for.
    """
    parser = argparse.ArgumentParser(
        prog="callboard",
        description="The production office of a film or TV show. Alone: open the office.",
    )
    parser.add_argument("--version", action="version", version=f"callboard {version}")
    parser.add_argument(
        "--home", type=Path, help="folder of the production (default: your data folder)"
    )
    parser.add_argument(
        "--today", type=a_day, metavar="DATE", help="rehearse another day: 2026-07-13"
    )
    parser.set_defaults(do=does["office"], port=None, quiet=False)
    sub = parser.add_subparsers(metavar="COMMAND")

    def command(name: str, says: str) -> argparse.ArgumentParser:
        """Its own --help says what it does, as the list of commands says it."""
        return sub.add_parser(name, help=says, description=f"{says[0].upper()}{says[1:]}.")

    demo = command("demo", "a full sample show around today, in a folder thrown away")
    hub = command("hub", "the office copy without screens; devices bring their work here")
    device = command("device", "this machine as a tablet or phone of a show")
    for served, name in ((demo, "demo"), (hub, "hub"), (device, "device")):
        # SUPPRESS: said before the command it counts too; a default here would write over it.
        served.add_argument(
            "--port", type=a_port, default=argparse.SUPPRESS, help="port on this machine"
        )
        served.set_defaults(do=does[name])
    for seen in (demo, device):
        seen.add_argument(
            "--quiet", action="store_true", default=argparse.SUPPRESS, help="open no browser"
        )
    _second_door(parser, None)
    _second_door(hub, argparse.SUPPRESS)
    parser.add_argument("--port", type=a_port, help=f"port on this machine (default {port})")
    parser.add_argument("--quiet", action="store_true", help="open no browser")
    device.add_argument(
        "--hub",
        required=True,
        type=an_address,
        metavar="URL",
        help="the office: http://127.0.0.1:8321, or all that its picture says",
    )
    device.add_argument(
        "--ca", type=Path, metavar="FILE", help="the show's certificate, from the office's page"
    )
    device.add_argument("--name", default="Tablet", help="what the office calls this device")

    brought = command("import", "a crew list or a schedule, CSV or XLSX, as you have it")
    brought.add_argument("what", choices=("crew", "schedule"))
    brought.add_argument("file", type=Path)
    brought.add_argument(
        "--check", action="store_true", help="say what was understood, write nothing"
    )
    brought.set_defaults(do=does["import"])

    listed = command("list", "the records of a kind")
    listed.add_argument("kind")
    listed.add_argument("--json", action="store_true", help="as a JSON array")
    listed.set_defaults(do=does["list"])

    out = command("export", "the records of a kind as a spreadsheet")
    out.add_argument("kind")
    out.add_argument("--out", type=Path, help="file to write, .xlsx or .csv (default: KIND.xlsx)")
    out.add_argument(
        "--map",
        type=Path,
        metavar="FILE",
        help="receipts by the columns in this file; written for you to edit if it is not there",
    )
    out.add_argument(
        "--ledger", choices=("beancount", "hledger"), help="receipts as plain-text accounting"
    )
    out.set_defaults(do=does["export"])

    slips = command(
        "read-receipts", "the vendor, date and total on photos of slips, as suggestions"
    )
    slips.add_argument("folder", type=Path, metavar="FOLDER", help="where the photos are")
    slips.add_argument("--json", action="store_true", help="as a JSON array")
    slips.set_defaults(do=does["read-receipts"])

    printed = command("print", "a form as PDF or XLSX")
    printed.add_argument("form")
    printed.add_argument(
        "--day", type=a_day, metavar="DATE", help="the shoot day (default: today's)"
    )
    printed.add_argument("--unit", help="the shooting unit (default: the main one)")
    printed.add_argument("--envelope", metavar="NO", help="the envelope's number, as in JS01")
    printed.add_argument("--blank", action="store_true", help="empty, to write on")
    printed.add_argument("--out", type=Path, help="file to write (default: the form's own name)")
    printed.set_defaults(do=does["print"])

    kept = command("backup", "a copy at a second place, made now and read back")
    kept.add_argument(
        "--to", type=Path, metavar="FOLDER", help="a stick or a share; remembered from then on"
    )
    kept.set_defaults(do=does["backup"])

    says = "what a device owes its office as a sealed file, for anybody to carry, crew to read"
    files = command("bundle", says).add_subparsers(metavar="STEP", required=True)
    says = (
        "writes what this laptop owes as a device of an office, and what it carries for others; "
        "other devices of the crew show of it what they may see"
    )
    given = files.add_parser("make", help=says, description=f"{says.capitalize()}.")
    given.add_argument("file", type=Path, metavar="FILE")
    given.add_argument(
        "--device", metavar="NAME", help="at the office: what that device has not heard, for it"
    )
    given.set_defaults(do=does["bundle make"])
    says = (
        "takes a file in: at the office devices' work; on a device the office's answers and "
        "colleagues' work, which it carries on to the office"
    )
    taken = files.add_parser("take", help=says, description=f"{says.capitalize()}.")
    taken.add_argument("file", type=Path, metavar="FILE")
    taken.add_argument(
        "--answers", type=Path, metavar="FILE", help='what goes back (default: "FILE answers")'
    )
    taken.set_defaults(do=does["bundle take"])

    back = command("restore", "a backup in place of what is here, which is moved aside")
    back.add_argument("place", type=Path, metavar="FOLDER", help="the stick, share or folder")
    back.add_argument(
        "--as-of", type=a_moment, metavar="WHEN", help='the last one before: "2026-11-22 14:00"'
    )
    back.add_argument("--list", action="store_true", help="say which there are, change nothing")
    back.set_defaults(do=does["restore"])

    phone = command("phone", "the app that phones open at the office's address")
    steps = phone.add_subparsers(metavar="STEP", required=True)
    says = "makes the app from what is installed here and the package index"
    made = steps.add_parser("build", help=says, description=f"{says.capitalize()}.")
    made.add_argument("--quiet", action="store_true", help="print nothing but refusals")
    made.add_argument("--out", type=Path, metavar="FOLDER", help="copy the app's files there too")
    made.set_defaults(do=does["phone build"])

    checked = command("check", "every byte of the production read, and what is damaged said")
    checked.add_argument(
        "--salvage", type=Path, metavar="FOLDER", help="write what can be read as a new production"
    )
    checked.set_defaults(do=does["check"])
    return parser


def _second_door(opened: argparse.ArgumentParser, unsaid: str | None) -> None:
    """What an office is told of the Wi-Fi it serves phones on."""
    lan = opened.add_argument_group("phones on the same Wi-Fi")

    def option(name: str, says: str, **more: Any) -> None:
        lan.add_argument(name, default=unsaid, help=says, **more)

    option("--no-lan", "answer on this laptop alone", action="store_true")
    option("--lan", "do not open unless phones can come in", action="store_true")
    option("--lan-port", "port for phones, chosen once", type=a_port, metavar="PORT")
    option("--name", "a real name of yours for this laptop", dest="lan_name", metavar="HOST")
    option("--tls-cert", "its certificate chain, PEM", type=Path, metavar="FILE")
    option("--tls-key", "its key, PEM", type=Path, metavar="FILE")
    option("--recovery-code", "what the show's first laptop showed", metavar="CODE")
    option("--new-trust", "begin anew; every phone trusts it anew", action="store_true")

"""A list from a file: what was understood, what is good, what is not, and then one tap."""

from __future__ import annotations

import flet as ft

from data.errors import BadInput
from data.imports.crew import plan_crew
from data.imports.report import Plan, Problem, carry_out
from data.imports.schedule import plan_schedule
from views.context import go, use_desk, use_picker, use_state
from views.parts import card, main_button, note, side_button, sub_view
from views.safe import act, say, screen
from views.theme import QUIET, SMALL

PLANS = {"crew": plan_crew, "schedule": plan_schedule}
TITLES = {"crew": "Import a crew list", "schedule": "Import a schedule"}
LISTS = {"crew": "/list/person", "schedule": "/list/scene"}
SHOWN = 60


@screen
def Import() -> ft.View:
    """Nothing is written before the last button; afterwards it can be undone as one."""
    desk = use_desk()
    what = ft.use_route_params()["what"]
    none: Plan | None = None
    plan, set_plan = use_state(none)

    def picked(event: ft.FilePickerResultEvent) -> None:
        for file in event.files or ():
            if not file.bytes:
                raise BadInput("That file is empty. Choose another one.")
            set_plan(PLANS[what](desk, file.name, file.bytes))

    async def import_it() -> None:
        if plan is None:
            raise BadInput("Choose a file first.")
        carry_out(desk, plan)
        gesture = desk.last
        await go(LISTS[what])
        say(plan.summary(), undo=lambda: desk.undo(gesture) if gesture else None)

    picker = use_picker(act(picked))
    choose = ft.FilledTonalButton(
        "Choose a file" if plan is None else "Choose another file",
        icon=ft.Icons.UPLOAD_FILE,
        height=56,
        expand=True,
        action=ft.PickFiles(picker, with_data=True),
    )
    controls: list[ft.Control] = [
        note("CSV or XLSX, as your office keeps it. You see what was understood before it counts."),
        ft.Row([choose]),
    ]
    if plan is not None:
        controls += [
            card(ft.Text(plan.summary()), title=plan.file),
            ft.Row([main_button("Import this", import_it, icon=ft.Icons.CHECK)]),
            card(
                *[_pair(header, meaning) for header, meaning in plan.columns],
                title="Columns understood",
            ),
            _problems(plan),
            side_button("Cancel", lambda: go("/lists")),
        ]
    return sub_view(TITLES[what], lambda: go("/lists"), controls)


def _pair(header: str, meaning: str) -> ft.Control:
    return ft.Row(
        [
            ft.Text(header, theme_style=SMALL, color=QUIET, expand=True),
            ft.Text(meaning, expand=True),
        ]
    )


def _problems(plan: Plan) -> ft.Control:
    if not plan.problems and not plan.pairs:
        return note("Everything in the list could be read.", icon=ft.Icons.CHECK)
    lines = [ft.Text(str(pair)) for pair in plan.pairs]
    lines += [ft.Text(_said(problem)) for problem in plan.problems[:SHOWN]]
    if len(plan.problems) > SHOWN:
        lines.append(ft.Text(f"and {len(plan.problems) - SHOWN} more"))
    return card(*lines, title="To look at")


def _said(problem: Problem) -> str:
    row = f"Row {problem.row}: " if problem.row else ""
    value = f"{problem.value}: " if problem.value else ""
    return f"{row}{value}{problem.reason}"

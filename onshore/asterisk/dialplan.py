"""The dialplan of a plan, from the templates in `dialplan/`. Only at build time."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from onshore import callflow, paths, variables
from onshore.agi.line import RING, SAY, WAIT
from onshore.errors import BuildError
from onshore.line import DEADLINE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from onshore.plan import Center, Hours, Plan
    from onshore.site import Server

FILE = "extensions_onshore.conf"
SCRIPT = "onshore.agi"

# What Asterisk is asked for from outside the dialplan: by the admin's own, and by the call flow.
CONTEXTS = ("onshore", SAY, WAIT, RING)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def render(
    plan: Plan,
    server: Server | None,
    site_folder: Path | None = None,
    *,
    includes: Sequence[str] = (),
    book: str = "",
) -> str:
    """Return the dialplan; BuildError names the template and the line that does not render.

    `includes`: contexts of the admin's that Onshore's own include where a call may end. `book`: a file for what goes
    into queue_log, where Asterisk writes that into none.
    """
    if re.search(r"[][,()${}=\\\"']", book):
        raise BuildError(
            f"Asterisk cannot write {book!r}, which takes the place of queue_log: set `state` under [asterisk] in the "
            "site to a folder with a plain name, or `queue_log_to_file = yes` in logger.conf"
        )
    template = paths.candidates("dialplan", f"{FILE}.j2", site_folder)[0]
    # Keeps its `{` for Asterisk's `${…}`, and is sandboxed: a template may be the admin's own.
    environment = SandboxedEnvironment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)

    def sound(language: str, name: str, *parameters: str) -> str:
        return f"onshore/{plan.prompt(language, name, *parameters).id}"

    def agi(request: str) -> str:
        if server is None:
            return f"{SCRIPT},{request}"
        return f"agi://{server.listen}/{request}"

    def tries(names: Sequence[str]) -> list[tuple[str, Center]]:
        return ways([plan.centers[name] for name in names])

    names = {name: value for name, value in vars(variables).items() if name.isupper()}
    try:
        text = environment.from_string(template.read_text("utf-8")).render(
            plan=plan,
            v=SimpleNamespace(**names),
            agi=agi,
            tries=tries,
            sound=sound,
            deadline=f"{DEADLINE:g}",
            hold=callflow.HOLD,
            early=callflow.EARLY,
            again=callflow.AGAIN,
            wrong_keys=callflow.WRONG_KEYS,
            repeats=callflow.REPEATS,
            includes=tuple(includes),
            book=book,
        )
    except jinja2.TemplateSyntaxError as error:
        raise BuildError(f"{template}: line {error.lineno}: {error.message}") from None
    except Exception as error:  # a template may be the admin's own, and do anything
        line = _line_of(error)
        raise BuildError(f"{template}{f': line {line}' if line else ''}: {error}") from error
    missing = [context for context in CONTEXTS if f"[{context}]" not in text]
    if missing:
        raise BuildError(
            f"{template} has no context {', '.join(missing)}, which each call needs: it is a copy of an older version; "
            f"copy {paths.share('dialplan') / template.name} again, and put your changes into it"
        )
    return text


def hours(center: Center) -> list[str]:
    """Return when a center is open, as GotoIfTime reads it: `TIMES,DAYS,*,*[,ZONE]`; none: always open."""
    zone = f",{center.timezone}" if center.timezone else ""
    return [f"{_times(span)},{_DAYS[span.first_day]}-{_DAYS[span.last_day]},*,*{zone}" for span in center.hours]


def ways(centers: Sequence[Center]) -> list[tuple[str, Center]]:
    """Return the centers in the order to try, each with when it is open; "" is always, and then nothing follows."""
    found: list[tuple[str, Center]] = []
    for center in centers:
        patterns = hours(center)
        if not patterns:
            return [*found, ("", center)]
        found += [(pattern, center) for pattern in patterns]
    return found


def _times(span: Hours) -> str:
    # To Asterisk the last minute is open, to us it is the first that is closed.
    last = (span.end - 1) % (24 * 60)
    return f"{span.start // 60:02}:{span.start % 60:02}-{last // 60:02}:{last % 60:02}"


def _line_of(error: BaseException) -> int:
    """Return the line of the template where an error came up; Jinja2 puts it into the traceback."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line

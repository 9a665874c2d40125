"""When assets refresh themselves, decided here for all of them. Unchanged work is skipped: a new run without new data starts nothing."""

import dagster as dg

_A = dg.AutomationCondition

REFRESH = (
    (_A.missing() | _A.code_version_changed() | _A.any_deps_match(_A.data_version_changed())) & ~_A.in_progress() & ~_A.any_deps_missing()
).with_label("refresh when code or inputs changed")

PROMOTE = (REFRESH & _A.all_deps_blocking_checks_passed()).with_label("refresh when inputs changed and their gates hold")

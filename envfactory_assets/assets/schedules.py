"""One schedule a domain, off until it is switched on. When it runs is said in ``domains.yaml``."""

import dagster as dg

from envfactory_assets.assets.jobs import REFRESH_DOMAIN
from envfactory_assets.corpus import domains


def domain_schedules() -> list[dg.ScheduleDefinition]:
    """The schedules of all domains."""
    return [_schedule(name, domain.schedule) for name, domain in sorted(domains().items())]


def _schedule(domain: str, cron: str) -> dg.ScheduleDefinition:
    @dg.schedule(name=f"refresh_{domain}", job=REFRESH_DOMAIN, cron_schedule=cron, execution_timezone="UTC")
    def refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        moment = context.scheduled_execution_time.isoformat()
        return dg.RunRequest(partition_key=domain, run_key=f"{domain}-{moment}", tags={"domain": domain})

    return refresh

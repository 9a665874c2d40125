-- How many rows went into each gate and came out of it, and why the others did not.
WITH reasons AS (
    SELECT domain, stage, reason, count(*) AS rejected
    FROM rejections
    GROUP BY domain, stage, reason
),
listed AS (
    SELECT domain, stage, list({'reason': reason, 'rows': rejected} ORDER BY rejected DESC, reason) AS reasons
    FROM reasons
    GROUP BY domain, stage
)
SELECT
    f.domain,
    f.position,
    f.gate,
    count(*) AS rows_in,
    count(*) FILTER (WHERE f.passed) AS rows_out,
    round(count(*) FILTER (WHERE f.passed) / count(*), 4) AS yield,
    coalesce(any_value(l.reasons), []) AS reasons
FROM stg_stage_flow AS f
LEFT JOIN listed AS l ON l.domain = f.domain AND l.stage = f.gate
GROUP BY f.domain, f.position, f.gate

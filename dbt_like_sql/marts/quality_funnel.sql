-- How many rows went into each stage and each gate of promotion and came out of it, and why the others did not.
WITH reasons AS (
    SELECT domain, stage AS gate, reason, count(*) AS rejected FROM rejections GROUP BY ALL
    UNION ALL
    SELECT domain, gate, reason, count(*) FROM stg_gate_flow WHERE reason IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT f.domain, f.gate, coalesce('not promoted by training_ready_' || c.purpose, 'not accepted by calibrated_trajectories'), count(*)
    FROM stg_stage_flow AS f
    LEFT JOIN calibrated_trajectories AS c ON c.trajectory_id = f.subject
    WHERE f.gate = 'executed chain to promoted conversation' AND NOT f.passed
    GROUP BY ALL
),
listed AS (
    SELECT domain, gate, list({'reason': reason, 'rows': rejected} ORDER BY rejected DESC, reason) AS reasons
    FROM reasons
    GROUP BY domain, gate
),
flow AS (
    SELECT domain, position, gate, passed FROM stg_stage_flow
    UNION ALL
    SELECT domain, position, gate, passed FROM stg_gate_flow
)
SELECT
    f.domain,
    f.position,
    f.gate,
    count(*) AS rows_in,
    count(*) FILTER (WHERE f.passed) AS rows_out,
    round(count(*) FILTER (WHERE f.passed) / count(*), 4) AS yield,
    coalesce(any_value(l.reasons), []) AS reasons
FROM flow AS f
LEFT JOIN listed AS l ON l.domain = f.domain AND l.gate = f.gate
GROUP BY f.domain, f.position, f.gate

-- For every gate of promotion, the conversations and tasks that reached it and those that passed. The reason of a rejection begins with
-- the name of its gate; any other reason (no longer promoted environment, our own defect) is the gate "runs".
WITH gates (stage, gate, position) AS (
    VALUES
    ('training_ready_sft', 'runs', 51),
    ('training_ready_sft', 'turn_count', 52),
    ('training_ready_sft', 'steps', 53),
    ('training_ready_sft', 'replay', 54),
    ('training_ready_sft', 'solvable', 55),
    ('training_ready_sft', 'leak', 56),
    ('training_ready_sft', 'near_duplicate', 57),
    ('training_ready_rl', 'runs', 61),
    ('training_ready_rl', 'steps', 62),
    ('training_ready_rl', 'replay', 63),
    ('training_ready_rl', 'solvable', 64),
    ('training_ready_rl', 'leak', 65),
    ('training_ready_rl', 'calls', 66),
    ('training_ready_rl', 'effect', 67),
    ('training_ready_rl', 'answer', 68),
    ('training_ready_rl', 'gold', 69),
    ('training_ready_rl', 'null', 70),
    ('training_ready_rl', 'reading', 71),
    ('training_ready_rl', 'random', 72),
    ('training_ready_rl', 'near_duplicate', 73)
),
judged AS (
    SELECT domain, 'training_ready_sft' AS stage, trajectory_id AS subject, NULL AS failed, NULL AS reason FROM training_ready_sft
    UNION ALL
    SELECT domain, 'training_ready_rl', task_id, NULL, NULL FROM training_ready_rl
    UNION ALL
    SELECT r.domain, r.stage, r.subject, coalesce(g.position, a.position), r.reason
    FROM rejections AS r
    JOIN gates AS a ON a.stage = r.stage AND a.gate = 'runs'
    LEFT JOIN gates AS g ON g.stage = r.stage AND g.gate = split_part(r.reason, ':', 1)
)
SELECT
    j.domain,
    g.position,
    g.stage || '.' || g.gate AS gate,
    j.subject,
    j.failed IS NULL OR j.failed > g.position AS passed,
    CASE WHEN j.failed = g.position THEN j.reason END AS reason
FROM judged AS j
JOIN gates AS g ON g.stage = j.stage
WHERE j.failed IS NULL OR j.failed >= g.position

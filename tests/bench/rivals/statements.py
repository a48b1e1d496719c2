"""The reads, written by hand. `$1` is the tenant; every table says so itself."""

NODE = """'{"id":"ses_', encode(uuid_send(s.id), 'hex'), '","title":', to_json(s.title), ',"status":"', s.status,
    '","format":"', s.format, '","startsAt":', to_json(s.starts_at), ',"endsAt":', to_json(s.ends_at),
    ',"capacity":', coalesce(s.capacity::text, 'null'), ',"seatsTaken":', s.seats_taken, ',"number":', s.number,
    ',"program":{"title":', to_json(p.title), '},"hostOrganization":',
    CASE WHEN o.id IS NULL THEN 'null' ELSE concat('{"name":', to_json(o.name), '}') END, '}'"""
RELATED = """JOIN program p ON p.tenant_id = $1 AND p.id = s.program_id
    LEFT JOIN organization o ON o.tenant_id = $1 AND o.id = s.host_organization_id"""

ONE = f"""concat('{{"data":{{"session":', coalesce((SELECT concat({NODE})
    FROM session s {RELATED} WHERE s.tenant_id = $1 AND s.id = $2::uuid), 'null'), '}}}}')"""

REGISTRATIONS = """concat('{"edges":[', (SELECT string_agg(concat('{"node":{"id":"reg_', encode(uuid_send(r.id), 'hex'),
        '","status":"', r.status, '","person":{"name":', to_json(l.name), ',"email":',
        coalesce(to_json(l.email)::text, 'null'), '}}}'), ',' ORDER BY r.registered_at, r.id)
    FROM (SELECT id, status, person_id, registered_at FROM registration
        WHERE tenant_id = $1 AND session_id = s.id ORDER BY registered_at, id LIMIT $3::int) r
    JOIN person l ON l.tenant_id = $1 AND l.id = r.person_id), ']}')"""

SEATS = f"""concat('{{"data":{{"sessions":{{"edges":[', (SELECT string_agg(concat('{{"node":{{"id":"ses_',
        encode(uuid_send(s.id), 'hex'), '","title":', to_json(s.title), ',"registrations":', {REGISTRATIONS}, '}}}}'),
        ',' ORDER BY s.starts_at, s.id)
    FROM (SELECT id, title, starts_at FROM session WHERE tenant_id = $1 ORDER BY starts_at, id LIMIT $2::int) s),
    ']}}}}}}')"""


def page(where: str, order: str, send: str) -> str:
    """One more than asked for is read, to see whether there is a next page."""
    keys = f"s.{order}, s.id"
    edges = f"""array_agg(concat('{{"node":', {NODE}, ',"cursor":"', s.cursor, '"}}') ORDER BY {keys})"""
    cursor = f"encode(uuid_send(id) || {send.format(order)}, 'base64')"
    return f"""concat('{{"data":{{"sessions":', (SELECT concat('{{"edges":[',
            array_to_string(({edges})[1:$2::int], ','), '],"pageInfo":{{"hasNextPage":',
            CASE WHEN count(*) > $2::int THEN 'true' ELSE 'false' END, ',"endCursor":',
            coalesce('"' || (array_agg(s.cursor ORDER BY {keys}))[least(count(*), $2::int)] || '"', 'null'), '}}}}')
        FROM (SELECT *, {cursor} AS cursor FROM session WHERE tenant_id = $1{where}
            ORDER BY {order}, id LIMIT $2::int + 1) s {RELATED}), '}}}}')"""


READS = {
    "Q1": ONE,
    "Q2": page("", "starts_at", "timestamptz_send({})"),
    "Q3": SEATS,
    "Q4": page(" AND format = $3::text AND starts_at >= $4::timestamptz", "title", "convert_to({}, 'UTF8')"),
}

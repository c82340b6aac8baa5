/** What the runbook says beside the failure modes. */

export const BEFORE = `<!-- Made of the catalogue in packages/findings by "npm run generate"; change it there. -->

# Operations runbook

For whoever is called during a race. The server looks every two seconds for what is wrong with it and says which failure
it is, on what evidence, and what to press: that is on \`/admin/ops\`, in \`GET /api/ops/findings\`, and in a terminal with
\`okboxbox doctor\`. This is the same knowledge to read, and to go by when the server itself is gone.

## Quick reference

| call | what for |
|---|---|
| \`GET /api/ops/summary\` | status, findings, rates, errors, delays, database, event loop |
| \`GET /api/ops/findings\` | what is wrong, what was looked for and is not, what has cleared lately |
| \`GET /api/ops/sockets\` | who is connected, in which rooms, and how far behind |
| \`GET /api/ops/sockets/SOCKET/why\` | why one of them shows what it shows |
| \`GET /api/ops/sessions\` | sessions with their relays, clocks and stages |
| \`GET /api/ops/events?type=error\` | what has happened: \`socket\`, \`relay\`, \`session\`, \`broadcast\`, \`error\` |
| \`GET /api/ops/database\` · \`/history\` | pool, holders and statements · the last 15 minutes as lines |
| \`POST /api/ops/trace/start\` | follows a session for 5 to 300 s |
| \`POST /api/ops/support-pack\` | everything in one document, without secrets |
| \`GET /metrics\` | Prometheus; rules in \`deploy/prometheus/\` |

All need \`ops:read\` (\`okboxbox token --role ops --ttl 8h\`); only \`/metrics\` needs none from the same machine, as long as
neither \`PUBLIC_URL\` nor \`TRUSTED_PROXIES\` is set.

\`\`\`bash
okboxbox doctor                          # the server on this machine
okboxbox doctor https://timing.example   # another one, with OKBOXBOX_TOKEN
okboxbox doctor pack.json                # a support pack, without any server
\`\`\`

Where the shell does not know \`okboxbox\`, type \`npx okboxbox\` in the folder of the checkout. What makes a token reads the
server's data folder: give \`--data DIR\` where that is not \`.okboxbox\` in the folder that you are in.

## How to read a finding

**Code and cause**: which failure it is, and why. \`inconclusive\` says that the failure is there and its cause cannot be
told, and what is missing to tell. **Evidence**: the figures, each beside what it is held against, and ids of the events
that they rest on. **Ruled out**: other causes, with the figure that speaks against each. **Next step**: the button, the
command or the variable. **Since** and **clears when**: how long it has been so, and how it will end.

\`critical\`: the show is not right for those who watch. \`warning\`: it will be, or is for some. \`info\`: as somebody has set
it, or nothing to do yet. A thing is believed sooner than forgotten, so that a figure at the edge does not flicker. A code
that is neither found nor clear was not looked for; \`skipped\` says why. What is found only for connections without a token
or a link (\`isOfStrangers\`) is \`info\` and changes no status: anybody can do it.`;

export const AFTER = `## The server is gone

No page, no finding, \`OkBoxBoxDown\` in Prometheus.

1. \`ps aux | grep "okboxbox server"\` on its machine; its log says why it ended. A used port and a full disk are said in
   one line.
2. Start it again. Sessions go on from the disk; relays send what it has missed; viewers come back by themselves. A
   broadcast stays as far behind as it was set, and never opens early.
3. \`curl http://SERVER:3001/api/health/ready\`: 200 when all it needs is there.

## A file of the data directory is damaged

If the server would have to guess, it stops with exit code 1 and one line: which file, what is wrong with it, and what to
do. Otherwise it starts with the safe setting, and its log says so.

| file or folder in \`DATA_DIR\` | what the server does |
|---|---|
| \`revoked-tokens.json\` | ends. Put it back from a copy; or remove it, start, and revoke those tokens again |
| \`jwt-secret\` | ends, also where it was cut off. Put it back from a copy; or remove it: every token must be made again |
| \`server.lock\` | a lock that cannot be read, or a folder in its place: ends. Empty or damaged content, as after a power cut: taken over |
| \`sessions\` \`shows\` \`database\` \`database.lock\` \`socket\` | ends where one is a file, or this user may not use it |
| \`shows/SHOW.json\` | that show is unpublished and 120 s behind: set it again at the desk |
| \`paused-relays.json\` | every relay is paused, and a finding says so: press *Resume* at those that may send |
| \`clock.json\` | nothing from before counts as older than the restart: pictures hold until their delay is reached |
| \`sessions/ID\` | that session is left out and its folder stays as it is; the others are there |
| a stretch of a session's timeline (\`000001.seg\`) | what lies before and behind it is used; the log says how many bytes are lost, and where |
| \`summary.json\` \`checkpoint\` \`race-log\` of a session | made again from its timeline |
| what is in \`database\` | the race goes on without it. Stop the server, move the folder aside, start: a new one is made |

Everything in \`DATA_DIR\` is for the user that runs the server alone (0700, 0600). Other modes are corrected at the start.
The log names files of other users, and says where the disk keeps no modes.

## Support pack guide

**Where**: on \`/admin/ops\` press *Export Support Pack*, for everything, or for a session that is selected first. It shows
what will be in it and how much was taken out before it is saved. In a terminal: \`okboxbox support-pack -o pack.json\`. By
hand:

\`\`\`bash
curl -X POST http://SERVER:3001/api/ops/support-pack \\
  -H "Authorization: Bearer $OKBOXBOX_TOKEN" -H "Content-Type: application/json" \\
  -d '{"sessionId": "sess_xxx", "includeConfig": true}' -o pack.json
\`\`\`

**What is in it**: a manifest (what became of each part, what was taken out by which rule, hashes), the summary, the
findings with the figures that they were made of, sessions, sockets, events, parity, database, history, samples, a trace
where one is named, and the configuration where it is asked for.

**What is not**: tokens and secrets, keys, e-mail addresses. Ids of users and sessions are cut short; equal ones stay
equal within a pack and tell nothing beyond it. A part that cannot be made safe is withheld, and the manifest says so.

**To read one**: drop it onto \`/admin/ops\`, or give it to \`okboxbox doctor\`: its findings are made again from its figures.

## Trace mode

\`\`\`bash
curl -X POST http://SERVER:3001/api/ops/trace/start -H "Authorization: Bearer $OKBOXBOX_TOKEN" \\
  -H "Content-Type: application/json" -d '{"sessionId": "sess_xxx", "durationSec": 30}'
curl http://SERVER:3001/api/ops/trace/TRACE -H "Authorization: Bearer $OKBOXBOX_TOKEN"
\`\`\`

A trace has the session's events of that time at every stage, counters, the latency from stage to stage, what has changed
against the time before, and for a frame what became of it for each who watches. It is bounded, and says what it left out.

## Environment

| variable | what it does |
|---|---|
| \`OPS_UI_ENABLED=1\` | \`/admin/ops\` and \`/api/ops\` are there |
| \`METRICS_ENABLED=true\` | \`/metrics\` is there |
| \`DIAGNOSTICS_ENABLED=true\` | \`/api/diagnostics\` is there |
| \`LOG_LEVEL=debug\` | the log says each call, and each event of operations where those are on |
| \`DATABASE_URL\` \`DATABASE_POOL_MAX\` | PostgreSQL instead of the embedded database, and how many connections to it |
| \`RELAY_BACKENDS\` \`RELAY_TARGETS_ENABLED\` \`RELAY_KILL_SWITCH\` \`RELAY_SAMPLE_HZ\` \`RELAY_TOKEN\` | of the relay, in the environment or in \`relay.env\` on the racing PC; a change there is in force within a second |

What is off answers 404.`;

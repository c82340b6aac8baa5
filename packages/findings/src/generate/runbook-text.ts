/** What the runbook says beside the failure modes. */

export const BEFORE = `<!-- Made from the catalogue in packages/findings by "npm run generate"; change it there. -->

# Operations runbook

For the person on call during a race. Every two seconds the server checks itself for failures and says which failure
it is, on what evidence, and what to do: on \`/admin/ops\`, in \`GET /api/ops/findings\`, and in a terminal with
\`okboxbox doctor\`. This document has the same knowledge, also for when the server itself is down.

## Quick reference

| call | what for |
|---|---|
| \`GET /api/ops/summary\` | status, findings, rates, errors, delays, database, event loop |
| \`GET /api/ops/findings\` | current failures, checks without a failure, recently cleared failures |
| \`GET /api/ops/sockets\` | who is connected, in which rooms, and how far behind |
| \`GET /api/ops/sockets/SOCKET/why\` | why one of them shows what it shows, stage by stage |
| \`GET /api/ops/sessions\` | sessions with their relays, clocks and stages |
| \`GET /api/ops/events?type=error\` | recent events: \`socket\`, \`relay\`, \`session\`, \`broadcast\`, \`error\` |
| \`GET /api/ops/database\` · \`/history\` | pool, holders and statements · the last 15 minutes of figures |
| \`POST /api/ops/trace/start\` | traces a session for 5 to 300 s |
| \`POST /api/ops/support-pack\` | everything in one file, without secrets |
| \`GET /metrics\` | Prometheus; rules in \`deploy/prometheus/\` |

All need \`ops:read\` (\`okboxbox token --role ops --ttl 8h\`); only \`/metrics\` needs none from the same machine, as long as
neither \`PUBLIC_URL\` nor \`TRUSTED_PROXIES\` is set.

\`\`\`bash
okboxbox doctor                          # the server on this machine
okboxbox doctor https://timing.example   # another one, with OKBOXBOX_TOKEN
okboxbox doctor pack.json                # a support pack, without any server
okboxbox doctor pack.json --html pack.html   # the console's views of it in one file: opens in a browser, without any server
\`\`\`

Commands that make a token read the server's data folder: give \`--data DIR\` if that is not \`.okboxbox\` in the current folder.

## How to read a finding

**Code and cause**: which failure it is, and why. \`inconclusive\` means that the failure exists and its
cause is unknown; the finding says what is missing. **Evidence**: the figures, each with its bound, and ids of the events
behind them. **Ruled out**: other causes, with the figure that excludes each. **Next step**: the button, the
command or the variable. **Since** and **clears when**: how long it has lasted, and when it ends.

\`critical\`: viewers see a wrong picture. \`warning\`: they will, or some do. \`info\`: it is set that way on purpose,
or there is nothing to do yet. A finding clears later than it appears, so that a figure near its bound does not flicker. A code
that is neither found nor clear was not checked; \`skipped\` says why. What is found only for connections without a token
or a link (\`isOfStrangers\`) is \`info\` and changes no status: anyone can cause it.`;

export const AFTER = `## The server is down

No page, no finding, \`OkBoxBoxDown\` in Prometheus.

1. \`ps aux | grep "okboxbox server"\` on its machine; its log says why it ended. A port in use and a full disk are each reported in
   one line.
2. Start it again. Sessions continue from the disk; relays send what was missed; viewers reconnect by themselves. A
   broadcast keeps its delay, and never shows anything early.
3. \`curl http://SERVER:3001/api/health/ready\`: 200 when everything it needs is available.

## A file of the data directory is damaged

If it cannot know the right setting, the server stops with exit code 1 and one line: which file, what is wrong with it, and what to
do. Otherwise it starts with the safe setting, and its log says so.

| file or folder in \`DATA_DIR\` | what the server does |
|---|---|
| \`revoked-tokens.json\` | ends. Restore it from a copy; or remove it, start, and revoke those tokens again |
| \`format.json\` | ends. Remove it if no newer version has used the folder. Written by a newer version: ends, and names that version |
| \`jwt-secret\` | ends, also if it is incomplete. Restore it from a copy; or remove it: every token must be created again |
| \`server.lock\` | ends if it cannot be read or is a folder. Empty or damaged content, as after a power cut, is replaced |
| \`sessions\` \`shows\` \`database\` \`database.lock\` \`socket\` | ends if one is a file, or this user has no permission |
| \`shows/SHOW.json\` | that show is unpublished, its graphics 120 s and its public picture 240 s behind: set it again at the desk |
| \`paused-relays.json\` | every relay is paused, and a finding says so: press *Resume* for each relay that should send |
| \`clock.json\` | nothing counts as older than the restart: pictures hold until their delay is filled |
| \`sessions/ID\` | that session is skipped and its folder stays as it is; the others are available |
| a part of a session's timeline (\`000001.seg\`) | the parts before and after it are used; the log says how many bytes are lost, and where |
| \`summary.json\` \`checkpoint\` \`race-log\` of a session | computed again from its timeline |
| what is in \`database\` | the race continues without it. Stop the server, move the folder away, start: a new one is created |

Only the user that runs the server can read \`DATA_DIR\` (0700, 0600). Other modes are corrected at the start.
The log names files of other users, and says where the disk keeps no modes.

## Support pack guide

**Where**: on \`/admin/ops\` press *Export Support Pack*, for everything, or for a session that is selected first. It shows
what it will contain and how much was redacted before it is saved. In a terminal: \`okboxbox support-pack -o pack.json\`. By
hand:

\`\`\`bash
curl -X POST http://SERVER:3001/api/ops/support-pack \\
  -H "Authorization: Bearer $OKBOXBOX_TOKEN" -H "Content-Type: application/json" \\
  -d '{"sessionId": "sess_xxx", "includeConfig": true}' -o pack.json
\`\`\`

**What it contains**: a manifest (the result of each part, what was redacted by which rule, hashes), the summary, the
findings with their figures, sessions, sockets, events, parity, database, history, samples, a trace
where one is named, and the configuration where it is asked for.

**What it does not contain**: tokens and secrets, keys, e-mail addresses. Ids of users and sessions are shortened; equal ones stay
equal within a pack and mean nothing outside it. A part that cannot be redacted safely is left out, and the manifest says so.

**To read one**: drop it onto \`/admin/ops\`, or give it to \`okboxbox doctor\`: its findings are computed again from its figures.

## Trace mode

\`\`\`bash
curl -X POST http://SERVER:3001/api/ops/trace/start -H "Authorization: Bearer $OKBOXBOX_TOKEN" \\
  -H "Content-Type: application/json" -d '{"sessionId": "sess_xxx", "durationSec": 30}'
curl http://SERVER:3001/api/ops/trace/TRACE -H "Authorization: Bearer $OKBOXBOX_TOKEN"
\`\`\`

A trace has the session's events of that time at every stage, counters, the latency from stage to stage, the changes
compared with the time before, and for each frame which viewers got it. Its size is limited, and it says what it left out.

## Environment

| variable | what it does |
|---|---|
| \`OPS_UI_ENABLED=1\` | enables \`/admin/ops\` and \`/api/ops\` |
| \`METRICS_ENABLED=true\` | enables \`/metrics\` |
| \`DIAGNOSTICS_ENABLED=true\` | enables \`/api/diagnostics\` |
| \`LOG_LEVEL=debug\` | logs each call, and each operations event where those are enabled |
| \`DATABASE_URL\` \`DATABASE_POOL_MAX\` | PostgreSQL instead of the embedded database, and how many connections to it |
| \`RELAY_BACKENDS\` \`RELAY_TARGETS_ENABLED\` \`RELAY_KILL_SWITCH\` \`RELAY_SAMPLE_HZ\` \`RELAY_TOKEN\` | of the relay, in the environment or in \`relay.env\` on the racing PC; a change there takes effect within a second |

What is disabled answers 404.`;

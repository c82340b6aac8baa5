/**
 * The local page: plain enough for a driver between two stints. It asks for the JSON beside it every second, and puts
 * text into the page as text, never as markup.
 */
export const DEBUG_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Relay · Ok, Box Box</title>
<style>
:root { color-scheme: dark; font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; background: #0c0e11; color: #f2f4f7; }
body { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.3rem; margin: 0 0 .25rem; } h2 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: #98a1b0; margin: 2rem 0 .5rem; font-weight: 600; }
#state { font-size: 1.1rem; margin: 0 0 1rem; } #state::before { content: "●  "; color: #4ade80; } #state[data-status=attention]::before { content: "▲  "; color: #fbbf24; } #state[data-status=gone]::before { content: "✕  "; color: #f87171; }
.problem { border-left: 3px solid #fbbf24; background: #171a20; padding: .6rem .9rem; margin: .5rem 0; } .problem p { margin: 0; } .problem p + p { color: #98a1b0; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1rem; margin: 0; } dt { color: #98a1b0; font-size: .8rem; } dd { margin: 0; font-size: 1.15rem; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; } th { text-align: left; color: #98a1b0; font-weight: 400; } th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #1d2128; white-space: nowrap; } td.n, th.n { text-align: right; }
a { color: #98a1b0; }
</style>
<h1>Relay <span id="id"></span></h1>
<p id="state" data-status="gone">Asking the relay …</p>
<div id="problems" role="status"></div>
<h2>Now</h2><dl id="now"></dl>
<h2>Servers</h2><div class="wide"><table><thead><tr><th>Server<th>State<th class="n">Queue<th class="n">Sent<th class="n">Acknowledged<th class="n">Late<th class="n">Failed<th class="n">Lost<th class="n">Round trip p50 / p95 / p99<th class="n">Clock</tr></thead><tbody id="targets"></tbody></table></div>
<p><a href="/debug/health">health</a> · <a href="/debug/targets">targets</a> · <a href="/debug/parity">parity</a> as JSON</p>
<script>
const $ = (id) => document.getElementById(id);
const el = (name, text, cls) => { const e = document.createElement(name); if (text !== undefined) e.textContent = text; if (cls) e.className = cls; return e; };
const bytes = (n) => n < 1048576 ? (n / 1024).toFixed(0) + ' KB' : (n / 1048576).toFixed(1) + ' MB';
const ms = (n) => n === null ? '–' : n.toFixed(0);
const sim = { 'sim-not-running': 'waiting for the sim', connected: 'in a session', replay: 'shows a replay', left: 'closed' };
async function ask(path) { const answer = await fetch(path); if (!answer.ok) throw new Error(answer.status); return answer.json(); }
async function look() {
  try {
    const [health, targets, parity] = await Promise.all(['/debug/health', '/debug/targets', '/debug/parity'].map(ask));
    $('id').textContent = health.relayId + ' · ' + health.version;
    $('state').dataset.status = health.status;
    $('state').textContent = health.status === 'ok' ? 'Everything is sent as it is captured.' : 'Something needs attention.';
    $('problems').replaceChildren(...health.problems.map((each) => { const box = el('div', undefined, 'problem'); box.append(el('p', each.what), el('p', each.doThis)); return box; }));
    const facts = [
      ['Source', health.source], ['Sim', health.simState ? sim[health.simState] || health.simState : '–'],
      ['Frames a second', health.rateHz.toFixed(1) + (health.maxHz === null ? '' : ' (at most ' + health.maxHz + ')')], ['Captured', health.captured.frames],
      ['Queue', health.queue.records + ' · ' + bytes(health.queue.bytes)], ['Oldest in the queue', (health.queue.oldestMs / 1000).toFixed(1) + ' s'],
      ['Cars seen of entries', health.cars ? health.cars.seen + ' of ' + health.cars.entries : '–'], ['Own car\\'s data sent', health.ownFields === 'all' ? 'all' : health.ownFields.join(', ') || 'none'],
      ['Processor', (health.cpu * 100).toFixed(1) + ' % of a core'], ['Memory', bytes(health.memoryBytes)],
    ];
    $('now').replaceChildren(...facts.map(([name, value]) => { const box = el('div'); box.append(el('dt', name), el('dd', String(value))); return box; }));
    $('targets').replaceChildren(...targets.map((each, i) => {
      const row = el('tr'); const t = parity.targets[i].latencyMs;
      row.append(el('td', each.url + (each.primary ? ' (primary)' : '')), el('td', each.detail), ...[each.queueDepth, each.sent, each.acknowledged, each.late, each.failed, each.dropped].map((n) => el('td', String(n), 'n')),
        el('td', t.samples === 0 ? '–' : ms(t.p50) + ' / ' + ms(t.p95) + ' / ' + ms(t.p99) + ' ms', 'n'), el('td', each.clock ? (each.clock.offsetMs > 0 ? '+' : '') + each.clock.offsetMs.toFixed(0) + ' ± ' + each.clock.boundMs.toFixed(0) + ' ms' : '–', 'n'));
      return row;
    }));
  } catch (error) {
    $('state').dataset.status = 'gone';
    $('state').textContent = 'The relay does not answer: it is not running any more. Start it again.';
  }
}
look(); setInterval(look, 1000);
</script>
</html>
`;

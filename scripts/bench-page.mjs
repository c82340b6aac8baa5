/**
 * Figures that have a budget: in which lines of a bench they are, and whether they may be `atMost` or must be `atLeast`
 * their budget. Lines carry the budget itself, under a name that begins with `budget`.
 */
const JUDGED = [
  {
    bench: 'broadcast-delay',
    figure: 'p99Ms',
    budget: 'budgetP99Ms',
    is: 'atMost',
    what: 'How late the public picture is, 99th percentile, in ms',
  },
  {
    bench: 'broadcast-delay',
    figure: 'heapMb',
    budget: 'budgetMb',
    is: 'atMost',
    what: 'Memory of a delay of 120 s, 60 cars at 10 Hz, in MB',
  },
  {
    bench: 'codecs/feed',
    figure: 'ratioToWhole',
    budget: 'budget',
    is: 'atMost',
    what: 'Size of a tick to a viewer, as a share of the whole state in JSON',
  },
  {
    bench: 'fan-out',
    figure: 'hubToBareWs',
    budget: 'budget',
    is: 'atMost',
    what: 'Processor time of a message to 1,000 viewers, against a bare WebSocket server',
  },
  {
    bench: 'ingest',
    figure: 'framesPerSec',
    budget: 'budget',
    is: 'atLeast',
    what: 'Frames of 60 cars that are taken a second',
  },
  {
    bench: 'operations',
    figure: 'shareOfOneLookASecond',
    budget: 'budgetShare',
    is: 'atMost',
    what: 'Share of a core for the console, which asks for everything once a second',
  },
  {
    bench: 'relay-agent',
    figure: 'cpuShare',
    budget: 'budget',
    is: 'atMost',
    what: 'Share of a core that a relay takes during a race',
  },
  {
    bench: 'relay-agent',
    figure: 'heapGrowthMb',
    budget: 'budgetMb',
    is: 'atMost',
    what: "Growth of a relay's heap over a simulated day, in MB",
  },
  {
    bench: 'restart',
    figure: 'servesAfterMs',
    budget: 'budgetMs',
    is: 'atMost',
    what: 'Time until a server that was killed in hour 23 serves again, in ms',
  },
  {
    bench: 'support-pack',
    figure: 'loopDelayMaxMs',
    budget: 'budgetMs',
    is: 'atMost',
    what: 'Longest delay of the event loop while a support pack is made, in ms',
  },
  {
    bench: 'taps',
    figure: 'offNs',
    budget: 'budgetOffNs',
    is: 'atMost',
    what: 'Cost of a tap that nobody listens at, in ns',
  },
  {
    bench: 'timing-engine',
    figure: 'carSamplesPerSec',
    budget: 'budget',
    is: 'atLeast',
    what: 'Positions of cars that the timing engine takes a second, on one core',
  },
  {
    bench: 'trace',
    figure: 'tracedShare',
    budget: 'budgetShare',
    is: 'atMost',
    what: 'Share of a full core that a trace of the session takes',
  },
];

/**
 * `docs/benchmarks.md`, made of what the benches printed.
 * @param machine what they ran on: names and values
 * @param benches each bench with what it says it measures, and its lines in order
 * @throws Error where a line has a budget and no figure of it is known here
 */
export function benchmarkPage(machine, benches) {
  const verdicts = benches.flatMap(({ lines }) => lines.flatMap(verdictsOf));
  const missed = verdicts.filter(({ isMet }) => !isMet).length;
  const rows = verdicts.map(
    ({ bench, what, variant, value, sign, budget, isMet }) =>
      `| \`${bench}\` | ${what}${variant === '' ? '' : ` (${variant})`} | ${text(value)} | ${sign} ${text(budget)} | ${isMet ? 'met' : '**missed**'} |`,
  );
  return `# Benchmarks

<!-- Written by \`npm run bench -- all --write\`: run it again instead of editing this. -->

What each bench measured in one run on one machine. The benches are in \`bench/\`; \`npm run bench\` runs the short ones,
\`npm run bench -- NAME\` one of them.

| machine | |
|---|---|
${Object.entries(machine)
  .map(([name, value]) => `| ${name} | ${value} |`)
  .join('\n')}

## Budgets
${missed === 0 ? 'All are met.' : `${missed} of ${verdicts.length} ${missed === 1 ? 'is' : 'are'} missed.`}

| bench | figure | measured | budget | |
|---|---|---|---|---|
${rows.join('\n')}

## All figures
${benches.map(sectionOf).join('\n')}`;
}

function verdictsOf(line) {
  const budgets = Object.keys(line).filter((key) => key.startsWith('budget'));
  return budgets.map((key) => {
    const judged = JUDGED.find(({ bench, figure, budget }) => bench === line.bench && budget === key && figure in line);
    if (judged === undefined) throw new Error(`${line.bench} has a ${key}, and bench-page.mjs knows no figure of it.`);
    const { bench, what, figure, is } = judged;
    const value = Array.isArray(line[figure]) ? Math.max(...line[figure]) : line[figure];
    const budget = line[key];
    const isMet = is === 'atMost' ? value <= budget : value >= budget;
    const { kind, delayMs } = line;
    const variant = [kind, delayMs === undefined ? undefined : `delay ${text(delayMs)} ms`];
    return {
      bench,
      what,
      variant: variant.filter((each) => each !== undefined).join(', '),
      value,
      sign: is === 'atMost' ? '≤' : '≥',
      budget,
      isMet,
    };
  });
}

function sectionOf({ name, about, lines }) {
  const figures = lines.map((line) => {
    const { bench: _bench, ...rest } = line;
    return `- ${Object.entries(rest)
      .map(([key, value]) => `${key} ${text(value)}`)
      .join(' · ')}`;
  });
  return `
### ${name}
${about}

${figures.join('\n')}
`;
}

function text(value) {
  if (typeof value === 'number') return value.toLocaleString('en-GB', { maximumFractionDigits: 4 });
  if (Array.isArray(value)) return value.map(text).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, each]) => `${key} ${text(each)}`)
    .join(', ');
}

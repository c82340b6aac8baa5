// The borders between packages, apps and folders, in one table. `npm run generate` makes `biome.borders.json` of it, which
// `biome.json` extends: Biome counts only the last override that fits a file, so each repeats all borders around it.

/**
 * @typedef {object} Border
 * @property {string} in Folder whose code may not import something, or a pattern of files.
 * @property {readonly string[]} not What it may not import, as Biome's patterns; those with `!` are exceptions.
 * @property {string} because Why, and where the code belongs instead.
 * @property {boolean} [tests] Whether tests keep to it, too.
 * @property {readonly string[]} [except] Patterns of files in it that it does not hold for.
 */

const server = 'apps/server/src';
const folder = (name) => `**/${name}/**`;

/** Folders of the server by what they are to each other; `node.ts` alone imports all of them. */
const SHARED = ['access', 'channel', 'directory', 'sockets', 'store'];
const PARTS = [...SHARED, 'link', 'owner', 'edge', 'control', 'drills'];

const MEETING = {
  access:
    'rights are decided from what is passed in: let both sides call access/, and give it what it needs as a port.',
  channel: 'the channel knows neither side: what both need of a feed belongs here, the rest to owner/ or edge/.',
  directory: 'the directory knows neither side: plain data and ports belong here, what fills or asks them does not.',
  sockets: 'what both sides need of sockets is here, and knows neither: pass the call in.',
  store: 'the store keeps what it is given: what decides what to store belongs to owner/.',
};

/** What a folder that both sides use may not import of the others, and why. */
const BENEATH = {
  access: [
    ['channel', 'directory', 'sockets', 'store'],
    'access/ is beneath these: declare a narrow port for what it needs.',
  ],
  channel: [
    ['access', 'directory', 'sockets', 'store'],
    'the channel carries finished messages: rights and sockets are for those who use it.',
  ],
  directory: [
    ['sockets', 'store'],
    'the directory is plain data and ports: reading and sending belong to owner/ and edge/.',
  ],
  sockets: [['store'], 'sockets answer calls: what is read from the store comes from the owner.'],
  store: [['access', 'channel', 'directory', 'sockets'], 'the store knows tables only: translate in owner/.'],
};

/** Folders of one side in the order of the data; each knows those that are named, and no other of its side. */
const OWNER = {
  timeline: [[], 'the timeline keeps bytes: what to keep is decided in session/.'],
  session: [['timeline'], 'a frame goes from session/ to audience/: let the audience listen instead.'],
  shows: [[], 'shows/ keeps settings: what they do to a picture is decided in audience/.'],
  audience: [
    ['session', 'shows'],
    'an audience decides what is seen and when: relays and directors call it, not the other way.',
  ],
  director: [
    ['audience', 'session', 'shows'],
    'the desk acts through audience/ and session/: relays and files are theirs.',
  ],
  ingest: [['session'], 'relays feed sessions: what is shown of them is decided in audience/.'],
};
const EDGE = {
  hub: [
    [],
    'the hub only moves finished bytes: what they say is decided by the owner, and who may have them by gateway/.',
  ],
  gateway: [
    ['hub'],
    'socket calls and HTTP calls are translated apart: what both need goes beside them in edge/, or to access/ or sockets/.',
  ],
  http: [
    [],
    'HTTP calls and socket calls are translated apart: what both need goes beside them in edge/, or to access/ or sockets/.',
  ],
  process: [['hub', 'gateway', 'http'], 'an edge process joins the parts of an edge, as node.ts does.'],
};

/** Groups of operations; each knows those that are named. The files beside them join them. */
const OPS_GROUPS = {
  figures: [],
  events: [],
  sockets: ['figures'],
  database: ['figures', 'events'],
  history: ['figures'],
  relays: ['events'],
  trace: ['figures', 'events'],
  why: [],
  pack: ['events'],
  actions: ['events'],
  metrics: ['figures', 'database'],
};

/** Borders among the folders of one side. */
function within(side, folders) {
  return Object.entries(folders).map(([name, [known, because]]) => ({
    in: `${server}/${side}/${name}`,
    not: Object.keys(folders)
      .filter((other) => other !== name && !known.includes(other))
      .map(folder),
    because,
  }));
}

/** @type {readonly Border[]} */
export const BORDERS = [
  {
    in: 'packages/protocol/src',
    not: ['@okboxbox/*'],
    because: 'protocol imports nothing of ours: put what both sides need here, and the rest where it is used.',
    tests: true,
  },
  {
    in: 'packages/protocol/src',
    not: ['node:*'],
    because: 'protocol runs in browsers, too: no Node modules.',
    tests: true,
  },
  {
    in: 'packages/timing/src',
    not: ['@okboxbox/*', '!@okboxbox/protocol'],
    because: 'timing knows frames only: it imports protocol alone.',
  },
  {
    in: 'packages/timing/src',
    not: ['node:*'],
    because: 'timing is pure: no clock, no network, no disk. Pass values in.',
  },
  {
    in: 'packages/findings/src',
    not: ['@okboxbox/*', '!@okboxbox/protocol'],
    because: 'findings are made of a snapshot alone: it imports protocol and nothing else of ours.',
  },
  {
    in: 'packages/findings/src',
    not: ['node:*'],
    because: 'findings are made in browsers, too: no Node modules. Pass values in.',
  },
  {
    in: 'packages/findings/src/*',
    except: ['packages/findings/src/generate/**'],
    not: ['../*/**'],
    because: 'a failure mode does not know another one: what several need goes beside the folders.',
  },
  {
    in: 'packages/race-view/src',
    not: ['@okboxbox/*', '!@okboxbox/protocol'],
    because: 'race-view knows the feed only: it imports protocol and nothing else of ours.',
  },
  {
    in: 'packages/race-view/src',
    not: ['node:*', 'react', 'react-dom', 'socket.io-client'],
    because: 'race-view is pure functions for pages and overlays: no React, no DOM, no Node, no connection.',
  },
  {
    in: 'packages/sims/src',
    not: ['@okboxbox/relay', '@okboxbox/server', '@okboxbox/cli', '@okboxbox/web'],
    because: 'sims do not know the apps: pass what they need in.',
    tests: true,
  },
  {
    in: 'packages/sims/src/*',
    not: ['../*/**', '!../files/**'],
    because: 'a sim does not know another one: what several need goes to files/ or beside the folders.',
  },
  {
    in: 'apps/relay/src',
    not: ['@okboxbox/*', '!@okboxbox/protocol', '!@okboxbox/sims'],
    because: "apps meet through protocol only: the relay does not know the server, and timing is the server's.",
    tests: true,
  },
  {
    in: 'apps/web/src',
    not: ['@okboxbox/*', '!@okboxbox/protocol', '!@okboxbox/race-view', '!@okboxbox/findings'],
    because: 'pages know the protocol, show the race by race-view, and make findings; nothing else of ours.',
  },
  { in: 'apps/web/src', not: ['node:*'], because: 'pages run in browsers: no Node modules.' },
  ...['feed', 'access'].map((name) => ({
    in: `apps/web/src/${name}`,
    not: ['kit', 'screens', 'desk', 'console', 'overlays'].map(folder),
    because: 'feed and access draw nothing: put what is drawn into kit.',
  })),
  {
    in: 'apps/web/src/kit',
    not: ['screens', 'desk', 'console', 'overlays'].map(folder),
    because: 'the kit knows no page: pass in what a component needs, or keep it in the page.',
  },
  {
    in: 'apps/web/src/screens',
    not: ['../live/**', '../link/**', '../sessions/**', ...['desk', 'console', 'overlays'].map(folder)],
    because: 'a screen imports no other part of the pages: move what both need to kit, feed or race-view.',
  },
  {
    in: 'apps/web/src/desk',
    not: [
      ...['screens', 'console', 'overlays'].map(folder),
      '!**/overlays/catalogue.js',
      '!**/overlays/cued-overlays.js',
      '!**/overlays/page/demo-picture.js',
    ],
    because:
      'the desk knows the list of overlays and how all of them are drawn: move what else both need to kit, feed or race-view.',
  },
  {
    in: 'apps/web/src/console',
    not: ['screens', 'desk', 'overlays'].map(folder),
    because: 'the console imports no other part of the pages: move what both need to kit, feed or race-view.',
  },
  {
    in: 'apps/web/src/overlays',
    except: ['apps/web/src/overlays/page/**'],
    not: ['@okboxbox/*', '!@okboxbox/protocol', '!@okboxbox/race-view'],
    because: 'overlays show the race by race-view; of ours they know that and the protocol alone.',
  },
  {
    in: 'apps/web/src/overlays',
    not: ['react', 'react-dom', 'zod', 'socket.io-client', 'node:*'],
    because: 'an overlay weighs 60 KB at most: no React, zod/mini for options, and its picture from its source.',
  },
  {
    in: 'apps/web/src/overlays',
    not: ['feed', 'screens', 'desk', 'console', 'page'].map(folder),
    because: 'an overlay is drawn from its source and options alone.',
  },
  {
    in: 'apps/web/src/ograf',
    not: ['kit', 'screens', 'desk', 'console'].map(folder),
    because: 'a graphic is an overlay in an element of the standard: it knows overlays and the feed alone.',
  },
  {
    in: 'apps/cli/src',
    not: ['@okboxbox/web'],
    because: 'commands start the server, which serves the built pages: their code is not for Node.',
  },
  {
    in: server,
    not: ['@okboxbox/relay', '@okboxbox/cli', '@okboxbox/web'],
    because: 'apps meet through protocol only.',
  },
  {
    in: `${server}/*.ts`,
    except: [`${server}/node.ts`, `${server}/index.ts`],
    not: ['api', 'channel', 'control', 'directory', 'drills', 'edge', 'ops', 'owner', 'sockets', 'store'].map(folder),
    because:
      'files beside the folders are used by all of them: they know access/ at most, and only node.ts wires parts.',
  },
  ...[...PARTS, 'ops'].map((name) => ({
    in: `${server}/${name}`,
    not: ['**/node.js'],
    because: 'only node.ts wires the parts: take what is needed as a dependency.',
  })),
  ...[...PARTS, 'ops'].map((name) => ({
    in: `${server}/${name}`,
    not: [folder('api')],
    because: 'api/ reads the declarations of all parts: declare a call beside its handler, and let api/ join it.',
  })),
  ...PARTS.map((name) => ({
    in: `${server}/${name}`,
    not: [folder('ops')],
    because: 'operations listen at taps and never steer: put a tap in src/taps.ts, and let node.ts connect them.',
  })),
  ...[...PARTS, 'ops'].map((name) => ({
    in: `${server}/${name}`,
    not: ['control', 'drills'].filter((other) => other !== name).map(folder),
    because: 'control/ and drills/ act on the server from outside: nothing depends on them.',
  })),
  {
    in: `${server}/owner`,
    not: [folder('edge')],
    because:
      'an owner does not know who shows its races: send through channel/, or put what edges must know into directory/.',
  },
  {
    in: `${server}/edge`,
    not: [folder('owner')],
    because:
      'an edge does not reach into an owner: read directory/, mirror channel/, or add an asynchronous call to directory/owner.ts.',
  },
  ...SHARED.map((name) => ({
    in: `${server}/${name}`,
    not: [folder('owner'), folder('edge')],
    because: MEETING[name],
  })),
  ...Object.entries(BENEATH).map(([name, [others, because]]) => ({
    in: `${server}/${name}`,
    not: others.map(folder),
    because,
  })),
  {
    in: `${server}/link`,
    not: ['control', 'drills', 'edge', 'owner', 'store'].map(folder),
    because: 'the link carries what channel/ and directory/ say between processes: it knows neither side.',
  },
  {
    in: `${server}/api`,
    not: ['access', 'channel', 'control', 'owner', 'store'].map(folder),
    because: 'api/ joins declarations and writes documents: what a call does stays beside its declaration.',
  },
  {
    in: `${server}/control`,
    not: ['channel', 'directory', 'edge', 'owner', 'sockets', 'store'].map(folder),
    because: 'the control socket gives out tokens and codes only: it knows access/.',
  },
  ...within('owner', OWNER),
  ...within('edge', EDGE),
  ...Object.entries(OPS_GROUPS).map(([name, known]) => ({
    in: `${server}/ops/${name}`,
    not: Object.keys(OPS_GROUPS)
      .filter((other) => other !== name && !known.includes(other))
      // Not `**`: the server has a folder sockets/, too.
      .map((other) => `../${other}/**`),
    because: 'a group of operations knows few others: what several need is joined by operations.ts, or passed in.',
  })),
  {
    in: `${server}/edge/hub`,
    not: ['access', 'directory', 'store'].map(folder),
    because: 'the hub knows rooms only: rights and sessions are looked up by those who join and leave.',
  },
];

const TESTS = ['!**/*.test.ts', '!**/*.contract.ts', '!**/testing/**'];

/** What `biome.borders.json` holds. */
export function bordersFile(borders = BORDERS) {
  const places = [...new Set(borders.map((border) => border.in))].sort((a, b) => depth(a) - depth(b));
  const overrides = places.flatMap((place) => {
    // The nearest first: of several that fit an import, Biome may name only one.
    const around = borders.filter((border) => isWithin(place, border.in)).sort((a, b) => depth(b.in) - depth(a.in));
    const forTests = around.filter((border) => border.tests);
    const except = around.flatMap((border) => (border.in === place ? (border.except ?? []) : []));
    const files = [globOf(place), ...except.map((name) => `!${name}`)];
    return [
      ...(forTests.length > 0 ? [override(files, forTests)] : []),
      ...(forTests.length < around.length ? [override([...files, ...TESTS], around)] : []),
    ];
  });
  return `${JSON.stringify({ overrides }, null, 2)}\n`;
}

function override(includes, borders) {
  const patterns = borders.map(({ not, because }) => ({ group: not, message: because }));
  const noRestrictedImports = { level: 'error', options: { patterns } };
  return { includes, linter: { rules: { style: { noRestrictedImports } } } };
}

function globOf(place) {
  return place.endsWith('.ts') ? place : `${place}/**`;
}

function depth(place) {
  return place.split('/').length;
}

function isWithin(place, outer) {
  return place === outer || place.startsWith(`${outer}/`);
}

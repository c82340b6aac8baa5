// The page of all settings, made from the two schemas that read them.

const INTRO = `# Settings

Made from the schemas by \`npm run generate\`: variables that are not on this page are not read. Server and relay read their environment
once, at the start. An empty variable counts as absent. An invalid value stops the start with an error that names the
variable, the value and what is allowed. Switches take 1, 0, true or false.
`;

/** The default of a variable as text; a dash where it has none. */
function defaultOf(schema) {
  const { shownDefault } = schema.meta() ?? {};
  if (shownDefault !== undefined) return `\`${shownDefault}\``;
  if (schema.def.type !== 'default') return '–';
  const value = schema.def.defaultValue;
  if (Array.isArray(value)) return value.length === 0 ? '–' : `\`${value.join(',')}\``;
  return `\`${typeof value === 'boolean' ? Number(value) : value}\``;
}

function tableOf(environment) {
  const rows = Object.entries(environment.shape).map(([name, schema]) => {
    const description = schema.description ?? schema.meta()?.description;
    if (!description) throw new Error(`${name} has no description: add .describe('…') where it is declared.`);
    return `| \`${name}\` | ${defaultOf(schema)} | ${description} |`;
  });
  return ['| variable | default | what it does |', '|---|---|---|', ...rows].join('\n');
}

/** `docs/settings.md`, from what the server and a relay read. */
export function settingsPage({ serverEnvironment, relayEnvironment }) {
  return `${INTRO}
## Server
${tableOf(serverEnvironment)}

## Relay
A file \`relay.env\` beside the relay may hold the same variables. It is watched and overrides the environment; a change takes
effect within a second. An invalid file changes nothing, and the relay's log and page say what is wrong.

${tableOf(relayEnvironment)}

## Commands
\`OKBOXBOX_TOKEN\` is the token of \`okboxbox doctor\`, \`record\` and \`support-pack\` if none is given with \`--token\`.
`;
}

import { SOURCE_KINDS } from './open-source.js';

/** The files that are made from the definitions, by their path from the project's folder. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return { 'docs/sources.md': sourcesPage() };
}

function sourcesPage(): string {
  return `<!-- Made from the definitions in packages/sims by "npm run generate"; change it there. -->

# Sources

What a relay reads is named by a SPEC: \`okboxbox relay --source SPEC\`, \`okboxbox results SPEC\`. \`okboxbox relay sources\`
says which of them can be read on this machine.

| SPEC | what it reads | examples |
|---|---|---|
${SOURCE_KINDS.map(
  ({ spec, description, examples }) =>
    `| \`${spec}\` | ${description} | ${examples.map((example) => `\`${example}\``).join(' · ')} |\n`,
).join('')}`;
}

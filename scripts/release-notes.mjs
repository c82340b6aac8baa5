/**
 * The notes of a version's tag: its section of the changelog, and how to run what was built for it.
 * @param files names and SHA-256 sums of what was built
 * @throws Error where the changelog has no section of that version, or an empty one
 */
export function releaseNotes(changelog, version, files) {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/[\s\]]/)[0].replace('[', '') === version);
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "## [${version}]": write it first.`);
  const [title, ...lines] = section.split('\n');
  // Addresses of links stand at the end of the file, behind the last section.
  const changes = lines
    .filter((line) => !/^\[[^\]]+\]: /.test(line))
    .join('\n')
    .trim();
  if (changes === '') throw new Error(`CHANGELOG.md says nothing of ${version}.`);
  const date = /\d{4}-\d{2}-\d{2}/.exec(title)?.[0];
  return `# Ok, Box Box ${version}${date === undefined ? '' : ` (${date})`}

\`\`\`sh
npx --package ./okboxbox-${version}.tgz okboxbox up   # needs Node 20.19, 22.13, 24 or later
\`\`\`

${changes}

## Files

${files.map(({ name, sha256 }) => `- \`${name}\` SHA-256 \`${sha256}\``).join('\n')}
`;
}

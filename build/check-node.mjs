// Runs after `npm install`, on any version of Node.js, and is therefore in JavaScript. npm runs scripts with the
// repository's own Node.js, so only npm's user agent tells which version the user has.
// oxlint-disable-next-line typescript/no-unsafe-member-access -- the linter only has Node.js types in TypeScript
const [, major] = /node\/v(\d+)/.exec(process.env.npm_config_user_agent) ?? [];
if (Number(major) < 22) {
  console.error('This needs Node.js 22.12 or later. npm run and npx use the one that the repository brings.');
}

// Runs after `npm install`, on any version of Node.js: so in JavaScript. npm runs scripts with the Node.js that the
// repository brings, so only its user agent tells which one the user has.
// oxlint-disable-next-line typescript/no-unsafe-member-access -- the linter knows the types of Node.js in TypeScript only
const [, major] = /node\/v(\d+)/.exec(process.env.npm_config_user_agent) ?? [];
if (Number(major) < 22) {
  console.error('This needs Node.js 22.12 or later. npm run and npx use the one that the repository brings.');
}

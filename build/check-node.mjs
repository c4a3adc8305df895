// Runs after `npm install`, on any version of Node.js. npm runs scripts with the Node.js that the repository brings, so
// only its user agent tells which one the user has.
const [, major] = /node\/v(\d+)/.exec(process.env.npm_config_user_agent) ?? [];
if (Number(major) < 22) {
  console.error('This needs Node.js 22.12 or later. npm run and npx use the one that the repository brings.');
}

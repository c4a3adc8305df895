// Runs one benchmark, or writes the figures of all into the documentation: `npm run bench rate-limit`, `npm run bench report`
const [benchmark = ''] = process.argv.splice(2, 1);
const names = ['overhead', 'pagination', 'rate-limit', 'report', 'size'];
if (!names.includes(benchmark)) throw new Error(`Name one of these: ${names.join(', ')}.`);
await import(`./${benchmark}.ts`);

export {};

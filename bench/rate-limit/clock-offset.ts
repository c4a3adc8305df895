// Loaded before a client's code: makes its wall clock wrong by `CLOCK_OFFSET` milliseconds. Durations stay right.
const offset = Number(process.env['CLOCK_OFFSET'] ?? 0);
const RealDate = Date;
const now = (): number => RealDate.now() + offset;

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, args: unknown[], newTarget) =>
    // What Date constructs is a Date.
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  get: (target, key, receiver): unknown => (key === 'now' ? now : Reflect.get(target, key, receiver)),
});

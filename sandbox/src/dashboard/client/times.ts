const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });

const units = Object.entries({ d: 86_400_000, h: 3_600_000, min: 60_000 });

/** How far the sandbox's clock is ahead of the browser's. */
let offset = 0;
let loadedNow: string | undefined;

/** Shows each time in the reader's own time zone, or how long ago it is. UTC stays as the title. */
export function showTimes(page: Document): void {
  const serverNow = page.documentElement.dataset['now'];
  if (serverNow !== undefined && serverNow !== loadedNow) {
    loadedNow = serverNow;
    offset = Number(serverNow) - Date.now();
  }
  const now = Date.now() + offset;
  for (const element of page.querySelectorAll('time')) {
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at)) continue;
    const text = textFor(at, now, element.dataset['show']);
    if (element.textContent !== text) element.textContent = text;
  }
}

function textFor(at: number, now: number, show: string | undefined): string {
  if (show === 'date') return date.format(at);
  if (show === 'ago') return distance(at, now);
  return show === 'both' ? `${localTime(at, now)} (${distance(at, now)})` : localTime(at, now);
}

/** The time of day; the date and a time without seconds if it is another day. */
function localTime(at: number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return (isToday ? timeOfDay : dateAndTime).format(at);
}

function distance(at: number, now: number): string {
  // Rounded up, so that a countdown ends at the right time.
  const away = Math.ceil((at - now) / 1000) * 1000;
  const [unit, length] = units.find(([, size]) => Math.abs(away) >= size) ?? (['s', 1000] as const);
  const count = Math.trunc(Math.abs(away) / length);
  if (count === 0) return 'now';
  return away > 0 ? `in ${count} ${unit}` : `${count} ${unit} ago`;
}

/** Milliseconds between two announcements of new requests. */
const announceInterval = 3000;

let isPointerOver = false;

function list(): HTMLElement | null {
  return document.getElementById('log-rows');
}

function rows(): HTMLAnchorElement[] {
  return [...(list()?.querySelectorAll<HTMLAnchorElement>('.rows > li > a') ?? [])];
}

/** Notices what the reader does with the list, so that it does not move meanwhile. */
export function keepLog(): void {
  document.addEventListener('pointermove', ({ target }) => {
    isPointerOver = target instanceof Element && target.closest('.log .rows') !== null;
  });
  document.documentElement.addEventListener('pointerleave', () => (isPointerOver = false));
  let announced = newestRow();
  // Screen readers announce the number of new requests, not each one.
  setInterval(() => {
    const ids = rows().map(({ parentElement }) => parentElement?.id);
    const count = announced === undefined ? 0 : ids.indexOf(announced);
    announced = ids[0];
    const announcement = document.getElementById('announcement');
    if (announcement !== null && count > 0) {
      announcement.textContent = `${count} new ${count === 1 ? 'request' : 'requests'}`;
    }
  }, announceInterval);
}

function newestRow(): string | undefined {
  return rows()[0]?.parentElement?.id;
}

/**
 * Id of the newest request to show while the reader is reading the list: has a request open, has scrolled, or is about to
 * click. The list then says how many newer ones there are.
 */
export function heldListBound(): string | undefined {
  const shown = list();
  const isReading =
    shown !== null &&
    (isPointerOver ||
      shown.scrollTop > 0 ||
      scrollY > shown.offsetTop ||
      document.getElementById('detail') !== null ||
      shown.querySelector('.rows')?.contains(document.activeElement) === true);
  return isReading ? newestRow()?.replace(/^row-/, '') : undefined;
}

/** Opens the next or previous request. */
export function stepToRow(step: 1 | -1): boolean {
  const all = rows();
  if (all.length === 0) return false;
  const index = all.findIndex((row) => row.getAttribute('aria-current') === 'true');
  const next = all[index === -1 ? 0 : index + step];
  next?.click();
  next?.scrollIntoView({ block: 'nearest' });
  return true;
}

let hiding: ReturnType<typeof setTimeout> | undefined;

/** Copies the text of a copy button, and says so. */
export function copyOnClick(): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-copy]') : null;
    if (button === null) return;
    const { copy: text = '', label = 'the text' } = button.dataset;
    void copied(text).then((done) => say(done ? `Copied ${label}` : `Could not copy ${label}: select it instead`));
  });
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Other machines than this one have no clipboard without https. The older way needs a selection.
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    document.body.append(area);
    area.select();
    // oxlint-disable-next-line typescript/no-deprecated -- the only way without https
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** Shows a short message at the bottom of the page. */
export function say(message: string): void {
  const toast = document.getElementById('toast');
  if (toast === null) return;
  toast.textContent = message;
  toast.classList.add('shown');
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    toast.classList.remove('shown');
    toast.textContent = '';
  }, 3000);
}

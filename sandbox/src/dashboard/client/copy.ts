/** Copies the text of a copy button, and says so. */
export function copyOnClick(): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-copy]') : null;
    if (button === null) return;
    const { copy: text = '', label = 'the text' } = button.dataset;
    void copied(text).then((done) => say(done ? `Copied ${label}` : `Could not copy ${label}: select it instead`));
  });
}

/** Over http, only pages of this machine have a clipboard. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Shows a short message at the top of the page, which leaves by itself. */
function say(message: string): void {
  const toast = document.getElementById('toast');
  if (toast === null) return;
  toast.textContent = message;
  for (const leaving of toast.getAnimations()) leaving.currentTime = 0;
}

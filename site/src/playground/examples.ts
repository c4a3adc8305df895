import { fromHash } from './address.ts';

/** Lets the links on the examples of a guide open a playground in their place, with the example as its program. */
export function runExamplesInPlace(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.run-example a')) {
    let opening: Promise<void> | undefined;
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      // Without it, the link leads to the playground.
      opening ??= open(link)
        .catch(() => location.assign(link.href))
        .finally(() => (opening = undefined));
    });
  }
}

async function open(link: HTMLAnchorElement): Promise<void> {
  const template = document.querySelector<HTMLTemplateElement>('template#playground');
  const code = fromHash(link.hash);
  const { startPlayground } = await import('./playground.ts');
  const opened = template && document.importNode(template.content, true).firstElementChild;
  if (!(opened instanceof HTMLElement) || code === undefined) throw new Error('The page has no playground.');
  const closed = link.parentElement;
  const block = closed?.nextElementSibling;
  block?.replaceWith(opened);
  closed?.remove();
  const dispose = startPlayground(opened, code);
  opened.querySelector('[name=close]')?.addEventListener('click', () => {
    dispose();
    if (closed && block) opened.replaceWith(closed, block);
    link.focus();
  });
  const run = opened.querySelector<HTMLButtonElement>('[name=run]');
  run?.focus();
  run?.click();
}

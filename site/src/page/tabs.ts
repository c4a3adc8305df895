/**
 * Lets tabs show one panel at a time: the one that has the same number. The arrow keys go from tab to tab.
 *
 * @param hidden - The attribute `hidden` of the other panels: with `until-found`, a search of the browser finds what is in them.
 * @returns A function that shows a panel by its number.
 */
export function startTabs(
  tabs: readonly HTMLElement[],
  panels: readonly HTMLElement[],
  hidden: '' | 'until-found' = '',
): (chosen: number) => void {
  const choose = (chosen: number) => {
    for (const [index, tab] of tabs.entries()) {
      const isChosen = index === chosen;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      if (isChosen) panels[index]?.removeAttribute('hidden');
      else panels[index]?.setAttribute('hidden', hidden);
    }
  };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => choose(index));
    tab.addEventListener('keydown', ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (step === undefined) return;
      const next = tabs.at((index + step) % tabs.length);
      next?.focus();
      next?.click();
    });
  }
  return choose;
}

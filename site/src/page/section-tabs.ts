import { find } from './find.ts';

/** A section of the page, and the button that shows it. */
interface Section {
  readonly anchor: string;
  readonly tab: HTMLButtonElement;
  readonly panel: HTMLElement;
}

/** Shows one section at a time, below tabs that are named as the headings are. Without a script, they are below each other. */
export function showSectionTabs(): void {
  for (const root of document.querySelectorAll<HTMLElement>('section-tabs')) showTabs(root);
}

function showTabs(root: HTMLElement): void {
  const sections = panelsOf(root).map(toSection);
  const list = document.createElement('div');
  list.role = 'tablist';
  list.ariaLabel = document.title;
  list.append(...sections.map(({ tab }) => tab));
  root.replaceChildren(list, ...sections.map(({ panel }) => panel));

  const select = (chosen: Section) => {
    for (const { tab, panel } of sections) {
      const isChosen = tab === chosen.tab;
      tab.ariaSelected = String(isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      panel.toggleAttribute('hidden', !isChosen);
      // A search of the browser finds what is in another section, and opens it.
      if (!isChosen) panel.setAttribute('hidden', 'until-found');
    }
  };
  for (const section of sections) {
    section.panel.addEventListener('beforematch', () => select(section));
    section.tab.addEventListener('click', () => {
      history.replaceState(null, '', `#${section.anchor}`);
      select(section);
    });
  }
  list.addEventListener('keydown', ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    const at = sections.findIndex(({ tab }) => tab === document.activeElement);
    if (step === undefined || at === -1) return;
    const next = sections.at((at + step) % sections.length)?.tab;
    next?.focus();
    next?.click();
  });

  const follow = () => {
    const named = sections.find(({ anchor }) => anchor === location.hash.slice(1));
    if (named === undefined) return false;
    select(named);
    root.scrollIntoView();
    return true;
  };
  addEventListener('hashchange', follow);
  if (!follow() && sections[0] !== undefined) select(sections[0]);
}

/** Each heading with what follows it. */
function panelsOf(root: HTMLElement): HTMLElement[] {
  const panels: HTMLElement[] = [];
  for (const element of [...root.children]) {
    if (element.matches('h2, :has(> h2)')) panels.push(document.createElement('div'));
    panels.at(-1)?.append(element);
  }
  return panels;
}

function toSection(panel: HTMLElement): Section {
  const heading = find(panel, 'h2');
  const anchor = heading.id;
  const tab = document.createElement('button');
  tab.type = 'button';
  tab.id = `tab-${anchor}`;
  tab.role = 'tab';
  tab.textContent = heading.textContent;
  tab.setAttribute('aria-controls', `panel-${anchor}`);
  panel.id = `panel-${anchor}`;
  panel.role = 'tabpanel';
  panel.setAttribute('aria-labelledby', tab.id);
  return { anchor, tab, panel };
}

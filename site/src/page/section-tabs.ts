import { find } from './find.ts';
import { startTabs } from './tabs.ts';

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

  const choose = startTabs(
    sections.map(({ tab }) => tab),
    sections.map(({ panel }) => panel),
    'until-found',
  );
  for (const [index, { anchor, tab, panel }] of sections.entries()) {
    panel.addEventListener('beforematch', () => choose(index));
    tab.addEventListener('click', () => history.replaceState(null, '', `#${anchor}`));
  }

  const follow = () => {
    const named = sections.findIndex(({ anchor }) => anchor === location.hash.slice(1));
    if (named === -1) return;
    choose(named);
    root.scrollIntoView();
  };
  addEventListener('hashchange', follow);
  choose(0);
  follow();
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

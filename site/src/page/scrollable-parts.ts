/** Lets the keyboard scroll what is wider than a phone, and gives each code block the name that a region needs. */
export function nameScrollableParts(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>('.sl-markdown-content table:not(.not-content table)'))
    table.tabIndex = 0;
  for (const [index, block] of document.querySelectorAll('.expressive-code pre').entries()) {
    block.setAttribute('aria-label', `Code ${index + 1}`);
  }
}
